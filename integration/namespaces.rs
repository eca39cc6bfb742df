//! The jail has namespaces of its own: names, processes, shared memory, and in lockdown network.

use std::io::Write;
use std::net::TcpListener;

use crate::harness::{World, has_program};

#[test]
fn the_host_is_called_ai_sandbox() {
    let world = World::new();
    assert_eq!(
        world.sh("cat /proc/sys/kernel/hostname; uname -n").run().ok(),
        "ai-sandbox\nai-sandbox\n"
    );
    assert_ne!(world.outside(["uname", "-n"]).run().ok(), "ai-sandbox\n");
}

#[test]
fn its_own_name_leads_to_itself() {
    let world = World::new();
    for flags in [&[][..], &["--lockdown"], &["--net", "none"]] {
        let hosts = world.sh_with(flags, "getent hosts ai-sandbox && getent hosts localhost").run();
        let lines: Vec<_> = hosts.ok().lines().map(|line| line.split_whitespace().last()).collect();
        assert_eq!(lines[0], Some("ai-sandbox"), "{flags:?} {hosts}");
        assert!(lines.len() > 1, "the host's own names are there too: {flags:?} {hosts}");
    }
    // The control: the host does not know the name, so neither would a jail with the host's file.
    assert_ne!(world.outside(["getent", "hosts", "ai-sandbox"]).run().code(), 0);
    let script = "echo x >> /etc/hosts || rm /etc/hosts || mv /etc/hosts /etc/x";
    assert_ne!(world.sh(script).run().code(), 0);
}

#[test]
fn each_namespace_is_its_own() {
    let world = World::new();
    let link = |name: &str| ["readlink".to_owned(), format!("/proc/self/ns/{name}")];
    // Over control groups of version 1 a namespace of them breaks the JVM: there is none.
    let unified = std::path::Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    let names = ["pid", "ipc", "uts", "mnt", "user", "cgroup"];
    for name in names.into_iter().filter(|name| *name != "cgroup" || unified) {
        let (outside, inside) = (world.outside(link(name)).run(), world.exec(link(name)).run());
        assert_ne!(inside.ok(), outside.ok(), "{name}");
    }
    let outside = world.outside(link("net")).run();
    assert_eq!(world.exec(link("net")).run().ok(), outside.ok(), "the network is shared");
    let inside = world.exec_with(["--lockdown"], link("net")).run();
    assert_ne!(inside.ok(), outside.ok(), "but not in lockdown");
}

/// What the queue of that name holds: a message is put in where it is new.
const QUEUE: &str = "import ctypes, os, sys
library = ctypes.CDLL(None, use_errno=True)
class Sizes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_long) for name in ('flags', 'most', 'size', 'now')] + [('rest', ctypes.c_long * 4)]
name, sizes = sys.argv[1].encode(), Sizes(0, 4, 16, 0)
queue = library.mq_open(name, os.O_CREAT | os.O_RDWR, 0o600, ctypes.byref(sizes))
if queue < 0: sys.exit(os.strerror(ctypes.get_errno()))
library.mq_getattr(queue, ctypes.byref(sizes))
print(sizes.now)
library.mq_send(queue, b'x', 1, 0)
if len(sys.argv) > 2: library.mq_unlink(name)
";

#[test]
fn message_queues_can_be_used_and_are_its_own() {
    if !has_program("python3") {
        return;
    }
    let world = World::new();
    let name = format!("/ai-jail-{}", std::process::id());
    let words = |last: bool| {
        let words = ["python3", "-c", QUEUE, &name].into_iter().map(str::to_owned);
        words.chain(last.then(|| "last".to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(world.outside(words(false)).run().ok(), "0\n");
    assert_eq!(world.exec(words(false)).run().ok(), "0\n", "not the host's");
    assert_eq!(world.exec(words(false)).run().ok(), "0\n", "nor an earlier jail's");
    assert_eq!(world.outside(words(true)).run().ok(), "1\n", "the control");
    world.sh("test -d /dev/mqueue && touch /dev/mqueue/x && rm /dev/mqueue/x").run().ok();
    let lockdown = world.exec_with(["--lockdown"], words(false)).run();
    assert!(lockdown.err().contains("Permission denied"), "{lockdown}");
}

#[test]
fn no_process_of_the_host_is_seen() {
    let world = World::new();
    // PID 1, the shell, and the two of the pipe.
    let count = "ls -d /proc/[0-9]* | wc -l";
    let inside: u32 = world.sh(count).run().ok().trim().parse().expect("a number");
    assert!(inside <= 5, "{inside}");
    let test = std::process::id().to_string();
    assert_eq!(world.outside(["kill", "-0", &test]).run().code(), 0);
    assert_ne!(world.exec(["sh", "-c", "kill -0 $0", &test]).run().code(), 0);
}

#[test]
fn shared_memory_of_the_host_is_not_there() {
    if !has_program("ipcmk") {
        return;
    }
    let world = World::new();
    let made = world.outside(["ipcmk", "--shmem", "4096"]).run();
    let id = made.ok().rsplit(' ').next().expect("an id").trim().to_owned();
    let show = ["sh", "-c", "cut -c 11-22 /proc/sysvipc/shm | grep -cw \"$0\"", &id];
    let (outside, inside) = (world.outside(show).run(), world.exec(show).run());
    world.outside(["ipcrm", "--shmem-id", &id]).run();
    assert_eq!((outside.out(), inside.out()), ("1\n", "0\n"));
}

#[test]
fn loopback_of_the_host_is_out_of_reach_in_lockdown() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.and_then(|mut stream| stream.write_all(b"hello\n"));
        }
    });
    let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port} && head -n 1 <&3");
    let connect = ["bash", "-c", &script];
    assert_eq!(world.outside(connect).run().ok(), "hello\n");
    assert_eq!(world.exec(connect).run().ok(), "hello\n");
    let ended = world.exec_with(["--lockdown"], connect).run();
    assert_ne!((ended.code(), ended.out()), (0, "hello\n"), "{ended}");
    let interfaces = "tail -n +3 /proc/net/dev | cut -d : -f 1 | tr -d ' '";
    assert_eq!(world.sh_with(["--lockdown"], interfaces).run().ok(), "lo\n");
}

#[test]
fn the_user_is_the_same() {
    let world = World::new();
    let script = "id -u; id -g; stat -c '%u %g' .";
    assert_eq!(world.sh(script).run().ok(), world.outside(["sh", "-c", script]).run().ok());
}

#[test]
fn files_that_the_jail_makes_belong_to_the_user() {
    let world = World::new();
    world.sh("umask 027; : > made; mkdir directory").run().ok();
    let script = "stat -c '%n %a %u %g' made directory";
    let ended = world.outside(["sh", "-c", script]).run();
    let (uid, gid) = (nix::unistd::getuid(), nix::unistd::getgid());
    assert_eq!(ended.ok(), format!("made 640 {uid} {gid}\ndirectory 750 {uid} {gid}\n"));
}

#[test]
fn the_callers_umask_is_kept() {
    let world = World::new();
    let ended = world.caller("umask 077; exec \"$0\" --exec -- sh -c umask").run();
    assert_eq!(ended.ok().trim_start_matches('0'), "77\n");
}
