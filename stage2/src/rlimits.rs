//! Resource limits: what a runaway or hostile command may use up.
//!
//! See `getrlimit(2)`. A limit is only ever lowered, so this works without privileges and
//! keeps whatever stricter limit the host has set.

use nix::libc;

use crate::report::Achieved;
use crate::spec::Rlimits;
use crate::sys::layers::{self, Resource};

/// Lowers the limits of this process, soft and hard, and with them those of all its children.
#[must_use]
pub fn apply(wanted: &Option<Rlimits>) -> Achieved {
    let Some(limits) = wanted else {
        return Achieved::Skipped("switched off".into());
    };
    let rows = [
        // A fork bomb ends at this many processes and threads, before the host suffers.
        ("nproc", libc::RLIMIT_NPROC, limits.nproc),
        // Each open file pins kernel memory that no other limit counts.
        ("nofile", libc::RLIMIT_NOFILE, limits.nofile),
        // A core file would put the command's memory, secrets included, onto the disk. Where
        // core_pattern is a pipe the kernel asks no limit, and starts its program on the host.
        ("core", libc::RLIMIT_CORE, limits.core),
    ];
    let mut done = Vec::new();
    for (name, resource, limit) in rows {
        match lower(resource, limit) {
            Ok((soft, hard)) if soft == hard => done.push(format!("{name} {hard}")),
            Ok((soft, hard)) => done.push(format!("{name} {soft}/{hard}")),
            Err(errno) => {
                return Achieved::Failed(format!("cannot limit {name} to {limit}: {errno}"));
            }
        }
    }
    Achieved::Enforced(done.join(", "))
}

/// Lowers both limits of `resource` to at most `limit`; gives the soft and the hard limit
/// that now hold.
fn lower(resource: Resource, limit: u64) -> nix::Result<(u64, u64)> {
    let now = layers::rlimit(resource)?;
    let (soft, hard) = lowered(now, limit);
    if (soft, hard) != now {
        layers::set_rlimit(resource, (soft, hard))?;
    }
    Ok((soft, hard))
}

/// The soft and hard limit that `limit` makes of the current ones. "Unlimited" is the largest
/// number (`RLIM_INFINITY`), so the smaller one is always the stricter.
fn lowered((soft, hard): (u64, u64), limit: u64) -> (u64, u64) {
    (soft.min(limit), hard.min(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::libc::RLIM_INFINITY;

    #[test]
    fn a_limit_is_lowered_and_never_raised() {
        assert_eq!(lowered((RLIM_INFINITY, RLIM_INFINITY), 4096), (4096, 4096));
        assert_eq!(lowered((1024, 524_288), 65_536), (1024, 65_536));
        assert_eq!(lowered((256, 512), 65_536), (256, 512));
        assert_eq!(lowered((RLIM_INFINITY, RLIM_INFINITY), 0), (0, 0));
    }

    #[test]
    fn switched_off_is_reported_as_skipped() {
        assert!(matches!(apply(&None), Achieved::Skipped(_)));
    }
}
