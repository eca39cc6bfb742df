use super::*;
use std::os::unix::fs::symlink;

/// A home in memory with these files, each of its own size; what of it is lost.
fn lost(files: &[(&str, usize)], given: &[&str]) -> Vec<String> {
    let directory = tempfile::tempdir().expect("a directory");
    for (path, size) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("below it")).expect("directories");
        fs::write(path, vec![b'x'; *size]).expect("a file");
    }
    symlink("/etc", directory.path().join("link")).expect("a link");
    found(directory.path(), given)
}

fn of(home: &Path) -> Memory {
    Memory { home: home.into(), given: HashSet::new(), has_ssh_agent: false }
}

fn found(directory: &Path, given: &[&str]) -> Vec<String> {
    let given = given.iter().map(PathBuf::from).collect();
    let memory = Memory { given, ..of("/no/home".as_ref()) };
    let lost = memory.lost(fs::File::open(directory).expect("it is there").into());
    crate::review::lines(lost)
}

const BEGIN: &str = "is gone: written to the jail's home, which is only memory";

#[test]
fn nothing_where_nothing_was_written() {
    let untouched: [(&str, usize); 2] = [(".bashrc", 3), ("src/p/a", 3)];
    assert_eq!(lost(&untouched, &[".bashrc", "src/p"]), [""; 0]);
    assert_eq!(lost(&[("empty", 0), ("a/empty", 0)], &[]), [""; 0]);
}

#[test]
fn one_line_a_place_with_what_keeps_it() {
    let files = [
        ("result", 5),
        (".toolrc", 1),
        (".tool/a/b", 2000),
        (".tool/c", 2000),
        (".config/new/settings", 9),
        ("xdg/data/app/state", 2),
        ("xdg/data/other/state", 2),
    ];
    let expected = [
        ("/no/home/.config/new", "(1 file, 9 bytes)", "mkdir -p"),
        ("/no/home/.tool", "(2 files, 3 KiB)", "mkdir -p"),
        ("/no/home/.toolrc", "(1 file, 1 byte)", "touch"),
        ("/no/home/result", "(1 file, 5 bytes)", "touch"),
        ("/no/home/xdg/data", "(2 files, 4 bytes)", "mkdir -p"),
    ]
    .map(|(path, what, make)| {
        format!("{path} {BEGIN} {what}; {make} {path} and --rw-map {path} keep it")
    });
    assert_eq!(lost(&files, &[]), expected);
}

#[test]
fn what_the_host_has_is_only_mapped() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("x"), "x").expect("a file");
    let memory = of(directory.path());
    let lost = memory.lost(fs::File::open(directory.path()).expect("it is there").into());
    let path = directory.path().join("x").display().to_string();
    let keep = format!("{path} {BEGIN} (1 file, 1 byte); --rw-map {path} keeps it");
    assert_eq!(crate::review::lines(lost), [keep]);
}

#[test]
fn keys_that_were_looked_for_are_not_offered_as_a_map() {
    let host = tempfile::tempdir().expect("a directory");
    let jail = tempfile::tempdir().expect("a directory");
    for directory in [".gnupg", ".kube"] {
        fs::create_dir(host.path().join(directory)).expect("a directory");
        fs::create_dir(jail.path().join(directory)).expect("a directory");
        fs::write(jail.path().join(directory).join("made"), "x").expect("a file");
    }
    fs::create_dir(jail.path().join(".ssh")).expect("a directory");
    fs::write(jail.path().join(".ssh/known_hosts"), "x").expect("a file");
    let lines = |has_ssh_agent| {
        let memory = Memory { has_ssh_agent, ..of(host.path()) };
        crate::review::lines(memory.lost(fs::File::open(jail.path()).expect("there").into()))
    };
    let home = host.path().display();
    let begin = "what a command looked for there it did not find, and what it wrote there ended \
                 with the jail";
    // The host has no ~/.ssh, so nothing there is hidden from the jail.
    let expected = |keys: &str| {
        [
            format!(
                "{home}/.ssh {BEGIN} (1 file, 1 byte); mkdir -p {home}/.ssh and --rw-map {home}/.ssh keep it"
            ),
            format!("{home}/.gnupg is hidden: private keys; {begin}; {keys}"),
            format!(
                "{home}/.kube is hidden: cluster credentials; {begin}; --map {home}/.kube shows it"
            ),
        ]
    };
    assert_eq!(lines(true), expected(WITH_AGENT));
    assert_eq!(lines(false), expected(WITHOUT_AGENT));
}

#[test]
fn the_innermost_directory_that_the_host_has_is_named() {
    let host = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(host.path().join("xdg/data")).expect("directories");
    let jail = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(jail.path().join("xdg/data/app")).expect("directories");
    fs::write(jail.path().join("xdg/data/app/state"), "s").expect("a file");
    let memory = of(host.path());
    let lost = memory.lost(fs::File::open(jail.path()).expect("it is there").into());
    let path = host.path().join("xdg/data").display().to_string();
    let keep = format!("{path} {BEGIN} (1 file, 1 byte); --rw-map {path} keeps it");
    assert_eq!(crate::review::lines(lost), [keep]);
}

#[test]
fn caches_and_histories_are_not_missed() {
    let files =
        [".bash_history", ".cache/x/y", ".npm/_cacache/x", ".cargo/registry/x", "a/__pycache__/x"];
    assert_eq!(lost(&files.map(|path| (path, 1)), &[]), [""; 0]);
    // The control.
    assert_eq!(lost(&[(".bash_history.mine", 1), (".cachet/x", 1)], &[]).len(), 2);
}

#[test]
fn a_hostile_tree_takes_no_longer() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut path = directory.path().to_path_buf();
    for _ in 0..60 {
        path.push("d");
        fs::create_dir(&path).expect("a directory");
    }
    fs::write(path.join("deep"), "x").expect("a file");
    for index in 0..2 * ENTRIES {
        fs::write(directory.path().join(format!("f{index}")), "x").expect("a file");
    }
    let start = Instant::now();
    let lines = found(directory.path(), &[]);
    assert_eq!(lines.len(), 21, "{lines:?}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
