//! `--explain` says what a real jail really shows: every kind of answer, every row of the tables.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ai_jail::policy::devices::BASIC;
use ai_jail::policy::home::{parents, rows};
use ai_jail::policy::system::{CHAINS, DEEPER, LOCKDOWN_MASKS, MASKS, ROOT};
use serde_json::Value;

use crate::harness::{World, is_root};

/// What can be done at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seen {
    exists: bool,
    readable: bool,
    writable: bool,
}

/// Tries each path: lists or asks, and really writes. It leaves nothing.
const TRY: &str = r#"
    for path; do
        seen=
        real=$(readlink -m "$path")
        test -e "$path" && seen="$seen e"
        if test -d "$path"; then
            ls -A "$path" > /dev/null 2>&1 && seen="$seen r"
            (: > "$path/.probe") 2> /dev/null && rm "$path/.probe" && seen="$seen w"
        elif test -c "$path"; then
            (: < "$path") 2> /dev/null && seen="$seen r"
            (: >> "$path") 2> /dev/null && seen="$seen w"
        elif test -e "$path"; then
            test -r "$path" && seen="$seen r"
            (: >> "$path") 2> /dev/null && seen="$seen w"
        else
            (: > "$path") 2> /dev/null && rm "$real" && seen="$seen w"
        fi
        echo ".$seen"
    done"#;

/// Writes to each path and leaves it.
const LEAVE: &str = r#"
    for path; do
        if test -d "$path"; then path="$path/.probe"; fi
        (echo written >> "$path") 2> /dev/null
    done
    exit 0"#;

/// What a real jail with these flags shows.
pub fn really(world: &World, flags: &[&str], paths: &[PathBuf]) -> Vec<Seen> {
    let words = ["sh", "-c", TRY, "sh"].map(OsString::from).into_iter();
    let ended = world.exec_with(flags, words.chain(paths.iter().map(Into::into))).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let line = |line: &str| {
        let has = |letter| line.split(' ').any(|word| word == letter);
        Seen { exists: has("e"), readable: has("r"), writable: has("w") }
    };
    let seen: Vec<Seen> = ended.out().lines().map(line).collect();
    assert_eq!(seen.len(), paths.len(), "{ended}");
    seen
}

/// `--explain=PATH`: so written, a path may begin with a dash.
pub fn word(path: impl AsRef<OsStr>) -> OsString {
    let mut word = OsString::from("--explain=");
    word.push(path);
    word
}

