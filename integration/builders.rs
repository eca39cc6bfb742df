//! Stage one and bubblewrap alone make the same jail: mount by mount, and in the jail's own file
//! systems entry by entry.

use std::collections::BTreeMap;
use std::path::Path;

use crate::harness::{Ended, Run, World, is_without_stage_one, skip};
use crate::outer_filter::without_stage_one;

/// How one mount is seen in the jail, `proc_pid_mountinfo(5)`.
#[derive(Debug, Eq, PartialEq)]
struct Seen {
    /// What may not be done there.
    options: String,
    /// `shared`, `master`, `unbindable`, without the numbers of the groups.
    propagation: Vec<String>,
    /// The type of the file system, and its own options.
    file_system: String,
    /// Which file system and what of it; what was made for the jail has no name of its own.
    source: Option<String>,
}

/// Each mount of a jail, in the order of its path; several may be at one.
fn mounts(mountinfo: &str) -> BTreeMap<String, Vec<Seen>> {
    let mut mounts: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for line in mountinfo.lines() {
        let (mount, file_system) = line.split_once(" - ").expect("two halves");
        let mount: Vec<&str> = mount.split(' ').collect();
        let [_, _, device, root, place, options, propagation @ ..] = &mount[..] else {
            panic!("{line}");
        };
        let is_own = ["tmpfs ", "devpts ", "proc ", "mqueue "]
            .iter()
            .any(|own| file_system.starts_with(own));
        // bubblewrap's root is a directory of a tmpfs of its own, with the same permissions; a file in memory is
        // mounted from such a root.
        let is_file = file_system.starts_with("tmpfs ") && *root != "/";
        let of_root = (*place == "/" || is_file).then_some("tmpfs tmpfs");
        let seen = Seen {
            options: (*options).to_owned(),
            propagation: propagation
                .iter()
                .map(|field| field.split(':').next().unwrap_or(field).to_owned())
                .collect(),
            file_system: of_root.unwrap_or(file_system).to_owned(),
            source: (!is_own).then(|| format!("{device} {root}")),
        };
        mounts.entry((*place).to_owned()).or_default().push(seen);
    }
    mounts
}

/// Prints the mounts, and every entry of what is in memory: its path, type, permissions, owner, size
/// and link text; times are the run's own.
const LIST: &str = r#"
    cat /proc/self/mountinfo
    echo ==
    sed -n 's/^[^ ]* [^ ]* [^ ]* [^ ]* \([^ ]*\) .* - tmpfs .*/\1/p' /proc/self/mountinfo |
    while read -r place; do
        place=$(printf '%b' "$place")
        [ -r "$place" ] || continue # a denied directory
        find "$place" -xdev -mindepth 1 -printf '%p %y %m %U %G %l\n'
    done | sort"#;

/// The same by both builders. `run` makes the jail that prints [`LIST`].
fn compare(what: &str, run: impl Fn() -> Run) {
    compare_with(what, &run().run(), &without_stage_one(run()).run());
}

/// What two builders made.
fn compare_with(what: &str, one: &Ended, other: &Ended) {
    let halves = |ended: &Ended| {
        let (mounts, entries) = ended.ok().split_once("==\n").expect("two lists");
        // Directories that nobody has named are bubblewrap's own alone, whoever is in the jail. Those of the
        // plan are mounts, whose permissions are in the first list.
        (mounts.to_owned(), entries.replace(" d 700 ", " d 755 "))
    };
    let (one, other) = (halves(one), halves(other));
    assert!(mounts(&one.0).len() > 15, "{what}: {one:?}");
    pretty_assertions::assert_eq!(mounts(&one.0), mounts(&other.0), "{what}: mounts");
    pretty_assertions::assert_eq!(one.1, other.1, "{what}: entries");
}

/// A world with something for every kind of mount.
fn full() -> World {
    let world = World::below(Path::new("/var/tmp"));
    for name in [".tool", ".other tool", ".new\nline", ".back\\slash"] {
        world.file(format!("home/{name}/settings"), "x");
    }
    for path in [
        "home/.bashrc",
        "home/.claude.json",
        "home/.claude/settings.json",
        "home/.config/gh/hosts.yml",
        "home/.local/share/ai-jail/trust/x",
        "home/.netrc",
        "home/.ssh/key",
        "home/project/.envrc",
        "home/project/.git/config",
        "home/project/.git/hooks/pre-commit",
        "home/project/.git/HEAD",
        "home/project/deep/er/.git/HEAD",
        "elsewhere/file",
        "elsewhere/inner/file",
    ] {
        world.file(path, "{}");
    }
    world.link("../elsewhere", "home/.linked");
    world.link(".tool", "home/.tool-link");
    world
}

#[test]
fn a_small_world() {
    let world = World::new();
    compare("defaults", || world.sh(LIST));
    compare("lockdown", || world.sh_with(["--lockdown"], LIST));
}

