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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::sys::terminal::{attributes, set_attributes, set_size, size};
    use nix::pty::openpty;

    /// Every flag that a terminal keeps.
    fn odd() -> Attributes {
        let pty = openpty(None, None).expect("a terminal");
        let terminal = &pty.slave;
        let mut odd = attributes(terminal).expect("settings");
        odd.input ^= 0o77_777;
        odd.output ^= 0o377;
        odd.local ^= libc::ECHO | libc::XCASE | libc::TOSTOP | libc::NOFLSH;
        for (index, character) in (0_u8..).zip(&mut odd.characters) {
            *character = index + 1;
        }
        set_attributes(terminal, &odd).expect("settings");
        attributes(terminal).expect("settings")
    }

    #[test]
    fn settings_come_back_as_they_were() {
        let pty = openpty(None, None).expect("a terminal");
        let terminal = &pty.slave;
        let odd = odd();
        assert_ne!(attributes(terminal).expect("settings"), odd, "the control");
        set_attributes(terminal, &odd).expect("settings");
        assert_eq!(attributes(terminal).expect("settings"), odd);
        // IUCLC and XCASE, which few libraries have names for.
        assert_ne!((odd.input & libc::IUCLC, odd.local & libc::XCASE), (0, 0));
    }

    #[test]
    fn raw_is_what_the_c_library_says() {
        use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
        let pty = openpty(None, None).expect("a terminal");
        let terminal = &pty.slave;
        let before = attributes(terminal).expect("settings");
        let mut termios = tcgetattr(terminal).expect("settings");
        cfmakeraw(&mut termios);
        tcsetattr(terminal, SetArg::TCSANOW, &termios).expect("settings");
        assert_eq!(attributes(terminal).expect("settings"), before.raw());
        assert_ne!(before.raw(), before);
        assert_eq!(odd().raw().raw(), odd().raw());
    }

    #[test]
    fn cooked_is_what_a_new_terminal_has() {
        let pty = openpty(None, None).expect("a terminal");
        let terminal = &pty.slave;
        let new = attributes(terminal).expect("settings");
        assert_eq!(new.cooked(), new);
        let mut shells = new.clone();
        shells.input &= !(libc::ICRNL | libc::IXON);
        shells.local &= !(libc::ICANON | libc::ECHO);
        assert_eq!(shells.cooked(), new);
    }

    #[test]
    fn a_size_is_kept() {
        let pty = openpty(None, None).expect("a terminal");
        let terminal = &pty.slave;
        let wanted = Size { rows: 1, columns: 65535, width: 3, height: 4 };
        set_size(terminal, wanted).expect("a size");
        assert_eq!(size(terminal).expect("a size"), wanted);
    }
}
