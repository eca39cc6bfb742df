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

/// In a jail that may reach one name, a script gets the page of that name and nothing of another.
fn reaches_the_allowed_name_alone(net: &Net, port: u16, get: impl Fn(&str) -> String) {
    let rule = format!("allowed.example:{port}");
    let flags = ["--allow-host", &rule];
    let allowed = net.sh(&flags, &get("allowed.example")).run();
    assert_eq!(allowed.ok(), "the page", "{allowed}");
    let refused = net.sh(&flags, &get("evil.example")).run();
    assert!(refused.code() != 0 && refused.out().is_empty(), "{refused}");
}

#[test]
fn clients_of_http_reach_an_allowed_name_and_no_other() {
    let Some(net) = Net::new() else { return };
    let port = http(PAGE);
    for (program, script) in CLIENTS.iter().filter(|(program, _)| has_program(program)) {
        let fetch = |name: &str| format!("U=http://{name}:{port}/page; export U; {script}");
        for name in ["allowed.example", "evil.example"] {
            let control = net.outside(["sh", "-c", &fetch(name)]).run();
            assert_eq!(control.ok(), "the page", "{program}: the control");
        }
        reaches_the_allowed_name_alone(&net, port, fetch);
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
    let control = net.outside(["sh", "-c", &get("evil.example")]).run();
    if control.code() != 0 {
        return skip(&format!("Java cannot compile here: {control}"));
    }
    reaches_the_allowed_name_alone(&net, port, get);
}

/// Go resolves names by itself, without the C library.
#[test]
fn a_static_program_of_go_resolves_names_by_itself() {
    let Some(net) = Net::new() else { return };
    if !has_program("go") {
        return skip("no Go: integration/setup --ci");
    }
    let port = http(PAGE);
    let project = net.world.directory("home/project");
    net.world.file(
        "home/project/get.go",
        "package main\nimport (\"io\"; \"net/http\"; \"os\")\nfunc main() {\n  r, err := http.Get(os.Args[1])\n  \
         if err != nil { println(err.Error()); os.Exit(1) }\n  io.Copy(os.Stdout, r.Body)\n}\n",
    );
    let build = net.world.outside(["go", "build", "get.go"]).at(&project);
    build.env("CGO_ENABLED", "0").env("GO111MODULE", "off").run().ok();
    let get = |name: &str| format!("./get http://{name}:{port}/page");
    assert_eq!(net.outside(["sh", "-c", &get("evil.example")]).at(&project).run().ok(), "the page");
    reaches_the_allowed_name_alone(&net, port, get);
}

/// A browser brings a resolver and a network stack of its own. Its sandbox needs user namespaces, which
/// a jail has none of.
#[test]
fn a_browser_without_a_window() {
    let Some(net) = Net::new() else { return };
    if !has_program("chromium") {
        return skip("no Chromium: integration/setup --ci");
    }
    let port = http(&[("/page", "<p>the page</p>")]);
    let dump = |name: &str| {
        format!(
            "timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
             --user-data-dir=\"$PWD/profile\" --dump-dom http://{name}:{port}/page 2>/dev/null"
        )
    };
    let rule = format!("allowed.example:{port}");
    let flags = ["--allow-host", &rule];
    let project = net.world.directory("home/project");
    let control = net.outside(["sh", "-c", &dump("evil.example")]).at(&project).run();
    if control.code() != 0 {
        return skip(&format!("Chromium does not start outside a jail: {control}"));
    }
    assert!(control.out().contains("the page"), "the control: {control}");
    let allowed = net.sh(&flags, &dump("allowed.example")).run();
    assert!(allowed.out().contains("the page"), "{allowed}");
    let refused = net.sh(&flags, &dump("evil.example")).run();
    assert!(!refused.out().contains("the page"), "{refused}");
}
