//! Git clones from a host that is allowed, over each of its ways.

use std::net::TcpStream;

use super::{Net, echo};
use crate::harness::{has_program, skip, until};

#[test]
fn git_clones_from_a_host_that_is_allowed() {
    let Some(net) = Net::new() else { return };
    if !has_program("git") || !has_program("python3") {
        return;
    }
    let make = "git init -q -b main --bare r.git && git init -q -b main w && cd w && \
                git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first && \
                git push -q ../r.git HEAD:main && cd ../r.git && git update-server-info";
    let tree = net.world.directory("tree");
    assert_eq!(net.world.outside(["sh", "-c", make]).at(&tree).run().code(), 0);
    // The kernel gives a port that is free now.
    let port = echo() + 1;
    let words = ["python3", "-m", "http.server", &port.to_string(), "--bind", "127.0.0.1"]
        .map(str::to_owned);
    let server = net.world.outside(&words).at(&tree).start();
    let clone = |name: &str| {
        format!(
            "git clone -q http://{name}:{port}/r.git c && git -C c log --format=%s main; rm -rf c"
        )
    };
    until("the server answers", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    let rule = format!("allowed.example:{port}");
    let flags = ["--allow-host", &rule];
    assert_eq!(
        net.outside(["sh", "-c", &clone("evil.example")]).run().ok(),
        "first\n",
        "the control"
    );
    assert_eq!(net.sh(&flags, &clone("allowed.example")).run().ok(), "first\n");
    let refused = net.sh(&flags, &clone("evil.example")).run();
    assert!(refused.err().contains("evil.example"), "{refused}");
    assert_eq!(refused.out(), "");
    drop(server);
}

/// A server of ssh that lets the tests' own user in by a key, and its settings.
const SSHD: &str = "set -e; umask 077
ssh-keygen -q -t ed25519 -N '' -f host; ssh-keygen -q -t ed25519 -N '' -f key; cp key.pub keys
printf '%s\\n' \"Port $1\" 'ListenAddress 127.0.0.1' \"HostKey $PWD/host\" \"AuthorizedKeysFile $PWD/keys\" \\
    \"PidFile none\" 'StrictModes no' 'UsePAM no' >settings
exec /usr/sbin/sshd -D -e -f \"$PWD/settings\"";

/// Git over ssh knows no proxy's variable.
#[test]
fn git_clones_over_ssh() {
    let Some(net) = Net::new() else { return };
    if !std::path::Path::new("/usr/sbin/sshd").exists() {
        return skip("no server of ssh");
    }
    let tree = net.world.directory("home/project/served");
    let repository = "git init -q -b main --bare r.git && git init -q -b main w && cd w && \
        git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first && git push -q ../r.git HEAD:main";
    assert_eq!(net.world.outside(["sh", "-c", repository]).at(&tree).run().code(), 0);
    // The kernel gives a port that is free now.
    let port = echo() + 1;
    let server = net.world.outside(["sh", "-c", SSHD, "sh", &port.to_string()]).at(&tree).start();
    until("the server answers", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    let user =
        nix::unistd::User::from_uid(nix::unistd::getuid()).expect("a table").expect("a user").name;
    let clone = |name: &str| {
        format!(
            "GIT_SSH_COMMAND='ssh -F none -i served/key -o IdentitiesOnly=yes -o BatchMode=yes -o \
             StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p {port}' git clone -q \
             '{user}@{name}:{}/r.git' c && git -C c log --format=%s main; rm -rf c",
            tree.display()
        )
    };
    let rule = format!("allowed.example:{port}");
    let flags = ["--allow-host", &rule];
    let control = net.outside(["sh", "-c", &clone("evil.example")]).run();
    assert_eq!(control.ok(), "first\n", "the control: {}", server.output());
    assert_eq!(net.sh(&flags, &clone("allowed.example")).run().ok(), "first\n");
    let refused = net.sh(&flags, &clone("evil.example")).run();
    assert!(refused.err().contains("evil.example"), "{refused}");
    assert_eq!(refused.out(), "");
}
