//! From a path to the place that it leads to in the jail: component by component, as the kernel
//! will walk it there, over the plan's mounts and what the host has behind them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Jail;
use crate::host::links::{Link, MAX_LINKS, steps};
use crate::host::look::{Found, Kind};
use crate::plan::mount::{below, nearest};
use crate::plan::{AnyKind, MountKind, RuleKind, Shown};
use crate::policy::devices::{BASIC, Basic};

/// Tells what the host has at a path without links in it.
pub type Look<'a> = &'a dyn Fn(&Path) -> Option<Found>;

/// What the jail has at one place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Thing {
    /// Nothing.
    Absent,
    /// Something of the host.
    Host(Found),
    /// A directory in memory: a tmpfs, or what leads to a mount below.
    Memory,
    /// The mask of a file.
    EmptyFile,
    /// Something that is denied, or something in it.
    Denied {
        /// Whether it is a directory.
        directory: bool,
    },
    /// A file in memory that is made for the jail.
    File,
    /// A copy of a file of the host, which is written back.
    Copy,
    /// A symbolic link that only the jail has.
    Link(PathBuf),
    /// A device that every jail has.
    Device,
    /// Something that the kernel makes for the jail; `None` where nobody can say beforehand what.
    Kernel(Option<Found>),
}

/// Where a path leads.
#[derive(Debug)]
pub struct Arrival<'a> {
    /// The links followed, in order.
    pub links: Vec<Link>,
    /// The place, without links; where something on the way is missing, where it would be.
    pub place: PathBuf,
    /// What is there.
    pub thing: Thing,
    /// The mount that decides.
    pub mount: Option<&'a Shown>,
    /// What keeps the path from leading on.
    pub stopped: Option<Stopped>,
    /// Whether the whole path was walked, up to a missing last component.
    pub complete: bool,
}

/// Why a path ends early.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Stopped {
    /// This is no directory.
    NotDirectory(PathBuf),
    /// This directory may not be passed through, by its own permissions.
    Closed(PathBuf),
    /// The links go in a circle.
    Loop,
}

/// Walks an absolute path.
pub fn walk<'a>(jail: &'a Jail<'_>, path: &Path) -> Arrival<'a> {
    let mut walk = Walk { jail, place: "/".into(), links: Vec::new(), rest: steps(path) };
    let stopped = walk.run();
    let (mount, thing) = walk.here();
    let thing = match thing {
        // What is in a denied directory is denied with it.
        Thing::Denied { directory } => {
            Thing::Denied { directory: directory && walk.rest.is_empty() }
        }
        _ if stopped.is_some() => Thing::Absent,
        thing => thing,
    };
    let complete = walk.rest.is_empty();
    // What was not walked any more belongs to the name of what is missing; nobody can say what
    // comes after a missing directory and back.
    if !walk.rest.iter().any(|step| step == "..") {
        walk.place.extend(walk.rest.iter().rev());
    }
    Arrival { links: walk.links, place: walk.place, thing, mount, stopped, complete }
}

struct Walk<'a> {
    jail: &'a Jail<'a>,
    place: PathBuf,
    links: Vec<Link>,
    /// The components still to be walked, last first.
    rest: Vec<OsString>,
}

impl<'a> Walk<'a> {
    /// Walks as far as it goes.
    fn run(&mut self) -> Option<Stopped> {
        while let Some(step) = self.rest.pop() {
            if step == ".." {
                self.place.pop();
                continue;
            }
            if !may_pass(&self.here().1) {
                self.rest.push(step);
                return Some(Stopped::Closed(self.place.clone()));
            }
            self.place.push(&step);
            match self.here().1 {
                Thing::Absent | Thing::Kernel(None) => return None,
                Thing::Link(target) | Thing::Host(Found { kind: Kind::Link(target), .. }) => {
                    if self.links.len() == MAX_LINKS {
                        return Some(Stopped::Loop);
                    }
                    self.follow(target);
                }
                thing if !self.rest.is_empty() && !is_directory(&thing) => {
                    return Some(Stopped::NotDirectory(self.place.clone()));
                }
                _ => {}
            }
        }
        None
    }

    /// Goes on at the target of the link at the current place.
    fn follow(&mut self, target: PathBuf) {
        self.rest.extend(steps(&target));
        let is_absolute = target.is_absolute();
        self.links.push(Link { path: self.place.clone(), target });
        self.place.pop();
        if is_absolute {
            self.place = "/".into();
        }
    }

