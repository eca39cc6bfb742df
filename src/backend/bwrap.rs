//! A plan as bubblewrap's arguments; see `bwrap(1)`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};

use crate::host::bubblewrap::Bubblewrap;
use crate::plan::mount::below;
use crate::plan::{Access, Authority, EnvEdit, HOSTNAME, Inheritance, Mount, MountKind, Plan};

/// Sources that were opened beforehand, by where they are mounted: mounting those leaves no time in which somebody could put
/// something else in their place.
pub type Sources = BTreeMap<PathBuf, RawFd>;

/// One option and its values.
pub type Words = Vec<OsString>;

/// The permissions of an empty file. The mount is read-only whatever they say. A program that connects to
/// a masked socket needs the permission to write: with it, the program hears that nobody listens.
pub const EMPTY_FILE: u32 = 0o666;

/// Every option of the plan, in order. A plan for another system has no mounts: in its jail there
/// would be nothing.
pub fn options(plan: &Plan, bubblewrap: &Bubblewrap, sources: &Sources) -> Vec<Words> {
    let mut options = namespaces(plan, bubblewrap);
    options.extend(plan.mounts().iter().flat_map(|mount| mount_options(mount, sources)));
    options.extend(read_only_at_last(plan).into_iter().map(remount_read_only));
    options.extend(environment(plan));
    options.push(option(["--chdir".into(), plan.directory.clone().into()]));
    options
}

/// The root over which the jail's first process starts, until it has its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FirstRoot {
    /// For a program that needs nothing but its own file.
    Empty,
    /// For one that needs libraries, wherever the host has them.
    OfTheHost,
}

/// Every option of the plan, where stage one brings all that it can: in a root that is empty otherwise
/// bubblewrap mounts the rest. The jail's first process starts there, and goes to the working directory by itself.
pub fn options_without_root(plan: &Plan, bubblewrap: &Bubblewrap, first: FirstRoot) -> Vec<Words> {
    let mut options = namespaces(plan, bubblewrap);
    if first == FirstRoot::OfTheHost {
        options.push(option(["--ro-bind".into(), "/".into(), "/".into()]));
        // Queues are mounted below, perhaps where the host has no directory.
        options.push(option(["--tmpfs".into(), "/dev".into()]));
    }
    let mounts = plan.mounts().iter().filter(|mount| needs_namespaces(mount));
    options.extend(mounts.flat_map(|mount| mount_options(mount, &Sources::new())));
    options.extend(environment(plan));
    options.push(option(["--chdir".into(), "/".into()]));
    options
}

/// Whether a mount shows what belongs to the jail's own namespaces.
pub fn needs_namespaces(mount: &Mount) -> bool {
    matches!(mount.kind, MountKind::Proc | MountKind::Queues)
}

/// Where the jail's own `/proc` is.
pub fn proc(plan: &Plan) -> Option<&Path> {
    let mut proc = plan.mounts().iter().filter(|mount| mount.kind == MountKind::Proc);
    proc.next().map(|mount| mount.dest.as_path())
}

/// Whether a mount is at this place, or below.
pub fn is_in(place: &Path, mount: &Mount) -> bool {
    below(&mount.dest, place).is_some()
}

fn option<const N: usize>(words: [OsString; N]) -> Words {
    words.into()
}

fn namespaces(plan: &Plan, bubblewrap: &Bubblewrap) -> Vec<Words> {
    let mut options: Vec<Words> = [
        // Nothing of the jail outlives the front, and stage two is its init.
        "--die-with-parent",
        "--as-pid-1",
        "--unshare-user",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
    ]
    .map(|flag| option([flag.into()]))
    .into();
    if plan.cgroup_namespace {
        options.push(option(["--unshare-cgroup-try".into()]));
    }
    if plan.network.is_empty() {
        options.push(option(["--unshare-net".into()]));
    }
    if bubblewrap.disable_userns {
        // Forbids further user namespaces in the kernel, whatever the system-call filter lets by.
        options.push(option(["--disable-userns".into()]));
    }
    if plan.terminal.is_new_session() {
        options.push(option(["--new-session".into()]));
    }
    options.push(option(["--hostname".into(), HOSTNAME.into()]));
    options.push(option(["--cap-drop".into(), "ALL".into()]));
    options
}

