//! Each check: what was found, and what that means.

use std::path::Path;

use super::{Builder, Check, ConfigFile, Findings, Status, Trial};
use crate::advice;
use crate::error::Error;
use crate::fields::Switch;
use crate::host::Stdio;
use crate::host::builder::SANDBOX_EXEC;
use crate::remedies::{self, Remedy};
use crate::text::{visible, visible_word};
use stage2::report::{Achieved, Layer};

/// All checks, from the user's own things to the kernel's, and the trial at the end.
pub fn all(findings: &Findings) -> Vec<Check> {
    let subject = Subject { findings };
    let mut checks = vec![subject.directory()];
    checks.extend(findings.user_file.as_ref().map(|file| subject.config("user file", file)));
    checks.push(subject.config("project file", &findings.project_file));
    checks.extend(subject.trust());
    match &findings.builder {
        Builder::Bubblewrap(found) => {
            checks.extend(subject.bubblewrap(found));
            checks.push(subject.surroundings());
            checks.push(subject.namespaces());
            checks.push(subject.apparmor());
            checks.push(subject.landlock());
            checks.push(subject.seccomp());
        }
        Builder::SandboxExec(found) => {
            checks.push(subject.sandbox_exec(found));
            checks.push(subject.system());
        }
    }
    checks.push(subject.network());
    checks.push(subject.terminal());
    checks.push(subject.mise());
    checks.push(subject.jail());
    checks.extend(subject.layers());
    checks
}

/// What is judged.
pub struct Subject<'a> {
    /// All that was found.
    pub findings: &'a Findings,
}

/// As it should be.
pub fn ok(name: &'static str, found: impl Into<String>) -> Check {
    Check { name, status: Status::Ok, found: found.into(), remedy: None }
}

