//! The system-call filter: closes the kernel's attack surface and the ways round the jail.
//!
//! What is denied, and why, is the table in [`calls`]; [`program`] assembles it into a
//! classic BPF program (`seccomp(2)`, `Documentation/userspace-api/seccomp_filter.rst`).
//! Everything not in the table is allowed: an allow-list would break programs with every new
//! kernel and C library.
//!
//! Known to need what the filter takes: debuggers and tracers (`ptrace`), browsers' and
//! bubblewrap's own sandboxes (`unshare`), 32-bit programs (see [`program::assemble`]).

pub mod calls;
pub mod program;
pub mod samples;
pub mod table;

#[cfg(target_os = "linux")]
use crate::report::Achieved;

/// The architectures with a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Arch {
    /// `AUDIT_ARCH_X86_64`.
    X86_64,
    /// `AUDIT_ARCH_AARCH64`.
    Aarch64,
}

impl Arch {
    /// Both.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Aarch64];

    /// The one this program was compiled for, if it has a table.
    pub fn native() -> Option<Self> {
        if cfg!(target_arch = "x86_64") {
            Some(Self::X86_64)
        } else if cfg!(target_arch = "aarch64") {
            Some(Self::Aarch64)
        } else {
            None
        }
    }
}

/// Loads the filter into this process, and with it into everything it starts.
#[cfg(target_os = "linux")]
#[must_use]
pub fn apply(wanted: Option<crate::spec::Seccomp>) -> Achieved {
    let Some(profile) = wanted else {
        leave_session_keyring();
        return Achieved::Skipped("switched off".into());
    };
    let Some(arch) = Arch::native() else {
        leave_session_keyring();
        return Achieved::Skipped(format!("no table for {}", std::env::consts::ARCH));
    };
    let filter: Vec<seccompiler::sock_filter> = program::assemble(arch, profile)
        .into_iter()
        .map(|instruction| seccompiler::sock_filter {
            code: instruction.code,
            jt: instruction.jt,
            jf: instruction.jf,
            k: instruction.k,
        })
        .collect();
    match seccompiler::apply_filter(&filter) {
        Ok(()) => Achieved::Enforced(format!("{} rules", table::entries(arch, profile).count())),
        Err(seccompiler::Error::Seccomp(error))
            if error.raw_os_error() == Some(nix::libc::ENOSYS) =>
        {
            Achieved::Skipped("the kernel has no seccomp filters".into())
        }
        Err(error) => Achieved::Failed(format!("cannot load the filter: {error}")),
    }
}

/// No namespace separates the session's keyring; without a filter whoever has it can read its keys.
/// With one it stays, because the kernel itself looks there for the tokens of some network file
/// systems. Where this is refused, as in containers, so is every other use of keyrings.
#[cfg(target_os = "linux")]
fn leave_session_keyring() {
    let _ = crate::sys::layers::new_session_keyring();
}

#[cfg(test)]
mod tests;
