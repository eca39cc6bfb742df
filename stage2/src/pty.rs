//! A terminal of the jail's own, so that the caller's is not in the jail at all.
//!
//! The terminal is opened in the jail, on Linux in its own `/dev/pts`: `tty(1)` names a device that is there.
//! The master's side is sent to the front, which passes bytes between it and the caller's terminal, and is
//! held nowhere else: whoever has it can type.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::fcntl::{OFlag, open as open_path};
use nix::pty::{grantpt, posix_openpt, unlockpt};
use nix::sys::stat::Mode;

use crate::report::FromJail;
use crate::reporter::Reporter;
use crate::spec::{Pty, Spec};
use crate::sys::{self, terminal};

/// How both sides are opened. Not all systems let `posix_openpt(3)` have `O_CLOEXEC`.
const FLAGS: OFlag = OFlag::O_RDWR.union(OFlag::O_NOCTTY);

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

/// Both sides, set up as the controlling terminal of this session, which is the jail's own.
fn open_both(wanted: &Pty) -> io::Result<(OwnedFd, OwnedFd)> {
    let master = posix_openpt(FLAGS)?;
    sys::close_on_exec(master.as_raw_fd())?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = terminal::slave_name(&master)?;
    let slave = open_path(name.as_c_str(), FLAGS | OFlag::O_CLOEXEC, Mode::empty())?;
    terminal::set_attributes(&slave, &wanted.attributes)?;
    terminal::set_size(&slave, wanted.size)?;
    // This process leads the session, as a shell does. Led by the command itself, the command's group
    // would be an orphaned one, on which Ctrl-Z has no effect (setpgid(2)).
    terminal::make_controlling(&slave)?;
    Ok((master.into(), slave))
}
