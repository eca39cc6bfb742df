//! What every test needs: a world of its own, the program run in it, and the same act outside.

mod descendants;
mod identity;
mod look;
mod model;
mod noise;
mod own_home;
mod run;
mod screen;
#[allow(unsafe_code)]
mod session;
mod skip;
mod snapshot;
mod terminal;
#[path = "../../tests/support/tree.rs"]
mod tree;
mod world;
mod x11;

pub use descendants::{Process, family, processes_with};
pub use identity::identities;
pub use look::Seen;
pub use model::{Call, Model};
pub use noise::noise;
pub use run::{Ended, PASSED_ON, Run, Running};
pub use screen::{Emulator, ROWS, Screen};
pub use skip::{has_program, skip};
pub use snapshot::Snapshot;
pub use terminal::Tty;
pub use world::{PATH, World};
pub use x11::{X11, add_key, reached};

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Longer than anything here takes on a slow machine; a test that waits so long has failed.
pub const LIMIT: Duration = Duration::from_secs(60);

/// The program under test: where nextest unpacked it, else where cargo built it.
pub fn program() -> PathBuf {
    let program = std::env::var_os("NEXTEST_BIN_EXE_ai-jail")
        .map_or_else(|| env!("CARGO_BIN_EXE_ai-jail").into(), PathBuf::from);
    if own_home::is_on() { own_home::in_front_of(&program) } else { program }
}

/// Waits until something is so.
///
/// # Panics
///
/// Past the limit, saying what did not come about.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT, "this did not come about: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether all tests run where stage one can lay nothing out: `mount_setattr(2)` gives `ENOSYS` there.
pub fn is_without_stage_one() -> bool {
    std::env::var_os("WITHOUT_STAGE_ONE").is_some_and(|value| value == "1")
}

/// What `/proc/PID/status` says of filters of system calls where a jail has none: the tests themselves
/// may run behind one.
pub fn seccomp_of_no_filter() -> &'static str {
    if is_without_stage_one() { "Seccomp:\t2" } else { "Seccomp:\t0" }
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    nix::unistd::getuid().is_root()
}
