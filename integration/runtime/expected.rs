//! What programs need of a profile, and what it keeps from them beside files: on a Mac alone. Each
//! has its control, the same act outside.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::harness::{Run, World};

/// Homebrew's programs are on the `PATH` of those who have them.
const PATH: &str = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// The same command in a jail and outside.
fn both<const N: usize>(world: &World, words: [&str; N]) -> [Run; 2] {
    [world.exec(words), world.outside(words)].map(|run| run.env("PATH", PATH))
}

/// A process of the host's, ended with the test.
struct Host(Child);

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Arguments and environment of a process, as ps(1) asks for them: `sysctl(3)` with
/// `KERN_PROCARGS2`.
const ARGUMENTS: &str = r"
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
name = (ctypes.c_int * 3)(1, 49, int(sys.argv[1]))
size = ctypes.c_size_t(1 << 20)
text = ctypes.create_string_buffer(size.value)
if libc.sysctl(name, 3, text, ctypes.byref(size), None, 0) != 0:
    sys.exit('errno %d' % ctypes.get_errno())
print(text.raw[:size.value].count(b'AI_JAIL_TEST_SECRET'))
";

pub fn arguments_and_environment_of_the_hosts_processes_are_not_read() {
    let world = World::new();
    let sleep = Command::new("sleep").arg("600").env("AI_JAIL_TEST_SECRET", "x").spawn();
    let host = Host(sleep.expect("sleep"));
    let pid = host.0.id().to_string();
    let [inside, outside] = both(&world, ["python3", "-c", ARGUMENTS, &pid]);
    assert_eq!(outside.run().ok(), "1\n", "the control");
    let ended = inside.run();
    assert_ne!(ended.code(), 0, "{ended}");
    assert!(ended.err().contains("errno"), "it was asked: {ended}");
}

pub fn a_read_only_file_gets_no_second_name() {
    let world = World::new();
    let file = world.file("home/.tool/program", "content");
    let file = file.to_str().expect("text");
    for (name, words) in [("hard", &["ln", file][..]), ("clone", &["cp", "-c", file])] {
        let script = format!("{} {name} && echo changed >> {name}", words.join(" "));
        let ended = world.sh(&script).run();
        assert_ne!(ended.code(), 0, "{ended}");
        assert!(world.project().join(name).symlink_metadata().is_err(), "{ended}");
        assert_eq!(fs::read_to_string(file).expect("there"), "content");
        let script = format!("{} {name}", words.join(" "));
        world.outside(["sh", "-c", &script]).run().ok();
        fs::remove_file(world.project().join(name)).expect("the control made it");
    }
    // What may be changed gets one.
    assert_eq!(
        world.sh("echo x > one && ln one two && cp -c one three && cat two three").run().ok(),
        "x\nx\n"
    );
}

pub fn settings_of_the_user_are_not_written() {
    let world = World::new();
    let domain = format!("org.ai-jail.test-{}", std::process::id());
    let read = || world.outside(["defaults", "read", &domain, "key"]).run().out().to_owned();
    let write = |value| both(&world, ["defaults", "write", &domain, "key", value]);
    let [inside, _] = write("inside");
    let ended = inside.run();
    assert_eq!(read(), "", "{ended}");
    let [_, outside] = write("outside");
    outside.run().ok();
    assert_eq!(read(), "outside\n", "the control");
    world.outside(["defaults", "delete", &domain]).run().ok();
}

pub fn python_has_its_pools_of_processes() {
    let world = World::new();
    let script = "from concurrent.futures import ProcessPoolExecutor\n\
                  if __name__ == '__main__':\n\
                  \x20   with ProcessPoolExecutor(1) as pool: print(pool.submit(abs, -7).result())\n";
    world.file("home/project/pool.py", script);
    let [inside, outside] = both(&world, ["python3", "pool.py"]);
    assert_eq!(outside.run().ok(), "7\n", "the control");
    assert_eq!(inside.run().ok(), "7\n");
}

pub fn the_number_of_processors_is_told() {
    let world = World::new();
    let [inside, outside] = both(&world, ["sysctl", "-n", "hw.ncpu"]);
    let count = outside.run().ok().to_owned();
    assert!(count.trim().parse::<u32>().is_ok_and(|count| count > 0), "the control: {count}");
    assert_eq!(inside.run().ok(), count);
    let [inside, _] =
        both(&world, ["sh", "-c", "echo 'all:' > Makefile; make -j$(sysctl -n hw.ncpu)"]);
    inside.run().ok();
}

pub fn node_looks_on_behind_a_directory_that_is_not_given() {
    let world = World::new();
    let refused = world.directory("home/go/bin");
    world.script("home/go/bin/other", "#!/bin/sh\n");
    let path = format!("{}:{PATH}", refused.display());
    let script = "const { status, error } = require('child_process').spawnSync('git', ['--version']);\n\
                  console.log(status, error && error.code);";
    for run in both(&world, ["node", "-e", script]) {
        let ended = run.env("PATH", &path).run();
        assert_eq!(ended.ok(), "0 undefined\n", "{ended}");
    }
}

pub fn sockets_of_the_hosts_temporary_places_are_not_reached() {
    let world = World::new();
    let user = world.outside(["getconf", "DARWIN_USER_TEMP_DIR"]).run().ok().trim_end().to_owned();
    for parent in ["/private/tmp", "/private/var/tmp", &user].map(PathBuf::from) {
        let path = parent.join(format!("yabai_test-{}.socket", std::process::id()));
        let listener = UnixListener::bind(&path).expect("a socket of the host's");
        let [inside, outside] = both(&world, ["nc", "-w", "1", "-U", path.to_str().expect("text")]);
        let inside = inside.run();
        outside.run().ok();
        // The control alone has connected.
        listener.set_nonblocking(true).expect("nonblocking");
        let connected = std::iter::from_fn(|| listener.accept().ok()).count();
        fs::remove_file(&path).expect("ours");
        assert_eq!(connected, 1, "{}: {inside}", path.display());
    }
}

pub fn sockets_of_the_jails_own_work() {
    let script = "nc -l -U \"$TMPDIR/s\" > got & sleep 1; echo well | nc -w 2 -U \"$TMPDIR/s\"; wait; cat got";
    for flags in [&[][..], &["--lockdown"]] {
        let world = World::new();
        let script =
            script.replace("got", if flags.is_empty() { "got" } else { "\"$TMPDIR/got\"" });
        assert_eq!(world.sh_with(flags, &script).run().ok(), "well\n");
    }
}

/// They ask the system where temporary files are, and not `TMPDIR`.
pub fn tools_of_the_system_have_their_temporary_files() {
    let world = World::new();
    for run in both(
        &world,
        ["sh", "-c", "f=$(mktemp -t test) && echo x > \"$f\" && rm \"$f\" && cat <<E\nhere\nE"],
    ) {
        assert_eq!(run.without("TMPDIR").run().ok(), "here\n");
    }
    world.file("home/project/x.c", "int main(void) { return 7; }\n");
    for run in both(&world, ["sh", "-c", "cc -o x x.c && ./x"]) {
        assert_eq!(run.without("TMPDIR").run().code(), 7);
    }
    let zsh = world.sh_with(["--lockdown"], "zsh -fc 'cat <<E\nhere\nE'").run();
    assert_eq!(zsh.ok(), "here\n");
    assert!(Path::new("/private/tmp").is_dir());
}
