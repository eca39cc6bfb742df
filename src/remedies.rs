//! What can keep a jail from being made, and what to do about it: one table for the errors of a
//! launch, for `--doctor` and for docs/troubleshooting.md.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::host::machine::{Container, Machine};

/// The page of `docs/` that has a section for each remedy; the manual page holds it too.
pub const PAGE: &str = include_str!("../docs/troubleshooting.md");

/// One reason and its remedy.
#[derive(Debug)]
pub struct Remedy {
    /// Its section of docs/troubleshooting.md, as the heading's anchor.
    pub name: &'static str,
    /// Texts of bubblewrap that may have this reason; none where bubblewrap never runs.
    pub said: &'static [&'static str],
    /// Whether this machine has it.
    pub applies: fn(&Machine) -> bool,
    /// What is the matter.
    pub why: &'static str,
    /// What to do, a step a line; `{bwrap}` stands for bubblewrap's path.
    pub advice: &'static str,
}

/// The texts of bubblewrap for namespaces that it may not make.
const REFUSED: &[&str] = &["No permissions", "Operation not permitted", "Permission denied"];

/// Reasons that are told without asking bubblewrap or the machine.
fn never(_: &Machine) -> bool {
    false
}

/// A jail in a jail.
pub const NESTED: Remedy = Remedy {
    name: "this-is-a-jail-already",
    said: &["No permissions", "Operation not permitted", "Permission denied", "ENOSPC"],
    applies: |machine| machine.inside_jail,
    why: "this is inside a jail already, and a jail can make no other",
    advice: "leave it first, or run the command without ai-jail; it is jailed as it is\n\
             exit",
};

/// A chroot.
pub const CHROOT: Remedy = Remedy {
    name: "this-is-a-chroot",
    said: REFUSED,
    applies: |machine| machine.chroot,
    why: "the kernel lets nobody make user namespaces in a chroot (user_namespaces(7))",
    advice: "run ai-jail outside of it\nexit",
};

/// Ubuntu 24.04 and later; see its own wiki on unprivileged user namespaces.
pub const APPARMOR: Remedy = Remedy {
    name: "apparmor-restricts-user-namespaces",
    said: &[
        "uid map",
        "RTM_NEWADDR",
        "No permissions",
        "Operation not permitted",
        "Permission denied",
    ],
    applies: |machine| machine.apparmor_restricts == Some(1) && !machine.root,
    why: "AppArmor restricts user namespaces here, as Ubuntu does since 24.04",
    advice: "allow them to bubblewrap alone:\n\
             echo 'abi <abi/4.0>,\n\
             include <tunables/global>\n\
             profile ai-jail-bwrap \"{bwrap}\" flags=(unconfined) {\n\
             \x20 userns,\n\
             }' | sudo tee /etc/apparmor.d/ai-jail-bwrap\n\
             sudo apparmor_parser -r /etc/apparmor.d/ai-jail-bwrap",
};

/// A patch of Debian and others.
pub const FORBIDDEN: Remedy = Remedy {
    name: "user-namespaces-are-forbidden",
    said: REFUSED,
    applies: |machine| machine.userns_clone == Some(0) && !machine.root,
    why: "this kernel forbids user namespaces to ordinary users",
    advice: "allow them now, and from the next start on:\n\
             sudo sysctl kernel.unprivileged_userns_clone=1\n\
             echo kernel.unprivileged_userns_clone=1 | sudo tee /etc/sysctl.d/60-userns.conf",
};

/// `namespaces(7)`, /proc/sys/user.
pub const LIMITED: Remedy = Remedy {
    name: "namespaces-are-limited",
    said: &["ENOSPC", "No space left on device"],
    applies: |_| true,
    why: "no more namespaces may be made here: a limit in /proc/sys/user is 0 or used up",
    advice: "look for the low one, and raise it:\n\
             grep . /proc/sys/user/max_*_namespaces\n\
             sudo sysctl user.max_user_namespaces=15000",
};

