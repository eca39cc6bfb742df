//! Whether a newer version of this program exists: asked at most once a day, and only while a
//! status bar shows the answer.
//!
//! The launch only reads what the last check has left. A check that is due is a process of its own
//! ([`ENTRY_POINT`]), which neither the launch nor the exit waits for; what it finds comes through
//! a pipe, or is there at the next launch.
//!
//! The question is put by the system's `curl`. A client of our own would make up most of the
//! binary that is started twice for every jail, could not be built for other systems without
//! their C compilers, and would know neither the certificates nor the proxies that the user's
//! network needs. Where there is no curl nothing is checked.
//!
//! What was found is kept beside the trust records, where no jail can write: the caches are open
//! to the jail, and a command could show its user what it likes.

mod cache;
mod fetch;

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime};

use semver::Version;

use crate::host::Environment;
use crate::policy;
pub use cache::{Checked, FILE_NAME};
pub use fetch::{Answer, Limits, fetch};

/// The first argument of the process that checks.
pub const ENTRY_POINT: &str = "__newer";

/// Switches the check off where it is 1.
const OFF: &str = "AI_JAIL_NO_UPDATE_CHECK";

/// Another place to ask, for tests: an address of this machine, or it is ignored.
const OTHER_PLACE: &str = "AI_JAIL_UPDATE_URL";

/// Where this program comes from; empty where its package does not say.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// Between two checks, whatever became of the first.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Our own version.
pub const OURS: &str = env!("CARGO_PKG_VERSION");

/// What is known at the launch, and where more will come from.
#[derive(Debug, Default)]
pub struct News {
    /// A newer version was found before.
    pub newer: bool,
    /// A check that has just been started.
    pub check: Option<Check>,
}

/// A check that runs.
#[derive(Debug)]
pub struct Check {
    process: Child,
    /// A byte if there is a newer version, and its end in any case.
    found: ChildStdout,
}

/// What becomes readable when the check is over.
impl AsFd for Check {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.found.as_fd()
    }
}

impl Check {
    /// Whether a newer version was found. Waits for the check.
    pub fn found(mut self) -> bool {
        let found = self.found.read_exact(&mut [0]).is_ok();
        let _ = self.process.wait();
        found
    }
}

/// Reads what is known, and starts a check if one is due. Nothing that fails here is worth a word.
pub fn start(environment: &Environment, home: Option<&Path>) -> News {
    let Some((url, directory)) = place(environment).zip(home.map(directory)) else {
        return News::default();
    };
    let known = cache::read(&directory);
    let newer = known.as_ref().is_some_and(|known| is_newer(known.version.as_ref()));
    let due = known.is_none_or(|known| is_due(known.at, SystemTime::now()));
    let check = if due { run_apart(&url, &directory) } else { None };
    News { newer, check }
}

/// Where to ask; `None` where nobody shall.
pub fn place(environment: &Environment) -> Option<String> {
    let set = |name| environment.get(name).filter(|value| !value.is_empty());
    if set("CI").is_some() || set(OFF).is_some_and(|value| value == "1") {
        return None;
    }
    let other = set(OTHER_PLACE).and_then(OsStr::to_str).filter(|url| fetch::is_local(url));
    other.map_or_else(|| releases(REPOSITORY), |url| Some(url.to_owned()))
}

/// Where a repository tells its newest release: a JSON object with a `tag_name`.
pub fn releases(repository: &str) -> Option<String> {
    let path = repository.strip_prefix("https://github.com/")?.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    Some(format!("https://api.github.com/repos/{path}/releases/latest"))
}

/// Whether it is time for a check after one at `last`. One in the future says that a clock was
/// wrong.
pub fn is_due(last: SystemTime, now: SystemTime) -> bool {
    now.duration_since(last).map_or(true, |passed| passed >= INTERVAL)
}

/// Where the answer is kept: in the directory of the trust records.
fn directory(home: &Path) -> PathBuf {
    home.join(policy::own::TRUST_RECORDS)
}

/// Whether it is newer than ours. A version that its makers do not call finished is not.
pub fn is_newer(version: Option<&Version>) -> bool {
    let Ok(ours) = Version::parse(OURS) else { return false };
    version.is_some_and(|version| version.pre.is_empty() && *version > ours)
}

/// Starts the process that checks, away from the keyboard's signals.
fn run_apart(url: &str, directory: &Path) -> Option<Check> {
    let mut process = Command::new(std::env::current_exe().ok()?)
        .arg(ENTRY_POINT)
        .arg(url)
        .arg(directory)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()?;
    let found = process.stdout.take()?;
    Some(Check { process, found })
}

/// The process that checks: its arguments are the place to ask and where to keep the answer.
/// It has failed with nobody to tell, so its status says nothing.
pub fn main(arguments: &[std::ffi::OsString]) -> u8 {
    if let [url, directory] = arguments {
        if let Some(url) = url.to_str() {
            check(url, Path::new(directory), Limits::USUAL, &mut std::io::stdout());
        }
    }
    0
}

/// Asks, keeps the answer, and writes a byte if there is a newer version.
pub fn check(url: &str, directory: &Path, limits: Limits, news: &mut impl Write) {
    let known = cache::read(directory).and_then(|known| known.version);
    // First of all that somebody asks: a check that fails is not repeated either.
    let now = SystemTime::now();
    let asked = Checked { at: now, version: known };
    if cache::write(directory, &asked).is_err() {
        return;
    }
    let Some(Answer { version }) = fetch(url, limits) else { return };
    let newer = is_newer(Some(&version));
    let _ = cache::write(directory, &Checked { at: now, version: Some(version) });
    if newer {
        let _ = news.write_all(b"!");
    }
}
