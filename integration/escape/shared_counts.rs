//! What the kernel counts or keeps for each user or network, whoever asks: leases on files, names of abstract
//! sockets.

use super::attack::{ALL, Attack, BARE, LOCKDOWN, NO_LANDLOCK, NO_SECCOMP, found, probe};
use crate::harness::World;

#[test]
fn leases_on_files_that_the_host_writes() {
    let world = World::new();
    let file = world.file("home/.bashrc", "alias x=y\n");
    Attack::new(&world, "leases on the user's files", include_str!("probes/leases.py"))
        .with([file])
        .works("ok")
        .gives(ALL, "EPERM")
        .gives(NO_LANDLOCK, "EPERM")
        .gives(NO_SECCOMP, "ok")
        .gives(BARE, "ok");
    // In lockdown the file is not there; the project is.
    let file = world.file("home/project/file", "");
    Attack::new(&world, "leases on files of the project", include_str!("probes/leases.py"))
        .with([file])
        .works("ok")
        .gives(ALL, "EPERM")
        .gives(LOCKDOWN, "EPERM");
}

const SQUAT: &str = "name = sys.argv[1]
def bind():
    global server
    server = socket.socket(socket.AF_UNIX)
    server.bind('\\0' + name)
    server.listen()
print(attempt(bind), flush=True)
if sys.argv[2:] == ['hold']:
    sys.stdin.read()
";

/// What the host gets for a name while a jail with these flags has it.
fn squatted(flags: &[&str]) -> String {
    let world = World::new();
    let name = format!("ai-jail-squat-{}-{}", std::process::id(), flags.len());
    let words = |more: &[&str]| {
        let more = more.iter().copied().map(std::ffi::OsString::from);
        probe(SQUAT).into_iter().chain([name.clone().into()]).chain(more).collect::<Vec<_>>()
    };
    let (theirs, ours) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).expect("a pipe");
    let jail = world.exec_with(flags, words(&["hold"])).stdin(theirs).start();
    jail.says("ok");
    let outside = world.outside(words(&[])).run().ok().trim_end().to_owned();
    drop(ours);
    assert_eq!(jail.finish().code(), 0);
    // The control: nobody has it any more.
    assert_eq!(world.outside(words(&[])).run().ok(), "ok\n");
    outside
}

/// Where the jail has a network of its own, its names are its own; with the host's network they
/// are the host's, which docs/security.md says.
#[test]
fn names_of_abstract_sockets() {
    let title = "taking a name of an abstract socket";
    for (flags, expected) in
        [(ALL, "EADDRINUSE"), (&["--net", "none"][..], "ok"), (&["--net", "filtered"], "ok")]
    {
        assert_eq!(squatted(flags), expected, "{flags:?}");
        found(title, flags, if expected == "ok" { "the jail's own" } else { "not prevented" });
    }
}
