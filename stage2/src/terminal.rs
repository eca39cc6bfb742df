//! What a terminal is set to, as plain data. See `termios(3)` and `TIOCGWINSZ(2const)`.
//!
//! nix's own type drops the flags that it has no name for (`IUCLC`, for one), so a terminal
//! could not be given back exactly as it was.

use libc::{cc_t, speed_t, tcflag_t};
use serde::{Deserialize, Serialize};

/// The settings of a terminal.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// `c_iflag`.
    pub input: tcflag_t,
    /// `c_oflag`.
    pub output: tcflag_t,
    /// `c_cflag`.
    pub control: tcflag_t,
    /// `c_lflag`.
    pub local: tcflag_t,
    /// `c_cc`.
    pub characters: Vec<cc_t>,
    /// Input and output speed, in the system's own codes.
    pub speed: [speed_t; 2],
}

/// The size of a terminal's window.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Lines of text.
    pub rows: u16,
    /// Characters in a line.
    pub columns: u16,
    /// Pixels, or 0 where the terminal does not say.
    pub width: u16,
    /// Pixels, or 0 where the terminal does not say.
    pub height: u16,
}

impl Attributes {
    /// These, with every byte let through both ways as soon as it is there: `cfmakeraw(3)`.
    #[must_use]
    pub fn raw(&self) -> Self {
        let mut raw = self.clone();
        raw.input &= !(libc::IGNBRK
            | libc::BRKINT
            | libc::PARMRK
            | libc::ISTRIP
            | libc::INLCR
            | libc::IGNCR
            | libc::ICRNL
            | libc::IXON);
        #[cfg(target_os = "linux")]
        {
            raw.input &= !libc::IUCLC;
        }
        raw.output &= !libc::OPOST;
        raw.local &= !(libc::ECHO | libc::ECHONL | libc::ICANON | libc::ISIG | libc::IEXTEN);
        raw.control &= !(libc::CSIZE | libc::PARENB);
        raw.control |= libc::CS8;
        raw.set(libc::VMIN, 1);
        raw.set(libc::VTIME, 0);
        raw
    }

    /// These, with lines edited and echoed and signals sent by the keyboard. A shell that waits
    /// for its next command has its terminal in a mode of its own, and that is what a program in
    /// the background finds.
    #[must_use]
    pub fn cooked(&self) -> Self {
        let mut cooked = self.clone();
        cooked.input |= libc::ICRNL | libc::IXON;
        cooked.input &= !(libc::INLCR | libc::IGNCR);
        cooked.output |= libc::OPOST | libc::ONLCR;
        cooked.local |= libc::ISIG | libc::ICANON | libc::IEXTEN;
        cooked.local |= libc::ECHO | libc::ECHOE | libc::ECHOK | libc::ECHOCTL | libc::ECHOKE;
        cooked
    }

    fn set(&mut self, index: usize, value: cc_t) {
        if let Some(character) = self.characters.get_mut(index) {
            *character = value;
        }
    }
}
