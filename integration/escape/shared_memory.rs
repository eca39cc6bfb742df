//! Memory and queues that processes share by name.

use super::attack::{ALL, Attack, BARE, LOCKDOWN};
use crate::harness::World;

/// Makes a message queue of this name, or removes it.
const QUEUE: &str = "import ctypes, sys
rt = ctypes.CDLL('librt.so.1', use_errno=True)
name = sys.argv[2].encode()
made = rt.mq_open(name, 0o102, 0o600, None) if sys.argv[1] == 'make' else rt.mq_unlink(name)
sys.exit(made == -1)";

#[test]
fn shared_memory_and_queues_of_the_host() {
    let world = World::new();
    let unique = format!("ai-jail-escape-{}", std::process::id());
    let file = format!("/dev/shm/{unique}");
    std::fs::write(&file, "x").expect("shared memory");
    let queue = format!("/{unique}");
    world.outside(["python3", "-c", QUEUE, "make", &queue]).run().ok();
    let made = world.outside(["ipcmk", "--shmem", "4096"]).run();
    let segment = made.ok().rsplit(' ').next().expect("an id").trim().to_owned();
    let attack = Attack::new(
        &world,
        "POSIX and System V shared memory, message queues",
        include_str!("probes/shared_memory.py"),
    )
    .with([&file, &segment, &queue]);
    attack.works("ok ok ok");
    for flags in [ALL, BARE, LOCKDOWN] {
        attack.gives(flags, "ENOENT EINVAL ENOENT");
    }
    world.outside(["ipcrm", "--shmem-id", &segment]).run().ok();
    world.outside(["python3", "-c", QUEUE, "remove", &queue]).run().ok();
    std::fs::remove_file(&file).expect("ours");
}
