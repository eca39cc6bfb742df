//! A client of a database speaks a protocol of its own, which no proxy variable is for.

use std::net::TcpListener;
use std::path::PathBuf;

use super::Net;
use crate::harness::{has_program, skip, until};

/// The server's program, beside which `initdb` is. Debian keeps both off `PATH`.
fn postgres() -> Option<PathBuf> {
    let debians = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debians = debians.map(|version| version.path().join("bin/postgres"));
    debians.chain([PathBuf::from("/usr/bin/postgres")]).find(|program| program.exists())
}

/// A server with tables of its own, at the port `$1` of the loopback.
const SERVER: &str = "set -e; initdb -D data -A trust -U tester --no-sync >/dev/null
exec postgres -D data -p \"$1\" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off";

#[test]
fn psql_asks_a_server_that_is_allowed() {
    let Some(net) = Net::new() else { return };
    let Some(postgres) = postgres() else {
        return skip("no server of PostgreSQL: integration/setup --ci");
    };
    if !has_program("psql") {
        return;
    }
    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let port = free.expect("a port that is free now").port();
    let ask = |name: &str| {
        format!("psql -h {name} -p {port} -U tester -w -At -d postgres -c 'select 6 * 7'")
    };
    let bin = postgres.parent().expect("a directory").display().to_string();
    let words = ["sh", "-c", SERVER, "sh", &port.to_string()].map(str::to_owned);
    let server = net.world.outside(words).at(net.world.directory("tree"));
    let server = server.env("PATH", format!("{bin}:/usr/bin:/bin")).start();
    until("the server answers", || {
        net.world.outside(["sh", "-c", &ask("localhost")]).run().code() == 0
    });

    let rule = format!("allowed.example:{port}");
    let flags = ["--allow-host", &rule];
    for name in ["allowed.example", "evil.example"] {
        let control = net.outside(["sh", "-c", &ask(name)]).run();
        assert_eq!(control.ok(), "42\n", "{name}: the control");
    }
    assert_eq!(net.sh(&flags, &ask("allowed.example")).run().ok(), "42\n");
    let refused = net.sh(&flags, &ask("evil.example")).run();
    assert_eq!((refused.code(), refused.out()), (2, ""), "{refused}");
    assert!(refused.err().contains("Permission denied"), "{refused}");
    drop(server);
}
