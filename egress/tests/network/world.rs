//! A jail's network, the filter, and the host around both.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use egress::dns::files::Files;
use egress::engine::{self, Setup};
use egress::handover;
use egress::listen::{Forward, Socket};
use egress::maker::Maker;
use egress::policy::{Entry, Policy, Reach};
use egress::rule::Rule;
use egress::tally::Tally;
use egress::upstream::Upstream;
use nix::sys::resource::{Resource, setrlimit};
use stage2::channel::Channel;
use stage2::confinement::Confinement;

use super::inside::{self, Act, Outcome};

/// How a world is made.
#[derive(Default)]
pub struct Plan {
    pub rules: Vec<String>,
    pub forwards: Vec<Forward>,
    /// Lines of the host's `hosts`.
    pub hosts: Vec<String>,
    /// The port of a resolver on the host's loopback, and further `resolv.conf` lines.
    pub resolver: Option<(u16, String)>,
    pub upstream: Option<Upstream>,
    /// Sockets of the host.
    pub sockets: Vec<Socket>,
    pub handshake: Option<Duration>,
    /// The filter's limit of descriptors; the jail has the one of before.
    pub descriptors: Option<u64>,
}

/// Rules as the user writes them; `@` before one makes it a preset's.
pub fn policy(rules: &[String]) -> Policy {
    let entry = |text: &String| {
        let (text, reach) = match text.strip_prefix('@') {
            Some(text) => (text, Reach::Public),
            None => (text.as_str(), Reach::AsWritten),
        };
        Entry { rule: Rule::parse(text).expect("a rule"), reach, from: "a test".to_owned() }
    };
    Policy { entries: rules.iter().map(entry).collect() }
}

/// All of it.
pub struct World {
    jail: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    control: OwnedFd,
    filter: JoinHandle<Tally>,
    pub told: Arc<Mutex<Vec<String>>>,
    _files: tempfile::TempDir,
}

impl World {
    pub fn new(plan: Plan) -> Self {
        let files = tempfile::tempdir().expect("a directory");
        let hosts = files.path().join("hosts");
        std::fs::write(&hosts, plan.hosts.join("\n")).expect("hosts");
        let resolv_conf = files.path().join("resolv.conf");
        let (port, conf) = plan.resolver.clone().unwrap_or((9, String::new()));
        std::fs::write(&resolv_conf, conf).expect("resolv.conf");
        let (ours, theirs) = Channel::pair(Confinement::Namespaces).expect("a channel");
        let (maker, maker_end) = Channel::pair(Confinement::Namespaces).expect("a channel");
        let mut jail = start(&plan, &theirs, &maker_end);
        drop((theirs, maker_end));
        let network = handover::receive(&ours).expect("the jail's network");
        let (control, its_control) = std::os::unix::net::UnixStream::pair().expect("a pair");
        let told = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&told);
        let setup = Setup {
            policy: policy(&plan.rules),
            has_ipv6: network.has_ipv6,
            sockets: network.sockets.into_iter().chain(plan.sockets).collect(),
            maker: Some(Maker::over(maker)),
            upstream: plan.upstream,
            files: Files { hosts, resolv_conf, port },
            handshake: plan.handshake.unwrap_or(engine::HANDSHAKE),
        };
        if let Some(limit) = plan.descriptors {
            setrlimit(Resource::RLIMIT_NOFILE, limit, limit).expect("a lower limit");
        }
        let filter = std::thread::spawn(move || {
            let mut note = |event: &egress::event::Event| {
                noted.lock().expect("nobody panics").push(event.to_string());
            };
            engine::run(setup, its_control.into(), &mut note).expect("the filter works")
        });
        let input = jail.stdin.take().expect("its input");
        let output = BufReader::new(jail.stdout.take().expect("its output"));
        Self { jail, input, output, control: control.into(), filter, told, _files: files }
    }

    /// Has the jail do something.
    pub fn act(&mut self, act: &Act) -> Outcome {
        let line = serde_json::to_string(act).expect("text");
        writeln!(self.input, "{line}").expect("the jail is there");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("the jail answers");
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }

    /// Begins something whose outcome is taken later.
    pub fn look_up(&mut self, name: &str) -> std::net::IpAddr {
        match self.act(&Act::LookUp { name: name.to_owned(), kind: 1 }) {
            Outcome::Addresses(addresses) if addresses.len() == 1 => addresses[0],
            other => panic!("{name}: {other:?}"),
        }
    }

    /// Looks a name up, connects, sends, ends, and reads to the end.
    pub fn talk(&mut self, name: &str, port: u16, send: &[u8]) -> Outcome {
        let to = SocketAddr::new(self.look_up(name), port);
        self.talk_to(to, send)
    }

    pub fn talk_to(&mut self, to: SocketAddr, send: &[u8]) -> Outcome {
        self.act(&Act::Talk { to, send: send.to_vec(), piece: 1 << 16, ends: true })
    }

    /// Ends everything; gives what was refused.
    pub fn end(self) -> Tally {
        let Self { mut jail, input, control, filter, .. } = self;
        drop(input);
        jail.wait().expect("the jail ends");
        drop(control);
        filter.join().expect("the filter ends")
    }
}

/// This program, as root of a user namespace with a network namespace.
fn start(plan: &Plan, sockets: &OwnedFd, maker: &OwnedFd) -> Child {
    inside::inherit(sockets);
    inside::inherit(maker);
    let rules = serde_json::to_string(&plan.rules).expect("text");
    let forwards = serde_json::to_string(&plan.forwards).expect("text");
    let program = std::env::current_exe().expect("this program");
    Command::new("unshare")
        .args([
            Path::new("--user"),
            Path::new("--map-root-user"),
            Path::new("--net"),
            Path::new("--"),
        ])
        .arg(program)
        .args([inside::MARK, &sockets.as_raw_fd().to_string(), &maker.as_raw_fd().to_string()])
        .args([rules, forwards])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("unshare of util-linux")
}
