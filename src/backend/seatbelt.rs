//! A plan as a profile of macOS's sandbox, which is also called Seatbelt; see `sandbox-exec(1)`.
//!
//! The rules themselves are in `seatbelt/*.sbpl`; a plan adds one line for each place. The
//! language has no public description: what is relied upon, and where that is published, is in
//! docs/macos.md, and `tests/seatbelt/` evaluates profiles by it.

mod spelling;

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::plan::mount::{below, nearest};
use crate::plan::network::Filter;
use crate::plan::{Access, Authority, MacOs, Network, Rule, RuleKind};

/// Rules of every jail.
const BASE: &str = include_str!("seatbelt/base.sbpl");

/// More, where there is a network.
const NETWORK: &str = include_str!("seatbelt/network.sbpl");

/// More, where there is a filtered one.
const FILTERED: &str = include_str!("seatbelt/filtered.sbpl");

/// The words of the lines for places.
const RULES: &str = include_str!("seatbelt/rules.sbpl");

/// What `sandbox-exec` is given.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Profile {
    /// The policy's text, for `-p`. There is no path of the host in it.
    pub policy: String,
    /// What the text calls `(param "KEY")`, for `-D KEY=VALUE`.
    pub parameters: Vec<(String, OsString)>,
}

/// The ports of the loopback that a filtered network has. A jail on macOS has the host's loopback, so the two
/// numbers of a forwarded port cannot differ there.
fn ports(filter: &Filter) -> String {
    let targets = filter.forwards.iter().map(|forward| forward.target);
    let outward = filter.proxies.into_iter().chain(targets);
    let outward =
        outward.map(|port| format!("(allow network-outbound (remote ip \"localhost:{port}\"))\n"));
    let inward = filter.publishes.iter().map(|forward| {
        let port = forward.target;
        format!("(allow network-bind network-inbound (local ip \"localhost:{port}\"))\n")
    });
    outward.chain(inward).collect()
}

/// Renders the rules of a plan, and its network.
pub fn profile(macos: &MacOs, network: &Network) -> Profile {
    let filter = network.filter();
    let network = match network {
        Network::Shared => NETWORK,
        Network::Filtered(_) => FILTERED,
        Network::None => "",
    };
    let mut writer = Writer {
        macos,
        policy: without_comments(&[BASE, network, RULES]),
        parameters: Vec::new(),
        keys: HashMap::new(),
        passed: HashSet::new(),
    };
    if let Some(filter) = filter {
        writer.policy.push_str(&ports(filter));
    }
    // Outer places before inner ones: the last rule that fits decides.
    for rule in &macos.rules {
        writer.rule(rule);
    }
    for path in &macos.sockets {
        // Others have been said with their mounts.
        if macos.rules.iter().all(|rule| rule.dest != *path) {
            writer.line("jail-sockets", &[path]);
        }
    }
    for path in &macos.replaced {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".");
        writer.line("jail-replace", &[path, Path::new(&beside)]);
    }
    for path in &macos.searched {
        writer.way_to(path);
        writer.line("jail-search", &[path]);
    }
    // Nothing that a jail leaves behind makes somebody else of who runs it.
    writer.policy.push_str("(deny file-write-setugid)\n");
    Profile { policy: writer.policy, parameters: writer.parameters }
}

/// The rules alone: in these files a comment has its own line.
fn without_comments(texts: &[&str]) -> String {
    let is_rule = |line: &&str| !line.is_empty() && !line.starts_with(';');
    let lines = texts.iter().flat_map(|text| text.lines()).filter(is_rule);
    lines.flat_map(|line| [line, "\n"]).collect()
}

struct Writer<'a> {
    macos: &'a MacOs,
    policy: String,
    parameters: Vec<(String, OsString)>,
    /// What each path is called.
    keys: HashMap<PathBuf, String>,
    /// Directories on the way to something that have been dealt with.
    passed: HashSet<PathBuf>,
}

