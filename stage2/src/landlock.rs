//! Landlock: the kernel checks every path again, whatever the mounts say.
//!
//! See `landlock(7)`. The rules name the directories of the jail by inode, so a process that
//! escapes the mount namespace finds the host's other files still closed. Stage two applies
//! them inside the finished jail (a landlocked process may not mount) and before it forks:
//! PID 1 and the command share one domain, so signals between them stay free.
//!
//! Rights add up from a path to the root: a read-only rule below a writable one takes nothing
//! away. There the read-only mount is what protects.

pub mod rights;

use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::{AsFd, RawFd};
use std::path::Path;

use landlock::{
    ABI, AccessFs, AddRuleError, AddRulesError, BitFlags, CompatLevel, Compatible, PathBeneath,
    PathFd, PathFdError, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError,
};
use nix::errno::Errno;
use nix::libc;

use crate::report::Achieved;
use crate::spec::Landlock;
use crate::sys::layers;
use rights::Request;

/// The first ABI that guards connecting to a Unix socket by its path.
pub const GUARDS_UNIX_SOCKETS: i32 = 9;

/// The kernel's Landlock ABI, from 1. `ENOSYS`: not built in; `EOPNOTSUPP`: not enabled.
pub fn abi() -> Result<i32, Errno> {
    layers::landlock_abi()
}

/// What a kernel with this ABI lacks of the full request; `lockdown` asks for more.
#[must_use]
pub fn missing(abi: i32, lockdown: bool) -> Vec<&'static str> {
    rights::request(ABI::from(abi), lockdown).missing
}

/// Restricts this process, and all it starts, to the rules.
#[must_use]
pub fn apply(wanted: &Option<Landlock>) -> Achieved {
    apply_keeping(wanted, &[])
}

/// Like [`apply`], but what is already open at one of `stdio` may be opened again in the same
/// mode: `echo > /dev/stderr` works where standard error is a file that the jail does not show.
#[must_use]
pub fn apply_keeping(wanted: &Option<Landlock>, stdio: &[RawFd]) -> Achieved {
    let Some(wanted) = wanted else {
        return Achieved::Skipped("switched off".into());
    };
    let abi = match abi() {
        Ok(abi) => abi,
        Err(Errno::EOPNOTSUPP) => {
            return Achieved::Skipped("Landlock is not enabled at boot (the `lsm=` option)".into());
        }
        Err(Errno::ENOSYS) => return Achieved::Skipped("the kernel has no Landlock".into()),
        Err(errno) => return Achieved::Failed(format!("cannot ask for the Landlock ABI: {errno}")),
    };
    let request = rights::request(ABI::from(abi), wanted.deny_tcp);
    match restrict(&request, wanted, stdio) {
        Err(error) => Achieved::Failed(format!("Landlock ABI {abi}: {error}")),
        Ok(()) if request.missing.is_empty() => Achieved::Enforced(format!("Landlock ABI {abi}")),
        Ok(()) => {
            Achieved::Partial(format!("Landlock ABI {abi} lacks {}", request.missing.join(", ")))
        }
    }
}

/// Why the rules could not be applied.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Ruleset(#[from] RulesetError),
    #[error(transparent)]
    Path(#[from] PathFdError),
}

/// Every step is a hard requirement: what the kernel lacks has been left out of `request`, so
/// an error here is one.
fn restrict(request: &Request, wanted: &Landlock, stdio: &[RawFd]) -> Result<(), Error> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(request.fs)?;
    if !request.net.is_empty() {
        // Handled and never granted: no port is open.
        ruleset = ruleset.handle_access(request.net)?;
    }
    if !request.scopes.is_empty() {
        ruleset = ruleset.scope(request.scopes)?;
    }
    let mut created = ruleset.create()?;
    for rule in &wanted.rules {
        if let Some((path, is_directory)) = open(&rule.path.0)? {
            let rights = rights::granted(rule.access, is_directory, request.fs);
            (&mut created).add_rule(PathBeneath::new(path, rights))?;
        }
    }
    for &fd in stdio {
        keep(&mut created, fd, request.fs)?;
    }
    created.restrict_self()?;
    Ok(())
}

/// Opens the subject of a rule and tells whether it is a directory; `None` where there is
/// nothing to open. A rule left out only makes the jail tighter.
fn open(path: &Path) -> Result<Option<(PathFd, bool)>, PathFdError> {
    match PathFd::new(path) {
        Ok(fd) => {
            let is_directory = fd
                .as_fd()
                .try_clone_to_owned()
                .and_then(|fd| File::from(fd).metadata())
                .is_ok_and(|metadata| metadata.is_dir());
            Ok(Some((fd, is_directory)))
        }
        Err(PathFdError::OpenCall { source, .. })
            if matches!(
                source.kind(),
                ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Allows what is open at `fd` to be opened again through `/proc/self/fd`, in the same mode
/// only. Never a directory: that would grant all that lies beneath it on the host.
fn keep(created: &mut RulesetCreated, fd: RawFd, handled: BitFlags<AccessFs>) -> Result<(), Error> {
    let Ok(flags) = layers::open_flags(fd) else {
        return Ok(());
    };
    let Some((path, false)) = open(Path::new(&format!("/proc/self/fd/{fd}")))? else {
        return Ok(());
    };
    let rights = match flags & libc::O_ACCMODE {
        libc::O_RDONLY => AccessFs::ReadFile | AccessFs::IoctlDev,
        libc::O_WRONLY => AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev,
        _ => AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev,
    };
    match created.add_rule(PathBeneath::new(path, rights & handled)) {
        // A pipe or a socket: the kernel lets those be opened again by themselves.
        Err(error) if is_badfd(&error) => Ok(()),
        result => Ok(result.map(drop)?),
    }
}

/// The kernel's answer to a rule for an object of no file system: `EBADFD`.
fn is_badfd(error: &RulesetError) -> bool {
    matches!(
        error,
        RulesetError::AddRules(AddRulesError::Fs(AddRuleError::AddRuleCall { source, .. }))
            if source.raw_os_error() == Some(libc::EBADFD)
    )
}
