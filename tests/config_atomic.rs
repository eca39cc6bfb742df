//! Saves that are killed, and saves that meet.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::time::Duration;

use ai_jail::config::Paths;

use crate::support::Scratch;

/// Names the project and the home to the helper process.
const PROJECT: &str = "AI_JAIL_TEST_SAVER_PROJECT";
const HOME: &str = "AI_JAIL_TEST_SAVER_HOME";

/// The helper makes it in the home when it begins.
const READY: &str = "ready";

/// Large, so that a save takes long enough to be hit in its middle.
fn content(no_gpu: bool) -> String {
    let filler = "# a line that is only there to make the file large\n".repeat(400);
    format!("{filler}no_gpu = {no_gpu}\ncommand = [\"true\"]\n")
}

/// The helper: saves the two contents in turn until it is killed.
#[test]
#[ignore = "the process that killed_at_any_moment_the_file_is_whole starts and kills"]
fn saver() {
    let (Some(project), Some(home)) = (std::env::var_os(PROJECT), std::env::var_os(HOME)) else {
        return;
    };
    let mut scratch = Scratch::new();
    scratch.paths = Paths::new(project.as_ref(), Some(home.as_ref()));
    fs::write(scratch.home().join(READY), "").unwrap();
    loop {
        for flag in ["--gpu", "--no-gpu"] {
            assert_eq!(scratch.run(&["--init", flag]).unwrap().saved.written.len(), 1);
        }
    }
}

#[test]
fn killed_at_any_moment_the_file_is_whole() {
    let scratch = Scratch::new().with_project(&content(true));
    scratch.trust();
    let (old, new) = (content(true), content(false));
    // A killed saver leaves its own directory behind: below this one, which goes with the test.
    let savers = scratch.outside("savers");
    let mut seen = [0, 0];
    for round in 0..60_u64 {
        // The helper must start from the content with which its loop begins.
        fs::write(&scratch.paths.project_file, &old).unwrap();
        let mut saver = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "config_atomic::saver", "--ignored"])
            .env(PROJECT, &scratch.paths.project_dir)
            .env(HOME, scratch.home())
            .env("TMPDIR", &savers)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let ready = scratch.home().join(READY);
        while !ready.exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
        fs::remove_file(&ready).unwrap();
        // Every second kill falls after the first save, however slow the disk is.
        while round % 2 == 1 && scratch.project().is_some_and(|text| text == old) {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(round * 7_919 % 50_000));
        saver.kill().unwrap();
        let status = saver.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
        let text = scratch.project().expect("the file is gone");
        assert!(text == old || text == new, "torn: {} bytes", text.len());
        seen[usize::from(text == new)] += 1;
        // Trusted or to be asked, but never broken.
        let _ = scratch.run(&["--exec"]).map_err(|error| {
            assert!(error.to_string().contains("is not trusted"), "{error}");
        });
    }
    assert!(seen[0] > 0 && seen[1] > 0, "the kills hit only one state: {seen:?}");
}

#[test]
fn what_killed_saves_left_is_swept_and_nothing_else() {
    let scratch = Scratch::new();
    let dir = &scratch.paths.project_dir;
    let old = std::time::SystemTime::now() - Duration::from_secs(3600);
    let names = [
        (".ai-jail.123-0.tmp", true, false),
        (".ai-jail.124-0.tmp", false, true),
        (".ai-jail.notes-0.tmp", true, true),
        (".ai-jail.125.tmp", true, true),
        ("my.ai-jail.126-0.tmp", true, true),
    ];
    for (name, stale, _) in names {
        let file = fs::File::create(dir.join(name)).unwrap();
        if stale {
            file.set_modified(old).unwrap();
        }
    }
    scratch.run(&["claude"]).unwrap();
    for (name, _, stays) in names {
        assert_eq!(dir.join(name).exists(), stays, "{name}");
    }
}

#[test]
fn saves_at_the_same_time_all_count() {
    const FLAGS: [&str; 8] = [
        "--no-gpu",
        "--no-docker",
        "--no-display",
        "--no-mise",
        "--no-seccomp",
        "--no-rlimits",
        "--map=/a",
        "--rw-map=/b",
    ];
    for _ in 0..5 {
        let scratch = Scratch::new();
        let start = Barrier::new(FLAGS.len());
        std::thread::scope(|scope| {
            for flag in FLAGS {
                let (scratch, start) = (&scratch, &start);
                scope.spawn(move || {
                    start.wait();
                    scratch.run(&["--init", flag]).unwrap();
                });
            }
        });
        let text = scratch.project().unwrap();
        assert_eq!(text.lines().count(), 2 + FLAGS.len(), "{text}");
        // All of it was typed, so all of it is trusted.
        scratch.run(&["--exec"]).unwrap();
        let left = fs::read_dir(&scratch.paths.project_dir).unwrap().count();
        assert_eq!(left, 1, "something was left beside the file");
    }
}
