//! kitty's keyboard protocol (<https://sw.kovidgoyal.net/kitty/keyboard-protocol/>): flags that say
//! what keys send, in a stack for each of the two screens.

use std::io::Write as _;

use super::given::Given;

/// More than any terminal keeps.
const DEEPEST: usize = 64;

/// The flags of one screen: what there was before the command put any on top, and those.
#[derive(Clone, Debug)]
pub struct Flags(Vec<u16>);

impl Default for Flags {
    fn default() -> Self {
        Self(vec![0])
    }
}

impl Flags {
    /// Takes `CSI > u`, `CSI < u` and `CSI = u`.
    pub fn take(&mut self, given: &Given) {
        match given.private {
            Some(b'>') => {
                // A terminal that is full forgets the lowest.
                if self.0.len() > DEEPEST {
                    self.0.remove(1);
                }
                self.0.push(given.number(0).unwrap_or(0));
            }
            Some(b'<') => {
                let count = usize::from(given.number(0).unwrap_or(1).max(1));
                let left = self.0.len().saturating_sub(count);
                self.0.truncate(left);
                if self.0.is_empty() {
                    self.0.push(0);
                }
            }
            Some(b'=') => {
                let (flags, how) = (given.number(0).unwrap_or(0), given.number(1).unwrap_or(1));
                if let Some(top) = self.0.last_mut() {
                    *top = match how {
                        2 => *top | flags,
                        3 => *top & !flags,
                        _ => flags,
                    };
                }
            }
            _ => {}
        }
    }

    /// Whether they are not as the command found them.
    pub fn changed(&self) -> bool {
        *self.0 != [0]
    }

    /// Takes them away.
    pub fn write_off(&self, out: &mut Vec<u8>) {
        if let above @ 1.. = self.0.len() - 1 {
            let _ = write!(out, "\x1b[<{above}u");
        }
        if self.0[0] != 0 {
            out.extend_from_slice(b"\x1b[=0u");
        }
    }

    /// Puts them back.
    pub fn write_on(&self, out: &mut Vec<u8>) {
        if self.0[0] != 0 {
            let _ = write!(out, "\x1b[={}u", self.0[0]);
        }
        for flags in &self.0[1..] {
            let _ = write!(out, "\x1b[>{flags}u");
        }
    }
}
