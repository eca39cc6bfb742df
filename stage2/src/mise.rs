//! The environment that mise gives the command.
//!
//! mise runs here behind every layer, because a project's mise configuration is a stranger's
//! code: `exec` templates and `_.source` scripts run while the environment is made. It gets a
//! time limit, and what it leaves running is ended: all that is taken from it is text.

mod environment;
mod step;

use std::convert::Infallible;
use std::ffi::{CString, OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::unistd::{execv, setsid};

use crate::confinement::Confinement;
use crate::report::{Achieved, FromJail};
use crate::reporter::Reporter;
use crate::signals::Signals;
use crate::spec::{Mise, Spec};
use crate::sys;
use step::Ended;

/// Where the start-up file of an interactive bash is. `/run` is the jail's own.
const START_UP_FILE: &str = "/run/ai-jail-bashrc";

/// What the command gets beyond its own.
#[derive(Debug, Default)]
pub struct Additions {
    /// Variables to set.
    pub environment: Vec<(OsString, OsString)>,
    /// Arguments to put before the command's own.
    pub arguments: Vec<OsString>,
}

/// Whether there will be a command.
#[derive(Debug)]
pub enum Outcome {
    /// Yes. A mise that failed has been reported, and gives nothing.
    Start(Additions),
    /// The run is over, with this status.
    Over(u8),
}

/// Runs mise where the spec asks for it.
///
/// # Errors
///
/// A system call that fails for want of resources; mise's own failures are reports.
pub fn prepare(
    spec: &Spec,
    signals: &Signals,
    report: &Reporter,
    confinement: Confinement,
) -> std::io::Result<Outcome> {
    let Some(mise) = &spec.mise else {
        return Ok(Outcome::Start(Additions::default()));
    };
    let outcome = match step::run(mise, signals, report, confinement)? {
        Ended::Run(status) => return Ok(Outcome::Over(status)),
        Ended::Failed(why) => Err(why),
        Ended::Printed(text) => additions(mise, &text),
    };
    let (additions, achieved) = match outcome {
        Ok((additions, what)) => (additions, Achieved::Enforced(what)),
        Err(why) => (Additions::default(), Achieved::Failed(why)),
    };
    report.send(&FromJail::Mise(achieved));
    Ok(Outcome::Start(additions))
}

/// What mise's output means for the command, and in words.
fn additions(mise: &Mise, text: &[u8]) -> Result<(Additions, String), String> {
    let environment = environment::read(text, &mise.withheld)?;
    if !mise.hook {
        let what = environment::names(&environment);
        return Ok((Additions { environment, arguments: Vec::new() }, what));
    }
    // The hook sets the variables itself: it takes back what it has set when the directory
    // changes, and only that.
    write_start_up_file(&mise.program.0)
        .map_err(|error| format!("cannot write {START_UP_FILE}: {error}"))?;
    let arguments = vec!["--rcfile".into(), START_UP_FILE.into()];
    let what = "bash activates it, for each directory anew".into();
    Ok((Additions { environment: Vec::new(), arguments }, what))
}

/// bash(1) reads this in place of `~/.bashrc`, so it reads that first. One that activates mise
/// by itself has defined the hook by then.
fn write_start_up_file(program: &Path) -> std::io::Result<()> {
    // Something that mise's configuration may have put there.
    let _ = fs::remove_file(START_UP_FILE);
    let mut file =
        fs::File::options().write(true).create_new(true).mode(0o600).open(START_UP_FILE)?;
    file.write_all(b"[ ! -r ~/.bashrc ] || . ~/.bashrc\n")?;
    file.write_all(b"declare -F _mise_hook >/dev/null || eval \"$(")?;
    file.write_all(&quote(program.as_os_str()))?;
    file.write_all(b" activate bash)\"\n")
}

/// A word for bash.
fn quote(word: &OsStr) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for &byte in word.as_bytes() {
        if byte == b'\'' {
            quoted.extend_from_slice(b"'\\''");
        } else {
            quoted.push(byte);
        }
    }
    quoted.push(b'\'');
    quoted
}

/// Becomes `mise env --json`, in a session of its own: it has no terminal to ask or to draw on.
fn become_mise(mise: &Mise, output: &[OwnedFd; 2]) -> ! {
    let Err(error) = execute(mise.program.0.as_os_str(), output);
    // Read as if mise had said it.
    let _ = writeln!(std::io::stderr(), "{error}");
    sys::exit_now(127)
}

fn execute(program: &OsStr, output: &[OwnedFd; 2]) -> std::io::Result<Infallible> {
    let null = fs::File::open("/dev/null")?;
    for (source, target) in
        [null.as_raw_fd(), output[0].as_raw_fd(), output[1].as_raw_fd()].into_iter().zip(0..)
    {
        sys::duplicate_onto(source, target)?;
    }
    // Fails only for a session leader, which this fresh child is not.
    setsid()?;
    sys::default_signals();
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    let words = [program, OsStr::new("env"), OsStr::new("--json")];
    let words = words.map(|word| CString::new(word.as_bytes())).into_iter();
    let words = words.collect::<Result<Vec<_>, _>>()?;
    Ok(execv(&words[0], &words)?)
}
