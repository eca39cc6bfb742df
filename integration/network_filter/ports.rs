//! Ports between the loopbacks of host and jail.

use std::io::Read;
use std::net::{TcpListener, TcpStream};

use super::{Net, echo, http};
use crate::harness::until;

#[test]
fn a_forwarded_port_leads_to_the_hosts_loopback() {
    let Some(net) = Net::new() else { return };
    let port = http(&[("/", "the page")]);
    let fetch = |port: u16| {
        format!("curl -sS -m 5 http://127.0.0.1:{port}/ && curl -sS -m 5 http://localhost:{port}/")
    };
    let plain = net.sh(&["--net", "filtered"], &fetch(port)).run();
    assert_ne!(plain.code(), 0, "not by itself: {plain}");
    let forward = format!("{port}");
    let ended = net.sh(&["--net", "filtered", "--forward-port", &forward], &fetch(port)).run();
    assert_eq!(ended.ok(), "the pagethe page");
    let forward = format!("8080:{port}");
    let ended = net.sh(&["--net", "filtered", "--forward-port", &forward], &fetch(8080)).run();
    assert_eq!(ended.ok(), "the pagethe page");
}

#[test]
fn a_published_port_leads_to_a_server_in_the_jail() {
    let Some(net) = Net::new() else { return };
    // The kernel gives a port that is free now.
    let port = echo() + 1;
    let publish = format!("{port}:3000");
    let serve = "import socket\n\
        s = socket.socket(); s.bind(('127.0.0.1', 3000)); s.listen()\n\
        c, _ = s.accept(); c.sendall(b'from the jail'); c.close()\n";
    let flags = ["--exec", "--net", "filtered", "--publish-port", &publish];
    let run = net.jail(&flags, ["python3", "-c", serve]).start();
    let mut text = String::new();
    until("the jail's server answers", || {
        let read = TcpStream::connect(("127.0.0.1", port))
            .and_then(|mut stream| stream.read_to_string(&mut text));
        read.is_ok() && !text.is_empty()
    });
    assert_eq!(text, "from the jail");
    assert_eq!(run.finish().code(), 0);
}

#[test]
fn a_port_that_is_taken_is_told_before_the_launch() {
    let Some(net) = Net::new() else { return };
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ended = net.sh(&["--net", "filtered", "--publish-port", &port], "echo ran").run();
    assert_eq!((ended.code(), ended.out()), (125, ""));
    assert!(ended.err().contains(&format!("cannot publish port {port}")), "{ended}");
    assert!(ended.err().contains("LISTEN:TARGET"), "{ended}");
}

#[test]
fn servers_and_clients_in_the_jail_find_each_other() {
    let Some(net) = Net::new() else { return };
    let script = "import socket\n\
        for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::1')):\n\
        \x20 for port in (3000, 5173, 8080, 53000):\n\
        \x20   s = socket.socket(family); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n\
        \x20   s.bind((address, port)); s.listen()\n\
        \x20   c = socket.create_connection(('localhost' if address != '::1' else '::1', port), 5)\n\
        \x20   c.close(); s.close()\n\
        print('ok')\n";
    let flags = ["--exec", "--allow-host", "allowed.example"];
    assert_eq!(net.jail(&flags, ["python3", "-c", script]).run().ok(), "ok\n");
}

/// A high port of a rule is the filter's at the addresses of the rule's names: on the loopback it is the jail's, at all
/// addresses at once it is not. docs/network.md says so.
#[test]
fn a_high_port_of_a_rule_is_free_on_the_loopback_alone() {
    let Some(net) = Net::new() else { return };
    let script = "import socket\n\
        for address in ('127.0.0.1', '0.0.0.0'):\n\
        \x20 s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n\
        \x20 try: s.bind((address, 3000)); s.listen(); print('ok')\n\
        \x20 except OSError as e: print(e.strerror)\n\
        \x20 s.close()\n";
    let flags = ["--exec", "--allow-host", "allowed.example:3000"];
    let ended = net.jail(&flags, ["python3", "-c", script]).run();
    assert_eq!(ended.ok(), "ok\nAddress already in use\n");
}