/// `mount_namespaces(7)`, "Restrictions on mount namespaces"; the kernel's log says
/// "VFS: Mount too revealing".
pub const COVERED_PROC: Remedy = Remedy {
    name: "parts-of-proc-are-covered",
    said: &["mount proc"],
    applies: |machine| machine.covered_proc,
    why: "parts of /proc are covered here, so the kernel lets nobody mount one that shows them",
    advice: "start the container so that they are not:\n\
             docker run --security-opt systempaths=unconfined \\\n\
             \x20 --security-opt seccomp=unconfined --security-opt apparmor=unconfined …\n\
             podman run --security-opt unmask=ALL --security-opt seccomp=unconfined …",
};

/// The default profiles of Docker and Podman.
pub const CONTAINER: Remedy = Remedy {
    name: "this-is-a-container",
    said: &["No permissions", "Operation not permitted", "Permission denied", "mount proc"],
    applies: |machine| machine.container.is_some_and(|kind| kind != Container::Flatpak),
    why: "this is a container, which may not make namespaces of its own",
    advice: "start it with these, or run ai-jail outside:\n\
             docker run --security-opt systempaths=unconfined \\\n\
             \x20 --security-opt seccomp=unconfined --security-opt apparmor=unconfined …\n\
             podman run --security-opt unmask=ALL --security-opt seccomp=unconfined …",
};

/// Flatpak's filter denies user namespaces to every application.
pub const FLATPAK: Remedy = Remedy {
    name: "this-is-a-flatpak",
    said: REFUSED,
    applies: |machine| machine.container == Some(Container::Flatpak),
    why: "this is the sandbox of a Flatpak application, which may not make another",
    advice: "use a terminal of the host:\nflatpak-spawn --host ai-jail --doctor",
};

/// WSL 1 translates system calls and has no namespaces.
pub const WSL1: Remedy = Remedy {
    name: "this-is-wsl-1",
    said: &["namespace", "Invalid argument", "Operation not permitted"],
    applies: |machine| machine.wsl == Some(1),
    why: "WSL 1 has no namespaces; WSL 2 has",
    advice: "in PowerShell, with the name that `wsl --list` shows:\nwsl --set-version Debian 2",
};

/// `CONFIG_USER_NS`.
pub const NO_NAMESPACES: Remedy = Remedy {
    name: "this-kernel-has-no-user-namespaces",
    said: &["does not support user namespaces", "Invalid argument"],
    applies: |machine| !machine.user_namespaces,
    why: "this kernel is built without user namespaces (CONFIG_USER_NS)",
    advice: "use one that is built with them, and see that it is:\n\
             zgrep CONFIG_USER_NS /proc/config.gz || grep CONFIG_USER_NS /boot/config-$(uname -r)",
};

/// Builds without support for setuid, the default since 0.11.2; in setuid builds of 0.11 it was a
/// hole (CVE-2026-41163).
pub const SETUID: Remedy = Remedy {
    name: "bubblewrap-must-not-be-setuid",
    said: &["setuid use of bubblewrap is not supported"],
    applies: |_| true,
    why: "this bubblewrap is setuid and not built for that",
    advice: "take the bit off:\nsudo chmod u-s {bwrap}",
};

/// `--perms` came with 0.5.
pub const OLD: Remedy = Remedy {
    name: "bubblewrap-is-too-old",
    said: &["Unknown option"],
    applies: |_| true,
    why: "this bubblewrap is too old: ai-jail needs 0.5 or newer",
    advice: "install a newer one, and name it if it is not the first on PATH:\n\
             BWRAP_BIN=/usr/local/bin/bwrap ai-jail --doctor",
};

