//! `--explain` names the rule, the reason and what would change it, and does nothing else.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use ai_jail::policy::home::Treatment;
use ai_jail::policy::own::TRUST_RECORDS;
use serde_json::{Value, json};

use super::explain::{explain, kinds_of_rows, odd_paths, promised, really, word};
use crate::harness::{World, has_program};

/// The text of `--explain PATH` with these flags.
fn says(world: &World, flags: &[&str], path: &str) -> String {
    let ended = world.jail(flags.iter().chain(&["--explain", path])).run();
    ended.ok().to_owned()
}

/// Checks that the text has all of these.
fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

#[test]
fn the_rule_that_decided() {
    let world = World::new();
    odd_paths(&world);
    world.file("home/.cargo/credentials.toml", "x");
    let hidden = |row: &str| json!({ "kind": "hidden", "row": row });
    let table = |row: &str| json!({ "kind": "table", "row": row });
    let kind = |kind: &str| json!({ "kind": kind });
    let cases = [
        ("~/.ssh", hidden("~/.ssh"), "private keys and hosts"),
        ("~/.ssh/key", hidden("~/.ssh"), "private keys and hosts"),
        ("~/.aws", hidden("~/.aws"), "cloud credentials"),
        ("keys/key", hidden("~/.ssh"), "private keys and hosts"),
        ("~/.link-to-ssh", kind("withheld"), "a link into a hidden place"),
        ("~/.cargo/credentials.toml", hidden("~/.cargo/credentials*"), "publishing token"),
        ("~/.cargo", table("~/.cargo"), "package cache"),
        ("~/.tool/settings", table("~/.*"), "dot entry"),
        ("~/.nothing", kind("host"), "no such entry"),
        ("~/Documents/letter", table("~"), "begin with a dot"),
        (".", kind("project"), "the project"),
        ("plain", kind("project"), "the project"),
        (".ai-jail", kind("project"), "the project"),
        ("nothing", kind("host"), "no such entry"),
        ("plain/below", kind("host"), "not a directory"),
        ("loop", kind("host"), "circle"),
        ("/usr/bin/env", table("/usr"), "programs"),
        ("/lib", table("/usr"), "programs"),
        ("/sys/firmware", table("/sys/firmware"), "firmware"),
        ("/tmp/x", table("/tmp"), "temporary"),
        ("/run/x", table("/run"), "own"),
        ("/proc/1", table("/proc"), "processes"),
        ("/dev/null", table("/dev"), "devices"),
        ("/dev/sda", table("/dev"), "own"),
        ("/mnt", kind("unmounted"), "no table"),
        ("/", table("/"), "mounted"),
    ];
    for (path, rule, reason) in cases {
        if path == "/lib" && !Path::new(path).is_symlink() {
            continue;
        }
        let answer = explain(&world, &[], path);
        assert_eq!(answer["rule"], rule, "{path}: {answer:#}");
        assert!(answer["reason"].as_str().expect("a reason").contains(reason), "{answer:#}");
    }
}

#[test]
fn the_rule_in_lockdown() {
    let world = World::new();
    odd_paths(&world);
    for path in [".", "plain", "~", "~/.tool/settings", "~/.ssh", "~/new"] {
        let answer = explain(&world, &["--lockdown"], path);
        assert_eq!(answer["rule"], json!({ "kind": "lockdown" }), "{path}: {answer:#}");
    }
    let text = says(&world, &["--lockdown"], "plain");
    has(&text, &["read-only file", "lockdown", "--no-lockdown  (read-write file)"]);
    let text = says(&world, &["--lockdown"], "~/Documents");
    has(&text, &["absent", "--no-lockdown --map ~/Documents"]);
}

