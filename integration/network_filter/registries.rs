//! Package managers ask registries that are allowed, and no others.

use super::{Net, http};
use crate::harness::{Run, skip};

/// What each of them asks a registry for the package `one`.
const PAGES: &[(&str, &str)] = &[
    ("/one", NPM),
    ("/simple/one/", "<a href=\"one-1.2.3-py3-none-any.whl\">one-1.2.3-py3-none-any.whl</a>"),
    ("/config.json", r#"{"dl":"http://allowed.example/crates"}"#),
    (
        "/3/o/one",
        r#"{"name":"one","vers":"1.2.3","deps":[],"cksum":"00","features":{},"yanked":false}"#,
    ),
];

const NPM: &str = r#"{"name":"one","dist-tags":{"latest":"1.2.3"},"versions":{"1.2.3":{"name":"one","version":"1.2.3","dist":{"tarball":"http://allowed.example/one.tgz","shasum":""}}}}"#;

/// The program, and a script that prints the newest version of `one` at the registry `$R`.
const MANAGERS: &[(&str, &str)] = &[
    (
        "npm",
        "npm view one version --registry \"$R/\" --fetch-retries 0 --no-update-notifier \
         --cache \"$(mktemp -d)\"",
    ),
    (
        "pip3",
        "python3 -m pip --disable-pip-version-check download -q --no-deps --retries 0 --no-cache-dir \
         --index-url \"$R/simple\" --trusted-host \"${R#http://}\" one==0 2>&1 | \
         sed -n 's/.*from versions: \\([0-9.]*\\)).*/\\1/p' | grep .",
    ),
    (
        "cargo",
        "cd \"$(mktemp -d)\" && export CARGO_HOME=$PWD/own && mkdir src && : >src/lib.rs && \
         printf '[package]\\nname = \"two\"\\n[dependencies]\\none = { version = \"1\", \
         registry = \"r\" }\\n' >Cargo.toml && \
         printf '[registries.r]\\nindex = \"sparse+%s/\"\\n[net]\\nretry = 0\\n' \"$R\" \
         >own.toml && cargo -q generate-lockfile --config own.toml && \
         sed -n '/\"one\"/{n;s/version = \"\\(.*\\)\"/\\1/p}' Cargo.lock",
    ),
];

#[test]
fn a_registry_is_asked_where_its_name_is_allowed() {
    let Some(net) = Net::new() else { return };
    let port = http(PAGES);
    let rule = format!("allowed.example:{port}");
    // The tests' own home and search path, where a Rust toolchain is.
    let own = |run: Run| {
        ["HOME", "PATH"].iter().fold(run, |run, name| {
            run.env(name, std::env::var_os(name).expect("integration/test sets it"))
        })
    };
    for (program, script) in MANAGERS {
        let newest = |name: &str| format!("R=http://{name}:{port}; export R; {script}");
        let find = format!("command -v {program}");
        if own(net.world.outside(["sh", "-c", &find])).run().code() != 0 {
            skip(&format!("no {program}"));
            continue;
        }
        let control = own(net.outside(["sh", "-c", &newest("evil.example")])).run();
        assert_eq!(control.ok(), "1.2.3\n", "{program}: the control");
        let flags = ["--allow-host", &rule];
        let jail = |name| own(net.sh(&flags, &newest(name))).run();
        assert_eq!(jail("allowed.example").ok(), "1.2.3\n", "{program}");
        let refused = jail("evil.example");
        assert_ne!(refused.code(), 0, "{program}: {refused}");
        assert_eq!(refused.out(), "", "{program}");
    }
}
