//! Servers of the host, by stream and by datagram, in all the places where they are found.

use std::ffi::OsString;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};

use super::attack::{
    ALL, Attack, BARE, BARE_LOCKDOWN, LOCKDOWN, NO_LANDLOCK, NO_SECCOMP, OWN_HOME, found, probe,
    sealed,
};
use super::server::{HELLO, datagram, serve, stream};
use crate::harness::World;

fn connect<'a>(world: &'a World, title: &'static str, kind: &str, path: &Path) -> Attack<'a> {
    Attack::new(world, title, include_str!("probes/connect.py"))
        .with([OsString::from(kind), path.into()])
}

/// A socket at a path of the world, with what keeps it alive.
fn socket(world: &World, kind: &str, path: &str) -> (PathBuf, Option<UnixDatagram>) {
    let path = world.root().join(path);
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
    if kind == "stream" {
        stream(&path);
        return (path, None);
    }
    let socket = datagram(&path);
    (path, Some(socket))
}

/// A greeting for who connects, nothing for who sends.
fn success(kind: &str) -> &'static str {
    if kind == "stream" { HELLO } else { "ok" }
}

#[test]
fn in_places_that_the_jail_does_not_have() {
    let world = World::below(Path::new("/var/tmp"));
    for kind in ["stream", "datagram"] {
        for place in ["run/bus", "home/Documents/socket", "home/.gnupg/S.gpg-agent"] {
            let (path, _held) = socket(&world, kind, &format!("{place}-{kind}"));
            connect(&world, "a socket of the host in a place that is not mounted", kind, &path)
                .works(success(kind))
                .gives(ALL, "ENOENT")
                .gives(BARE, "ENOENT")
                .gives(LOCKDOWN, sealed("ENOENT"));
        }
    }
}

#[test]
fn in_the_hosts_own_run_and_tmp() {
    let world = World::below(Path::new("/var/tmp"));
    for kind in ["stream", "datagram"] {
        let directory = tempfile::tempdir_in("/tmp").expect("a directory in /tmp");
        let path = directory.path().join("socket");
        let held = (kind == "datagram").then(|| datagram(&path));
        if held.is_none() {
            stream(&path);
        }
        connect(&world, "a socket of the host in /tmp", kind, &path)
            .works(success(kind))
            .gives(ALL, "ENOENT")
            .gives(BARE, "ENOENT")
            .gives(LOCKDOWN, sealed("ENOENT"));
    }
}

#[test]
fn in_mounted_places_of_the_home() {
    let world = World::below(Path::new("/var/tmp"));
    for kind in ["stream", "datagram"] {
        for (place, own) in [
            (".cache/ibus/dbus-x", "ENOENT"),
            (".config/Code/main.sock", "ECONNREFUSED"),
            (".tool/with space/socket", "ECONNREFUSED"),
        ] {
            let (path, _held) = socket(&world, kind, &format!("home/{place}-{kind}"));
            connect(&world, "a socket of the host in a mounted place of the home", kind, &path)
                .works(success(kind))
                .gives(ALL, "ECONNREFUSED")
                .gives(NO_LANDLOCK, "ECONNREFUSED")
                .gives(BARE, "ECONNREFUSED")
                .gives(OWN_HOME, own)
                .gives(LOCKDOWN, sealed("ENOENT"));
        }
    }
}

/// The mask is on the socket's name; the directory cannot be moved so that the next jail finds it
/// under another, and the name cannot be taken away.
#[test]
fn in_a_mounted_place_under_another_name() {
    let world = World::below(Path::new("/var/tmp"));
    let (path, _) = socket(&world, "stream", "home/.cache/deep/ibus/dbus-x");
    let cache = world.home().join(".cache");
    let at = |name: &str| cache.join(name).into_os_string();
    let mut words = Vec::new();
    for act in [
        &["rename", "deep", "aside"][..],
        &["rename", "deep/ibus", "deep/aside"],
        &["rename", "deep/ibus/dbus-x", "deep/ibus/aside"],
        &["unlink", "deep/ibus/dbus-x"],
        &["link", "deep/ibus/dbus-x", "deep/ibus/aside"],
    ] {
        words.push(OsString::from(act[0]));
        words.extend(act[1..].iter().map(|name| at(name)));
        words.push("--".into());
    }
    words.pop();
    Attack::new(&world, "moving the mask of a socket", include_str!("probes/files.py"))
        .with(words)
        .gives(ALL, "EBUSY EBUSY EBUSY EBUSY EXDEV")
        .gives(BARE, "EBUSY EBUSY EBUSY EBUSY EXDEV");
    connect(&world, "a socket of the host whose directory was moved aside", "stream", &path)
        .works(HELLO)
        .gives(ALL, "ECONNREFUSED");
}

