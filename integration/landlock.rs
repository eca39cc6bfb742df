//! Landlock and the mounts say the same: whatever a whole jail allows without the one it allows
//! with it, but for making files where nothing is mounted for them.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;

use ai_jail::policy::system;

use crate::harness::{World, has_program};

/// Tries everything it finds, to a depth that reaches every mount of a small world. One line each:
/// what was tried, where, what came of it.
const TRY_ALL: &str = r#"
import os, sys, errno
def attempt(what, path, act):
    try: act(); said = "ok"
    except OSError as error: said = errno.errorcode[error.errno]
    print(f"{what} {path!a} {said}")
def make(path): os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)); os.unlink(path)
def visit(path, depth):
    if path in ("/proc", "/sys/devices", "/usr/share/doc"): return
    if os.path.islink(path): return
    if os.path.isdir(path):
        attempt("list", path, lambda: os.listdir(path))
        attempt("make", path, lambda: make(os.path.join(path, ".new")))
        if depth < 5:
            try: names = sorted(os.listdir(path))
            except OSError: names = []
            for name in names[:60]: visit(os.path.join(path, name), depth + 1)
    elif os.path.isfile(path):
        attempt("read", path, lambda: os.close(os.open(path, os.O_RDONLY)))
        attempt("write", path, lambda: os.close(os.open(path, os.O_WRONLY)))
    elif os.path.exists(path):
        attempt("use", path, lambda: os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)))
visit("/", 0)
for path in sys.argv[1:]: visit(path, 2)
"#;

/// What was tried, and what came of it.
type Found = BTreeMap<String, String>;

fn try_all(world: &World, flags: &[&str], places: &[&Path]) -> Found {
    let words = ["python3", "-c", TRY_ALL].map(Into::into).into_iter();
    let words: Vec<std::ffi::OsString> =
        words.chain(places.iter().map(|place| place.as_os_str().to_owned())).collect();
    let ended = world.exec_with(flags, words).run();
    let line = |line: &str| {
        let (attempt, said) = line.rsplit_once(' ').expect("what and how");
        (attempt.to_owned(), said.to_owned())
    };
    ended.ok().lines().map(line).collect()
}

/// A world with a mount of each kind.
fn world() -> World {
    let world = World::below(Path::new("/var/tmp"));
    for file in [
        "home/.tool/settings",
        "home/.cache/tool/file",
        "home/.ssh/key",
        "home/.gitconfig",
        "home/.claude.json",
        "home/.local/share/uv/file",
        "home/.local/share/other/file",
        "home/project/src/file",
        "data/read/file",
        "data/write/file",
    ] {
        world.file(file, "x");
    }
    world
}

#[test]
fn landlock_takes_nothing_that_the_mounts_give() {
    the_layers_agree();
}

