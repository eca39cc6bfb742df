//! When something is saved, and what the file looks like then.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use ai_jail::config::{ConfigError, PROJECT_HEADER};
use pretty_assertions::assert_eq;

use crate::support::{Scratch, cli_os, said, skip};

#[test]
fn the_first_run_writes_two_lines_of_comment_and_what_was_typed() {
    let scratch = Scratch::new();
    scratch.run(&["--map", "/opt/data", "--no-gpu", "claude", "--continue"]).unwrap();
    assert_eq!(
        scratch.project().unwrap(),
        format!(
            "{PROJECT_HEADER}command = [\"claude\", \"--continue\"]\n\
             ro_maps = [\"/opt/data\"]\nno_gpu = true\n"
        )
    );
    assert_eq!(PROJECT_HEADER.lines().count(), 2);
    assert!(PROJECT_HEADER.contains("`ai-jail --clean --init` regenerates"));
    let bare = Scratch::new();
    bare.run(&[]).unwrap();
    assert_eq!(bare.project().as_deref(), Some(PROJECT_HEADER));
}

#[test]
fn a_run_that_changes_nothing_does_not_touch_the_file() {
    let scratch = Scratch::new();
    scratch.run(&["--no-gpu", "--map", "/opt", "claude"]).unwrap();
    let before = fs::metadata(&scratch.paths.project_file).unwrap();
    for args in [&["claude"][..], &[], &["--no-gpu", "--map", "/opt/", "claude"], &["--init"]] {
        let outcome = scratch.run(args).unwrap();
        assert!(outcome.saved.written.is_empty(), "{args:?}");
    }
    let after = fs::metadata(&scratch.paths.project_file).unwrap();
    assert_eq!(before.ino(), after.ino());
    assert_eq!(before.mtime_nsec(), after.mtime_nsec());
}

#[test]
fn nothing_at_all_is_written_by_what_promises_so() {
    for args in [
        &["--exec", "--map", "/opt", "-s", "claude"][..],
        &["--exec", "--clean", "claude"],
        &["--clean", "--map", "/opt", "-s", "claude"],
        &["--dry-run", "--map", "/opt", "-s", "claude"],
        &["--dry-run=json", "--clean", "claude"],
        &["--dry-run", "--init", "claude"],
        &["status"],
        &["--json", "status"],
        &["--explain", "/etc", "--map", "/opt"],
        &["--doctor"],
        &["--bootstrap"],
        &["--lockdown", "--map", "/opt", "-s", "claude"],
    ] {
        for file in [None, Some("# mine\nno_gpu = true\n")] {
            let mut scratch = Scratch::new();
            if let Some(file) = file {
                scratch = scratch.with_project(file).with_user(file);
            }
            let before = scratch.snapshot();
            scratch.run(args).unwrap();
            assert_eq!(before, scratch.snapshot(), "{args:?}");
        }
    }
}

#[test]
fn comments_order_and_layout_survive_a_change() {
    let scratch = Scratch::new().with_project(
        "# top\nno_mise   =   true # because\n\n  ro_maps = [ # data\n    'a', # first\n    \"b\" # second\n  ]\n\
         command = [ 'bash' ] # mine\n\n# the end",
    );
    scratch.run(&["--map", "c", "--no-gpu", "--mise", "claude", "-p"]).unwrap();
    assert_eq!(
        scratch.project().unwrap(),
        "# top\nno_mise   =   false # because\n\n  ro_maps = [ # data\n    'a', # first\n    \"b\", # second\n    \"c\"\n  ]\n\
         command = [\"claude\", \"-p\"] # mine\n\n# the end\nno_gpu = true\n"
    );
}

#[test]
fn arrays_grow_in_their_own_layout() {
    for (before, after) in [
        ("ro_maps = []\n", "ro_maps = [\"c\"]\n"),
        ("ro_maps = ['a']\n", "ro_maps = ['a', \"c\"]\n"),
        ("ro_maps = [ 'a', 'b' ]\n", "ro_maps = [ 'a', 'b', \"c\" ]\n"),
        ("ro_maps = [\n\t'a',\n]\n", "ro_maps = [\n\t'a',\n\t\"c\",\n]\n"),
        (
            "ro_maps = [\n  'a',\n  # none yet\n]\n",
            "ro_maps = [\n  'a',\n  # none yet\n  \"c\",\n]\n",
        ),
        ("ro_maps = [\n  # none yet\n]\n", "ro_maps = [\n  # none yet\n  \"c\"\n]\n"),
    ] {
        let scratch = Scratch::new().with_project(before);
        scratch.run(&["--map", "c", "--init"]).unwrap();
        assert_eq!(scratch.project().unwrap(), after);
    }
}

#[test]
fn a_moved_map_leaves_the_other_list_in_order() {
    let scratch =
        Scratch::new().with_project("ro_maps = ['a', 'b', 'c']\nrw_maps = [\n  'd',\n]\n");
    scratch.run(&["--init", "--rw-map", "a", "--map", "d"]).unwrap();
    assert_eq!(
        scratch.project().unwrap(),
        "ro_maps = ['b', 'c', \"d\"]\nrw_maps = [\n  \"a\",\n]\n"
    );
}

