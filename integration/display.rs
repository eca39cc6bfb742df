//! The X11 display, with a real server and real clients.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;

use crate::harness::{Run, World, X11, has_program, reached, skip};

/// No flags.
const NONE: [&str; 0] = [];

/// Connects to the abstract socket in its first argument and tells how that went.
const CONNECT: &str = "import errno, socket, sys\n\
    s = socket.socket(socket.AF_UNIX)\n\
    try:\n    s.connect('\\0' + sys.argv[1]); print('connected')\n\
    except OSError as error:\n    print(errno.errorcode[error.errno])\n";

/// The display that a jail with these flags reaches.
fn reaches(x11: &X11, flags: &[&str]) -> Option<String> {
    reached(&x11.exec(flags, ["xdpyinfo"]).run())
}

#[test]
fn a_client_is_let_in_with_the_key_alone() {
    let Some(x11) = X11::new() else { return };
    let display = x11.display();
    let outside = x11.session(x11.world.outside(["xdpyinfo"])).run();
    assert_eq!(reached(&outside), Some(display.clone()), "the control");
    let without_key = x11.world.outside(["xdpyinfo"]).env("DISPLAY", &display).run();
    assert_eq!(reached(&without_key), None, "the control");

    for flags in [
        &[][..],
        &["--display"],
        &["--no-landlock"],
        &["--no-seccomp"],
        &["--no-landlock", "--no-seccomp"],
    ] {
        assert_eq!(reaches(&x11, flags), Some(x11.inner()), "{flags:?}");
    }
    let without_key = x11.world.exec(["xdpyinfo"]).env("DISPLAY", &display).run();
    assert_eq!(reached(&without_key), None);
    assert!(without_key.err().contains("uthorization"), "it is refused there: {without_key}");
    let stale = x11.exec(NONE, ["env", "XAUTHORITY=/nowhere", "xdpyinfo"]).run();
    assert_eq!(reached(&stale), None, "so the key in the jail is the one that lets in");
}

#[test]
fn the_screen_is_kept() {
    let Some(x11) = X11::new() else { return };
    for (outer, screen) in
        [(format!(":{}.0", x11.number), ".0"), (format!("unix:{}", x11.number), "")]
    {
        let ended = x11.exec(NONE, ["xdpyinfo"]).env("DISPLAY", outer).run();
        assert_eq!(reached(&ended), Some(x11.inner() + screen));
    }
}

#[test]
fn nothing_of_it_is_there_when_switched_off() {
    let Some(x11) = X11::new() else { return };
    // The world itself is in /tmp.
    let show = "echo ${DISPLAY-unset} ${XAUTHORITY-unset}; ls -A /tmp /run | grep -v jail-world";
    let on = x11.sh(NONE, show).run();
    assert_eq!(
        on.ok(),
        format!("{} /run/ai-jail/Xauthority\n/run:\nai-jail\n\n/tmp:\n.X11-unix\n", x11.inner()),
        "the control"
    );
    for flags in [["--no-display"], ["--lockdown"]] {
        let off = x11.sh(flags, show).run();
        assert_eq!(off.ok(), "unset unset\n/run:\n\n/tmp:\n", "{flags:?}");
        for display in [x11.display(), x11.inner()] {
            let named = x11.sh(flags, &format!("DISPLAY={display} xdpyinfo")).run();
            assert_eq!(reached(&named), None, "{flags:?} {display}");
        }
    }
}

#[test]
fn the_host_s_abstract_socket_is_out_of_reach() {
    let Some(x11) = X11::new() else { return };
    if !has_program("python3") {
        return;
    }
    let socket = x11.socket();
    let words = ["python3", "-c", CONNECT, socket.to_str().expect("plain")];
    let inside = |flags: &[&str]| x11.exec(flags, words).run().ok().trim_end().to_owned();
    assert_eq!(x11.world.outside(words).run().ok(), "connected\n", "the control");
    assert_eq!(inside(&["--no-landlock"]), "connected", "the control");
    // Without a network there are no abstract sockets of others, whatever the layers do.
    let bare = ["--lockdown", "--no-landlock", "--no-seccomp"];
    assert_eq!(inside(&bare), "ECONNREFUSED");
    if stage2::landlock::abi().unwrap_or(0) < 6 {
        skip("this kernel's Landlock has no scopes");
        return;
    }
    for flags in [&[][..], &["--no-display"], &["--no-seccomp"]] {
        assert_eq!(inside(flags), "EPERM", "{flags:?}");
    }
}

