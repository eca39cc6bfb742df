//! Programs of every kind reach what is allowed with no variable set, and learn at once that the rest is not.

use super::{Net, echo, http};
use crate::harness::{has_program, skip};

/// What every client shall fetch.
const PAGE: &[(&str, &str)] = &[("/page", "the page"), ("/one", ONE)];

/// What npm asks a registry for a package.
const ONE: &str = r#"{"name":"one","dist-tags":{"latest":"1.2.3"},"versions":{"1.2.3":{"name":"one","version":"1.2.3","dist":{"tarball":"http://allowed.example/one.tgz","shasum":""}}}}"#;

/// Clients of HTTP: the program, and a script that prints what is at the address `$U`.
const CLIENTS: &[(&str, &str)] = &[
    ("curl", "curl -sS -m 20 \"$U\""),
    ("wget", "wget -q -t 1 -T 20 -O - \"$U\""),
    (
        "node",
        "node -e 'fetch(process.env.U).then(r => r.text()).then(t => process.stdout.write(t), \
         e => { console.error(String(e.cause)); process.exit(1) })'",
    ),
    (
        "node",
        "node -e 'require(\"http\").get(process.env.U, r => r.pipe(process.stdout))\
         .on(\"error\", e => { console.error(String(e)); process.exit(1) })'",
    ),
    (
        "python3",
        "python3 -c 'import os, urllib.request as u; \
         print(u.urlopen(os.environ[\"U\"], timeout=20).read().decode(), end=\"\")'",
    ),
    (
        "python3",
        "python3 -c '\nimport asyncio, os, urllib.parse\nasync def main():\n  \
         u = urllib.parse.urlparse(os.environ[\"U\"])\n  \
         r, w = await asyncio.open_connection(u.hostname, u.port)\n  \
         w.write(f\"GET {u.path} HTTP/1.0\\r\\nHost: {u.netloc}\\r\\n\\r\\n\".encode())\n  \
         print((await r.read()).decode().split(\"\\r\\n\\r\\n\")[1], end=\"\")\nasyncio.run(main())'",
    ),
];

#[test]
fn clients_of_http_reach_an_allowed_name_and_no_other() {
    let Some(net) = Net::new() else { return };
    let port = http(PAGE);
    let rule = format!("allowed.example:{port}");
    for (program, script) in CLIENTS.iter().filter(|(program, _)| has_program(program)) {
        let fetch = |name: &str| format!("U=http://{name}:{port}/page; export U; {script}");
        for name in ["allowed.example", "evil.example"] {
            let control = net.outside(["sh", "-c", &fetch(name)]).run();
            assert_eq!(control.ok(), "the page", "{program}: the control");
        }
        let allowed = net.sh(&["--allow-host", &rule], &fetch("allowed.example")).run();
        assert_eq!(allowed.ok(), "the page", "{program}");
        let refused = net.sh(&["--allow-host", &rule], &fetch("evil.example")).run();
        assert_ne!(refused.code(), 0, "{program}: {refused}");
        assert_eq!(refused.out(), "", "{program}");
    }
}

