//! The network: open by default, gone in lockdown.

use std::net::{TcpListener, UdpSocket};

use super::attack::{ALL, Attack, BARE, BARE_LOCKDOWN, LOCKDOWN};
use crate::harness::World;

#[test]
fn ways_out_of_lockdown() {
    let world = World::new();
    let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let ports = [tcp.local_addr(), udp.local_addr()].map(|address| address.expect("ours").port());
    std::thread::spawn(move || {
        let mut buffer = [0; 10];
        while let Ok((length, from)) = udp.recv_from(&mut buffer) {
            let _ = udp.send_to(&buffer[..length], from);
        }
    });
    let attack = Attack::new(
        &world,
        "TCP, UDP, ICMP, packets, interfaces",
        include_str!("probes/network.py"),
    )
    .with(ports.map(|port| port.to_string()));
    // Outside, and so in the default mode, what answers is up to the machine; the host's own
    // servers do.
    let control = attack.outcome(None);
    assert!(control.starts_with("ok ok "), "the control: {control}");
    let default = attack.outcome(Some(ALL));
    assert!(default.starts_with("ok ok "), "{default}");
    assert_eq!(attack.outcome(Some(BARE)).split(' ').nth(5), Some("EPERM"), "no capability");
    attack
        // TCP is Landlock's, then the namespace's.
        .gives(LOCKDOWN, "EACCES ECONNREFUSED EACCES ENETUNREACH EACCES EPERM lo")
        .gives(BARE_LOCKDOWN, "ECONNREFUSED ECONNREFUSED ENETUNREACH ENETUNREACH EACCES EPERM lo")
        .gives(
            &["--lockdown", "--no-landlock"],
            "ECONNREFUSED ECONNREFUSED ENETUNREACH ENETUNREACH EACCES EPERM lo",
        );
    drop(tcp);
}
