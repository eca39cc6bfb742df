//! The loop of PID 1, in a process of its own, with a command that only waits for a signal.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::libc;
use nix::sys::signal::{SigmaskHow, sigprocmask};
use nix::sys::socket::{MsgFlags, send};
use nix::sys::wait::{WaitStatus, waitpid};

use super::*;
use crate::channel::Channel;
use crate::report::MAX_TEXT;

const BOTH: [Confinement; 2] = [Confinement::Namespaces, Confinement::Profile];

/// The status for an error of the loop, which no test expects of the command.
const LOOP_FAILED: u8 = 99;

/// PID 1 and the front's end of its channel.
struct Jail {
    init: Pid,
    front: Channel,
    confinement: Confinement,
}

impl Jail {
    fn start(confinement: Confinement) -> Self {
        let (front, theirs) = Channel::pair(confinement).expect("a channel");
        let Some(init) = sys::fork().expect("fork") else {
            drop(front);
            sys::exit_now(pid_1(theirs, confinement).unwrap_or(LOOP_FAILED));
        };
        drop(theirs);
        Self { init, front, confinement }
    }

    /// Sends a message that no front would.
    fn send_text(&self, text: &[u8]) {
        let mut message = Vec::new();
        if self.confinement == Confinement::Profile {
            message.extend(u32::try_from(text.len()).expect("short").to_le_bytes());
        }
        message.extend(text);
        self.send_bytes(&message);
    }

    fn send_bytes(&self, bytes: &[u8]) {
        let socket = self.front.as_fd().as_raw_fd();
        assert_eq!(send(socket, bytes, MsgFlags::MSG_NOSIGNAL), Ok(bytes.len()));
    }

    fn ask(&self, request: ToJail) {
        self.front.send(&request).expect("PID 1 is there");
    }

    /// The text of the warning that PID 1 sends next.
    fn warning(&self) -> String {
        match self.front.receive().expect("a message of a known form") {
            Some(FromJail::Warning(what)) => what,
            other => panic!("{other:?}"),
        }
    }

    /// The status of PID 1; the front is there until then.
    fn status(self) -> i32 {
        status(self.init)
    }
}

fn status(process: Pid) -> i32 {
    match waitpid(process, None) {
        Ok(WaitStatus::Exited(_, status)) => status,
        other => panic!("{other:?}"),
    }
}

/// A small PID 1.
fn pid_1(control: OwnedFd, confinement: Confinement) -> io::Result<u8> {
    let signals = Signals::block(&SigSet::from_iter([Signal::SIGCHLD]), confinement)?;
    signals.listen()?;
    let Some(command) = sys::fork()? else {
        sys::default_signals();
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
        loop {
            nix::unistd::pause();
        }
    };
    setpgid(command, command)?;
    let report = Reporter(Some(Channel::over(control, confinement)));
    let console = Console::None;
    let (signals, report, rest) = (&signals, &report, Rest::default());
    let init = Init { command, signals, report, console, confinement, stopped: None, rest };
    let status = init.serve();
    let _ = sys::kill(command.as_raw(), libc::SIGKILL);
    status
}

#[test]
fn a_message_that_nobody_understands_is_passed_over_and_told() {
    for confinement in BOTH {
        let jail = Jail::start(confinement);
        for text in [&b"{"[..], b"nonsense", br#"{"signal":"TERM"}"#, br#"{"reboot":1}"#, b"\xff"] {
            jail.send_text(text);
            let what = jail.warning();
            assert!(what.starts_with("a message of the front was not understood: "), "{what}");
        }
        // The control: the command still runs, and the next message reaches it.
        jail.ask(ToJail::Signal(libc::SIGTERM));
        assert_eq!(jail.status(), 128 + libc::SIGTERM);
    }
}

#[test]
fn what_is_not_understood_is_told_in_a_message_that_fits() {
    for confinement in BOTH {
        let jail = Jail::start(confinement);
        jail.send_text(format!("{{\"{}\":1}}", "\\u0001".repeat(5000)).as_bytes());
        let what = jail.warning();
        assert_eq!(what.chars().count(), MAX_TEXT, "cut");
        jail.ask(ToJail::Signal(libc::SIGTERM));
        assert_eq!(jail.status(), 128 + libc::SIGTERM);
    }
}

#[test]
fn a_signal_that_cannot_be_sent_is_no_reason_to_end() {
    for confinement in BOTH {
        let jail = Jail::start(confinement);
        jail.ask(ToJail::Signal(-1));
        jail.ask(ToJail::GroupSignal(i32::MAX));
        jail.ask(ToJail::Continue(true));
        jail.ask(ToJail::GroupSignal(libc::SIGUSR1));
        assert_eq!(jail.status(), 128 + libc::SIGUSR1);
    }
}

#[test]
fn the_end_of_the_front_ends_the_run() {
    for confinement in BOTH {
        let Jail { init, front, .. } = Jail::start(confinement);
        drop(front);
        assert_eq!(status(init), 128 + libc::SIGKILL);
    }
}

#[test]
fn a_stream_that_has_lost_its_boundaries_ends_the_run() {
    let jail = Jail::start(Confinement::Profile);
    jail.send_bytes(&[0xff; 8]);
    assert_eq!(jail.status(), i32::from(LOOP_FAILED));
}
