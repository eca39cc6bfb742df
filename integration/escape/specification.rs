//! What stage two is told, and what it tells: neither reaches the command.

use super::attack::{ALL, Attack, BARE, LOCKDOWN, found};
use crate::harness::{World, program};

/// Every descriptor that the command has, and where it leads.
const DESCRIPTORS: &str = "import os, socket
for number in range(4096):
    try: where = os.readlink(f'/proc/self/fd/{number}')
    except OSError: continue
    if number > 2 and not where.startswith('/proc'): print(number, where)
print('end')";

#[test]
fn the_commands_descriptors() {
    let world = World::new();
    for flags in [ALL, BARE, LOCKDOWN] {
        let ended = world.exec_with(flags, ["/usr/bin/python3", "-I", "-c", DESCRIPTORS]).run();
        assert_eq!(ended.ok(), "end\n", "{flags:?}");
        found("descriptors of the specification and the status channel", flags, "closed");
    }
}

/// Messages as stage two sends them, on all that is open, and to whatever socket answers. The
/// status is the command's own in spite of them.
#[test]
fn forged_reports() {
    let world = World::new();
    let forge = "import os, socket, sys
message = b'{\"exited\":0}'
for number in range(3, 4096):
    try: os.write(number, message)
    except OSError: pass
for name in '/proc/1/fd/3', '/proc/1/fd/4', '/proc/1/fd/5', '/proc/1/fd/6':
    try: os.write(os.open(name, os.O_WRONLY), message)
    except OSError: pass
sys.exit(42)";
    for flags in [ALL, BARE, LOCKDOWN] {
        let ended = world.exec_with(flags, ["/usr/bin/python3", "-I", "-c", forge]).run();
        assert_eq!(ended.code(), 42, "{flags:?}: {ended}");
        found("forged reports to the front", flags, "not delivered");
    }
}

/// Neither the front's nor bubblewrap's or stage two's arguments say anything: everybody on the
/// machine can read them.
#[test]
fn arguments_that_everybody_can_read() {
    let world = World::new();
    world.file("home/.secret-tool/settings", "x");
    let mark = format!("only-in-arguments-{}", std::process::id());
    let running = world.exec(["sh", "-c", "echo ready; sleep 60", &mark]).start();
    let front = running.pid();
    running.says("ready");
    let all = crate::harness::processes_with("");
    let ours = |pid| {
        let mut pid = Some(pid);
        while let Some(next) = pid {
            if next == front {
                return true;
            }
            pid = all
                .iter()
                .find(|process| process.pid == next)
                .and_then(crate::harness::Process::parent);
        }
        false
    };
    let between: Vec<_> = all
        .iter()
        .filter(|process| process.pid != front && ours(process.pid))
        .filter(|process| process.words.first().is_some_and(|word| word != "sh"))
        .collect();
    assert!(!between.is_empty(), "bubblewrap and stage two");
    for process in between {
        let words = process.words.join(" ");
        for secret in [mark.as_str(), ".secret-tool", world.project().to_str().expect("plain")] {
            assert!(!words.contains(secret), "{words}");
        }
    }
    running.signal(nix::sys::signal::SIGKILL);
}

/// The inner entry point started by the command, with a specification of its own making.
#[test]
fn stage_two_started_by_hand() {
    let world = World::new();
    std::fs::copy(program(), world.project().join("ai-jail")).expect("a copy");
    let spec = "{\"version\":1,\"command\":[\"true\"],\"control\":null,\"stdio\":[0,1,2],\
                \"foreground\":\"none\",\"lockdown\":false,\"rlimits\":null,\"landlock\":null,\
                \"seccomp\":null}";
    let script = "printf %s \"$0\" > spec; ./ai-jail __stage2 5 5< spec; echo $?";
    for outside in [true, false] {
        let words = ["sh", "-c", script, spec];
        let run = if outside { world.outside(words) } else { world.exec(words) };
        let ended = run.run();
        assert_eq!(ended.out(), "125\n", "{ended}");
        assert!(ended.err().contains("internal"), "{ended}");
    }
    found("__stage2 started by the command", ALL, "refused, status 125");
}

/// The classic way to a runtime's own binary: the first program of the jail names `/proc/self/exe`
/// as its interpreter, and so is the host's binary, for others in the jail to open and write.
#[test]
fn our_own_binary_as_an_interpreter() {
    let world = World::new();
    let binary = world.root().join("bin/ai-jail");
    std::fs::create_dir(binary.parent().expect("bin")).expect("a directory");
    std::fs::copy(program(), &binary).expect("a copy of the user's own");
    let before = std::fs::read(&binary).expect("the binary");
    world.script("home/project/tool", "#!/proc/self/exe\n");
    let run = |flags: &[&str]| {
        let words =
            ["--exec"].iter().chain(flags).chain(&["--", "./tool"]).map(std::ffi::OsStr::new);
        world.outside([binary.as_os_str()].into_iter().chain(words)).run()
    };
    assert_eq!(run(ALL).code(), 126);
    found("/proc/self/exe as the interpreter", ALL, "EACCES");
    // Without Landlock it is ai-jail once more, in the jail, where it can make none; and it is
    // alone there, with nobody to open it.
    assert_eq!(run(&["--no-landlock"]).code(), 125);
    assert_eq!(std::fs::read(&binary).expect("the binary"), before);
}

/// The binary that the user starts next time, wherever it is shown.
#[test]
fn our_own_binary_in_the_jail() {
    let world = World::new();
    for place in ["home/.local/bin", "home/.tool/bin"] {
        let binary = world.root().join(place).join("ai-jail");
        world.script(&binary, "#!/bin/sh\n");
        let path = binary.to_str().expect("plain");
        let other = world.script("home/project/other", "#!/bin/sh\n");
        let other = other.to_str().expect("plain");
        Attack::new(&world, "replacing ai-jail's own binary", include_str!("probes/files.py"))
            .with(["write", path, "--", "unlink", path, "--", "rename", other, path])
            .gives(ALL, "EROFS EROFS EXDEV")
            .gives(BARE, "EROFS EROFS EXDEV")
            .works("ok ok ok");
    }
}
