//! What a command can use up: what is bounded, and what is not. Both are in docs/security.md.

use super::attack::{ALL, LOCKDOWN, found};
use crate::harness::World;

/// Opens files until there are no more.
const DESCRIPTORS: &str = "import os, resource
limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
held = []
try:
    while True: held.append(os.dup(0))
except OSError as error: print(len(held) + 3 <= int(os.sys.argv[1]), error.errno)";

/// Starts processes until there are no more.
const PROCESSES: &str = "import os, sys, time
limit, count = int(sys.argv[1]), 0
try:
    while count < limit + 100:
        if os.fork() == 0: time.sleep(60); os._exit(0)
        count += 1
except BlockingIOError: pass
print(count < limit)";

fn python(world: &World, flags: &[&str], script: &str, argument: &str) -> String {
    let words = ["/usr/bin/python3", "-I", "-c", script, argument];
    world.exec_with(flags, words).run().ok().trim_end().to_owned()
}

#[test]
fn descriptors_are_bounded() {
    let world = World::new();
    for (flags, limit) in [(ALL, "65536"), (LOCKDOWN, "4096")] {
        assert_eq!(python(&world, flags, DESCRIPTORS, limit), "True 24", "{flags:?}");
        found("using up descriptors", flags, "EMFILE at the limit");
    }
}

/// For root the kernel counts no processes: only a control group would bound them.
#[test]
fn processes_are_bounded() {
    let world = World::new();
    assert_eq!(python(&world, LOCKDOWN, PROCESSES, "1024"), "True");
    found("a fork bomb", LOCKDOWN, "EAGAIN at the limit");
    // The control, and that the limit is the jail's own: nobody outside is counted.
    let off = ["--lockdown", "--no-rlimits"];
    assert_eq!(python(&world, &off, PROCESSES, "1024"), "False");
    let limit = world.sh_with(ALL, "grep 'Max processes' /proc/self/limits").run();
    let hard: u64 =
        limit.ok().split_whitespace().nth(3).expect("a limit").parse().expect("a number");
    assert!(hard <= 4096, "{limit}");
}

/// All that was started ends with the command, however many they are.
#[test]
fn nothing_of_a_fork_bomb_is_left() {
    let world = World::new();
    let mark = format!("ai-jail-bomb-{}", std::process::id());
    let script =
        "for i in $(seq 200); do (trap '' TERM HUP INT; exec -a \"$0\" sleep 60) & done; exit 3";
    let ended = world.exec_with(LOCKDOWN, ["bash", "-c", script, &mark]).run();
    assert_eq!(ended.code(), 3, "{ended}");
    assert!(crate::harness::processes_with(&mark).is_empty());
}

/// What is in memory is bounded by the kernel's default for each, half of the machine's memory;
/// together they are not, and neither is the command's own memory. The project is the disk.
#[test]
fn memory_and_disk_are_not_bounded() {
    let world = World::new();
    let script = "for place in /tmp /run ~ /dev/shm .; do stat -f -c '%b %S' \"$place\"; done; \
                  grep 'Max address space' /proc/self/limits | tr -s ' ' | cut -d ' ' -f 4";
    let ended = world.sh(script).run();
    let lines: Vec<&str> = ended.ok().lines().collect();
    let bytes = |line: &str| {
        let (blocks, size) = line.split_once(' ').expect("two numbers");
        blocks.parse::<u64>().expect("a number") * size.parse::<u64>().expect("a number")
    };
    let memory = std::fs::read_to_string("/proc/meminfo").expect("meminfo");
    let total: u64 = memory.split_whitespace().nth(1).expect("kB").parse().expect("a number");
    for line in &lines[..4] {
        assert!(bytes(line) <= total * 1024 / 2 + (1 << 20), "{ended}");
    }
    let disk = world.outside(["stat", "-f", "-c", "%b %S", "."]).run();
    assert_eq!(bytes(lines[4]), bytes(disk.ok().trim_end()));
    assert_eq!(lines[5], "unlimited");
    found("filling memory by /tmp, /run, /dev/shm and the home", ALL, "half of the memory each");
    found("filling the disk by the project", ALL, "not bounded");
    found("using up memory", ALL, "not bounded");
}
