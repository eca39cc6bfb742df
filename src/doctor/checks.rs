//! Each check: what was found, and what that means.

use std::path::Path;

use super::{Check, ConfigFile, Findings, Status, Trial};
use crate::error::Error;
use crate::host::Stdio;
use crate::host::bubblewrap::Details;
use crate::host::machine::Landlock;
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
    checks.extend(subject.bubblewrap());
    checks.push(subject.surroundings());
    checks.push(subject.namespaces());
    checks.push(subject.apparmor());
    checks.push(subject.landlock());
    checks.push(subject.seccomp());
    checks.push(subject.terminal());
    checks.push(subject.mise());
    checks.push(subject.jail());
    checks.extend(subject.layers());
    checks
}

struct Subject<'a> {
    findings: &'a Findings,
}

/// As it should be.
fn ok(name: &'static str, found: impl Into<String>) -> Check {
    Check { name, status: Status::Ok, found: found.into(), remedy: None }
}

/// The first line of an error; the rest says what its remedy says.
fn first_line(error: &Error) -> String {
    visible(error.to_string().lines().next().unwrap_or_default())
}

impl Subject<'_> {
    /// Less than it should be.
    fn bad(
        &self,
        name: &'static str,
        status: Status,
        found: impl Into<String>,
        remedy: &Remedy,
    ) -> Check {
        let bubblewrap = self.findings.bubblewrap.as_ref();
        let path = bubblewrap.map_or(Path::new("/usr/bin/bwrap"), |details| &details.canonical);
        Check { name, status, found: found.into(), remedy: Some(remedy.at(path)) }
    }

    /// Something that keeps many a machine from making jails: bad here if the trial failed for it,
    /// no more than worth knowing if the trial went well.
    fn suspect(&self, name: &'static str, found: String, remedy: &Remedy) -> Check {
        match &self.findings.trial {
            trial if trial.went_well() => ok(name, format!("{found}; jails work all the same")),
            Trial::NotTried => ok(name, found),
            Trial::Failed(Error::Build { advice: Some(advice), .. })
                if advice.name == remedy.name =>
            {
                self.bad(name, Status::Failed, found, remedy)
            }
            _ => self.bad(name, Status::Warning, found, remedy),
        }
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
            Err(error) => self.bad(name, Status::Failed, first_line(error), &remedies::DIRECTORY),
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

    fn bubblewrap(&self) -> Vec<Check> {
        let name = "bubblewrap";
        let details = match &self.findings.bubblewrap {
            Ok(details) => details,
            Err(error) => {
                let remedy = match error {
                    Error::BwrapOverride { .. } => &remedies::OVERRIDE,
                    _ => &remedies::NO_BUBBLEWRAP,
                };
                return vec![self.bad(name, Status::Failed, first_line(error), remedy)];
            }
        };
        vec![self.version(name, details), self.owner("its owner", details)]
    }

    fn version(&self, name: &'static str, details: &Details) -> Check {
        let path = visible(&details.path);
        let (text, version) = match &details.version {
            Ok(text) => (visible(text), number(text)),
            Err(error) => {
                let found = format!("{path}: {error}");
                return self.bad(name, Status::Failed, found, &remedies::NOT_RUN);
            }
        };
        match version {
            None => self.bad(
                name,
                Status::Warning,
                format!("{path} does not tell its version, but `{text}`"),
                &remedies::NOT_RUN,
            ),
            Some(version) if version < OLDEST => {
                self.bad(name, Status::Failed, format!("{path}, {text}"), &remedies::OLD)
            }
            Some(version) => {
                let cost =
                    if version < LINEAR { "; each mount costs more than with 0.13" } else { "" };
                ok(name, format!("{path}, {text}{cost}"))
            }
        }
    }

    fn owner(&self, name: &'static str, details: &Details) -> Check {
        let mode = details.mode;
        let setuid = if mode & 0o4000 == 0 { "" } else { ", setuid" };
        let found = match details.uid {
            0 => format!("root{setuid}"),
            uid => format!("user {uid}{setuid}"),
        };
        let others = if mode & 0o022 == 0 { "" } else { "; others than the owner may write it" };
        if details.uid == 0 && others.is_empty() {
            return ok(name, found);
        }
        self.bad(name, Status::Warning, format!("{found}{others}"), &remedies::CHANGEABLE)
    }

    fn surroundings(&self) -> Check {
        let (name, machine) = ("surroundings", &self.findings.machine);
        let kernel = visible(&machine.kernel);
        if machine.inside_jail {
            return self.suspect(name, "inside a jail of ai-jail".into(), &remedies::NESTED);
        }
        if machine.chroot {
            return self.suspect(name, "a chroot".into(), &remedies::CHROOT);
        }
        if let Some(container) = machine.container {
            let remedy = match container {
                crate::host::machine::Container::Flatpak => &remedies::FLATPAK,
                _ if machine.covered_proc => &remedies::COVERED_PROC,
                _ => &remedies::CONTAINER,
            };
            return self.suspect(name, format!("{}, kernel {kernel}", container.name()), remedy);
        }
        if machine.covered_proc {
            let found = "something is mounted over a part of /proc".into();
            return self.suspect(name, found, &remedies::COVERED_PROC);
        }
        match machine.wsl {
            Some(1) => self.suspect(name, format!("WSL 1, kernel {kernel}"), &remedies::WSL1),
            Some(_) => ok(name, format!("WSL 2, kernel {kernel}")),
            None => ok(name, format!("no container, kernel {kernel}")),
        }
    }

    fn namespaces(&self) -> Check {
        let (name, machine) = ("namespaces", &self.findings.machine);
        if !machine.user_namespaces {
            let found = "this kernel has no user namespaces".into();
            return self.suspect(name, found, &remedies::NO_NAMESPACES);
        }
        if machine.userns_clone == Some(0) && !machine.root {
            let found = "kernel.unprivileged_userns_clone is 0".into();
            return self.suspect(name, found, &remedies::FORBIDDEN);
        }
        if let [limit, ..] = machine.forbidden[..] {
            return self.suspect(name, format!("{limit} is 0"), &remedies::LIMITED);
        }
        ok(name, "ordinary users may make them")
    }

    fn apparmor(&self) -> Check {
        let (name, machine) = ("AppArmor", &self.findings.machine);
        match machine.apparmor_restricts {
            Some(1) if !machine.root => {
                let found = "kernel.apparmor_restrict_unprivileged_userns is 1".into();
                self.suspect(name, found, &remedies::APPARMOR)
            }
            _ => ok(name, "does not restrict user namespaces"),
        }
    }

    fn landlock(&self) -> Check {
        let name = "Landlock";
        let less = |found: String| self.bad(name, Status::Warning, found, &remedies::LANDLOCK);
        match &self.findings.machine.landlock {
            Landlock::Abi(abi) => {
                let missing = missing(*abi, self.findings.settings.lockdown.value);
                match missing.as_slice() {
                    [] => ok(name, format!("ABI {abi}, all that a jail asks for")),
                    missing => less(format!("ABI {abi}, without {}", missing.join(", "))),
                }
            }
            Landlock::Disabled => less("not switched on at boot".into()),
            Landlock::Absent => less("not in this kernel".into()),
            Landlock::Unknown(why) => less(format!("cannot be asked: {why}")),
        }
    }

    fn seccomp(&self) -> Check {
        let name = "seccomp";
        let less = |found: String| self.bad(name, Status::Warning, found, &remedies::SECCOMP);
        match (self.findings.machine.seccomp, stage2::seccomp::Arch::native()) {
            (true, Some(_)) => ok(name, "can filter system calls"),
            (true, None) => less(format!("ai-jail has no table for {}", std::env::consts::ARCH)),
            (false, _) => less("this kernel cannot filter system calls".into()),
        }
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
            Trial::Failed(Error::Build { said, advice }) => {
                let found = format!("could not be built; bubblewrap says: {said}");
                Check { name, status: Status::Failed, found, remedy: advice.clone() }
            }
            Trial::Failed(error) => {
                let found = error.to_string().replace("\n  ", "; ");
                Check { name, status: Status::Failed, found, remedy: None }
            }
        }
    }

    /// What each layer of it achieved.
    fn layers(&self) -> Vec<Check> {
        let Trial::Ran { layers, .. } = &self.findings.trial else {
            return Vec::new();
        };
        layers.iter().map(|(layer, achieved)| self.layer(*layer, achieved)).collect()
    }

    fn layer(&self, layer: Layer, achieved: &Achieved) -> Check {
        let name = layer.name();
        let settings = &self.findings.settings;
        let (wanted, remedy) = match layer {
            Layer::Landlock => (settings.landlock.value, &remedies::LANDLOCK),
            Layer::Seccomp => (settings.seccomp.value, &remedies::SECCOMP),
            Layer::Rlimits => (settings.rlimits.value, &remedies::OTHER),
            Layer::Descriptors | Layer::Privileges => (true, &remedies::OTHER),
        };
        match achieved {
            Achieved::Enforced(text) => ok(name, format!("enforced: {text}")),
            Achieved::Skipped(text) if !wanted => ok(name, format!("not applied: {text}")),
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

/// The oldest bubblewrap that has all that a jail needs: `--perms`.
const OLDEST: (u32, u32) = (0, 5);

/// The first that does not look at all mounts again for each.
const LINEAR: (u32, u32) = (0, 13);

/// `bubblewrap 0.8.0`: the first two numbers.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix("bubblewrap ")?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(target_os = "linux")]
fn missing(abi: i32, lockdown: bool) -> Vec<&'static str> {
    stage2::landlock::missing(abi, lockdown)
}

#[cfg(not(target_os = "linux"))]
fn missing(_: i32, _: bool) -> Vec<&'static str> {
    Vec::new()
}