#[test]
fn a_number_at_which_somebody_listens_is_not_taken() {
    let Some(x11) = X11::new() else { return };
    let number = x11.inner_number();
    let name = format!("/tmp/.X11-unix/X{number}");
    let address = SocketAddr::from_abstract_name(name).expect("a name");
    let listener = UnixListener::bind_addr(&address).expect("nobody has it");
    assert_eq!(reaches(&x11, &NONE), Some(format!(":{}", number + 1)));
    drop(listener);
    assert_eq!(reaches(&x11, &NONE), Some(x11.inner()));
}

/// What `ssh -X` leaves: a display over TCP, whose key is under this machine's name.
#[test]
fn a_display_over_tcp_keeps_its_name() {
    let listen = ["-listen", "tcp", "-nolisten", "unix", "-nolisten", "local"];
    let Some(x11) = X11::listening(World::new(), &listen) else { return };
    let display = format!("localhost:{}.0", x11.number);
    let set = |run: Run| x11.session(run).env("DISPLAY", &display);
    let outside = set(x11.world.outside(["xdpyinfo"])).run();
    assert_eq!(reached(&outside), Some(display.clone()), "the control");
    let without_key = x11.world.outside(["xdpyinfo"]).env("DISPLAY", &display).run();
    assert_eq!(reached(&without_key), None, "the control");
    assert_eq!(reached(&set(x11.world.exec(["xdpyinfo"])).run()), Some(display.clone()));
    for flags in [["--no-display"], ["--lockdown"]] {
        let show = ["sh", "-c", "echo ${DISPLAY-unset} ${XAUTHORITY-unset}"];
        let off = set(x11.world.exec_with(flags, show)).run();
        assert_eq!(off.ok(), "unset unset\n", "{flags:?}");
    }
}

#[test]
fn a_map_of_tmp_does_not_take_the_display_away() {
    // Not below /tmp, which is mapped here.
    let Some(x11) = X11::listening(World::below(Path::new("/var/tmp")), &["-nolisten", "tcp"])
    else {
        return;
    };
    let name = format!("jail-test-{}", x11.number);
    let shared = x11.world.file(Path::new("/tmp").join(&name), "shared ");
    let flags = ["--rw-map", "/tmp"];
    assert_eq!(reaches(&x11, &flags), Some(x11.inner()));
    let list = x11.sh(flags, &format!("cat /tmp/{name}; ls -A /tmp/.X11-unix")).run();
    assert_eq!(list.ok(), format!("shared X{}\n", x11.inner_number()));
    std::fs::remove_file(shared).expect("ours");
    let outside = x11.world.outside(["ls", "-A", "/tmp/.X11-unix"]).run();
    let names: Vec<&str> = outside.ok().lines().collect();
    assert!(names.contains(&format!("X{}", x11.number).as_str()), "the control");
    assert!(!names.contains(&format!("X{}", x11.inner_number()).as_str()), "nothing is left there");
    let off = x11.sh(["--rw-map", "/tmp", "--no-display"], "ls -A /tmp/.X11-unix").run();
    assert_eq!(off.ok(), "");
}

#[test]
fn a_display_that_leads_nowhere_is_not_named() {
    let world = World::new();
    let runtime = world.directory("run");
    let show = "echo ${DISPLAY-unset} ${WAYLAND_DISPLAY-unset} ${XAUTHORITY-unset}";
    for display in [":4711", "nonsense", "", ":"] {
        let ended = world
            .sh(show)
            .env("DISPLAY", display)
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("WAYLAND_DISPLAY", "wayland-4711")
            .env("XAUTHORITY", runtime.join("none"))
            .run();
        assert_eq!(ended.ok(), "unset unset unset\n", "{display}");
    }
}

/// What is started in the jail is the jail's own affair.
#[test]
fn a_server_can_be_started_in_the_jail() {
    let Some(x11) = X11::new() else { return };
    let script = "Xvfb -displayfd 3 3> n 2> /dev/null & \
        while ! test -s n; do sleep 0.05; done; DISPLAY=:$(cat n) xdpyinfo";
    for flags in [&[][..], &["--no-display"]] {
        let ended = x11.sh(flags, script).run();
        let number = std::fs::read_to_string(x11.world.project().join("n")).expect("a number");
        assert_eq!(reached(&ended), Some(format!(":{}", number.trim())), "{ended}");
        std::fs::remove_file(x11.world.project().join("n")).expect("ours");
    }
}