/// `docs/security.md` names these as open: what is not in the kernel's list when the jail starts, or
/// not by an absolute path, is not masked.
#[test]
fn that_are_not_in_the_kernels_list() {
    let world = World::below(Path::new("/var/tmp"));
    let directory = world.directory("home/.cache/late");
    let path = directory.join("socket");
    let words = |path: &Path| {
        let wait = "echo ready; until test -e go; do sleep 0.01; done; exec \"$@\"";
        let probe = probe(include_str!("probes/connect.py"));
        let shell = ["sh", "-c", wait, "sh"].map(OsString::from);
        shell.into_iter().chain(probe).chain(["stream".into(), path.into()]).collect::<Vec<_>>()
    };
    for (flags, expected) in [(ALL, HELLO), (BARE, HELLO), (LOCKDOWN, sealed("ENOENT"))] {
        let _ = (std::fs::remove_file(&path), std::fs::remove_file(world.project().join("go")));
        let running = world.exec_with(flags, words(&path)).start();
        running.says("ready");
        stream(&path);
        world.file("home/project/go", "");
        let ended = running.finish();
        assert_eq!(ended.ok().trim_end(), format!("ready\n{expected}"), "{flags:?}");
        found("a socket of the host that listens later, in a mounted place", flags, expected);
    }
    // Bound by a relative path: the kernel's list has it as it was said.
    let server = "import os, socket, sys, time\nos.chdir(sys.argv[1])\n\
                  server = socket.socket(socket.AF_UNIX)\nserver.bind('relative')\n\
                  server.listen()\nprint('listens', flush=True)\n\
                  while True:\n server.accept()[0].sendall(b'hello from the host')";
    let place = directory.to_str().expect("plain");
    let host = world.outside(["/usr/bin/python3", "-I", "-c", server, place]).start();
    host.says("listens");
    let title = "a socket of the host that was bound by a relative path, in a mounted place";
    connect(&world, title, "stream", &directory.join("relative"))
        .works(HELLO)
        .gives(ALL, HELLO)
        .gives(LOCKDOWN, sealed("ENOENT"));
    host.signal(nix::sys::signal::SIGTERM);
}

/// The user works with those, as with a database that the project starts.
#[test]
fn in_the_project_and_in_maps() {
    let world = World::below(Path::new("/var/tmp"));
    for kind in ["stream", "datagram"] {
        let (path, _held) = socket(&world, kind, &format!("home/project/tmp/socket-{kind}"));
        connect(&world, "a socket of the host in the project", kind, &path)
            .works(success(kind))
            .gives(ALL, success(kind))
            .gives(LOCKDOWN, sealed("ECONNREFUSED"))
            .gives(BARE_LOCKDOWN, "ECONNREFUSED");
        let (path, _held) = socket(&world, kind, &format!("data/socket-{kind}"));
        let flags = ["--map", path.parent().expect("data").to_str().expect("plain")];
        connect(&world, "a socket of the host in a map", kind, &path)
            .works(success(kind))
            .gives(&flags, success(kind));
    }
}

#[test]
fn abstract_ones() {
    let world = World::new();
    let unique = format!("ai-jail-escape-{}", std::process::id());
    // Those of X11 servers and of older session buses have names like paths.
    for name in [unique.clone(), format!("/tmp/.X11-unix/{unique}"), format!("/tmp/dbus-{unique}")]
    {
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        serve(UnixListener::bind_addr(&address).expect("a socket"));
        let address = SocketAddr::from_abstract_name(format!("{name}-d")).expect("a name");
        let _held = UnixDatagram::bind_addr(&address).expect("a socket");
        for (kind, name) in [("stream", format!("@{name}")), ("datagram", format!("@{name}-d"))] {
            connect(&world, "an abstract socket of the host", kind, Path::new(&name))
                .works(success(kind))
                .gives(ALL, "EPERM")
                .gives(NO_SECCOMP, "EPERM")
                // No other layer has it where the network is shared.
                .gives(NO_LANDLOCK, success(kind))
                .gives(LOCKDOWN, sealed("ECONNREFUSED"))
                .gives(BARE_LOCKDOWN, "ECONNREFUSED");
        }
    }
}

/// In lockdown the project is read-only and has no masks for what listens there later, or under a name
/// that the kernel does not tell.
#[test]
fn that_listen_later_in_a_project_in_lockdown() {
    let world = World::below(Path::new("/var/tmp"));
    let path = world.project().join("late");
    let wait = "echo ready; until test -e go; do sleep 0.01; done; exec \"$@\"";
    let probe = probe(include_str!("probes/connect.py"));
    let shell = ["sh", "-c", wait, "sh"].map(OsString::from);
    let words = shell.into_iter().chain(probe).chain(["stream".into(), path.clone().into()]);
    let words: Vec<OsString> = words.collect();
    let title = "a socket of the host that listens later, in the project";
    for (flags, expected) in [
        (ALL, HELLO),
        (LOCKDOWN, sealed("EACCES")),
        // The control: without the filter and Landlock nothing else stands before it.
        (BARE_LOCKDOWN, HELLO),
    ] {
        let go = world.project().join("go");
        let _ = (std::fs::remove_file(&path), std::fs::remove_file(&go));
        let running = world.exec_with(flags, &words).start();
        running.says("ready");
        stream(&path);
        world.file("home/project/go", "");
        let ended = running.finish();
        assert_eq!(ended.ok().trim_end(), format!("ready\n{expected}"), "{flags:?}");
        found(title, flags, expected);
    }
}