impl Writer<'_> {
    /// One line about places.
    fn line(&mut self, word: &str, places: &[&Path]) {
        let keys: Vec<String> = places.iter().map(|place| self.key(place)).collect();
        let _ = write!(self.policy, "({word}");
        for key in keys {
            let _ = write!(self.policy, " (param \"{key}\")");
        }
        self.policy.push_str(")\n");
    }

    /// What the policy calls a path.
    fn key(&mut self, path: &Path) -> String {
        if let Some(key) = self.keys.get(path) {
            return key.clone();
        }
        let key = format!("P{}", self.parameters.len());
        self.parameters.push((key.clone(), path.into()));
        self.keys.insert(path.into(), key.clone());
        key
    }

    fn rule(&mut self, rule: &Rule) {
        let path = rule.dest.as_path();
        match &rule.kind {
            RuleKind::Closed { prefix: false } => self.line("jail-refuse", &[path]),
            RuleKind::Closed { prefix: true } => self.line("jail-refuse-all", &[path]),
            RuleKind::Link { .. } => {
                self.way_to(path);
                self.line("jail-link", &[path]);
            }
            RuleKind::Open { access } => {
                self.way_to(path);
                self.open(rule, *access);
            }
        }
        self.sockets(rule);
    }

    fn open(&mut self, rule: &Rule, access: Access) {
        let path = rule.dest.as_path();
        match access {
            Access::Device => self.line("jail-device", &[path]),
            Access::ReadOnly => {
                self.line("jail-read", &[path]);
                if self.is_in_writable(path) {
                    self.line("jail-hold", &[path]);
                    self.spelled("jail-hold-spelled", path, "(/|$)");
                }
            }
            // What is around it is writable already.
            Access::ReadWrite if rule.authority == Authority::Pin => {
                self.line("jail-pin", &[path]);
                self.spelled("jail-pin-spelled", path, "$");
            }
            // It has a line of its own, with what is beside it.
            Access::ReadWrite if self.macos.replaced.contains(&rule.dest) => {}
            Access::ReadWrite => self.line("jail-write", &[path]),
        }
    }

    /// Lets paths be followed to a place. Only directories in what nothing else opens need that.
    fn way_to(&mut self, path: &Path) {
        for directory in path.ancestors().skip(1).filter(|above| *above != Path::new("/")) {
            if !self.passed.insert(directory.into()) {
                return;
            }
            let around = nearest(&self.macos.rules, directory);
            if around.is_none_or(|rule| rule.access().is_none()) {
                self.line("jail-pass", &[directory]);
            }
        }
    }

    /// Whether a place is inside one that can be written.
    fn is_in_writable(&self, path: &Path) -> bool {
        let around = path.parent().and_then(|parent| nearest(&self.macos.rules, parent));
        around.is_some_and(|rule| rule.access() == Some(Access::ReadWrite))
    }

    /// A line for all spellings of a place, as far as a jail could choose one: below what it may
    /// write.
    fn spelled(&mut self, word: &str, path: &Path, end: &str) {
        let is_writable = |above: &&Path| {
            let mut at = self.macos.rules.iter().filter(|rule| rule.dest == **above);
            at.any(|rule| {
                rule.access() == Some(Access::ReadWrite) && rule.authority != Authority::Pin
            })
        };
        let around = path.ancestors().skip(1).find(is_writable);
        if let Some(around) = around {
            let expression = spelling::of(path, around, end);
            self.line(word, &[Path::new(&expression)]);
        }
    }

    /// What becomes of Unix sockets at a place.
    fn sockets(&mut self, rule: &Rule) {
        let path = rule.dest.as_path();
        let macos = self.macos;
        if macos.sockets.contains(&rule.dest) {
            self.line("jail-sockets", &[path]);
        } else if let RuleKind::Closed { prefix } = rule.kind {
            if macos.sockets.iter().all(|open| below(path, open).is_none()) {
                return;
            }
            if prefix {
                let expression = spelling::beginning(path);
                self.line("jail-no-sockets-at", &[Path::new(&expression)]);
            } else {
                self.line("jail-no-sockets", &[path]);
            }
        }
    }
}
