//! What every test needs; most of it is the other suite's.

#[path = "../harness/identity.rs"]
mod identity;
#[path = "../harness/own_home.rs"]
#[expect(dead_code, reason = "there is no pass of its own here")]
mod own_home;
#[path = "../harness/run.rs"]
#[allow(dead_code)]
mod run;
#[path = "../harness/session.rs"]
#[allow(unsafe_code)]
mod session;
#[path = "../harness/skip.rs"]
#[expect(dead_code, reason = "every program that is run is there")]
mod skip;
#[path = "../harness/terminal.rs"]
#[allow(dead_code)]
mod terminal;
#[path = "../../tests/support/tree.rs"]
#[allow(dead_code)]
mod tree;
#[path = "../harness/world.rs"]
#[allow(dead_code)]
mod world;

#[cfg(not(target_os = "macos"))]
pub use run::Ended;
pub use run::{PASSED_ON, Run};
pub use terminal::Tty;
pub use world::World;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// Longer than anything here takes on a slow machine; a test that waits so long has failed.
pub const LIMIT: Duration = Duration::from_secs(30);

/// The program under test.
#[cfg(target_os = "macos")]
pub fn program() -> PathBuf {
    std::env::var_os("NEXTEST_BIN_EXE_ai-jail")
        .map_or_else(|| env!("CARGO_BIN_EXE_ai-jail").into(), PathBuf::from)
}

/// The program under test: this binary, behind the stand-in.
#[cfg(not(target_os = "macos"))]
pub fn program() -> PathBuf {
    with_stand_in("exec \"$@\"").join("ai-jail")
}

/// What [`with_stand_in`] has made, until the tests are over.
#[cfg(not(target_os = "macos"))]
pub static STAND_INS: std::sync::Mutex<Vec<tempfile::TempDir>> = std::sync::Mutex::new(Vec::new());

/// A directory with the program, and a `sandbox-exec` that takes the options and goes on like
/// this. What it was given is in `arguments` beside it, each ended by a zero byte.
#[cfg(not(target_os = "macos"))]
pub fn with_stand_in(then: &str) -> PathBuf {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    let made = tempfile::Builder::new().prefix("runtime-").tempdir().expect("a directory");
    let directory = made.path().to_path_buf();
    STAND_INS.lock().expect("nobody panics with it").push(made);
    let stand_in = directory.join("sandbox-exec");
    let arguments = directory.join("arguments");
    let front = format!(
        "#!/bin/sh\nexport {}='{}'\nexec '{}' {} \"$@\"\n",
        crate::front::STAND_IN,
        stand_in.display(),
        std::env::current_exe().expect("this binary").display(),
        crate::front::ENTRY_POINT,
    );
    let sandbox_exec = format!(
        "#!/bin/sh\nprintf '%s\\0' \"$@\" > '{}'\n\
         while [ \"$1\" = -p ] || [ \"$1\" = -D ]; do shift 2; done\n{then}\n",
        arguments.display(),
    );
    for (path, text) in [(directory.join("ai-jail"), front), (stand_in, sandbox_exec)] {
        fs::write(&path, text).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("chmod");
    }
    directory
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

/// A number of seconds that only this test sleeps.
pub fn own_sleep(number: u32) -> String {
    format!("{number}{}", std::process::id())
}

/// The numbers of the processes that sleep so long, with their states; `ps(1)`.
pub fn sleepers(seconds: &str) -> Vec<(i32, char)> {
    let output = Command::new("ps").args(["-A", "-o", "pid=,stat=,args="]).output().expect("ps");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let process = |line: &str| {
        let mut words = line.split_whitespace();
        let (pid, state) = (words.next()?.parse().ok()?, words.next()?.chars().next()?);
        let is_one = words.eq(["sleep", seconds]) && state != 'Z';
        is_one.then_some((pid, state))
    };
    text.lines().filter_map(process).collect()
}