#[test]
fn a_world_with_every_kind_of_mount() {
    let world = full();
    let elsewhere = world.root().join("elsewhere");
    let elsewhere = elsewhere.to_str().expect("plain");
    let (moved, inner) = (format!("{elsewhere}:/moved/far"), format!("{elsewhere}/inner"));
    let maps = ["--map", elsewhere, "--map", &moved, "--rw-map", &inner];
    let to_proc = |place: &Path| format!("{}:/proc/fs", place.display());
    let (home, project) = (to_proc(&world.home()), to_proc(world.project()));
    for flags in [
        &[][..],
        &maps,
        &["--lockdown"],
        &["--no-landlock"],
        &["--lockdown", "--no-landlock"],
        &["--no-protect"],
        &["--docker", "--gpu", "--display"],
        &["--mask", ".envrc", "--mask", "deep", "--deny-path", "/.git"],
        &["--mask", "er/", "--deny-path", ".envrc", "--no-landlock"],
        &["--map", &home],
        &["--map", &project, "--mask", "deep", "--deny-path", ".envrc"],
    ] {
        compare(&format!("{flags:?}"), || world.sh_with(flags, LIST));
    }
}

/// Before Linux 6.15 nothing could be mounted in what hangs nowhere, by which stage one finds out.
#[test]
fn a_kernel_that_mounts_nothing_in_what_hangs_nowhere() {
    let world = full();
    // The first mount of each process fails, as that one does on an older kernel.
    let older = "exec strace -f -qq -o /dev/null -e trace=move_mount -e inject=move_mount:error=EINVAL:when=1 --";
    let verbose = world.caller(&format!("{older} \"$0\" -v --exec -- true")).run();
    assert!(verbose.err().contains("(laid out beside bubblewrap)"), "{verbose}");
    for flags in ["", "--lockdown"] {
        let run = |tracer: &str| {
            let script = format!("{tracer} \"$0\" {flags} --exec -- sh -c \"$LIST\"");
            world.caller(&script).env("LIST", LIST).run()
        };
        compare_with(flags, &run("exec"), &run(older));
    }
}

#[test]
fn permissions_do_not_depend_on_the_callers_mask() {
    let world = full();
    let entries = |mask: &str| {
        let script = format!("umask {mask}; exec \"$0\" --exec -- sh -c \"$LIST\"");
        let ended = world.caller(&script).env("LIST", LIST).run();
        ended.ok().split_once("==\n").expect("two lists").1.to_owned()
    };
    pretty_assertions::assert_eq!(entries("022"), entries("077"));
    // The command itself has it.
    let ended = world.caller("umask 077; exec \"$0\" --exec -- sh -c umask").run();
    assert_eq!(ended.ok(), "0077\n");
}

/// Most systems share their mounts with all namespaces, this machine perhaps not.
#[test]
fn mounts_of_a_host_that_shares_them() {
    let world = full();
    let script = "exec unshare --user --map-current-user --mount --propagation shared -- \
         \"$0\" --exec -- sh -c \"$LIST\"";
    let run = || world.caller(script).env("LIST", LIST);
    let ended = run().run();
    let mounts = mounts(ended.ok().split_once("==\n").expect("two lists").0);
    let of = |place: &str| mounts[place][0].propagation.clone();
    assert_eq!((of("/usr"), of("/tmp")), (vec!["master".to_owned()], vec![]), "{ended}");
    compare("shared", run);
}

/// root may write more of `/proc`, so more is mounted there. With Landlock, bubblewrap alone leaves `/proc` itself to that.
#[test]
fn the_user_root() {
    let world = full();
    for flags in ["--no-landlock", "--lockdown"] {
        let script = format!(
            "exec unshare --user --map-root-user -- \"$0\" {flags} --exec -- sh -c \"$LIST\""
        );
        compare(flags, || world.caller(&script).env("LIST", LIST));
    }
}

#[test]
fn verbose_names_the_builder_and_why_it_is_not_the_other() {
    if is_without_stage_one() {
        return skip("the whole suite runs without stage one");
    }
    let world = World::new();
    let run = || world.exec_with(["-v"], ["true"]);
    let line = |ended: &Ended| {
        let mut lines = ended.err().lines().filter(|line| line.starts_with("ai-jail: mounts: "));
        lines.next().unwrap_or_else(|| panic!("{ended}")).to_owned()
    };
    let (one, other) = (run().run(), without_stage_one(run()).run());
    assert_eq!(line(&one), "ai-jail: mounts: enforced (laid out beside bubblewrap)");
    let expected =
        "ai-jail: mounts: enforced (made by bubblewrap one by one: laying out the mounts: ";
    assert!(line(&other).starts_with(expected), "{other}");
}
