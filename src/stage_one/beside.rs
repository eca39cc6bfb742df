//! The process that lays out the tree while bubblewrap is loaded. bubblewrap needs no mount before it reads its last
//! arguments, for which it waits at the gate: the end of a pipe.
//!
//! The kernel writes so few bytes to a pipe at once, so bubblewrap has all of these arguments or none. With none, the
//! jail has no root from which anything could be executed.

use std::fs::File;
use std::io::{self, ErrorKind, Write};

use nix::libc::PIPE_BUF;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpid, getppid};
use stage2::channel::Channel;
use stage2::{parent, sys};

use super::{Layout, Said, Step, Trouble, late, tree};

/// Starts the process. It tells the front how that went, and ends.
pub fn start(layout: &Layout, front: &Channel) -> io::Result<()> {
    if layout.words.len() > PIPE_BUF {
        return Err(ErrorKind::ArgumentListTooLong.into());
    }
    let late = layout.tree.late.as_ref().zip(layout.jail.as_ref());
    let late = late.map(|(late, jail)| late::start(layout, late, jail)).transpose()?;
    let parent = getpid();
    if sys::fork()?.is_some() {
        return Ok(());
    }
    let said: Said = serve(layout, late, parent).map_err(Trouble::at(Step::Tree));
    if said.is_err() && getppid() == parent {
        // The gate opens when this process ends, and bubblewrap killed behind it would leave a child that waits for ever.
        let _ = kill(parent, Signal::SIGKILL);
    }
    let _ = front.send(&said);
    sys::exit_now(0)
}

fn serve(layout: &Layout, late: Option<late::Started>, parent: Pid) -> io::Result<()> {
    parent::end_with(parent)?;
    tree::lay_out(layout)?;
    late.map_or(Ok(()), late::Started::wait)?;
    File::from(layout.gate.try_clone()?).write_all(&layout.words)
}
