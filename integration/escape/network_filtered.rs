//! Ways round a filtered network.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use super::attack::Attack;
use crate::harness::World;

#[test]
fn ways_round_it() {
    let world = World::new();
    let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let ports = [tcp.local_addr(), udp.local_addr()].map(|address| address.expect("ours").port());
    std::thread::spawn(move || {
        for mut stream in tcp.incoming().flatten() {
            let mut text = Vec::new();
            let _ = stream.read_to_end(&mut text).and_then(|_| stream.write_all(&text));
        }
    });
    std::thread::spawn(move || {
        let mut buffer = [0; 10];
        while let Ok((length, from)) = udp.recv_from(&mut buffer) {
            let _ = udp.send_to(&buffer[..length], from);
        }
    });
    let name = format!("ai-jail-test-{}", ports[0]);
    let address = SocketAddr::from_abstract_name(&name).expect("a name");
    let _listener = UnixListener::bind_addr(&address).expect("an abstract socket");
    let words = [ports[0].to_string(), ports[1].to_string(), name];
    let script = include_str!("probes/network_filtered.py");
    let attack = Attack::new(&world, "ways round a filtered network", script).with(words);
    let control = attack.outcome(None);
    assert!(control.starts_with("ok ok ok ok ok ok "), "the control: {control}");
    let refused = "ECONNREFUSED";
    let loopback = [refused; 4].join(" ");
    // The abstract socket is of another network namespace; the first process's is not shown.
    let all = format!("{loopback} {refused} {refused} ECONNRESET {refused} EPERM EACCES EPERM");
    attack
        .gives(&["--net", "filtered"], &all)
        .gives(&["--net", "filtered", "--no-landlock", "--no-seccomp", "--no-rlimits"], &all);
}
