//! A terminal of the jail's own, so that the caller's is not in the jail at all.
//!
//! It is opened in the jail's own `/dev/pts`: `tty(1)` names a device that is there. The master's
//! side is sent to the front, which passes bytes between it and the caller's terminal, and is
//! held nowhere else: whoever has it can type.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::{OFlag, open as open_path};
use nix::pty::{posix_openpt, ptsname_r, unlockpt};
use nix::sys::stat::Mode;

use crate::report::FromJail;
use crate::reporter::Reporter;
use crate::spec::{Pty, Spec};
use crate::sys::terminal;

/// How both sides are opened.
const FLAGS: OFlag = OFlag::O_RDWR.union(OFlag::O_NOCTTY).union(OFlag::O_CLOEXEC);

/// Opens the terminal that the spec asks for, if it does, and sends the front its side. Gives the
/// command's.
///
/// # Errors
///
/// The first failing step; without a terminal the command does not start.
pub fn open(spec: &Spec, report: &Reporter) -> io::Result<Option<OwnedFd>> {
    let Some(wanted) = &spec.pty else { return Ok(None) };
    let (master, slave) = open_both(wanted).map_err(|error| {
        io::Error::other(format!("cannot open a terminal in the jail: {error}"))
    })?;
    report.send_with(&FromJail::Terminal, master.as_fd())?;
    Ok(Some(slave))
}

/// Both sides, set up as the controlling terminal of this session, which bubblewrap has begun.
fn open_both(wanted: &Pty) -> io::Result<(OwnedFd, OwnedFd)> {
    let master = posix_openpt(FLAGS)?;
    unlockpt(&master)?;
    let slave = open_path(ptsname_r(&master)?.as_str(), FLAGS, Mode::empty())?;
    terminal::set_attributes(&slave, &wanted.attributes)?;
    terminal::set_size(&slave, wanted.size)?;
    // PID 1 leads the session, as a shell does. Led by the command itself, the command's group
    // would be an orphaned one, on which Ctrl-Z has no effect (setpgid(2)).
    terminal::make_controlling(&slave)?;
    Ok((master.into(), slave))
}