/// Tries everything in jails with and without Landlock.
pub fn the_layers_agree() {
    if !has_program("python3") {
        return;
    }
    let world = world();
    let (read, write) = (world.root().join("data/read"), world.root().join("data/write"));
    let (home, project) = (world.home(), world.project().to_owned());
    let (read_flag, write_flag) = (read.to_str().expect("plain"), write.to_str().expect("plain"));
    let maps = ["--map", read_flag, "--rw-map", write_flag];
    let places = [read.as_path(), &write, &home, &project];
    for (flags, least) in [(&maps[..], 4), (&["--lockdown"], 0)] {
        let with = try_all(&world, flags, &places);
        let without = try_all(&world, &[flags, &["--no-landlock"]].concat(), &places);
        assert!(with.len() > 500, "{} attempts", with.len());
        let may = |found: &Found, what: &str| {
            found
                .iter()
                .filter(|(attempt, said)| attempt.starts_with(what) && *said == "ok")
                .count()
        };
        // The walk came to something of each kind.
        assert!(may(&with, "read") > 100 && may(&with, "list") > 100 && may(&with, "use") >= 3);
        let (made, written) = (may(&with, "make"), may(&with, "write"));
        assert!(made > 1 && written >= least, "{flags:?}: {made} made, {written} written");

        // A mask is closed by its mode and by Landlock, or else by a read-only mount; a program
        // that somebody runs meanwhile refuses writing by itself.
        let closed = |said: Option<&String>| {
            said.is_some_and(|said| ["EACCES", "EROFS", "ETXTBSY"].contains(&said.as_str()))
        };
        let same = |attempt: &str, said: &String| {
            let other = without.get(attempt);
            // What is not there any more has come and gone on the host between the two walks.
            other.is_none() || other == Some(said) || (closed(other) && closed(Some(said)))
        };
        let differ: Vec<String> = with
            .iter()
            .filter(|(attempt, said)| !same(attempt, said))
            .map(|(attempt, said)| format!("{attempt}: {said}, not {:?}", without.get(attempt)))
            .collect();
        // The root of the jail, and what bubblewrap made there to mount things on, is a tmpfs.
        let scaffold = |line: &&String| {
            let path = line.strip_prefix("make '").and_then(|rest| rest.split_once('\''));
            let path = path.map_or("", |(path, _)| path);
            let above =
                places.iter().any(|place| place.starts_with(path) && *place != Path::new(path));
            let rows = system::DEEPER
                .iter()
                .any(|row| row.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
            let bare = ["/", "/dev", "/dev/pts", "/home"].contains(&path) || rows || above;
            bare && line.ends_with(": EACCES, not Some(\"ok\")")
        };
        let (expected, wrong): (Vec<_>, Vec<_>) = differ.iter().partition(scaffold);
        assert!(wrong.is_empty(), "{flags:?}: {wrong:#?}");
        // In lockdown even that is read-only.
        assert_eq!(expected.is_empty(), flags == ["--lockdown"], "{flags:?}: {expected:#?}");
    }
}

/// Moves and links a file from one place to another, and says what came of each.
const MOVE: &str = r#"
import os, sys, errno
def attempt(act, *words):
    try: act(*words); return "ok"
    except OSError as error: return errno.errorcode[error.errno]
for source, target in zip(sys.argv[1::2], sys.argv[2::2]):
    os.makedirs(target, exist_ok=True)
    file = os.path.join(source, "moved")
    open(file, "w").close()
    link = attempt(os.link, file, os.path.join(target, "linked"))
    move = attempt(os.rename, file, os.path.join(target, "moved"))
    os.makedirs(os.path.join(source, "directory"), exist_ok=True)
    tree = attempt(os.rename, os.path.join(source, "directory"), os.path.join(target, "directory"))
    print(link, move, tree)
"#;

#[test]
fn moves_and_links_work_as_the_mounts_allow() {
    if !has_program("python3") {
        return;
    }
    let world = world();
    let at = |place: &str| world.root().join(place).into_os_string();
    let pairs = [
        ("home/project/src", "home/project/other/deep"),
        ("home/.cache/tool", "home/.cache/other"),
        // Within the home, which is a tmpfs: between two of its own directories.
        ("home/one", "home/two"),
        // Between two mounts the kernel itself refuses.
        ("home/project/src", "home/.cache/mixed"),
        ("home/.cache/tool", "data/write/mixed"),
        ("home/project/src", "home/three"),
    ];
    let map = at("data/write");
    let script = MOVE.replace(
        "for source",
        "os.makedirs(os.path.expanduser('~/one'), exist_ok=True)\nfor source",
    );
    let moves = |flags: &[&str]| {
        let mut words: Vec<std::ffi::OsString> = ["python3", "-c", &script].map(Into::into).into();
        words.extend(pairs.iter().flat_map(|(source, target)| [at(source), at(target)]));
        let flags: Vec<std::ffi::OsString> = ["--rw-map".into(), map.clone()]
            .into_iter()
            .chain(flags.iter().map(Into::into))
            .collect();
        world.exec_with(flags, words)
    };
    let expected = "ok ok ok\n".repeat(3) + &"EXDEV EXDEV EXDEV\n".repeat(3);
    assert_eq!(moves(&[]).run().ok(), expected);
    for place in ["home/project/other", "home/.cache/other", "home/project/src/moved"] {
        let path = world.root().join(place);
        let _ = std::fs::remove_dir_all(&path);
        let _ = std::fs::remove_file(&path);
    }
    assert_eq!(moves(&["--no-landlock"]).run().ok(), expected, "the same without the layer");
    // What mv(1) does about it, copying, works.
    world.sh("echo x > big; mv big ~/.cache/big; mv ~/.cache/big big; cat big").run().ok();
}

#[test]
fn a_link_planted_in_the_project_opens_nothing() {
    let world = world();
    let secret = world.root().join("home/.ssh/key");
    symlink(&secret, world.project().join("link")).expect("a link");
    let read = ["cat", "link"];
    assert_eq!(world.outside(read).run().ok(), "x");
    for flags in [&[][..], &["--lockdown"], &["--no-landlock"]] {
        assert_ne!(world.exec_with(flags, read).run().code(), 0, "{flags:?}");
    }
}
