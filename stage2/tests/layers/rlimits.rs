//! The limits as the kernel keeps them.

use std::fs::File;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use stage2::report::Achieved;
use stage2::rlimits;
use stage2::spec::Rlimits;

use crate::checks::{enforced, say};
use crate::child::errno;

const LIMITS: Rlimits = Rlimits { nproc: 4096, nofile: 64, core: 0 };

#[test]
fn soft_and_hard_limits_are_lowered() {
    let said = say(|| {
        enforced(rlimits::apply(&Some(LIMITS)));
        let of = |resource| getrlimit(resource).unwrap();
        let nproc = of(Resource::RLIMIT_NPROC);
        assert!(nproc.0 <= LIMITS.nproc && nproc.1 <= LIMITS.nproc, "{nproc:?}");
        format!("{:?} {:?}", of(Resource::RLIMIT_NOFILE), of(Resource::RLIMIT_CORE))
    });
    assert_eq!(said, "(64, 64) (0, 0)");
}

#[test]
fn a_stricter_limit_of_the_host_stays() {
    let said = say(|| {
        setrlimit(Resource::RLIMIT_NOFILE, 20, 32).unwrap();
        enforced(rlimits::apply(&Some(LIMITS)));
        format!("{:?}", getrlimit(Resource::RLIMIT_NOFILE).unwrap())
    });
    assert_eq!(said, "(20, 32)");
}

#[test]
fn a_leak_of_descriptors_ends_at_the_limit() {
    let open_many = || {
        let mut files = Vec::new();
        loop {
            match File::open("/dev/null") {
                Ok(_) if files.len() == 100 => return "more than 100".into(),
                Ok(file) => files.push(file),
                Err(error) => {
                    drop(files);
                    return errno::<()>(Err(error));
                }
            }
        }
    };
    assert_eq!(say(open_many), "more than 100");
    let inside = say(move || {
        enforced(rlimits::apply(&Some(LIMITS)));
        open_many()
    });
    assert_eq!(inside, "EMFILE");
}

/// Root may raise a hard limit while it has `CAP_SYS_RESOURCE`, so the privileges go too.
#[test]
fn a_limit_cannot_be_raised_again() {
    let raise = || errno(setrlimit(Resource::RLIMIT_NOFILE, 64, 65));
    let said = say(move || {
        enforced(rlimits::apply(&Some(LIMITS)));
        assert!(!matches!(stage2::caps::apply(), Achieved::Failed(_)));
        raise()
    });
    assert_eq!(said, "EPERM");
}

#[test]
fn switched_off_changes_nothing() {
    let said = say(|| {
        let before = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        assert!(matches!(rlimits::apply(&None), Achieved::Skipped(_)));
        assert_eq!(getrlimit(Resource::RLIMIT_NOFILE).unwrap(), before);
        "same".into()
    });
    assert_eq!(said, "same");
}
