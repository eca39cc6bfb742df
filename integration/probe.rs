//! The test binary itself, started again inside a jail: it answers questions about the jail that
//! no program of the system could.
//!
//! Questions come on standard input, one a line; each is answered in a process of its own, by one
//! line.

use std::fs;
use std::io::{Write, stdin, stdout};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};

use stage2::report::Achieved;
use stage2::seccomp::samples::Args;
use stage2::spec::{Landlock, Seccomp};

use crate::attempt::{self, Way};
use crate::child::{self, Outcome, errno};
use crate::harness::{Run, World};

/// Begins an answer: the test harness writes lines of its own.
const MARK: &str = "> ";

/// Something to find out.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// What a system call gets.
    Call(Way, u32, Args),
    /// What a call without arguments gets through i386's entry point.
    #[cfg(target_arch = "x86_64")]
    I386(i32),
    /// What a connection to an abstract Unix socket gets.
    Abstract(&'a str),
    /// What it gets to listen on a TCP port of the loopback interface.
    Listen,
    /// What it gets to make a file.
    Create(&'a str),
    /// Whether it can restrict itself further, with Landlock and with a filter.
    Restrict,
    /// A field of `/proc/self/status`.
    Status(&'a str),
    /// Soft and hard value of a line in `/proc/self/limits`.
    Limit(&'a str),
}

impl Question<'_> {
    fn line(&self) -> String {
        match self {
            Self::Call(way, number, args) => {
                let args: Vec<String> = args.iter().map(u64::to_string).collect();
                format!("call {way:?} {number} {}", args.join(" "))
            }
            #[cfg(target_arch = "x86_64")]
            Self::I386(number) => format!("i386 {number}"),
            Self::Abstract(name) => format!("abstract {name}"),
            Self::Listen => "listen".into(),
            Self::Create(path) => format!("create {path}"),
            Self::Restrict => "restrict".into(),
            Self::Status(field) => format!("status {field}"),
            Self::Limit(name) => format!("limit {name}"),
        }
    }
}

/// The answer to a question's line.
fn answer(line: &str) -> String {
    let (what, rest) = line.split_once(' ').unwrap_or((line, ""));
    match what {
        "call" => call(rest),
        #[cfg(target_arch = "x86_64")]
        "i386" => attempt::int_0x80(rest.parse().expect("a number")).to_string(),
        "abstract" => {
            let address = SocketAddr::from_abstract_name(rest).expect("a name");
            errno(UnixStream::connect_addr(&address))
        }
        "listen" => errno(std::net::TcpListener::bind("127.0.0.1:0")),
        "create" => errno(fs::write(rest, "")),
        "restrict" => restrict(),
        "status" => field("/proc/self/status", &format!("{rest}:")),
        "limit" => {
            let line = field("/proc/self/limits", rest);
            line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
        }
        _ => panic!("not a question: {line}"),
    }
}

fn call(words: &str) -> String {
    let mut words = words.split(' ');
    let way = if words.next() == Some("Plain") { Way::Plain } else { Way::Witnessed };
    let mut numbers = words.map(|word| word.parse::<u64>().expect("a number"));
    let number = numbers.next().and_then(|number| number.try_into().ok()).expect("a call");
    let args: Vec<u64> = numbers.collect();
    attempt::call(way, number, args.try_into().expect("six arguments"))
}

fn restrict() -> String {
    let nothing = Landlock { rules: Vec::new(), deny_tcp: false };
    let said = |achieved| match achieved {
        Achieved::Enforced(_) | Achieved::Partial(_) => "ok".to_owned(),
        Achieved::Skipped(why) | Achieved::Failed(why) => why,
    };
    let landlock = said(stage2::landlock::apply(&Some(nothing)));
    format!("{landlock} {}", said(stage2::seccomp::apply(Some(Seccomp::Default))))
}

/// What follows `name` in a file of lines.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).expect("a file of /proc");
    let rest = text.lines().find_map(|line| line.strip_prefix(name));
    rest.unwrap_or_else(|| panic!("no {name} in {file}")).trim().to_owned()
}

/// Not a test: what runs inside.
#[test]
#[ignore = "the other tests start this inside a jail"]
fn inside() {
    for line in stdin().lines() {
        let line = line.expect("text");
        let answer = match child::run(|| answer(&line)) {
            Outcome::Said(text) => text,
            Outcome::Died(signal) => format!("{signal}"),
        };
        // The harness may have begun a line.
        write!(stdout(), "\n{MARK}{answer}\n").expect("standard output");
    }
}

/// How to start [`inside`].
const INSIDE: [&str; 5] =
    ["--exact", "probe::inside", "--ignored", "--nocapture", "--test-threads=1"];

impl World {
    /// The questions as a jail with these flags answers them.
    pub fn ask(&self, flags: &[&str], questions: &[Question]) -> Vec<String> {
        self.ask_through(flags, questions, |run| run)
    }

    /// The same, with something else about the run.
    pub fn ask_through(
        &self,
        flags: &[&str],
        questions: &[Question],
        change: impl FnOnce(Run) -> Run,
    ) -> Vec<String> {
        answers(change(self.exec_with(flags, self.probe())), questions)
    }

    /// The questions as they are answered without a jail.
    pub fn ask_outside(&self, questions: &[Question]) -> Vec<String> {
        answers(self.outside(self.probe()), questions)
    }

    /// How to start this program from the project: the only place that every jail has.
    fn probe(&self) -> Vec<&'static str> {
        let probe = self.project().join("probe");
        if !probe.exists() {
            let ourselves = std::env::current_exe().expect("our own path");
            fs::copy(ourselves, &probe).expect("a copy of the test binary");
        }
        [&["./probe"][..], &INSIDE].concat()
    }
}

fn answers(run: Run, questions: &[Question]) -> Vec<String> {
    let lines: String = questions.iter().map(|question| question.line() + "\n").collect();
    let ended = run.input(lines).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let answers: Vec<String> =
        ended.out().lines().filter_map(|line| line.strip_prefix(MARK)).map(Into::into).collect();
    assert_eq!(answers.len(), questions.len(), "{ended}");
    answers
}
