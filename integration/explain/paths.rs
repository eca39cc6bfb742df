//! The paths that are explained, and what has to be there for them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ai_jail::policy::devices::BASIC;
use ai_jail::policy::home::{HomeRow, by_directory, rows};
use ai_jail::policy::system::{CHAINS, DEEPER, LOCKDOWN_MASKS, MASKS, ROOT};
use serde_json::Value;

use crate::harness::{World, is_root};

/// Rows of every kind: of those that are treated alike, at the same depth, the first. To explain
/// each of several hundred takes minutes; `home_table.rs` tries them all.
pub fn kinds_of_rows() -> Vec<&'static HomeRow> {
    let mut kinds: Vec<&HomeRow> = Vec::new();
    let kind = |row: &HomeRow| {
        let (depth, pattern) = (row.path.matches('/').count(), row.path.ends_with('*'));
        (row.treatment, row.reason, depth, pattern)
    };
    for row in rows() {
        if kinds.iter().all(|known| kind(known) != kind(row)) {
            kinds.push(row);
        }
    }
    kinds
}

/// A home with an entry for each of them, as a directory with a file in it.
pub fn directories(world: &World) -> Vec<PathBuf> {
    let rows = kinds_of_rows().into_iter();
    let entries = rows.map(|row| world.home().join(row.path.replace('*', "-sample")));
    let entries: Vec<PathBuf> = entries.collect();
    for entry in &entries {
        world.file(entry.join("content"), "content");
    }
    entries.iter().flat_map(|entry| [entry.clone(), entry.join("content")]).collect()
}

/// The same with files, where a row can be one: nothing else has a row below it.
pub fn files(world: &World) -> Vec<PathBuf> {
    let rows = kinds_of_rows().into_iter().map(|row| row.path);
    let can_be_file =
        |path: &&str| by_directory().iter().all(|(directory, _)| *directory != Path::new(path));
    let entries = rows.filter(can_be_file).map(|path| path.replace('*', "-sample"));
    entries.map(|path| world.file(world.home().join(path), "content")).collect()
}

/// The places of the system's tables, the mounts of the plan, and what lies beside each.
pub fn system_paths(world: &World, flags: &[&str]) -> Vec<PathBuf> {
    let tables = [ROOT, DEEPER, CHAINS, MASKS, LOCKDOWN_MASKS].into_iter().flatten();
    let mut paths: Vec<PathBuf> = tables.map(|row| row.path.replace('*', "").into()).collect();
    // /dev/tty opens only where there is a terminal, which is not the jail's to say.
    let devices = BASIC.iter().map(|(name, _)| Path::new("/dev").join(name));
    paths.extend(devices.filter(|path| path != Path::new("/dev/tty")));
    let ended = world.jail(flags.iter().chain(&["--dry-run=json"])).run();
    let plan: Value = serde_json::from_str(ended.ok()).expect("JSON");
    for mount in plan["mounts"].as_array().expect("a list") {
        let place = PathBuf::from(mount["dest"].as_str().expect("a path"));
        paths.extend(place.ancestors().map(Path::to_path_buf));
        paths.push(place.join("nothing-of-this-name"));
    }
    paths.sort();
    paths.dedup();
    paths
}

/// Below the project.
const IN_PROJECT: &[&str] = &[
    "",
    ".ai-jail",
    "plain",
    "plain/below",
    "nothing",
    "nothing/below",
    "keys",
    "keys/key",
    "keys/..",
    "usr",
    "usr/bin/env",
    "data",
    "data/file",
    "dangling",
    "loop",
    "loop/below",
    "private",
    "private/file",
    "closed",
    "closed/file",
    "closed/nothing",
    "./plain",
    "../project/plain",
    "..",
    "../..",
    "../../data",
    "../../data/file",
    "device",
];

/// Below the home.
const IN_HOME: &[&str] = &[
    "",
    "Documents",
    "Documents/letter",
    ".tool",
    ".tool/settings",
    ".tool/new",
    ".ssh",
    ".ssh/key",
    ".link-to-ssh",
    ".link-to-ssh/key",
    ".link-to-tool/settings",
    ".new",
    ".new/below",
    "new",
];

/// Anywhere else.
const ELSEWHERE: &[&str] = &[
    "/",
    "/srv",
    "/mnt/x",
    "/new",
    "/home",
    "/root",
    "/var",
    "/var/log",
    "/var/run",
    "/var/tmp/new",
    "/etc/passwd",
    "/etc/shadow",
    "/usr/bin/env",
    "/usr/new",
    "/tmp/new",
    "/tmp/.X11-unix",
    "/run/new",
    "/run/new/below",
    "/run/docker.sock",
    "/dev/new",
    "/dev/kvm",
    "/dev/sda",
    "/dev/shm/new",
    "/proc/cpuinfo",
    "/proc/no-such-entry",
    "/proc/self/status",
    "/proc/1",
    "/proc/sys/kernel/hostname",
    "/sys/kernel/debug/x",
    "/sys/class/net/lo",
    "/sys/devices/virtual/dmi/id",
    "/sys/module/loop",
];

/// Paths of every other kind, with what has to be there for them.
pub fn odd_paths(world: &World) -> Vec<PathBuf> {
    let (home, project) = (world.home(), world.project());
    for file in ["home/Documents/letter", "home/.tool/settings", "home/.ssh/key", "data/file"] {
        world.file(file, "x");
    }
    world.file("home/project/plain", "x");
    world.file("home/project/.ai-jail", "no_gpu = true\n");
    world.link(home.join(".ssh"), "home/project/keys");
    world.link(".ssh", "home/.link-to-ssh");
    world.link(".tool", "home/.link-to-tool");
    world.link("/usr", "home/project/usr");
    world.link("../../data", "home/project/data");
    world.link("nowhere/at/all", "home/project/dangling");
    world.link("loop", "home/project/loop");
    // Only root can make a device; where there is none, it is one more path of nothing.
    let node = world.outside(["mknod", "device", "c", "1", "3"]).run();
    assert_eq!(node.code() == 0, is_root(), "{node}");
    let private = world.file("home/project/private/file", "x");
    let closed = world.file("home/project/closed/file", "x");
    let closed = closed.parent().expect("a directory");
    for (path, mode) in [(private.as_path(), 0o000), (closed, 0o600)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
    }
    let in_project = IN_PROJECT.iter().map(|name| project.join(name));
    let in_home = IN_HOME.iter().map(|name| home.join(name));
    in_project.chain(in_home).chain(ELSEWHERE.iter().map(PathBuf::from)).collect()
}
