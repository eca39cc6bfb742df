//! Whatever kills the front or bubblewrap, nothing of the jail survives and no file is left.

/// Alone, because they look at what all others would leave as well.
mod serial {
    use std::collections::BTreeSet;
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    use nix::sys::prctl::set_child_subreaper;
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::{Pid, getpid, getuid};

    use crate::harness::{Process, Snapshot, World, processes_with, until};

    /// The hidden word in the arguments of bubblewrap and of stage two.
    const INNER: &str = "__stage2";

    /// A number of seconds that no other test sleeps for.
    fn marker(test: u32) -> String {
        format!("{}.{}", 40_000 + test, std::process::id())
    }

    /// The parts of a jail that are left. Their parent is gone, so they would be ours.
    fn survivors(marker: &str) -> Vec<Process> {
        let mut found = processes_with(INNER);
        found.retain(|process| process.parent() == Some(getpid()));
        found.extend(processes_with(marker));
        found
    }

    /// Nothing is left, and that is so soon.
    fn all_is_gone(marker: &str) {
        let start = Instant::now();
        until("the jail is gone", || survivors(marker).is_empty());
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }

    /// What this user has in the places for temporary files.
    fn temporary_files() -> BTreeSet<PathBuf> {
        ["/tmp", "/var/tmp", "/dev/shm"]
            .iter()
            .flat_map(|place| fs::read_dir(place).into_iter().flatten().flatten())
            // The worlds of other tests come and go.
            .filter(|entry| !entry.file_name().to_string_lossy().starts_with("jail-world-"))
            .filter(|entry| {
                entry.metadata().is_ok_and(|metadata| metadata.uid() == getuid().as_raw())
            })
            .map(|entry| entry.path())
            .collect()
    }

    #[test]
    fn the_front_killed_while_the_command_runs() {
        set_child_subreaper(true).expect("prctl");
        let world = World::new();
        let before = temporary_files();
        let marker = marker(1);
        let script = format!(
            "trap '' TERM HUP INT; sleep {marker} & setsid sleep {marker} & \
             (setsid sleep {marker} &); echo ready; sleep {marker}"
        );
        let running = world.sh(&script).start();
        running.says("ready");
        until("all of them run", || processes_with(&marker).len() >= 5);
        running.signal(Signal::SIGKILL);
        let ended = running.finish();
        assert_eq!(ended.status.code(), None, "{ended}");
        all_is_gone(&marker);
        assert_eq!(temporary_files(), before);
    }

    #[test]
    fn the_front_killed_at_any_moment_of_the_start() {
        set_child_subreaper(true).expect("prctl");
        let world = World::new();
        let before = temporary_files();
        let marker = marker(2);
        for step in 0..50 {
            let running = world.exec(["sleep", &marker]).start();
            // From before it has done anything to after the command has started.
            std::thread::sleep(Duration::from_micros(step * 400));
            running.signal(Signal::SIGKILL);
            running.finish();
            all_is_gone(&marker);
        }
        assert_eq!(temporary_files(), before);
    }

    /// What is masked or denied is not touched, so nothing of it has to be put back.
    #[test]
    fn masks_killed_at_any_moment_leave_the_project_as_it_was() {
        set_child_subreaper(true).expect("prctl");
        let world = World::new();
        for file in [".env", "a/b/.env", "keys/id", "cache/x"] {
            world.file(format!("home/project/{file}"), "SECRET=1");
        }
        let (project, temporary) = (Snapshot::of(world.project()), temporary_files());
        let marker = marker(5);
        let flags = ["--mask", ".env", "--mask", "cache/", "--deny-path", "keys"];
        for step in 0..30 {
            let running = world.exec_with(flags, ["sleep", &marker]).start();
            std::thread::sleep(Duration::from_micros(step * 700));
            running.signal(Signal::SIGKILL);
            running.finish();
            all_is_gone(&marker);
            project.is_unchanged();
        }
        assert_eq!(temporary_files(), temporary);
    }

    #[test]
    fn bubblewrap_killed_while_the_command_runs() {
        set_child_subreaper(true).expect("prctl");
        let world = World::new();
        let marker = marker(3);
        let running = world.sh(&format!("echo ready; sleep {marker}; exit 3")).start();
        running.says("ready");
        let bubblewrap: Vec<Pid> = processes_with(INNER)
            .iter()
            .filter(|process| process.parent() == Some(running.pid()))
            .map(|process| process.pid)
            .collect();
        let [bubblewrap] = bubblewrap[..] else { panic!("one bubblewrap: {bubblewrap:?}") };
        kill(bubblewrap, Signal::SIGKILL).expect("it runs");
        let ended = running.finish();
        assert_eq!((ended.code(), ended.out()), (137, "ready\n"), "{ended}");
        assert!(ended.err().contains("killed"), "{ended}");
        all_is_gone(&marker);
    }

    #[test]
    fn a_run_that_ends_by_itself_leaves_no_file() {
        let world = World::new();
        let before = temporary_files();
        world.sh(": > /tmp/file; mkdir -p /var/tmp/x /dev/shm/y; : > ~/file").run().ok();
        assert_eq!(temporary_files(), before);
        let left = fs::read_dir(world.home()).expect("the home").flatten();
        // In `.local` are the records of ai-jail.
        let left = left.map(|entry| entry.file_name()).filter(|name| name != ".local");
        assert_eq!(left.collect::<Vec<_>>(), ["project"]);
    }
}