/// `MAX_ARGS` of bubblewrap: 9000 words.
pub const MANY: Remedy = Remedy {
    name: "there-is-too-much-to-mount",
    said: &["maximum number of arguments"],
    applies: |_| true,
    why: "there is more to mount than bubblewrap takes: dot entries of the home, maps, or sockets on \
          which programs listen there",
    advice: "see of what there is so much:\n\
             ai-jail -v true 2>&1 | sed 's|/[^/]*: .*||' | sort | uniq -c | sort -n | tail",
};

/// There is none.
pub const NO_BUBBLEWRAP: Remedy = Remedy {
    name: "bubblewrap-is-not-there",
    said: &[],
    applies: never,
    why: "bubblewrap (bwrap) makes the jail, and no directory of PATH has one that belongs to root",
    advice: "install it, or set BWRAP_BIN to its absolute path:\n\
             sudo apt install bubblewrap    # or dnf, zypper, apk add, pacman -S",
};

/// The override.
pub const OVERRIDE: Remedy = Remedy {
    name: "bwrap_bin-cannot-be-used",
    said: &[],
    applies: never,
    why: "BWRAP_BIN names something that cannot be run as bubblewrap, or not safely",
    advice: "set it to the absolute path of bubblewrap, or unset it:\nunset BWRAP_BIN",
};

/// It does not start.
pub const NOT_RUN: Remedy = Remedy {
    name: "bubblewrap-does-not-run",
    said: &[],
    applies: never,
    why: "the system refuses to run bubblewrap: damaged, for another machine, or forbidden there",
    advice: "install it anew, and see that it runs:\n{bwrap} --version",
};

/// Whoever may write it decides what a jail is.
pub const CHANGEABLE: Remedy = Remedy {
    name: "others-may-change-bubblewrap",
    said: &[],
    applies: never,
    why: "whoever may change bubblewrap decides what the jail keeps in",
    advice: "give it to root, or use the one of the system:\n\
             sudo chown root:root {bwrap} && sudo chmod go-w {bwrap}",
};

/// It is a part of macOS.
pub const NO_SANDBOX_EXEC: Remedy = Remedy {
    name: "sandbox-exec-is-not-there",
    said: &[],
    applies: never,
    why: "sandbox-exec makes the jail on macOS, and is not where macOS has it",
    advice: "see what is there; the system's own tools cannot be removed while it protects itself:\n\
             ls -l /usr/bin/sandbox-exec\n\
             csrutil status",
};

/// It does not start.
pub const SANDBOX_EXEC_NOT_RUN: Remedy = Remedy {
    name: "sandbox-exec-does-not-run",
    said: &[],
    applies: never,
    why: "the system refuses to run sandbox-exec",
    advice: "see that it runs by itself:\n/usr/bin/sandbox-exec -p '(version 1)(allow default)' /usr/bin/true",
};

/// `sandbox_apply` gives EPERM to a process whose sandbox does not allow another one.
pub const SANDBOXED: Remedy = Remedy {
    name: "this-is-another-sandbox",
    said: &["sandbox_apply: Operation not permitted"],
    applies: |machine| !machine.inside_jail,
    why: "this runs in the sandbox of another program, and macOS lets nobody put one into another",
    advice: "start ai-jail from a terminal of your own, outside of that program:\nai-jail --doctor",
};

/// The binary is where the profile lets nobody read.
pub const OURSELVES_UNREADABLE: Remedy = Remedy {
    name: "ai-jail-cannot-be-run-in-its-own-jail",
    said: &["execvp() of"],
    applies: |_| true,
    why: "sandbox-exec could not start ai-jail itself behind the profile",
    advice: "install it in a place of programs, and start that:\ncargo install --path . --root /usr/local",
};

/// A profile whose patterns are longer than their length can be written in 16 bits.
pub const PROFILE_TOO_LARGE: Remedy = Remedy {
    name: "the-profile-is-too-large",
    said: &["pattern serialization length"],
    applies: |_| true,
    why: "macOS takes no profile with so many places: 65535 bytes of them are the most",
    advice: "map a directory in place of what is in it, and see how many maps there are:\nai-jail status",
};

