//! Privileges: nothing the command runs can gain or keep any.
//!
//! See `capabilities(7)`, `PR_SET_NO_NEW_PRIVS(2const)`, `PR_SET_DUMPABLE(2const)`. An ordinary
//! user's bubblewrap hands over no capability; started by root it hands over all it has, and
//! then this is what takes them away. The umask stays as the user has it.

use caps::CapSet;
use nix::errno::Errno;
use nix::sys::prctl;

use crate::report::Achieved;
use crate::sys::layers;

/// Being user 0 gives no capability at `execve(2)`, and none can be made ambient; both locked
/// (`SECBIT_NOROOT`, `SECBIT_NO_CAP_AMBIENT_RAISE` and their locks).
const SECUREBITS: u32 = 1 << 0 | 1 << 1 | 1 << 6 | 1 << 7;

/// The kernel's sets are 64 bits wide.
const CAPABILITIES: u8 = 64;

/// Sets `no_new_privs`, empties every capability set, and forbids core dumps and attaching.
#[must_use]
pub fn apply() -> Achieved {
    match drop_all() {
        Ok(Bounding::Empty) => Achieved::Enforced(
            "no_new_privs, no capability in any set, not dumpable until the command starts".into(),
        ),
        Ok(Bounding::Kept) => Achieved::Partial(
            "the bounding set stays: emptying it needs CAP_SETPCAP; no_new_privs keeps the \
             command from using it"
                .into(),
        ),
        Err(what) => Achieved::Failed(what),
    }
}

/// Empties the two sets that would hand privileges of the caller on to an ordinary program: a
/// login manager (`pam_cap`) or a service may have filled them, and bubblewrap refuses to start
/// with any.
///
/// # Errors
///
/// A sentence on what the kernel refused.
pub fn drop_inherited() -> Result<(), String> {
    for set in [CapSet::Ambient, CapSet::Inheritable] {
        caps::clear(None, set).map_err(|error| format!("cannot empty the {set:?} set: {error}"))?;
    }
    Ok(())
}

/// What became of the bounding set.
enum Bounding {
    Empty,
    Kept,
}

fn drop_all() -> Result<Bounding, String> {
    prctl::set_no_new_privs().map_err(|errno| format!("cannot set no_new_privs: {errno}"))?;
    // Both need CAP_SETPCAP, so they come before the sets that hold it.
    let bounding = empty_bounding_set()?;
    lock_securebits()?;
    // Ambient capabilities survive execve(2) of an ordinary program; the inheritable set feeds
    // them and file capabilities. Clearing "permitted" takes "effective" with it.
    for set in [CapSet::Ambient, CapSet::Inheritable, CapSet::Permitted] {
        caps::clear(None, set).map_err(|error| format!("cannot empty the {set:?} set: {error}"))?;
    }
    // Until the command is executed, nothing in the jail may attach to or dump this process,
    // which knows the whole specification; execve(2) sets the flag anew.
    prctl::set_dumpable(false).map_err(|errno| format!("cannot become undumpable: {errno}"))?;
    Ok(bounding)
}

/// Drops by number, not by name: a capability newer than this program goes too.
fn empty_bounding_set() -> Result<Bounding, String> {
    for index in 0..CAPABILITIES {
        match layers::in_bounding_set(index) {
            Ok(false) => {}
            Ok(true) => match layers::drop_from_bounding_set(index) {
                Ok(()) => {}
                Err(Errno::EPERM) => return Ok(Bounding::Kept),
                Err(errno) => {
                    return Err(format!("cannot drop capability {index} for good: {errno}"));
                }
            },
            // Past the last capability of this kernel.
            Err(Errno::EINVAL) => break,
            Err(errno) => return Err(format!("cannot read the bounding set: {errno}")),
        }
    }
    Ok(Bounding::Empty)
}

/// A second lock behind the empty bounding set; without `CAP_SETPCAP` the first one must do.
fn lock_securebits() -> Result<(), String> {
    match layers::set_securebits(SECUREBITS) {
        Ok(()) | Err(Errno::EPERM) => Ok(()),
        Err(errno) => Err(format!("cannot lock the securebits: {errno}")),
    }
}