#[test]
fn npm_asks_a_registry_that_is_allowed() {
    let Some(net) = Net::new() else { return };
    if !has_program("npm") {
        return;
    }
    let port = http(PAGE);
    let view = |name: &str| {
        format!(
            "npm view one version --registry http://{name}:{port}/ --fetch-retries 0 --no-update-notifier --cache \"$(mktemp -d)\""
        )
    };
    let rule = format!("allowed.example:{port}");
    let flags = ["--allow-host", &rule];
    assert_eq!(
        net.outside(["sh", "-c", &view("evil.example")]).run().ok(),
        "1.2.3\n",
        "the control"
    );
    assert_eq!(net.sh(&flags, &view("allowed.example")).run().ok(), "1.2.3\n");
    assert_ne!(net.sh(&flags, &view("evil.example")).run().code(), 0);
}

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
    crate::harness::until("the server answers", || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
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

/// Protocols that no proxy variable is for: a client of its own, and a server that speaks first.
#[test]
fn plain_tcp_arrives_whoever_speaks_first() {
    let Some(net) = Net::new() else { return };
    if !has_program("python3") {
        return;
    }
    let (echoing, greeting) = (
        echo(),
        super::serve(|mut stream| drop(std::io::Write::write_all(&mut stream, b"220 ready"))),
    );
    let talk = |name: &str, port: u16, say: &str| {
        format!(
            "python3 -c 'import socket; s = socket.create_connection((\"{name}\", {port}), 20); \
             s.sendall(b\"{say}\"); s.shutdown(1); print(s.makefile().read(), end=\"\")'"
        )
    };
    let rule = format!("allowed.example:{echoing},{greeting}");
    let flags = ["--allow-host", &rule];
    for (port, say, hears) in [(echoing, "\\0\\1ping", "\0\u{1}ping"), (greeting, "", "220 ready")]
    {
        let control = net.outside(["sh", "-c", &talk("other.example", port, say)]).run();
        assert_eq!(control.ok(), hears, "the control");
        assert_eq!(net.sh(&flags, &talk("allowed.example", port, say)).run().ok(), hears);
        let refused = net.sh(&flags, &talk("other.example", port, say)).run();
        assert!(refused.err().contains("PermissionError"), "{refused}");
    }
}

/// The server name of the handshake must be the name that was looked up.
#[test]
fn tls_passes_with_the_right_server_name_alone() {
    let Some(net) = Net::new() else { return };
    if !has_program("openssl") {
        return;
    }
    let port = (echo() + 1).to_string();
    let make = "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=x 2>/dev/null";
    let tree = net.world.directory("tree");
    assert_eq!(net.world.outside(["sh", "-c", make]).at(&tree).run().code(), 0);
    let words = [
        "openssl", "s_server", "-quiet", "-www", "-port", &port, "-key", "k.pem", "-cert", "c.pem",
    ];
    let server = net.world.outside(words).at(&tree).start();
    crate::harness::until("the server answers", || {
        std::net::TcpStream::connect(("127.0.0.1", port.parse::<u16>().expect("a port"))).is_ok()
    });
    let shake = |server_name: &str| {
        format!(
            "openssl s_client -connect allowed.example:{port} -servername {server_name} -verify_quiet \
                 </dev/null 2>/dev/null | grep -c 'BEGIN CERTIFICATE'"
        )
    };
    let rule = format!("allowed.example:{port}");
    let flags = ["--allow-host", &rule];
    assert_eq!(net.outside(["sh", "-c", &shake("evil.example")]).run().ok(), "1\n", "the control");
    assert_eq!(net.sh(&flags, &shake("allowed.example")).run().ok(), "1\n");
    assert_eq!(net.sh(&flags, &shake("evil.example")).run().out(), "0\n");
    drop(server);
}

#[test]
fn the_jvm_needs_no_properties() {
    let Some(net) = Net::new() else { return };
    if !has_program("java") {
        return skip("no Java");
    }
    let port = http(PAGE);
    net.world.file(
        "home/project/Get.java",
        "import java.net.*; import java.net.http.*; public class Get { public static void main(String[] a) \
         throws Exception { System.out.print(HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(a[0]))\
         .build(), HttpResponse.BodyHandlers.ofString()).body()); } }",
    );
    let get = |name: &str| format!("java Get.java http://{name}:{port}/page");
    let rule = format!("allowed.example:{port}");
    let flags = ["--allow-host", &rule];
    let control = net.outside(["sh", "-c", &get("evil.example")]).run();
    if control.code() != 0 {
        return skip(&format!("Java cannot compile here: {control}"));
    }
    assert_eq!(net.sh(&flags, &get("allowed.example")).run().ok(), "the page");
    assert_ne!(net.sh(&flags, &get("evil.example")).run().code(), 0);
}