/// A profile that this macOS does not understand.
pub const PROFILE_REFUSED: Remedy = Remedy {
    name: "macos-refuses-the-profile",
    said: &["unbound variable", "syntax error", "illegal", "invalid", "undefined", "<input"],
    applies: |_| true,
    why: "this version of macOS does not understand ai-jail's profile",
    advice: "see whether it is the profile, and report what is said:\n\
             sw_vers -productVersion\n\
             ai-jail --dry-run -- true",
};

/// The working directory.
pub const DIRECTORY: Remedy = Remedy {
    name: "this-directory-cannot-be-the-project",
    said: &[],
    applies: never,
    why: "the jail may write where it starts, and this place holds more than a project",
    advice: "start ai-jail in the directory of a project:\ncd ~/src/project",
};

/// A standard stream.
pub const STREAM: Remedy = Remedy {
    name: "a-standard-stream-is-a-directory",
    said: &[],
    applies: never,
    why: "through an open directory a command could leave the jail",
    advice: "redirect it from a file, or from /dev/null:\nai-jail --doctor < /dev/null",
};

/// A file that is wrong.
pub const CONFIG: Remedy = Remedy {
    name: "the-configuration-cannot-be-used",
    said: &[],
    applies: never,
    why: "a jail that was meant to be stricter must not start with defaults",
    advice: "mend it where the message says, or leave the project's file out:\nai-jail --clean --doctor",
};

/// A project that asks for more.
pub const UNTRUSTED: Remedy = Remedy {
    name: "the-project-is-not-trusted",
    said: &[],
    applies: never,
    why: "the project's .ai-jail asks for more than a project gets by itself",
    advice: "read what it asks for and allow it, or leave it out:\nai-jail --trust\nai-jail --clean",
};

/// `lsm=`, or a kernel before 5.13.
pub const LANDLOCK: Remedy = Remedy {
    name: "landlock-is-missing-or-old",
    said: &[],
    applies: never,
    why: "without all of Landlock the mounts and the system-call filter stand alone there",
    advice: "see whether it is switched on (`landlock` is in the list), else use a newer kernel:\n\
             cat /sys/kernel/security/lsm",
};

/// `CONFIG_SECCOMP_FILTER`.
pub const SECCOMP: Remedy = Remedy {
    name: "the-system-call-filter-is-missing",
    said: &[],
    applies: never,
    why: "the kernel has no filter for system calls, or ai-jail no table for this processor",
    advice: "see what the kernel has, and use one with `errno`:\n\
             cat /proc/sys/kernel/seccomp/actions_avail",
};

/// A map of the command line.
pub const MAP: Remedy = Remedy {
    name: "a-place-cannot-be-mapped",
    said: &[],
    applies: never,
    why: "a map of the command line that cannot be had is an error: the command would miss it",
    advice: "see what the jail has there, and what would change that:\n\
             ai-jail --explain ~/data",
};

/// The settings that `--bootstrap` writes.
pub const AGENTS: Remedy = Remedy {
    name: "an-agents-settings-cannot-be-changed",
    said: &[],
    applies: never,
    why: "a file that --bootstrap cannot merge is left as it is",
    advice: "see what would be written, and mend the file that is named:\n\
             ai-jail --bootstrap --dry-run",
};

/// Anything else.
pub const OTHER: Remedy = Remedy {
    name: "the-jail-cannot-be-built",
    said: &[],
    applies: never,
    why: "the jail was not built, for a reason that ai-jail does not know",
    advice: "let the machine be checked:\nai-jail --doctor",
};

