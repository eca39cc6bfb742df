//! Servers of the host that run what they are told, and listen on the loopback: the jail shares the
//! network, so what keeps it from them is their key.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use super::attack::{ALL, Attack, BARE, LOCKDOWN};
use crate::harness::World;

/// Runs what it is told by whoever knows the key.
fn serve(key: &'static str) -> u16 {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = server.local_addr().expect("ours").port();
    std::thread::spawn(move || {
        for mut client in server.incoming().flatten() {
            let mut line = String::new();
            let read = BufReader::new(&client).read_line(&mut line);
            if read.is_ok() && line.trim_end() == key {
                let _ = client.write_all(b"ran on the host");
            }
        }
    });
    port
}

#[test]
fn build_servers_notebooks_and_editors() {
    const KEY: &str = "0123456789abcdef";
    let world = World::new();
    let port = serve(KEY);
    let files = [
        // An empty place of the jail's own, and what is masked.
        (".gradle/daemon/9.0/registry.bin", "ENOENT"),
        (".m2/mvnd/registry/1.0/registry.bin", "ENOENT"),
        (".local/share/kotlin/daemon/kotlin-daemon.run", "ENOENT"),
        (".local/share/jupyter/runtime/jpserver-1.json", "ENOENT"),
        (".emacs.d/server/server", "ENOENT"),
        (".config/code-server/config.yaml", "ENOENT"),
        (".vscode-server/.0123456789.token", "no key"),
    ];
    for (file, inside) in files {
        let path = world.file(format!("home/{file}"), format!("{port} {KEY}"));
        Attack::new(
            &world,
            "a server of the host whose key is in the home",
            include_str!("probes/keys_of_servers.py"),
        )
        .with([&path])
        .works("ran on the host")
        .gives(ALL, inside)
        .gives(BARE, inside)
        .gives(LOCKDOWN, "ENOENT");
    }
}

/// Such a place can be used: a client in the jail starts a server of its own there.
#[test]
fn a_client_in_the_jail_has_a_place_of_its_own() {
    let world = World::new();
    let kept = world.file("home/.gradle/daemon/9.0/registry.bin", "the host's");
    world.file("home/.gradle/caches/x", "cached");
    let script = "cd ~/.gradle && mkdir -p daemon/9.0 && echo own > daemon/9.0/registry.bin && \
                  cat daemon/9.0/registry.bin caches/x && echo more > caches/x";
    assert_eq!(world.sh(script).run().ok(), "own\ncached");
    assert_eq!(std::fs::read(kept).expect("it is there"), b"the host's");
    assert_eq!(std::fs::read(world.home().join(".gradle/caches/x")).expect("a file"), b"more\n");
}
