//! The doors that switches open: display and Docker sockets, each by itself; the session
//! bus beside them never.

use std::io::Write;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use crate::harness::{Run, Seen, World, has_program};

/// Connects to the socket in its first argument and prints what that says.
const CONNECT: &str = "import socket, sys\n\
    s = socket.socket(socket.AF_UNIX)\n\
    s.connect(sys.argv[1])\n\
    print(s.recv(100).decode(), end='')\n";

const HELLO: &str = "hello from the host";

/// A socket that greets everybody.
fn greeter(path: &Path) {
    let listener = UnixListener::bind(path).expect("a socket");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.and_then(|mut stream| stream.write_all(HELLO.as_bytes()));
        }
    });
}

/// A world with a runtime directory, and sockets in it.
struct Doors {
    world: World,
    runtime: PathBuf,
}

impl Doors {
    fn new(names: &[&str]) -> Option<Self> {
        if !has_program("python3") {
            return None;
        }
        let world = World::new();
        let runtime = world.directory("run");
        for name in names {
            let path = runtime.join(name);
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
            greeter(&path);
        }
        Some(Self { world, runtime })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.runtime.join(name)
    }

    /// The variables of a desktop.
    fn desktop(&self, run: Run) -> Run {
        run.env("XDG_RUNTIME_DIR", &self.runtime).env("WAYLAND_DISPLAY", "wayland-0")
    }

    /// What a jail with these flags hears from a socket; `None` if it cannot connect.
    fn hears(&self, flags: &[&str], socket: &Path, set: impl Fn(Run) -> Run) -> Option<String> {
        let words = ["python3", "-c", CONNECT].map(Path::new);
        let words: Vec<&Path> = words.into_iter().chain([socket]).collect();
        let control = self.world.outside(&words).run();
        assert_eq!(control.ok(), HELLO, "the control");
        let ended = set(self.world.exec_with(flags, &words)).run();
        (ended.code() == 0).then(|| ended.out().to_owned())
    }
}

#[test]
fn wayland_is_there_unless_switched_off() {
    let Some(doors) = Doors::new(&["wayland-0"]) else { return };
    let socket = doors.at("wayland-0");
    let set = |run| doors.desktop(run);
    assert_eq!(doors.hears(&[], &socket, set).as_deref(), Some(HELLO));
    assert_eq!(doors.hears(&["--display"], &socket, set).as_deref(), Some(HELLO));
    assert_eq!(doors.hears(&["--no-display"], &socket, set), None);
    assert_eq!(doors.hears(&["--lockdown"], &socket, set), None);
    let show = "echo ${WAYLAND_DISPLAY-unset}";
    assert_eq!(doors.desktop(doors.world.sh(show)).run().ok(), "wayland-0\n");
    let off = doors.desktop(doors.world.sh_with(["--no-display"], show)).run();
    assert_eq!(off.ok(), "unset\n");
}

#[test]
fn a_wayland_socket_named_by_its_path() {
    let Some(doors) = Doors::new(&["elsewhere/wayland-7"]) else { return };
    let socket = doors.at("elsewhere/wayland-7");
    let set = |run: Run| doors.desktop(run).env("WAYLAND_DISPLAY", &socket);
    assert_eq!(doors.hears(&[], &socket, set).as_deref(), Some(HELLO));
    assert_eq!(doors.hears(&["--no-display"], &socket, set), None);
}

#[test]
fn the_sound_server_takes_a_map_of_its_own() {
    // It loads libraries that a client names: outside the jail, as the user.
    let Some(doors) = Doors::new(&["pulse/native", "wayland-0"]) else { return };
    let socket = doors.at("pulse/native");
    let set = |run| doors.desktop(run);
    assert_eq!(doors.hears(&["--display"], &socket, set), None);
    let named = |run: Run| doors.desktop(run).env("PULSE_SERVER", &socket);
    assert_eq!(doors.hears(&[], &socket, named), None);
    let path = socket.to_str().expect("plain");
    assert_eq!(doors.hears(&["--rw-map", path], &socket, set).as_deref(), Some(HELLO));
}

#[test]
fn nothing_else_of_the_runtime_directory_is_there() {
    let others =
        ["bus", "systemd/private", "gnupg/S.gpg-agent", "keyring/ssh", "pulse/native", "X"];
    let all: Vec<&str> = others.iter().copied().chain(["wayland-0"]).collect();
    let Some(doors) = Doors::new(&all) else { return };
    let bus = format!("unix:path={}", doors.at("bus").display());
    for flags in [&[][..], &["--display", "--docker", "--gpu"]] {
        for name in others {
            let set = |run| doors.desktop(run).env("DBUS_SESSION_BUS_ADDRESS", &bus);
            assert_eq!(doors.hears(flags, &doors.at(name), set), None, "{name}");
        }
        let list = ["sh", "-c", "ls -A \"$XDG_RUNTIME_DIR\""];
        assert_eq!(doors.desktop(doors.world.exec_with(flags, list)).run().ok(), "wayland-0\n");
    }
}

