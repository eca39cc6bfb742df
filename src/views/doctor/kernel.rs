//! The kernel, and what surrounds us.

use super::checks::{Subject, ok};
use super::{Check, Status};
use crate::fields::Switch;
use crate::host::machine::{Container, Landlock};
use crate::remedies;
use crate::text::visible;

impl Subject<'_> {
    pub fn surroundings(&self) -> Check {
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
                Container::Flatpak => &remedies::FLATPAK,
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

    pub fn namespaces(&self) -> Check {
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

    pub fn apparmor(&self) -> Check {
        let (name, machine) = ("AppArmor", &self.findings.machine);
        match machine.apparmor_restricts {
            Some(1) if !machine.root => {
                let found = "kernel.apparmor_restrict_unprivileged_userns is 1".into();
                self.suspect(name, found, &remedies::APPARMOR)
            }
            _ => ok(name, "does not restrict user namespaces"),
        }
    }

    pub fn landlock(&self) -> Check {
        let name = "Landlock";
        let less = |found: String| self.bad(name, Status::Warning, found, &remedies::LANDLOCK);
        match &self.findings.machine.landlock {
            Landlock::Abi(abi) => {
                let missing = missing(*abi, self.findings.settings.is_on(Switch::Lockdown));
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

    pub fn seccomp(&self) -> Check {
        let name = "seccomp";
        let less = |found: String| self.bad(name, Status::Warning, found, &remedies::SECCOMP);
        match (self.findings.machine.seccomp, stage2::seccomp::Arch::native()) {
            (true, Some(_)) => ok(name, "can filter system calls"),
            (true, None) => less(format!("ai-jail has no table for {}", std::env::consts::ARCH)),
            (false, _) => less("this kernel cannot filter system calls".into()),
        }
    }
}

#[cfg(target_os = "linux")]
fn missing(abi: i32, lockdown: bool) -> Vec<&'static str> {
    stage2::landlock::missing(abi, lockdown)
}

#[cfg(not(target_os = "linux"))]
fn missing(_: i32, _: bool) -> Vec<&'static str> {
    Vec::new()
}