/// The options of one mount; permissions are an option of their own, for the next one.
fn mount_options(mount: &Mount, sources: &Sources) -> Vec<Words> {
    let dest = || OsString::from(&mount.dest);
    match &mount.kind {
        MountKind::Bind { source, access } => vec![bind(source, &mount.dest, *access, sources)],
        MountKind::Tmpfs { mode, .. } => with_mode(*mode, option(["--tmpfs".into(), dest()])),
        MountKind::Directory { mode } => with_mode(*mode, option(["--dir".into(), dest()])),
        // A descriptor, so that the content is in no argument; where there is none, as in
        // `--dry-run`, the file is left out.
        MountKind::File { mode, .. } => match sources.get(&mount.dest) {
            Some(descriptor) => {
                with_mode(*mode, option(["--file".into(), descriptor.to_string().into(), dest()]))
            }
            None => Vec::new(),
        },
        // The printed command has nobody to write a copy back: there the file itself is mounted,
        // though then it can only be changed in place.
        MountKind::Copied { source } => match sources.get(&mount.dest) {
            Some(descriptor) => {
                with_mode(0o600, option(["--file".into(), descriptor.to_string().into(), dest()]))
            }
            None => vec![option(["--bind".into(), source.into(), dest()])],
        },
        // The printed command has no filter, and so no network in which the host's own would lead anywhere.
        MountKind::Replaced { .. } => match sources.get(&mount.dest) {
            Some(descriptor) => {
                vec![option(["--ro-bind-data".into(), descriptor.to_string().into(), dest()])]
            }
            None => Vec::new(),
        },
        MountKind::EmptyFile => empty_file(&mount.dest, EMPTY_FILE, sources),
        MountKind::Denied { directory: false } => empty_file(&mount.dest, 0, sources),
        MountKind::Denied { directory: true } => with_mode(0, option(["--tmpfs".into(), dest()])),
        MountKind::Proc => vec![option(["--proc".into(), dest()])],
        MountKind::Queues => vec![option(["--mqueue".into(), dest()])],
        MountKind::Devices { .. } => vec![option(["--dev".into(), dest()])],
        MountKind::Symlink { target } => {
            vec![option(["--symlink".into(), target.into(), dest()])]
        }
    }
}

/// An empty file of the jail's own, which nobody can write. The printed command has no descriptors to
/// make one from, and mounts an empty device instead.
fn empty_file(dest: &Path, mode: u32, sources: &Sources) -> Vec<Words> {
    match sources.get(dest) {
        Some(descriptor) => with_mode(
            mode,
            option(["--ro-bind-data".into(), descriptor.to_string().into(), dest.into()]),
        ),
        // An ordinary bind of a device cannot even be opened.
        None if mode == 0 => vec![option(["--ro-bind".into(), "/dev/null".into(), dest.into()])],
        None => vec![option(["--dev-bind".into(), "/dev/null".into(), dest.into()])],
    }
}

fn bind(source: &Path, dest: &Path, access: Access, sources: &Sources) -> Words {
    let (by_path, by_descriptor) = match access {
        Access::ReadOnly => ("--ro-bind", Some("--ro-bind-fd")),
        Access::ReadWrite => ("--bind", Some("--bind-fd")),
        Access::Device => ("--dev-bind", None),
    };
    match by_descriptor.zip(sources.get(dest)) {
        Some((flag, descriptor)) => {
            option([flag.into(), descriptor.to_string().into(), dest.into()])
        }
        None => option([by_path.into(), source.into(), dest.into()]),
    }
}

/// bubblewrap's directories have mode 0755 unless told otherwise.
fn with_mode(mode: u32, what: Words) -> Vec<Words> {
    if mode == 0o755 {
        return vec![what];
    }
    vec![option(["--perms".into(), format!("{mode:04o}").into()]), what]
}

/// What must be read-only in the end, though mount points had to be made in it first.
///
/// Where the root need not be, that is a mask at most, which the kernel keeps shut by its mode and
/// Landlock's rule: a bubblewrap up to 0.12 that makes the mounts itself reads the whole mount table again for each of
/// these, which for the four usual masks costs half a millisecond.
pub fn read_only_at_last(plan: &Plan) -> Vec<&Path> {
    let all = plan.facts.root_read_only || plan.landlock.is_none();
    let is_closed = |mount: &&Mount| match mount.kind {
        // Landlock's rule of the project reaches into these, and their owner could change the mode.
        MountKind::Denied { directory } => directory,
        MountKind::Tmpfs { writable, .. } => {
            !writable && (all || mount.authority == Authority::Mask)
        }
        MountKind::Devices { writable } => !writable && all,
        MountKind::Proc => plan.proc_is_read_only && all,
        _ => false,
    };
    let closed = plan.mounts().iter().filter(is_closed).map(|mount| mount.dest.as_path());
    let root = plan.facts.root_read_only.then_some(Path::new("/"));
    closed.chain(root).collect()
}

fn remount_read_only(path: &Path) -> Words {
    option(["--remount-ro".into(), path.into()])
}

fn environment(plan: &Plan) -> Vec<Words> {
    let is_cleared = plan.facts.environment == Inheritance::Cleared;
    let clear = is_cleared.then(|| option(["--clearenv".into()]));
    let edits = plan.environment.iter().map(|edit| match edit {
        EnvEdit::Set(name, value) | EnvEdit::Given(name, value) => {
            option(["--setenv".into(), name.clone(), value.clone()])
        }
        EnvEdit::Unset(name, _) => option(["--unsetenv".into(), name.clone()]),
    });
    clear.into_iter().chain(edits).collect()
}
