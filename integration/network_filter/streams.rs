//! Protocols beside plain requests of HTTP: TCP of any kind, TLS, HTTP/2, and sockets of the web.

use std::io::Write;
use std::net::TcpStream;

use super::{Net, echo, serve};
use crate::harness::{Run, has_program, skip, until};

/// Protocols that no proxy variable is for: a client of its own, and a server that speaks first.
#[test]
fn plain_tcp_arrives_whoever_speaks_first() {
    let Some(net) = Net::new() else { return };
    if !has_program("python3") {
        return;
    }
    let (echoing, greeting) = (echo(), serve(|mut stream| drop(stream.write_all(b"220 ready"))));
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

/// Between two sockets of one machine nothing needs to be paced, as the host may do it for the wide network.
#[test]
fn bytes_leave_the_jail_unpaced() {
    let Some(net) = Net::new() else { return };
    let ask = "cat /proc/sys/net/ipv4/tcp_congestion_control";
    assert_eq!(net.sh(&["--net", "filtered"], ask).run().ok(), "reno\n");
    let outside = net.outside(["sh", "-c", ask]).run();
    assert_eq!(net.sh(&["--net", "host"], ask).run().ok(), outside.ok(), "the control");
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
    until("the server answers", || {
        TcpStream::connect(("127.0.0.1", port.parse::<u16>().expect("a port"))).is_ok()
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

/// A server of Node.js at the port `$P`: HTTP/2 without TLS, as gRPC speaks it, or a socket of the web.
const NODE_SERVER: &str = "const p = process.env.P;
if (process.env.KIND === 'http2') {
  require('http2').createServer((q, r) => r.end('two')).listen(p, '127.0.0.1');
} else {
  const s = require('http').createServer();
  s.on('upgrade', (q, c) => {
    c.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n');
    c.pipe(c);
  });
  s.listen(p, '127.0.0.1');
}";

/// Prints what the server at `$N:$P` says.
const NODE_CLIENT: &str = "const { N, P, KIND } = process.env;
const fail = e => { console.error(String(e)); process.exit(1) };
if (KIND === 'http2') {
  const c = require('http2').connect(`http://${N}:${P}`).on('error', fail);
  const r = c.request({ ':path': '/' }).on('error', fail);
  r.on('data', d => process.stdout.write(d)).on('end', () => c.close());
} else {
  require('http').get(`http://${N}:${P}/`, { headers: { Connection: 'Upgrade', Upgrade: 'websocket' } })
    .on('error', fail)
    .on('upgrade', (r, c) => { c.write('frame'); c.on('data', d => { process.stdout.write(d); c.end() }) });
}";

#[test]
fn http2_and_sockets_of_the_web_pass() {
    let Some(net) = Net::new() else { return };
    if !has_program("node") {
        return;
    }
    for (kind, hears) in [("http2", "two"), ("websocket", "frame")] {
        // The kernel gives a port that is free now.
        let port = echo() + 1;
        let server = net.world.outside(["node", "-e", NODE_SERVER]);
        let server = server.env("P", port.to_string()).env("KIND", kind).start();
        until("the server answers", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        let rule = format!("allowed.example:{port}");
        let flags = ["--exec", "--allow-host", &rule];
        let run =
            |run: Run, name| run.env("N", name).env("P", port.to_string()).env("KIND", kind).run();
        let node = ["node", "-e", NODE_CLIENT];
        assert_eq!(run(net.outside(node), "evil.example").ok(), hears, "{kind}: the control");
        assert_eq!(run(net.jail(&flags, node), "allowed.example").ok(), hears, "{kind}");
        let refused = run(net.jail(&flags, node), "evil.example");
        assert!(refused.code() != 0 && refused.out().is_empty(), "{kind}: {refused}");
        drop(server);
    }
}

/// A server of gRPC at the port `$P`, which says back what it is told.
const GRPC_SERVER: &str = "import concurrent.futures, grpc, os
class Say(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(lambda said, context: said)
server = grpc.server(concurrent.futures.ThreadPoolExecutor(2), [Say()])
server.add_insecure_port('127.0.0.1:' + os.environ['P'])
server.start()
server.wait_for_termination()";

/// Says something to the server at `$N:$P`.
const GRPC_CLIENT: &str = "import grpc, os
channel = grpc.insecure_channel(os.environ['N'] + ':' + os.environ['P'])
print(channel.unary_unary('/say/Say')(b'said', timeout=20, wait_for_ready=False).decode(), end='')";

/// gRPC brings a resolver of its own, c-ares.
#[test]
fn grpc_calls_arrive() {
    let Some(net) = Net::new() else { return };
    let python = "/usr/bin/python3";
    if net.world.outside([python, "-c", "import grpc"]).run().code() != 0 {
        return skip("no gRPC for Python: integration/setup --ci");
    }
    let port = echo() + 1;
    let server = net.world.outside([python, "-c", GRPC_SERVER]).env("P", port.to_string()).start();
    until("the server answers", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    let rule = format!("allowed.example:{port}");
    let flags = ["--exec", "--allow-host", &rule];
    let run = |run: Run, name| run.env("N", name).env("P", port.to_string()).run();
    let client = [python, "-c", GRPC_CLIENT];
    assert_eq!(run(net.outside(client), "evil.example").ok(), "said", "the control");
    assert_eq!(run(net.jail(&flags, client), "allowed.example").ok(), "said");
    let refused = run(net.jail(&flags, client), "evil.example");
    assert!(refused.code() != 0 && refused.out().is_empty(), "{refused}");
    drop(server);
}