impl Subject<'_> {
    /// Which of its two ways a filtered network has here.
    fn network(&self) -> Check {
        let name = "filtered network";
        match &self.findings.network {
            Some(Ok(())) => ok(name, "can be had for every program"),
            Some(Err(why)) => {
                let found = format!("by proxies only, which some programs ignore: {why}");
                Check { name, status: Status::Warning, found, remedy: None }
            }
            None => ok(name, "by proxies and the variables that programs know"),
        }
    }

    /// Less than it should be.
    pub fn bad(
        &self,
        name: &'static str,
        status: Status,
        found: impl Into<String>,
        remedy: &Remedy,
    ) -> Check {
        let path = match &self.findings.builder {
            Builder::Bubblewrap(Ok(details)) => details.canonical.as_path(),
            Builder::SandboxExec(Ok(path)) => path,
            Builder::Bubblewrap(Err(_)) => Path::new("/usr/bin/bwrap"),
            Builder::SandboxExec(Err(_)) => Path::new(SANDBOX_EXEC),
        };
        Check { name, status, found: found.into(), remedy: Some(remedy.at(path)) }
    }

    /// An error, with the remedy that a launch would tell.
    pub fn wrong(&self, name: &'static str, error: &Error) -> Check {
        let found = error.to_string().replace("\n  ", "; ");
        match advice::row(error, || self.findings.machine.clone()) {
            Some(remedy) => self.bad(name, Status::Failed, found, remedy),
            None => Check { name, status: Status::Failed, found, remedy: None },
        }
    }

    /// Something that keeps many a machine from making jails: bad here if the trial failed for it,
    /// no more than worth knowing if the trial went well.
    pub fn suspect(&self, name: &'static str, found: String, remedy: &Remedy) -> Check {
        match &self.findings.trial {
            trial if trial.went_well() => ok(name, format!("{found}; jails work all the same")),
            Trial::NotTried => ok(name, found),
            Trial::Failed(error) if self.is_remedied_by(error, remedy) => {
                self.bad(name, Status::Failed, found, remedy)
            }
            Trial::Failed(_) | Trial::Ran { .. } => self.bad(name, Status::Warning, found, remedy),
        }
    }

    fn is_remedied_by(&self, error: &Error, remedy: &Remedy) -> bool {
        let row = advice::row(error, || self.findings.machine.clone());
        row.is_some_and(|row| row.name == remedy.name)
    }

    fn directory(&self) -> Check {
        let name = "directory";
        if let Some(index) =
            self.findings.stdio.iter().position(|stream| *stream == Stdio::Directory)
        {
            let stream = ["input", "output", "error"][index];
            let found = format!("standard {stream} is a directory");
            return self.bad(name, Status::Failed, found, &remedies::STREAM);
        }
        match &self.findings.directory {
            Ok(path) => ok(name, format!("{} can be a project", visible(path))),
            Err(error) => self.bad(name, Status::Failed, error.to_string(), &remedies::DIRECTORY),
        }
    }

    fn config(&self, name: &'static str, file: &ConfigFile) -> Check {
        match &file.read {
            Ok(true) => ok(name, visible(&file.path)),
            Ok(false) => ok(name, format!("none ({})", visible(&file.path))),
            Err(error) => self.bad(name, Status::Failed, error.to_string(), &remedies::CONFIG),
        }
    }

    /// Only where there is something to trust.
    fn trust(&self) -> Option<Check> {
        let asks = self.findings.untrusted.join("; ");
        let found = format!("not given; the project's file asks: {asks}");
        (!asks.is_empty()).then(|| self.bad("trust", Status::Warning, found, &remedies::UNTRUSTED))
    }

    fn terminal(&self) -> Check {
        let names = ["input", "output", "error"];
        let is_terminal = |index: &usize| self.findings.stdio[*index] == Stdio::Terminal;
        let terminals: Vec<_> = (0..3).filter(is_terminal).map(|index| names[index]).collect();
        let found = match terminals.len() {
            0 => "none".to_owned(),
            3 => "standard input, output and error".to_owned(),
            _ => format!("standard {}", terminals.join(" and ")),
        };
        let term = self.findings.term.as_ref().filter(|term| !term.is_empty());
        let term = term.map_or("not set".to_owned(), visible_word);
        ok("terminal", format!("{found}; TERM is {term}"))
    }

    fn mise(&self) -> Check {
        let found = self.findings.mise.as_ref().map(visible);
        ok("mise", found.unwrap_or_else(|| "not on PATH, so it is not set up".into()))
    }

    /// Whether a jail was made.
    fn jail(&self) -> Check {
        let name = "jail";
        match &self.findings.trial {
            Trial::Ran { directory, status: 0, .. } => {
                ok(name, format!("started in {}, and ended well", visible(directory)))
            }
            Trial::Ran { status, .. } => {
                let found = format!("started, but `true` ended in it with {status}");
                self.bad(name, Status::Failed, found, &remedies::OTHER)
            }
            Trial::NotTried => {
                let found = "not tried, because of the above".into();
                Check { name, status: Status::Failed, found, remedy: None }
            }
            Trial::Failed(error) => self.wrong(name, error),
        }
    }

    fn is_of_another_system(&self, layer: Layer) -> bool {
        let of_linux =
            matches!(layer, Layer::Mounts | Layer::Privileges | Layer::Landlock | Layer::Seccomp);
        of_linux && matches!(self.findings.builder, Builder::SandboxExec(_))
    }

    /// What each layer of it achieved.
    fn layers(&self) -> Vec<Check> {
        let Trial::Ran { layers, .. } = &self.findings.trial else {
            return Vec::new();
        };
        layers.iter().map(|(layer, achieved)| self.layer(*layer, achieved)).collect()
    }

    fn layer(&self, layer: Layer, achieved: &Achieved) -> Check {
        let settings = &self.findings.settings;
        let (name, wanted, remedy) = match layer {
            Layer::Mounts => ("jail mounts", true, &remedies::OTHER),
            Layer::Profile => ("jail profile", true, &remedies::OTHER),
            Layer::Descriptors => ("jail descriptors", true, &remedies::OTHER),
            Layer::Rlimits => ("jail rlimits", settings.is_on(Switch::Rlimits), &remedies::OTHER),
            Layer::Privileges => ("jail privileges", true, &remedies::OTHER),
            Layer::Landlock => {
                ("jail landlock", settings.is_on(Switch::Landlock), &remedies::LANDLOCK)
            }
            Layer::Seccomp => ("jail seccomp", settings.is_on(Switch::Seccomp), &remedies::SECCOMP),
        };
        match achieved {
            Achieved::Enforced(text) => ok(name, format!("enforced: {text}")),
            // Layers of Linux are missed on no other system.
            Achieved::Skipped(text) if !wanted || self.is_of_another_system(layer) => {
                ok(name, format!("not applied: {text}"))
            }
            Achieved::Partial(text) => {
                self.bad(name, Status::Warning, format!("in part: {text}"), remedy)
            }
            Achieved::Skipped(text) => {
                self.bad(name, Status::Warning, format!("not applied: {text}"), remedy)
            }
            Achieved::Failed(text) => {
                self.bad(name, Status::Failed, format!("could not be applied: {text}"), remedy)
            }
        }
    }
}
