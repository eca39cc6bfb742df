//! The explanation for people.

use std::fmt;

use super::answer::{Access, Answer};
use super::rule::Rule;
use super::{Explanation, OnHost, ShownLink, ShownMount};
use crate::text::{visible, visible_words};
use crate::views::output::View;

impl View for Explanation {
    fn text(&self, _colour: bool) -> String {
        self.to_string()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", visible(self.path.0.as_os_str()))?;
        let mut row =
            |name: &str, text: &str| writeln!(f, "{}", format!("  {name:<12}  {text}").trim_end());
        for link in &self.links {
            row("link", &link.to_string())?;
        }
        row("in the jail", &self.answer.to_string())?;
        row("rule", &self.rule.to_string())?;
        row("reason", &self.reason)?;
        let other = |mount: &ShownMount| {
            let why = if mount.reason == self.reason { "" } else { &mount.reason };
            let colon = if why.is_empty() { "" } else { ": " };
            format!("{mount}{colon}{why}")
        };
        row("mount", &self.mount.as_ref().map_or("none".into(), other))?;
        // What a process sees in /proc of itself tells nothing of another.
        if self.answer.access != Access::Fresh {
            self.host.rows(&self.links, &mut row)?;
        }
        let mut name = "to change it";
        for text in self.changes() {
            row(name, &text)?;
            name = "";
        }
        let mut name = "untrusted";
        for item in &self.untrusted {
            row(name, &format!("waits for `ai-jail --trust`: {item}"))?;
            name = "";
        }
        self.notes.iter().try_for_each(|note| row("note", note))
    }
}

impl Explanation {
    /// What to type, and what it gives.
    fn changes(&self) -> Vec<String> {
        let change = |change: &super::Change| {
            format!("{}  ({})", visible_words(&change.flags), change.gives)
        };
        let mut lines: Vec<_> = self.changes.flags.iter().map(change).collect();
        let refused = self.changes.refused.as_ref().map(|why| format!("no map would: {why}"));
        let is_hidden = matches!(self.rule, Rule::Hidden { .. });
        if is_hidden && (refused.is_none() || !self.host.exists) {
            lines.push(
                "only the command line opens it, by exactly this name: no map of a parent does"
                    .into(),
            );
        }
        lines.extend(refused);
        if lines.is_empty() {
            lines.push("nothing".into());
        }
        lines
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.unwrap_or("file");
        let lost = if self.writable && !self.kept {
            "; what is written is deleted when the jail ends"
        } else {
            ""
        };
        match (self.access, self.exists) {
            (Access::Refused, _) => write!(f, "refused, whether something is there or not"),
            (Access::Passed, _) => {
                write!(f, "directory that may be passed through, whose names stay unknown")
            }
            (Access::Absent, _) if self.writable => {
                write!(f, "absent, and the command may make it{lost}")
            }
            (Access::Absent, _) => write!(f, "absent"),
            (Access::Denied, _) => write!(f, "{kind} that can be neither read nor written"),
            (Access::Empty, _) if kind == "file" && self.writable => {
                write!(f, "empty file{lost}")
            }
            (Access::Empty, _) if kind == "file" => {
                write!(f, "empty file, which cannot be written")
            }
            (Access::Empty, _) => {
                let read_only = if self.writable { "" } else { ", read-only" };
                write!(f, "empty directory{read_only}, but for what is mounted below{lost}")
            }
            (Access::Fresh, None) => {
                write!(f, "fresh: the kernel makes it for the jail's own processes")
            }
            (Access::Fresh, Some(_)) => write!(f, "fresh {kind}, made for the jail"),
            (Access::Device, _) if kind == "directory" && self.readable => {
                write!(f, "devices, and nothing can be made beside them")
            }
            (Access::Device, _) => write!(f, "device{}", self.denied(kind)),
            (Access::ReadOnly, _) => write!(f, "read-only {kind}{}", self.denied(kind)),
            (Access::ReadWrite, _) => write!(f, "read-write {kind}{}", self.denied(kind)),
        }
    }
}

impl Answer {
    /// What permissions of its own take away, or a mount cannot.
    fn denied(&self, kind: &str) -> &'static str {
        let may_be_written = self.access == Access::ReadWrite || self.access == Access::Device;
        match (self.readable, self.writable) {
            (false, false) => ", which its own permissions close to you",
            (false, true) => ", which its own permissions keep you from reading",
            (true, false) if may_be_written => ", which its own permissions keep you from writing",
            (true, _) if kind == "socket" => {
                ", to which a program can connect all the same before Landlock ABI 9"
            }
            _ => "",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { row } => write!(f, "{row}, which every jail sees"),
            Self::Project => write!(f, "the project"),
            Self::Map { source: "flag" } => write!(f, "a map on the command line"),
            Self::Map { source } => write!(f, "a map in the {source}"),
            Self::Hidden { row } => write!(f, "{row}, which stays hidden"),
            Self::Mask => write!(f, "a mask or a denial"),
            Self::Protected => write!(f, "the host runs it later"),
            Self::Withheld => write!(f, "left out"),
            Self::Lockdown => write!(f, "lockdown"),
            Self::Permissions => write!(f, "permissions on the host"),
            Self::Host => write!(f, "the host has nothing there"),
            Self::Unmounted => write!(f, "what is not named is not mounted"),
        }
    }
}

impl fmt::Display for ShownMount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", visible(self.at.0.as_os_str()), self.is)?;
        if let Some(source) = self.source.as_ref().filter(|source| **source != self.at) {
            write!(f, " of {}", visible(source.0.as_os_str()))?;
        }
        write!(f, ")")
    }
}

impl fmt::Display for ShownLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, target) = (self.path.0.as_os_str(), self.target.0.as_os_str());
        write!(f, "{} -> {}", visible(path), visible(target))
    }
}

impl OnHost {
    /// What the host has, and its links where they are not the jail's.
    fn rows(
        &self,
        in_jail: &[ShownLink],
        row: &mut impl FnMut(&str, &str) -> fmt::Result,
    ) -> fmt::Result {
        let kind = self.kind.unwrap_or("nothing, or nothing that you may see");
        let same = |link: &ShownLink| in_jail.iter().any(|jail| jail.path == link.path);
        if self.links.iter().all(same) {
            return row("on the host", kind);
        }
        let links: Vec<_> = self.links.iter().map(ToString::to_string).collect();
        row("on the host", &format!("{kind}, by the link {}", links.join(", then ")))
    }
}