/// All of them. For what bubblewrap says the first that fits counts: the more particular first.
pub const REMEDIES: &[&Remedy] = &[
    &NESTED,
    &CHROOT,
    &APPARMOR,
    &FORBIDDEN,
    &COVERED_PROC,
    &FLATPAK,
    &CONTAINER,
    &WSL1,
    &NO_NAMESPACES,
    &LIMITED,
    &SETUID,
    &OLD,
    &MANY,
    &NO_BUBBLEWRAP,
    &OVERRIDE,
    &NOT_RUN,
    &CHANGEABLE,
    &NO_SANDBOX_EXEC,
    &SANDBOX_EXEC_NOT_RUN,
    &SANDBOXED,
    &OURSELVES_UNREADABLE,
    &PROFILE_TOO_LARGE,
    &PROFILE_REFUSED,
    &DIRECTORY,
    &STREAM,
    &CONFIG,
    &UNTRUSTED,
    &LANDLOCK,
    &SECCOMP,
    &MAP,
    &AGENTS,
    &OTHER,
];

/// Those of them for what `sandbox-exec` says.
const OF_SANDBOX_EXEC: &[&Remedy] =
    &[&NESTED, &SANDBOXED, &OURSELVES_UNREADABLE, &PROFILE_TOO_LARGE, &PROFILE_REFUSED];

/// The remedy for what bubblewrap said on this machine.
pub fn for_words(said: &str, machine: &Machine) -> &'static Remedy {
    let of_bubblewrap =
        REMEDIES.iter().filter(|remedy| remedy.name == NESTED.name || !is_of_sandbox_exec(remedy));
    first_that_fits(of_bubblewrap, said, machine)
}

/// The remedy for what `sandbox-exec` said on this machine.
pub fn for_words_of_sandbox_exec(said: &str, machine: &Machine) -> &'static Remedy {
    first_that_fits(OF_SANDBOX_EXEC.iter(), said, machine)
}

fn is_of_sandbox_exec(remedy: &Remedy) -> bool {
    OF_SANDBOX_EXEC.iter().any(|ours| ours.name == remedy.name)
}

fn first_that_fits<'a>(
    mut remedies: impl Iterator<Item = &'a &'static Remedy>,
    said: &str,
    machine: &Machine,
) -> &'static Remedy {
    let fits = |remedy: &&&'static Remedy| {
        remedy.said.iter().any(|text| said.contains(text)) && (remedy.applies)(machine)
    };
    remedies.find(fits).map_or(&OTHER, |remedy| remedy)
}

impl Remedy {
    /// The remedy as it is told where bubblewrap is at `path`.
    pub fn at(&self, bubblewrap: &Path) -> Advice {
        // A control character in this path would be an odd one indeed.
        let path = crate::text::visible(bubblewrap);
        Advice { name: self.name, why: self.why, steps: self.advice.replace("{bwrap}", &path) }
    }
}

/// A remedy, ready to be told.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Advice {
    /// The section of docs/troubleshooting.md.
    pub name: &'static str,
    /// What is the matter.
    pub why: &'static str,
    /// What to do, a step a line.
    pub steps: String,
}

/// As lines below a message, each with the indentation that such lines have.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n  {}", self.why)?;
        self.steps.lines().try_for_each(|line| write!(f, "\n  {line}"))?;
        write!(f, "\n  {}", Heading(self.name))
    }
}

/// Where the manual page says more: the section of [`PAGE`] with this anchor.
#[derive(Clone, Copy, Debug)]
pub struct Heading(pub &'static str);

impl fmt::Display for Heading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut headings = PAGE.lines().filter_map(|line| line.strip_prefix("## "));
        let heading = headings.find(|heading| anchor(heading) == self.0).unwrap_or(self.0);
        write!(f, "(ai-jail --man, \u{201c}{heading}\u{201d})")
    }
}

/// The anchor that a heading gets where such pages are shown.
pub fn anchor(heading: &str) -> String {
    let kept = |char: &char| char.is_alphanumeric() || " -_".contains(*char);
    let text: String = heading.to_lowercase().chars().filter(kept).collect();
    text.replace(' ', "-")
}
