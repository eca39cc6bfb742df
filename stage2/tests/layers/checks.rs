//! What a test stops at: a probe that died, a layer that is not there, a machine that cannot
//! show it.

use std::fs::File;
use std::io::Write;

use stage2::report::Achieved;

use crate::child::{Outcome, run};

/// Runs `probe` and gives what it said; a death is a failure of the test.
pub fn say(probe: impl FnOnce() -> String) -> String {
    match run(probe) {
        Outcome::Said(said) => said,
        Outcome::Died(signal) => panic!("the probe died of {signal}"),
    }
}

/// Stops the probe where the layer was not applied in full.
pub fn enforced(achieved: Achieved) -> String {
    match achieved {
        Achieved::Enforced(what) => what,
        other => panic!("not enforced: {other:?}"),
    }
}

/// Says loudly that `test` proves nothing here, and counts it where the CI collects the lines.
pub fn skipped(test: &str, why: &str) {
    let line = format!("SKIPPED: {test}: {why}\n");
    eprint!("{line}");
    if let Some(log) = std::env::var_os("AI_JAIL_SKIP_LOG") {
        let mut log = File::options().create(true).append(true).open(log).unwrap();
        log.write_all(line.as_bytes()).unwrap();
    }
}

/// Whether the tests run as a root that may do all that root may (in a container it mostly may
/// not); says that `test` is skipped where they do not.
pub fn is_root(test: &str) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let unfiltered = status.lines().any(|line| line == "Seccomp:\t0");
    let root = nix::unistd::geteuid().is_root()
        && unfiltered
        && caps::has_cap(None, caps::CapSet::Effective, caps::Capability::CAP_SYS_ADMIN).unwrap();
    if !root {
        skipped(test, "needs root with its capabilities and without another filter");
    }
    root
}
