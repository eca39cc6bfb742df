//! What a process of ours does when it has nothing to do for a while: it gives memory back.
//!
//! A command may run for days, and until its end both the front and PID 1 only wait. Most of what they have
//! in memory is code that has done its work: the kernel has it from the file again if it is needed.

use nix::poll::PollTimeout;

use crate::sys;

/// A wait that takes so many milliseconds may take long. Short runs pay nothing.
const LONG: u16 = 200;

/// Whether it has been done.
#[derive(Debug, Default)]
pub struct Rest {
    is_lean: bool,
}

impl Rest {
    /// How long to wait for what may never come.
    pub fn patience(&self) -> PollTimeout {
        if self.is_lean { PollTimeout::NONE } else { LONG.into() }
    }

    /// A wait with that patience is over, and nothing came.
    pub fn begin(&mut self) {
        if !self.is_lean {
            sys::memory::give_back();
            self.is_lean = true;
        }
    }
}
