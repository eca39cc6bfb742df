//! Where ai-jail itself fails the status is 125, with one clear message, and nothing runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::harness::{World, until};

const FAILURE: i32 = 125;

#[test]
fn a_map_whose_source_is_missing() {
    let world = World::new();
    for flag in ["--map", "--rw-map"] {
        for source in ["/no/such/place", "not-here", "~/not-here", "/no/such:/place"] {
            let ended = world.exec_with([flag, source], ["echo", "ran"]).run();
            ended.is_failure(FAILURE, &["cannot map", "No such file or directory"]);
        }
    }
}

#[test]
fn a_map_of_nothing() {
    // `--map "$UNSET"` must not turn into a map of the working directory.
    let world = World::new();
    for flag in ["--map", "--rw-map"] {
        let ended = world.exec_with([flag, ""], ["echo", "ran"]).run();
        assert!([FAILURE, 2].contains(&ended.code()), "{ended}");
        assert_eq!(ended.out(), "");
    }
}

#[test]
fn a_map_over_what_the_jail_makes_itself() {
    let world = World::new();
    for dest in ["/", "/proc", "/dev"] {
        let map = format!("{}:{dest}", world.project().display());
        let ended = world.exec_with(["--map", &map], ["echo", "ran"]).run();
        ended.is_failure(FAILURE, &["cannot map"]);
    }
}

#[test]
fn a_working_directory_that_was_deleted() {
    let world = World::new();
    let script = "mkdir gone; cd gone; rmdir ../gone; exec \"$0\" --exec -- echo ran";
    let ended = world.caller(script).run();
    ended.is_failure(FAILURE, &["working directory"]);
}

#[test]
fn the_callers_own_jobs_outlive_a_jail_that_could_not_be_built() {
    let world = World::new();
    let bubblewrap = world.script("elsewhere/bwrap", "#!/bin/sh\nexit 1\n");
    let caller = "{ trap '' HUP; until test -e go; do sleep 0.02; done; echo done > job; } & \
                  exec \"$0\" --exec -- echo ran";
    let ended = world.caller(caller).env("BWRAP_BIN", &bubblewrap).stdout(Stdio::null());
    let ended = ended.stderr(Stdio::null()).run();
    assert_eq!(ended.code(), FAILURE);
    world.file("home/project/go", "");
    let job = world.project().join("job");
    until("the job goes on", || job.exists());
}

#[test]
fn no_bubblewrap_on_the_path() {
    let world = World::new();
    let empty = world.directory("empty");
    let ended = world.exec(["/bin/echo", "ran"]).env("PATH", &empty).run();
    let searched = empty.to_str().expect("plain");
    ended.is_failure(FAILURE, &["bubblewrap", "not found", searched, "BWRAP_BIN"]);
}

#[test]
fn a_bubblewrap_in_the_project_is_not_run() {
    let world = World::new();
    let planted = "#!/bin/sh\necho planted bwrap ran\n";
    world.script("home/project/bin/bwrap", planted);
    world.script("home/project/bwrap", planted);
    let bin = world.project().join("bin");
    for first in [bin.to_str().expect("plain"), "bin", ".", ""] {
        let path = format!("{first}:/usr/bin:/bin");
        let ended = world.exec(["echo", "ran"]).env("PATH", path).run();
        assert_eq!(ended.ok(), "ran\n", "with {first:?} first");
    }
}

#[test]
fn a_bwrap_bin_that_cannot_be_used() {
    let world = World::new();
    let script = "#!/bin/sh\necho this ran\n";
    let plain = world.file("tools/not-executable", script);
    let open = world.script("tools/open-to-all", script);
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).expect("chmod");
    let replaceable = world.script("open/replaceable", script);
    let parent = replaceable.parent().expect("a directory");
    fs::set_permissions(parent, fs::Permissions::from_mode(0o777)).expect("chmod");
    let linked = world.link(&open, "tools/link-to-open");
    world.script("home/project/bwrap", script);

    let shown = |path: &std::path::Path| path.to_str().expect("plain").to_owned();
    let cases = [
        ("bwrap".to_owned(), "absolute"),
        ("./bwrap".to_owned(), "absolute"),
        (String::new(), "absolute"),
        ("/no/such/bwrap".to_owned(), "No such file"),
        (shown(&plain), "not executable"),
        (shown(world.project()), "not a regular file"),
        (shown(&open), "write"),
        (shown(&linked), "write"),
        (shown(&replaceable), "replace"),
    ];
    for (value, why) in cases {
        let ended = world.exec(["echo", "ran"]).env("BWRAP_BIN", &value).run();
        ended.is_failure(FAILURE, &["BWRAP_BIN", &value, why]);
    }
}

#[test]
fn bwrap_bin_takes_the_place_of_the_one_on_the_path() {
    let world = World::new();
    let script = "#!/bin/sh\n: > \"$HOME/used\"\nexec /usr/bin/bwrap \"$@\"\n";
    let wrapper = world.script("tools/my bwrap", script);
    if !std::path::Path::new("/usr/bin/bwrap").exists() {
        crate::harness::skip("bubblewrap is not at its usual place");
        return;
    }
    let ended = world.exec(["echo", "ran"]).env("BWRAP_BIN", wrapper).run();
    assert_eq!(ended.ok(), "ran\n");
    assert!(world.home().join("used").exists());
}

#[test]
fn a_bubblewrap_that_fails_is_not_the_command_that_fails() {
    let world = World::new();
    let cases = [
        ("echo 'bwrap: what a strange machine' >&2; exit 1", "what a strange machine"),
        ("echo 'several'; echo 'words' >&2; exit 1", "words"),
        ("exit 1", "built"),
        ("exit 0", "built"),
        ("kill -KILL $$", "built"),
    ];
    for (number, (body, words)) in cases.iter().enumerate() {
        let script = format!("#!/bin/sh\n{body}\n");
        let fake = world.script(format!("tools/fake-{number}"), script);
        let ended = world.exec(["echo", "ran"]).env("BWRAP_BIN", fake).run();
        ended.is_failure(FAILURE, &["jail could not be built", words]);
    }
}

#[test]
fn the_inner_stage_typed_by_hand() {
    let world = World::new();
    world.file("home/project/spec", "{}");
    world.jail(["__stage2"]).run().is_failure(FAILURE, &["__stage2", "internal"]);
    world.jail(["__stage2", "0"]).run().is_failure(FAILURE, &["__stage2", "internal"]);
    world.jail(["__stage2", "--help"]).run().is_failure(FAILURE, &["__stage2", "internal"]);
    let caller = "exec \"$0\" __stage2 5 5< spec";
    world.caller(caller).run().is_failure(FAILURE, &["__stage2", "internal"]);
}

#[test]
fn errors_have_no_colour_unless_on_a_terminal() {
    let world = World::new();
    let ended = world.exec_with(["--map", "/no/such/place"], ["true"]).run();
    assert!(!ended.err().contains('\x1b'), "{ended}");
}

#[test]
fn a_strange_name_in_a_message_is_made_harmless() {
    let world = World::new();
    let ended = world.exec_with(["--map", "/no/\x1b[2Jsuch\nplace\u{202e}"], ["true"]).run();
    ended.is_failure(FAILURE, &["such"]);
    assert!(!ended.err().contains(['\x1b', '\u{202e}']), "{ended}");
    assert!(!ended.err().contains("such\nplace"), "{ended}");
}