/// `--explain PATH --json` with these flags.
pub fn explain(world: &World, flags: &[&str], path: impl AsRef<OsStr>) -> Value {
    let mut words: Vec<OsString> = flags.iter().map(OsString::from).collect();
    words.extend(["--json".into(), word(path)]);
    let ended = world.jail(words).run();
    serde_json::from_str(ended.ok()).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

/// What the explanation promises; `None` where it says that only the jail can tell.
pub fn promised(answer: &Value) -> Option<Seen> {
    let is = |key: &str| answer[key].as_bool().unwrap_or_else(|| panic!("no {key}: {answer}"));
    let exists = answer["exists"].as_bool()?;
    Some(Seen { exists, readable: is("readable"), writable: is("writable") })
}

/// Compares all paths. Gives the number of those on which there was something to compare.
fn compare(world: &World, flags: &[&str], paths: &[PathBuf]) -> usize {
    let answers: Vec<Value> = paths.iter().map(|path| explain(world, flags, path)).collect();
    let mut compared = 0;
    for ((path, answer), seen) in paths.iter().zip(&answers).zip(really(world, flags, paths)) {
        let Some(promised) = promised(answer) else { continue };
        assert_eq!(promised, seen, "{flags:?} {}: {answer:#}", path.display());
        compared += 1;
    }
    compared
}

/// Compares whether what is written to each path of this test's own world is on the host
/// afterwards.
fn compare_kept(world: &World, flags: &[&str], paths: &[PathBuf]) {
    let ours = |path: &&PathBuf| path.starts_with(world.root());
    let paths: Vec<PathBuf> = paths.iter().filter(ours).cloned().collect();
    let answers: Vec<Value> = paths.iter().map(|path| explain(world, flags, path)).collect();
    let text = |path: &PathBuf| {
        let file = if path.is_dir() { &path.join(".probe") } else { path };
        fs::read_to_string(file).unwrap_or_default()
    };
    let before: Vec<String> = paths.iter().map(text).collect();
    let words = ["sh", "-c", LEAVE, "sh"].map(OsString::from).into_iter();
    world.exec_with(flags, words.chain(paths.iter().map(Into::into))).run().ok();
    for ((path, answer), before) in paths.iter().zip(answers).zip(before) {
        let kept = text(path) != before;
        assert_eq!(answer["kept"], kept, "{flags:?} {}: {answer:#}", path.display());
    }
}

/// A home with an entry for every row, as a directory with a file in it.
fn directories(world: &World) -> Vec<PathBuf> {
    let entries = rows().map(|row| world.home().join(row.path.replace('*', "-sample")));
    let entries: Vec<PathBuf> = entries.collect();
    for entry in &entries {
        world.file(entry.join("content"), "content");
    }
    entries.iter().flat_map(|entry| [entry.clone(), entry.join("content")]).collect()
}

/// A home with an entry for every row that can be a file: nothing else has a row below it.
fn files(world: &World) -> Vec<PathBuf> {
    let rows = rows().map(|row| row.path);
    let can_be_file = |path: &&str| !parents().contains(&Path::new(path));
    let entries = rows.filter(can_be_file).map(|path| path.replace('*', "-sample"));
    entries.map(|path| world.file(world.home().join(path), "content")).collect()
}

/// The places of the system's tables, the mounts of the plan, and what lies beside each.
fn system_paths(world: &World, flags: &[&str]) -> Vec<PathBuf> {
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

#[test]
fn every_row_of_the_home_that_is_a_directory() {
    let world = World::new();
    let paths = directories(&world);
    assert_eq!(compare(&world, &[], &paths), 2 * rows().count());
    compare_kept(&world, &[], &paths);
}

#[test]
fn every_row_of_the_home_that_is_a_file() {
    let world = World::new();
    let paths = files(&world);
    assert_eq!(compare(&world, &[], &paths), paths.len());
    compare_kept(&world, &[], &paths);
}

#[test]
fn every_row_of_the_home_in_lockdown() {
    let world = World::new();
    let paths = directories(&world);
    assert_eq!(compare(&world, &["--lockdown"], &paths), 2 * rows().count());
}

#[test]
fn every_place_of_the_system() {
    let world = World::new();
    for flags in [&[][..], &["--lockdown"]] {
        assert!(compare(&world, flags, &system_paths(&world, flags)) > 40);
    }
}

#[test]
fn paths_of_every_kind() {
    for flags in [&[][..], &["--lockdown"], &["--clean"], &["--no-landlock"]] {
        let world = World::new();
        assert!(compare(&world, flags, &odd_paths(&world)) > 60);
    }
}

#[test]
fn what_is_written_to_paths_of_every_kind() {
    let world = World::new();
    let paths = odd_paths(&world);
    compare_kept(&world, &[], &paths);
}

#[test]
fn places_that_maps_bring() {
    let world = World::new();
    let mut paths = odd_paths(&world);
    world.file("home/project/frozen/file", "x");
    world.file("home/.config/gcloud/key", "x");
    let flags = [
        "--map",
        "frozen",
        "--rw-map",
        "../../data",
        "--map",
        "~/.ssh/key",
        "--rw-map",
        "~/.tool",
        "--map",
        "../../data/file:/srv/file",
        "--map",
        "~/.config",
        "--rw-map",
        "/var/log",
    ];
    let mapped = [
        "home/project/frozen",
        "home/project/frozen/file",
        "home/project/frozen/new",
        "home/.config",
        "home/.config/gcloud",
        "home/.config/gcloud/key",
        "data/new",
    ];
    paths.extend(mapped.map(|name| world.root().join(name)));
    paths.extend(["/srv/file", "/srv", "/srv/new"].map(PathBuf::from));
    assert!(compare(&world, &flags, &paths) > 70);
    compare_kept(&world, &flags, &paths);
}

#[test]
fn root_sees_what_was_explained() {
    for flags in [&[][..], &["--lockdown"]] {
        let world = World::new();
        let mut paths = directories(&world);
        paths.extend(system_paths(&world, flags));
        paths.extend(odd_paths(&world));
        assert!(compare(&world, flags, &paths) > 300);
    }
}