#[test]
fn whose_map_it_is() {
    let world = World::new();
    for name in ["mine", "ours", "typed"] {
        world.file(format!("data/{name}/file"), "x");
    }
    world.file("home/.ai-jail", "ro_maps = [\"../data/mine\"]\n");
    world.file("home/project/.ai-jail", "rw_maps = [\"../../data/ours\"]\n");
    let flags = ["--trust-once", "--map", "../../data/typed"];
    let cases = [
        ("mine", "user file", "read-only"),
        ("ours", "project file", "read-write"),
        ("typed", "flag", "read-only"),
    ];
    for (name, source, access) in cases {
        let answer = explain(&world, &flags, format!("../../data/{name}/file"));
        assert_eq!(answer["rule"], json!({ "kind": "map", "source": source }), "{answer:#}");
        assert_eq!(answer["access"], access, "{answer:#}");
    }
    // A map of the very path that is asked for, moved elsewhere, and ignored.
    let answer = explain(&world, &["--rw-map", "../../data:/srv/data"], "/srv/data/mine/file");
    assert_eq!(answer["mount"]["source"], json!(world.root().join("data")), "{answer:#}");
    has(&says(&world, &["--lockdown"], "/srv"), &["note", "lockdown ignores the maps", "mine"]);
}

#[test]
fn every_change_that_is_named_is_one() {
    let world = World::new();
    let mut paths = odd_paths(&world);
    for row in kinds_of_rows().into_iter().filter(|row| row.treatment == Treatment::Hidden) {
        let entry = world.home().join(row.path.replace('*', "-sample"));
        world.file(entry.join("content"), "x");
        paths.push(entry);
    }
    let mut tried = 0;
    for path in &paths {
        // Opened for all to see, and then again hidden: once is enough for those of the system.
        let answer = explain(&world, &[], path);
        for change in answer["changes"]["flags"].as_array().expect("a list") {
            let flags: Vec<&str> = change["flags"]
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(Value::as_str)
                .collect();
            let again = explain(&world, &flags, path);
            assert_eq!(promised(&again), promised(change), "{path:?} {flags:?}");
            assert_eq!(again["access"], change["access"], "{path:?} {flags:?}");
            let seen = really(&world, &flags, std::slice::from_ref(path));
            assert_eq!(promised(change), Some(seen[0]), "{path:?} {flags:?}: {answer:#}");
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
}

#[test]
fn what_no_map_opens() {
    let world = World::new();
    world.file(format!("home/{TRUST_RECORDS}/trust/x"), "x");
    let text = says(&world, &[], &format!("~/{TRUST_RECORDS}/trust"));
    has(&text, &["absent", "no map would: no jail may reach the trust records"]);
    has(&says(&world, &[], "/proc/self"), &["fresh", "to change it  nothing"]);
    has(&says(&world, &[], "~/.ssh"), &["the host has nothing", "only the command line"]);
}

#[test]
fn links_are_shown_with_where_they_lead() {
    let world = World::new();
    odd_paths(&world);
    let home = world.home();
    let text = says(&world, &[], "keys/key");
    let link =
        format!("{} -> {}", world.project().join("keys").display(), home.join(".ssh").display());
    has(&text, &[&link, "absent", "private keys and hosts", "--map"]);
    let text = says(&world, &[], "~/.link-to-tool/settings");
    has(&text, &[".link-to-tool -> .tool", "read-only file"]);
    // Nothing re-creates this one, so the chain is the host's alone.
    let text = says(&world, &[], "~/.link-to-ssh");
    has(
        &text,
        &["on the host", ".link-to-ssh -> .ssh", "no map would: it leads into a hidden place"],
    );
    let answer = explain(&world, &[], "../project/data/file");
    assert_eq!(answer["links"][0]["target"], "../../data");
    assert_eq!(answer["leads_to"], json!(world.root().join("data/file")));
}

#[test]
fn however_the_path_is_written() {
    let world = World::new();
    world.file("home/.tool/settings", "x");
    let home = world.home();
    let tool = home.join(".tool");
    let tool = tool.to_str().expect("plain");
    let spellings =
        ["~/.tool", "~/.tool/", "../.tool", "./../.tool//", "../project/../.tool", tool];
    for spelling in spellings {
        let answer = explain(&world, &[], spelling);
        assert_eq!(answer["leads_to"], tool, "{spelling}");
        assert_eq!(answer["access"], "read-only", "{spelling}");
    }
    for name in
        [b"not \xff\xfe text".as_slice(), b"new\nline", b"esc\x1b[31m", b"-dash", "käse".as_bytes()]
    {
        let name = OsStr::from_bytes(name);
        world.file(Path::new("home/project").join(name), "x");
        let answer = explain(&world, &[], name);
        assert_eq!(answer["access"], "read-write", "{name:?}");
        let path = world.project().join(name);
        let expected = match path.to_str() {
            Some(text) => json!(text),
            None => json!(path.as_os_str().as_bytes()),
        };
        assert_eq!(answer["path"], expected);
        let text = world.jail([word(name)]).run();
        assert!(!text.ok().contains('\x1b'), "{text}");
        assert_eq!(text.ok().lines().filter(|line| !line.starts_with("  ")).count(), 1, "{text}");
    }
}

#[test]
fn an_untrusted_project_gets_what_it_would_without_trust() {
    let world = World::new();
    world.file("data/file", "x");
    world.file("home/project/.ai-jail", "ro_maps = [\"../../data\"]\nno_landlock = true\n");
    let path = "../../data/file";
    let answer = explain(&world, &[], path);
    assert_eq!(answer["access"], "absent");
    let waiting = answer["untrusted"].to_string();
    has(&waiting, &["may read", "data", "without the Landlock layer"]);
    assert_eq!(answer["changes"]["flags"][0]["flags"], json!(["--trust"]));
    has(
        &says(&world, &[], path),
        &["waits for `ai-jail --trust`: may read", "--trust  (read-only file)"],
    );

    assert_eq!(explain(&world, &["--trust-once"], path)["access"], "read-only");
    assert_eq!(explain(&world, &["--clean"], path)["untrusted"], json!([]));
    world.jail(["--trust"]).run();
    let answer = explain(&world, &[], path);
    assert_eq!((&answer["access"], &answer["untrusted"]), (&json!("read-only"), &json!([])));
}

/// Every name below a directory, with what a write would change.
pub fn state(directory: &Path) -> Vec<(PathBuf, i64, i64, u64)> {
    let mut found = Vec::new();
    let mut next = vec![directory.to_path_buf()];
    while let Some(path) = next.pop() {
        let metadata = path.symlink_metadata().expect("what was listed");
        found.push((path.clone(), metadata.mtime_nsec(), metadata.ctime_nsec(), metadata.len()));
        if metadata.is_dir() {
            next.extend(
                fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()),
            );
        }
    }
    found.sort();
    found
}

#[test]
fn it_writes_and_runs_nothing() {
    let world = World::new();
    let fake = world.script("tools/bwrap", "#!/bin/sh\n: > \"$HOME/ran\"\n");
    for path in ["data/file", "home/.ssh/key"] {
        world.file(path, "x");
    }
    let before = state(world.root());
    let flags = [&[][..], &["--lockdown"], &["--map", "../../data"], &["--clean"], &["-s"]];
    for (flags, json) in flags.iter().flat_map(|flags| [(flags, false), (flags, true)]) {
        for path in ["~/.ssh", ".", ".ai-jail", "nothing", "/"] {
            let mut words: Vec<OsString> = flags.iter().map(OsString::from).collect();
            words.extend(json.then(|| "--json".into()));
            words.extend(["--explain".into(), path.into(), "claude".into()]);
            world.jail(words).env("BWRAP_BIN", &fake).run().ok();
        }
    }
    assert_eq!(state(world.root()), before);
}

#[test]
fn it_needs_no_bubblewrap_no_home_and_no_config() {
    let world = World::new();
    let empty = world.directory("empty");
    let run = || world.jail(["--explain", "."]);
    has(run().env("PATH", &empty).run().ok(), &["read-write directory"]);
    has(run().env("HOME", "/").run().ok(), &["read-write directory"]);
    has(run().env("HOME", "/no/such/home").run().ok(), &["read-write directory"]);
    has(run().without("HOME").run().ok(), &["read-write directory"]);
}

#[test]
fn what_stops_a_run_stops_it() {
    let world = World::new();
    let run = |words: &[&str]| world.jail(words);
    run(&["--explain", "x"]).at("/").run().is_failure(125, &["cannot be the project"]);
    run(&["--explain", "x"]).at(world.home()).run().is_failure(125, &["cannot be the project"]);
    run(&["--explain", "x", "--map", "/no/such"]).run().is_failure(125, &["cannot map"]);
    world.file("home/project/.ai-jail", "no_gpuu = true\n");
    let ended = run(&["--explain", "x"]).run();
    assert_eq!((ended.code(), ended.out()), (125, ""), "{ended}");
    has(ended.err(), &[".ai-jail:1:1", "no_gpu"]);
    run(&["--explain", "x", "--clean"]).run().ok();
    let ended = run(&["--explain", ""]).run();
    assert_eq!((ended.code(), ended.out()), (2, ""), "{ended}");
}

#[test]
fn the_command_is_part_of_the_question() {
    let world = World::new();
    let tool = world.script("home/tools/thing/bin/tool", "#!/bin/sh\n");
    let tool = tool.to_str().expect("plain");
    assert_eq!(explain(&world, &[], tool)["access"], "absent");
    let ended = world.jail(["--json", "--explain", tool, "--", tool]).run();
    let answer: Value = serde_json::from_str(ended.ok()).expect("JSON");
    assert_eq!(
        (&answer["access"], &answer["reason"]),
        (&json!("read-only"), &json!("the command"))
    );
}

#[test]
fn a_name_of_any_bytes_can_be_mapped_as_it_says() {
    let world = World::new();
    let name = OsString::from_vec(b"odd \xff'name".to_vec());
    let file = world.file(world.root().join("data").join(name), "x");
    let answer = explain(&world, &[], &file);
    let bytes: Vec<u8> = serde_json::from_value(answer["changes"]["flags"][0]["flags"][1].clone())
        .expect("bytes, because it is no text");
    assert_eq!(OsString::from_vec(bytes), file);
}

#[test]
fn a_socket_in_a_read_only_place_can_be_reached() {
    if !has_program("python3") {
        return;
    }
    let world = World::new();
    world.directory("home/.tool");
    let socket = world.home().join(".tool/socket");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    let connect = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])";
    let words = [OsStr::new("python3"), "-c".as_ref(), connect.as_ref(), socket.as_os_str()];
    world.outside(words).run().ok();

    let ninth = matches!(stage2::landlock::abi(), Ok(9..));
    assert_eq!(world.exec(words).run().code() != 0, ninth, "Landlock guards sockets since ABI 9");
    let text = says(&world, &[], "~/.tool/socket");
    has(&text, &["read-only socket", "can connect all the same before Landlock ABI 9"]);
}

#[test]
fn the_page_names_every_word() {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo");
    let page = fs::read_to_string(Path::new(&root).join("docs/explain.md")).expect("the page");
    let world = World::new();
    odd_paths(&world);
    let flags = ["--map", "../../data"];
    let paths = [
        ".",
        "~/.ssh",
        "~/.link-to-ssh",
        "/usr",
        "/mnt",
        "nothing",
        "closed/file",
        "data",
        "/dev/null",
        "/proc/1",
        "/tmp",
        "plain",
    ];
    let mut words = Vec::new();
    for path in paths {
        let answer = explain(&world, &flags, path);
        words.extend(answer.as_object().expect("an object").keys().cloned());
        words.extend(
            [&answer["access"], &answer["rule"]["kind"]]
                .map(|word| word.as_str().expect("a word").to_owned()),
        );
    }
    words.sort();
    words.dedup();
    assert!(words.len() > 25, "{words:?}");
    for word in words {
        assert!(page.contains(&format!("`{word}`")), "{word} is not in docs/explain.md");
    }
}
