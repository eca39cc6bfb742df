//! Programs of every kind reach what is allowed with no variable set, and learn at once that the rest is not.

use super::{Net, http};
use crate::harness::{has_program, skip};

/// What every client shall fetch.
const PAGE: &[(&str, &str)] = &[("/page", "the page")];

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
