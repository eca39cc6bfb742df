//! What is told of refusals, and what a jail finds in the place of the host's name resolution.

use nix::sys::signal::Signal;

use super::{Net, http};
use crate::harness::{processes_with, until};

#[test]
fn what_was_refused_is_reported_with_the_flag_that_would_allow_it() {
    let Some(net) = Net::new() else { return };
    let fetch = "for i in 1 2; do curl -sS -m 5 http://evil.example/; done; true";
    let told = net.jail(&["--allow-host", "allowed.example"], ["sh", "-c", fetch]).run();
    let line = "ai-jail: network: evil.example refused 2 times: no rule allows it; to allow it, type \
                --allow-host evil.example\n";
    assert!(told.err().contains(line), "{told}");
    let silent = net.sh(&["--allow-host", "allowed.example"], fetch).run();
    assert!(!silent.err().contains("ai-jail"), "{silent}");
}

#[test]
fn each_decision_is_told_with_v() {
    let Some(net) = Net::new() else { return };
    let port = http(&[("/", "the page")]);
    let rule = format!("allowed.example:{port}");
    let fetch = format!("curl -sS -m 5 http://allowed.example:{port}/");
    let told = net.sh(&["-v", "--allow-host", &rule], &fetch).run();
    assert_eq!(told.out(), "the page");
    let line = format!("ai-jail: network: allowed.example:{port} allowed (--allow-host)\n");
    assert!(told.err().contains(&line), "{told}");
}

#[test]
fn a_refusal_is_immediate_and_says_permission_denied() {
    let Some(net) = Net::new() else { return };
    let script = "import socket, time\n\
        start = time.time()\n\
        for to in (('evil.example', 443), ('10.1.2.3', 443), ('127.0.0.1', 9)):\n\
        \x20 try:\n\
        \x20   s = socket.create_connection(to, 20); s.sendall(b'x'); s.recv(1); print('ok')\n\
        \x20 except OSError as e: print(type(e).__name__)\n\
        print(time.time() - start < 5)\n";
    let ended = net.jail(&["--exec", "--net", "filtered"], ["python3", "-c", script]).run();
    assert_eq!(ended.ok(), "PermissionError\nConnectionResetError\nConnectionRefusedError\nTrue\n");
}

#[test]
fn the_jail_resolves_names_by_the_stub_alone() {
    let Some(net) = Net::new() else { return };
    let script =
        "grep -v '^#' /etc/resolv.conf; grep -c evil.example /etc/hosts; echo x >>/etc/hosts";
    let ended = net.sh(&["--net", "filtered"], script).run();
    assert_eq!(ended.out(), "nameserver 198.18.0.1\n0\n");
    assert!(ended.err().contains("Read-only file system"), "{ended}");
}

#[test]
fn nothing_of_the_filter_outlives_the_front() {
    let Some(net) = Net::new() else { return };
    // Names no other process on this machine.
    let marker = "allowed-by-the-test-of-killed-fronts.example";
    let flags = ["--exec", "--allow-host", marker];
    let run = net.jail(&flags, ["sh", "-c", "echo started; sleep 1000"]).start();
    run.says("started");
    // The front, and the filter, which is its fork; what builds the jail has nothing of it in its arguments.
    let ours = || processes_with(marker);
    assert!(ours().len() >= 2, "front and filter are there");
    run.signal(Signal::SIGKILL);
    until("nothing is left", || ours().is_empty());
}
