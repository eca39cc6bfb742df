//! The child that becomes the command.

use std::convert::Infallible;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::unistd::{Pid, execvp, getpid, setpgid, tcsetpgrp};

use crate::mise::Additions;
use crate::report::{ExecFailure, FromJail, MAX_TEXT, Unusable};
use crate::reporter::Reporter;
use crate::spec::{Foreground, Spec};
use crate::sys;

/// The search path of `execvp(3)` without `PATH`.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// Bytes of a script's first line that the kernel looks at, `execve(2)`.
const MAX_LINE: u64 = 256;

/// Becomes the command, in a process group of its own. Where that fails the front is told why,
/// and the process ends with the status a shell would give.
pub fn become_command(
    spec: &Spec,
    additions: Additions,
    report: &Reporter,
    terminal: Option<BorrowedFd>,
) -> ! {
    // A group of its own: `kill(0, …)` in the jail must not reach the caller's group. It fails
    // only for a session leader, which this fresh child is not.
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
    if let (Foreground::AtStart, Some(terminal)) = (spec.foreground, terminal) {
        // All signals are blocked, SIGTTOU too, so a background group may do this. Where the
        // terminal has gone the command will notice by itself.
        let _ = tcsetpgrp(terminal, getpid());
    }
    for (name, value) in &additions.environment {
        sys::set_variable(name, value);
    }
    let mut command = spec.command.clone();
    command.splice(1..1, additions.arguments);
    for pipe in &spec.handed {
        // Whatever is wrong with one, the command will notice by itself.
        let _ = sys::keep_on_exec(*pipe);
    }
    let Err(errno) = execute(&command);
    let failure = failure(&spec.command[0], errno);
    let status = failure.status();
    report.send(&FromJail::ExecFailed(failure));
    sys::exit_now(status);
}

/// Default dispositions, an empty mask, and `execvp(3)`.
fn execute(command: &[OsString]) -> Result<Infallible, Errno> {
    let to_c = |word: &OsString| CString::new(word.as_bytes()).map_err(|_| Errno::EINVAL);
    let words = command.iter().map(to_c).collect::<Result<Vec<_>, _>>()?;
    sys::default_signals();
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    execvp(&words[0], &words)
}

/// Tells "not found" from "cannot be executed": `execve(2)` gives `ENOENT` for a missing
/// interpreter too, and `EACCES` for a directory on the way.
fn failure(program: &OsStr, errno: Errno) -> ExecFailure {
    let path = std::env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    let found = places(program, &path).into_iter().find(|place| place.exists());
    ExecFailure {
        program: shorten(program),
        looked: shorten(&path),
        found: found.map(|file| unusable(&file, errno)),
    }
}

/// Why a file that is there cannot be executed.
fn unusable(file: &Path, errno: Errno) -> Unusable {
    // Only then: opening a FIFO would wait for ever.
    let missing = if errno == Errno::ENOENT { interpreter(file) } else { None };
    let why = match errno {
        _ if file.is_dir() => "it is a directory",
        Errno::ENOENT if missing.is_some() => "its interpreter is not in the jail",
        Errno::ENOENT => "its dynamic loader is not in the jail",
        Errno::EACCES if !is_executable(file) => "it has no execute permission",
        _ => errno.desc(),
    };
    Unusable {
        file: shorten(file.as_os_str()),
        why: why.into(),
        interpreter: missing.map(|path| shorten(path.as_os_str())),
    }
}

/// Text for a message that has to fit into a datagram.
fn shorten(text: &OsStr) -> String {
    text.to_string_lossy().chars().take(MAX_TEXT).collect()
}

/// Where `execvp(3)` looks for a program.
fn places(program: &OsStr, path: &OsStr) -> Vec<PathBuf> {
    if program.as_bytes().contains(&b'/') {
        return vec![program.into()];
    }
    // Joined to a directory it would name that directory.
    if program.is_empty() {
        return Vec::new();
    }
    std::env::split_paths(path).map(|directory| directory.join(program)).collect()
}

/// The interpreter that a script names in its first line, if it is one.
fn interpreter(script: &Path) -> Option<PathBuf> {
    let mut text = Vec::new();
    File::open(script).ok()?.take(MAX_LINE).read_to_end(&mut text).ok()?;
    let line = text.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let word = line.trim_ascii().split(u8::is_ascii_whitespace).next()?;
    Some(OsString::from_vec(word.to_vec()).into())
}

/// Whether a file has an execute bit.
fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}