#[test]
fn a_map_of_the_runtime_directory_does_not_open_the_session_bus() {
    let closed = ["bus", "systemd/private", "pipewire-0", "gnupg/S.gpg-agent", "at-spi/bus"];
    let all: Vec<&str> = closed.iter().copied().chain(["application"]).collect();
    let Some(doors) = Doors::new(&all) else { return };
    let runtime = doors.runtime.to_str().expect("plain");
    let set = |run| doors.desktop(run);
    let flags = ["--rw-map", runtime];
    assert_eq!(doors.hears(&flags, &doors.at("application"), set).as_deref(), Some(HELLO));
    for name in closed {
        assert_eq!(doors.hears(&flags, &doors.at(name), set), None, "{name}");
    }
    // By its name it is the user's own decision.
    let bus = doors.at("bus");
    let named = ["--rw-map", bus.to_str().expect("plain")];
    assert_eq!(doors.hears(&named, &bus, set).as_deref(), Some(HELLO));
}

#[test]
fn a_runtime_directory_is_private_and_writable_wherever_it_is() {
    // `nowhere` is not there on the host; `link` is another name.
    let world = World::below(Path::new("/var/tmp"));
    let real = world.directory("run");
    let link = world.link(&real, "link");
    let script = "cd $XDG_RUNTIME_DIR && touch it && ls -A && stat -c %a .";
    let elsewhere = Path::new("/run/user/4711/x");
    for place in [&real, &link, &world.root().join("nowhere"), &elsewhere.into()] {
        let ended = world.sh(script).env("XDG_RUNTIME_DIR", place).run();
        assert_eq!(ended.ok(), "it\n700\n", "{}", place.display());
    }
    assert_eq!(std::fs::read_dir(real).expect("the host's").count(), 0);
    // What the system has is not replaced.
    for place in ["/", "/usr/lib", "/etc"] {
        let ended = world.sh("ls /usr/lib > /dev/null").env("XDG_RUNTIME_DIR", place).run();
        assert_eq!(ended.ok(), "", "{place}");
    }
}

/// A runtime directory that is elsewhere, as in containers and under WSL.
#[test]
fn a_runtime_directory_among_the_dot_entries_is_a_new_one_too() {
    let Some(mut doors) = Doors::new(&[]) else { return };
    doors.runtime = doors.world.directory("home/.config/runtime");
    for name in ["bus", "anything", "wayland-0"] {
        greeter(&doors.at(name));
    }
    let set = |run| doors.desktop(run);
    assert_eq!(doors.hears(&[], &doors.at("wayland-0"), set).as_deref(), Some(HELLO));
    assert_eq!(doors.hears(&[], &doors.at("bus"), set), None);
    assert_eq!(doors.hears(&[], &doors.at("anything"), set), None);
    let script = "stat -c %a $XDG_RUNTIME_DIR; ls -A $XDG_RUNTIME_DIR; touch $XDG_RUNTIME_DIR/x";
    assert_eq!(doors.desktop(doors.world.sh(script)).run().ok(), "700\nwayland-0\n");
    assert!(!doors.at("x").exists());
}

#[test]
fn docker_is_there_unless_switched_off() {
    let Some(doors) = Doors::new(&["somewhere/docker.sock", "docker.sock"]) else { return };
    let (named, rootless) = (doors.at("somewhere/docker.sock"), doors.at("docker.sock"));
    let host = format!("unix://{}", named.display());
    let set = |run: Run| doors.desktop(run).env("DOCKER_HOST", &host);
    for socket in [&named, &rootless] {
        assert_eq!(doors.hears(&[], socket, set).as_deref(), Some(HELLO));
        assert_eq!(doors.hears(&["--docker"], socket, set).as_deref(), Some(HELLO));
        assert_eq!(doors.hears(&["--no-docker"], socket, set), None);
        assert_eq!(doors.hears(&["--lockdown"], socket, set), None);
    }
}

#[test]
fn a_docker_socket_in_a_mounted_place_goes_too_when_switched_off() {
    let Some(doors) = Doors::new(&[]) else { return };
    let desktop = doors.world.directory("home/.docker/run").join("docker.sock");
    let in_project = doors.world.project().join("docker.sock");
    greeter(&desktop);
    greeter(&in_project);
    let host = format!("unix://{}", in_project.display());
    let set = |run: Run| run.env("DOCKER_HOST", &host);
    for socket in [&desktop, &in_project] {
        assert_eq!(doors.hears(&[], socket, set).as_deref(), Some(HELLO));
        assert_eq!(doors.hears(&["--no-docker"], socket, set), None);
    }
}

#[test]
fn a_socket_among_the_dot_entries_is_no_settings_file() {
    let Some(doors) = Doors::new(&[]) else { return };
    let socket = doors.world.home().join(".agent.sock");
    greeter(&socket);
    assert_eq!(doors.hears(&[], &socket, |run| run), None);
    assert_eq!(doors.world.look([&socket]), [Seen::Absent]);
}
