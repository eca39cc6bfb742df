//! `--explain`: what the jail sees at a path, and which rule decided. A view of the plan: the
//! mounts, their authors and their reasons are the plan's own, and what would change the answer
//! was found by making other plans.

mod answer;
pub mod network;
mod rule;
mod shown;
mod trials;
mod variable;
mod walk;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;
use stage2::os_bytes::{self, BytePath};

pub use answer::{Access, Answer};
pub use rule::Rule;
pub use trials::{is_shown_by, show};
pub use walk::Look;

use crate::host::links::{Link, Located};
use crate::host::look::Found;
use crate::plan::{AnyKind, MountKind, Plan, RuleKind, Shown};

/// What is asked, and what the host has there.
#[derive(Clone, Debug)]
pub struct Question {
    /// The path: absolute, links not followed.
    pub path: PathBuf,
    /// The host's home, without links.
    pub home: Option<PathBuf>,
    /// Where the path leads on the host, and what is there; `None` where nothing is.
    pub on_host: Option<(Located, Found)>,
}

/// Something to type, and what it would give.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The words.
    #[serde(with = "os_bytes::list")]
    pub flags: Vec<OsString>,
    /// What the jail would have at the path then.
    #[serde(flatten)]
    pub gives: Answer,
}

/// What could change the answer.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes {
    /// What would change it.
    pub flags: Vec<Change>,
    /// Why a map would not.
    pub refused: Option<String>,
}

/// All that `--explain` shows; [`std::fmt::Display`] for people, its fields for programs.
#[derive(Debug, Serialize)]
pub struct Explanation {
    path: BytePath,
    #[serde(flatten)]
    answer: Answer,
    /// The links followed in the jail.
    links: Vec<ShownLink>,
    /// Where the path leads in the jail.
    leads_to: BytePath,
    mount: Option<ShownMount>,
    rule: Rule,
    reason: String,
    host: OnHost,
    changes: Changes,
    /// What the project's file asks for and does not get until somebody trusts it.
    untrusted: Vec<String>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ShownLink {
    path: BytePath,
    target: BytePath,
}

/// The mount that decided.
#[derive(Debug, Serialize)]
struct ShownMount {
    at: BytePath,
    is: &'static str,
    source: Option<BytePath>,
    reason: String,
}

/// What the host has at the path.
#[derive(Debug, Serialize)]
struct OnHost {
    exists: bool,
    kind: Option<&'static str>,
    links: Vec<ShownLink>,
    leads_to: Option<BytePath>,
}

/// The answer alone, without its reasons.
pub fn answer(plan: &Plan, look: Look<'_>, path: &Path) -> Answer {
    let jail = &Jail::new(plan, look);
    answer::answer(jail, &walk::walk(jail, path))
}

/// What is asked about.
struct Jail<'a> {
    plan: &'a Plan,
    /// Its places, parents before children.
    places: Vec<Shown>,
    /// Tells what the host has at a path without links in it.
    look: Look<'a>,
}

impl<'a> Jail<'a> {
    fn new(plan: &'a Plan, look: Look<'a>) -> Self {
        Self { plan, places: plan.shown(), look }
    }

    /// What the host has at a path, or will have when the jail starts: the directories of a home of the
    /// jails' own are made then.
    fn on_host(&self, path: &Path) -> Option<Found> {
        let is_made = || self.plan.own.iter().any(|own| own.starts_with(path));
        (self.look)(path).or_else(|| is_made().then_some(Found::NEW_DIRECTORY))
    }
}

impl Explanation {
    /// Looks the answer up in the plan.
    pub fn new(plan: &Plan, look: Look<'_>, question: &Question, changes: Changes) -> Self {
        let jail = &Jail::new(plan, look);
        let arrival = walk::walk(jail, &question.path);
        let answer = answer::answer(jail, &arrival);
        let decision = rule::decide(jail, question.home.as_deref(), &arrival);
        Self {
            path: BytePath(question.path.clone()),
            answer,
            links: arrival.links.iter().map(ShownLink::new).collect(),
            leads_to: BytePath(arrival.place.clone()),
            mount: arrival.mount.map(ShownMount::new),
            rule: decision.rule,
            reason: decision.reason,
            host: OnHost::new(question),
            changes,
            untrusted: Vec::new(),
            notes: plan.warnings.clone(),
        }
    }

    /// Where the path leads in the jail.
    pub fn leads_to(&self) -> &Path {
        &self.leads_to.0
    }

    /// Adds what waits for trust.
    #[must_use]
    pub fn untrusted(mut self, items: Vec<String>) -> Self {
        self.untrusted = items;
        self
    }

    /// Adds something the user should know.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }
}

impl ShownLink {
    fn new(link: &Link) -> Self {
        Self { path: BytePath(link.path.clone()), target: BytePath(link.target.clone()) }
    }
}

impl ShownMount {
    fn new(mount: &Shown) -> Self {
        let (is, source) = match &mount.kind {
            AnyKind::Mount(MountKind::Bind { source, .. }) => ("bind", Some(source)),
            AnyKind::Mount(MountKind::Tmpfs { .. }) => ("tmpfs", None),
            AnyKind::Mount(MountKind::EmptyFile) => ("empty file", None),
            AnyKind::Mount(MountKind::Denied { .. }) => ("denied", None),
            AnyKind::Mount(MountKind::File { .. } | MountKind::Replaced { .. }) => ("file", None),
            AnyKind::Mount(MountKind::Copied { source }) => ("copy", Some(source)),
            AnyKind::Mount(MountKind::Proc) => ("proc", None),
            AnyKind::Mount(MountKind::Queues) => ("message queues", None),
            AnyKind::Mount(MountKind::Devices { .. }) => ("devices", None),
            AnyKind::Mount(MountKind::Directory { .. }) => ("directory", None),
            AnyKind::Mount(MountKind::Symlink { .. }) | AnyKind::Rule(RuleKind::Link { .. }) => {
                ("symlink", None)
            }
            AnyKind::Rule(RuleKind::Open { .. }) => ("bind", Some(&mount.dest)),
            AnyKind::Rule(RuleKind::Closed { .. }) => ("refused", None),
        };
        Self {
            at: BytePath(mount.dest.clone()),
            is,
            source: source.cloned().map(BytePath),
            reason: mount.reason.clone(),
        }
    }
}

impl OnHost {
    fn new(question: &Question) -> Self {
        let (located, found) = match &question.on_host {
            Some((located, found)) => (Some(located), Some(found)),
            None => (None, None),
        };
        let links = located.map(|located| located.links.as_slice()).unwrap_or_default();
        Self {
            exists: found.is_some(),
            kind: found.map(|found| answer::word(&found.kind)),
            links: links.iter().map(ShownLink::new).collect(),
            leads_to: located.map(|located| BytePath(located.canonical.clone())),
        }
    }
}
