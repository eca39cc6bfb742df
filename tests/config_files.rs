//! What may stand at `.ai-jail` and what may not.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use ai_jail::config::{ConfigError, MAX_SIZE};
use ai_jail::fields::Switch;
use nix::sys::stat::Mode;
use pretty_assertions::assert_eq;

use crate::support::{Scratch, said, skip};

#[test]
fn absent_files_are_no_error() {
    let scratch = Scratch::new();
    let settings = scratch.run(&["--exec", "true"]).unwrap().settings;
    assert_eq!(settings.command.value, ["true"]);
    assert_eq!(scratch.project(), None);
}

#[test]
fn a_directory_a_pipe_and_a_socket_are_refused_at_once() {
    let directory = Scratch::new();
    fs::create_dir(&directory.paths.project_file).unwrap();
    let pipe = Scratch::new();
    nix::unistd::mkfifo(&pipe.paths.project_file, Mode::S_IRWXU).unwrap();
    let socket = Scratch::new();
    // The name of a socket is short; bind it elsewhere and move it here.
    let short = tempfile::tempdir().unwrap();
    let _listener = UnixListener::bind(short.path().join("s")).unwrap();
    fs::rename(short.path().join("s"), &socket.paths.project_file).unwrap();
    for (scratch, kind) in
        [(directory, "a directory"), (pipe, "a named pipe"), (socket, "a socket")]
    {
        let error = scratch.run(&["true"]).unwrap_err();
        assert!(error.to_string().contains(kind), "{error}");
    }
}

#[test]
fn a_huge_file_is_refused() {
    let scratch = Scratch::new();
    let file = fs::File::create(&scratch.paths.project_file).unwrap();
    file.set_len(MAX_SIZE + 1).unwrap();
    let error = scratch.run(&["true"]).unwrap_err();
    assert!(matches!(error, ConfigError::TooLarge { .. }), "{error}");
}

#[test]
fn a_file_that_may_not_be_read_is_an_error() {
    if nix::unistd::geteuid().is_root() {
        return skip("a_file_that_may_not_be_read_is_an_error", "root reads every file");
    }
    let scratch = Scratch::new().with_project("lockdown = true\n");
    let unreadable = fs::Permissions::from_mode(0o000);
    fs::set_permissions(&scratch.paths.project_file, unreadable).unwrap();
    let error = scratch.run(&["true"]).unwrap_err();
    assert!(matches!(error, ConfigError::Read { .. }), "{error}");
}

#[test]
fn a_projects_link_is_refused_wherever_it_leads() {
    for target in ["../elsewhere", "inside", "missing"] {
        let scratch = Scratch::new();
        let dir = &scratch.paths.project_dir;
        fs::write(dir.join("inside"), "no_gpu = true\n").unwrap();
        fs::write(dir.join("../elsewhere"), "no_gpu = true\n").unwrap();
        symlink(target, &scratch.paths.project_file).unwrap();
        for args in [&["true"][..], &["--init", "--no-mise"]] {
            let error = scratch.run(args).unwrap_err();
            assert!(matches!(error, ConfigError::Symlink { .. }), "{error}");
        }
    }
}

#[test]
fn clean_replaces_a_link_and_not_what_it_points_to() {
    let scratch = Scratch::new();
    let elsewhere = scratch.outside("x").join("file");
    fs::write(&elsewhere, "precious").unwrap();
    symlink(&elsewhere, &scratch.paths.project_file).unwrap();
    scratch.run(&["--clean", "--init", "--no-mise"]).unwrap();
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "precious");
    assert!(scratch.paths.project_file.symlink_metadata().unwrap().is_file());
    assert_eq!(said(&scratch.project().unwrap()), ["no_mise = true"]);
}

#[test]
fn the_users_link_is_followed_and_stays() {
    let scratch = Scratch::new();
    let settings = scratch.outside("settings").join("ai-jail.toml");
    fs::write(&settings, "no_gpu = true\n").unwrap();
    symlink(&settings, scratch.user_path()).unwrap();
    let outcome = scratch.run(&["-s=light", "true"]).unwrap();
    assert!(!outcome.settings.is_on(Switch::Gpu));
    assert!(scratch.user_path().symlink_metadata().unwrap().is_symlink());
    assert_eq!(
        fs::read_to_string(&settings).unwrap(),
        "no_gpu = true\nno_status_bar = false\nstatus_bar_style = \"light\"\n"
    );
}

#[test]
fn the_users_link_to_nothing_is_an_error() {
    let scratch = Scratch::new();
    symlink("gone", scratch.user_path()).unwrap();
    let error = scratch.run(&["true"]).unwrap_err();
    assert!(matches!(error, ConfigError::DanglingLink { .. }), "{error}");
}

#[test]
fn in_the_home_itself_the_file_is_the_users() {
    let mut scratch = Scratch::new().with_user("status_bar_style = \"dark\"\n");
    scratch.paths = ai_jail::config::Paths::new(scratch.home(), Some(scratch.home()));
    let outcome = scratch.run(&["--no-gpu", "true"]).unwrap();
    assert_eq!(outcome.saved.warnings.len(), 1, "{outcome:?}");
    assert!(outcome.settings.status_bar.value.is_some());
    assert_eq!(scratch.user().as_deref(), Some("status_bar_style = \"dark\"\n"));
    let error = scratch.run(&["--init", "--no-gpu"]).unwrap_err();
    assert!(matches!(error, ConfigError::UserFileIsProject { .. }), "{error}");
}

#[test]
fn no_project_is_saved_in_a_home_that_has_no_file_yet() {
    let mut scratch = Scratch::new();
    scratch.paths = ai_jail::config::Paths::new(scratch.home(), Some(scratch.home()));
    assert!(scratch.run(&["--init", "--no-gpu"]).is_err());
    assert_eq!(scratch.user(), None);
}