#[test]
fn line_ends_and_byte_order_mark_survive_a_change() {
    let scratch = Scratch::new().with_project("\u{feff}# top\r\nno_gpu = true\r\n");
    scratch.run(&["--init", "--no-mise"]).unwrap();
    assert_eq!(scratch.project().unwrap(), "\u{feff}# top\r\nno_gpu = true\r\nno_mise = true\r\n");
}

#[test]
fn permissions_survive_and_a_new_file_is_an_ordinary_one() {
    let scratch = Scratch::new().with_project("");
    let file = &scratch.paths.project_file;
    for mode in [0o600, 0o664, 0o640] {
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        let flag = if mode == 0o664 { "--gpu" } else { "--no-gpu" };
        let outcome = scratch.run(&["--init", flag]).unwrap();
        assert_eq!(outcome.saved.written.len(), 1);
        assert_eq!(fs::metadata(file).unwrap().mode() & 0o7777, mode);
    }
    let new = Scratch::new();
    let plain = new.paths.project_dir.join("plain");
    new.run(&["--init"]).unwrap();
    fs::write(&plain, "").unwrap();
    let mode = |path| fs::metadata(path).unwrap().mode();
    assert_eq!(mode(&new.paths.project_file), mode(&plain) & !0o022);
}

#[test]
fn a_read_only_file_is_left_alone() {
    let scratch = Scratch::new().with_project("no_gpu = true\n");
    let file = &scratch.paths.project_file;
    fs::set_permissions(file, fs::Permissions::from_mode(0o444)).unwrap();
    let outcome = scratch.run(&["--no-mise", "true"]).unwrap();
    assert_eq!(outcome.saved.warnings.len(), 1, "{outcome:?}");
    assert!(outcome.saved.warnings[0].contains("read-only"), "{outcome:?}");
    let error = scratch.run(&["--init", "--no-mise"]).unwrap_err();
    assert!(matches!(error, ConfigError::ReadOnly { .. }), "{error}");
    assert_eq!(scratch.project().as_deref(), Some("no_gpu = true\n"));
}

#[test]
fn a_directory_that_cannot_be_written_gets_one_warning() {
    if nix::unistd::geteuid().is_root() {
        let name = "a_directory_that_cannot_be_written_gets_one_warning";
        return skip(name, "root writes everywhere");
    }
    let scratch = Scratch::new();
    let dir = &scratch.paths.project_dir;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o555)).unwrap();
    let outcome = scratch.run(&["--no-mise", "claude"]).unwrap();
    assert_eq!(outcome.saved.warnings.len(), 1, "{outcome:?}");
    assert!(scratch.run(&["--init", "--no-mise"]).is_err());
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The same promise where permissions do not bite: the directory is gone.
#[test]
fn a_directory_that_is_gone_gets_one_warning() {
    let scratch = Scratch::new();
    fs::remove_dir(&scratch.paths.project_dir).unwrap();
    let outcome = scratch.run(&["--no-mise", "claude"]).unwrap();
    assert_eq!(outcome.saved.warnings.len(), 1, "{outcome:?}");
    assert!(scratch.run(&["--init", "--no-mise"]).is_err());
}

#[test]
fn what_is_not_utf8_is_left_out_and_said() {
    let scratch = Scratch::new();
    let odd = |text: &[u8]| OsString::from_vec(text.to_vec());
    let args = vec!["--map".into(), odd(b"/x\xff"), "--map".into(), "/y".into(), odd(b"a\xfe\x1b")];
    let outcome = scratch.pipeline(&cli_os(args), None).unwrap();
    assert_eq!(said(&scratch.project().unwrap()), ["ro_maps = [\"/y\"]"]);
    assert_eq!(
        outcome.saved.warnings,
        [
            "the command 'a\\xfe\\u{1b}' is not UTF-8 and cannot be saved in .ai-jail",
            "the map /x\\xff is not UTF-8 and cannot be saved in .ai-jail",
        ]
    );
    assert_eq!(outcome.settings.maps[0].text, odd(b"/x\xff"));
}

#[test]
fn the_status_bar_is_remembered_for_the_user_only() {
    let scratch = Scratch::new();
    scratch.run(&["-s=light", "true"]).unwrap();
    assert_eq!(
        said(&scratch.user().unwrap()),
        ["no_status_bar = false", "status_bar_style = \"light\""]
    );
    assert_eq!(said(&scratch.project().unwrap()), ["command = [\"true\"]"]);
    scratch.run(&["--no-status-bar", "true"]).unwrap();
    assert_eq!(scratch.run(&["true"]).unwrap().settings.status_bar.value, None);
    // Asked for again without a style: the remembered one.
    let outcome = scratch.run(&["-s", "true"]).unwrap();
    let light = Some(ai_jail::fields::BarStyle::Light);
    assert_eq!(outcome.settings.status_bar.value, light);
    assert_eq!(scratch.run(&["true"]).unwrap().settings.status_bar.value, light);
}