    /// The mount that decides about the current place, and what is there.
    fn here(&self) -> (Option<&'a Shown>, Thing) {
        let place = &self.place;
        if let Some(mount) = self.jail.places.iter().find(|mount| mount.dest == *place) {
            return (Some(mount), self.root_of(mount));
        }
        let mount = nearest(&self.jail.places, place);
        let thing = match mount.map(|mount| &mount.kind) {
            None
            | Some(
                AnyKind::Mount(MountKind::Tmpfs { .. }) | AnyKind::Rule(RuleKind::Closed { .. }),
            ) => self.way(place),
            Some(AnyKind::Mount(MountKind::Denied { .. })) => Thing::Denied { directory: false },
            Some(AnyKind::Mount(MountKind::Proc)) => self.process_file(place),
            Some(AnyKind::Mount(MountKind::Devices { .. })) => match basic_device(place, mount) {
                Thing::Absent => self.way(place),
                thing => thing,
            },
            Some(_) => mount
                .and_then(|mount| mount.host_path(place))
                .and_then(|path| self.jail.on_host(&path))
                .map_or(Thing::Absent, Thing::Host),
        };
        (mount, thing)
    }

    /// What stands where a mount is mounted.
    fn root_of(&self, mount: &Shown) -> Thing {
        if let Some(source) = mount.source() {
            return self.jail.on_host(source).map_or(Thing::Absent, Thing::Host);
        }
        let kind = match &mount.kind {
            AnyKind::Mount(kind) => kind,
            AnyKind::Rule(RuleKind::Link { target }) => return Thing::Link(target.clone()),
            AnyKind::Rule(_) => return self.way(&mount.dest),
        };
        match kind {
            MountKind::Bind { .. } => Thing::Absent,
            MountKind::Tmpfs { .. }
            | MountKind::Directory { .. }
            | MountKind::Queues
            | MountKind::Devices { .. } => Thing::Memory,
            MountKind::EmptyFile => Thing::EmptyFile,
            MountKind::Denied { directory } => Thing::Denied { directory: *directory },
            MountKind::File { .. } | MountKind::Replaced { .. } => Thing::File,
            MountKind::Copied { .. } => Thing::Copy,
            MountKind::Proc => self.process_file(&mount.dest),
            MountKind::Symlink { target } => Thing::Link(target.clone()),
        }
    }

    /// In memory there are only the directories that lead to mounts.
    fn way(&self, place: &Path) -> Thing {
        let leads = self.jail.places.iter().any(|mount| below(&mount.dest, place).is_some());
        if leads || place == Path::new("/") { Thing::Memory } else { Thing::Absent }
    }

    /// `/proc` belongs to the one kernel of host and jail; only what concerns processes differs.
    fn process_file(&self, place: &Path) -> Thing {
        let entry = place.components().nth(2).map(|name| name.as_os_str().as_encoded_bytes());
        let of_process = entry.is_some_and(|name| {
            name.iter().all(u8::is_ascii_digit) || matches!(name, b"self" | b"thread-self")
        });
        match self.jail.on_host(place) {
            _ if of_process => Thing::Kernel(None),
            Some(Found { kind: Kind::Link(target), .. }) => Thing::Link(target),
            Some(found) => Thing::Kernel(Some(found)),
            None => Thing::Absent,
        }
    }
}

/// What the table has at a place below the jail's own `/dev`.
fn basic_device(place: &Path, mount: Option<&Shown>) -> Thing {
    let Some(name) = mount.and_then(|mount| below(place, &mount.dest)) else {
        return Thing::Absent;
    };
    let row = BASIC.iter().find(|(entry, _)| name.starts_with(entry));
    match row {
        Some((_, Basic::Directory)) => Thing::Kernel(None),
        Some((entry, what)) if name == Path::new(entry) => match what {
            Basic::Device => Thing::Device,
            Basic::Link(target) => Thing::Link(target.into()),
            Basic::Directory => Thing::Kernel(None),
            Basic::SharedMemory => Thing::Memory,
        },
        _ => Thing::Absent,
    }
}

fn is_directory(thing: &Thing) -> bool {
    match thing {
        Thing::Memory => true,
        Thing::Host(found) | Thing::Kernel(Some(found)) => found.kind == Kind::Directory,
        _ => false,
    }
}

fn may_pass(thing: &Thing) -> bool {
    match thing {
        Thing::Host(found) => found.may.execute,
        _ => true,
    }
}
