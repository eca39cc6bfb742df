//! Which rights each Landlock ABI has, and which of them each kind of access gets.
//!
//! Pure: the running kernel's ABI is an argument, so every kernel can be tested on any.
//! The ABIs: <https://docs.kernel.org/userspace-api/landlock.html#previous-limitations>.

use landlock::{ABI, Access, AccessFs, AccessNet, BitFlags, Scope};

use crate::spec::PathAccess;

/// What is asked of the kernel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// The file-system rights that are denied wherever no rule gives them.
    pub fs: BitFlags<AccessFs>,
    /// The network rights denied everywhere.
    pub net: BitFlags<AccessNet>,
    /// What cannot cross the border of the jail.
    pub scopes: BitFlags<Scope>,
    /// What this kernel's ABI lacks of the full request.
    pub missing: Vec<&'static str>,
}

/// The first ABI that has something the full request needs, and how its absence shows.
const NEEDED: &[(ABI, &str)] = &[
    // ABI 1 refuses every move between directories, granted or not.
    (ABI::V2, "renames and hard links between directories (they fail with EXDEV)"),
    (ABI::V3, "limits on truncating files"),
    (ABI::V4, TCP),
    (ABI::V5, "limits on device ioctls"),
    (ABI::V6, "scopes for signals and abstract Unix sockets"),
];

/// Only asked for in lockdown.
const TCP: &str = "denial of TCP";

/// What to ask of a kernel with `abi`.
///
/// Later rights are requested where they are known, without being missed elsewhere: ABI 9
/// guards connecting to a Unix socket by its path. The UDP rights of ABI 10 are not asked
/// for: where TCP is denied there is no network to reach either.
#[must_use]
pub fn request(abi: ABI, deny_tcp: bool) -> Request {
    let net = if deny_tcp {
        AccessNet::from_all(abi) & (AccessNet::BindTcp | AccessNet::ConnectTcp)
    } else {
        BitFlags::EMPTY
    };
    Request {
        fs: AccessFs::from_all(abi),
        net,
        scopes: Scope::from_all(abi),
        missing: NEEDED
            .iter()
            .filter(|(since, what)| *since > abi && (deny_tcp || *what != TCP))
            .map(|(_, what)| *what)
            .collect(),
    }
}

/// The rights that `access` gives beneath a path, out of the `handled` ones.
///
/// The kernel refuses a rule that gives a plain file the rights of a directory, so those are
/// left out where `is_directory` is false.
#[must_use]
pub fn granted(
    access: PathAccess,
    is_directory: bool,
    handled: BitFlags<AccessFs>,
) -> BitFlags<AccessFs> {
    let rights = match access {
        PathAccess::List => BitFlags::from(AccessFs::ReadDir),
        PathAccess::ReadOnly => AccessFs::Execute | AccessFs::ReadFile | AccessFs::ReadDir,
        // Devices cannot be opened where only this is given: those mounts are `nodev`.
        PathAccess::ReadWrite => handled & !AccessFs::IoctlDev,
        PathAccess::Device => {
            AccessFs::ReadFile
                | AccessFs::ReadDir
                | AccessFs::WriteFile
                | AccessFs::Truncate
                | AccessFs::IoctlDev
                | AccessFs::ResolveUnix
        }
    };
    let fitting = if is_directory { handled } else { handled & AccessFs::from_file(NEWEST) };
    rights & fitting
}

/// The newest ABI that the `landlock` crate knows.
pub const NEWEST: ABI = ABI::V10;

#[cfg(test)]
mod tests;
