//! Names of any kind change no decision, and are nowhere in a policy's text.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::machine::{Jail, Mac};

/// A file name: what means something to the language, to regular expressions, to shells, and any
/// bytes.
fn name() -> impl Strategy<Value = OsString> {
    let special = prop::sample::select(vec![
        "\"",
        "(",
        ")",
        "\\",
        "\n",
        "\r",
        "\t",
        ";",
        "#\"",
        "*",
        "^",
        "$",
        ".",
        "[",
        "]",
        "|",
        "'",
        "`",
        "$(id)",
        "(param \"P0\")",
        "\") (allow default) (literal \"",
        "P0",
        "-D",
        "=",
        " ",
        "%",
        "~",
        "é",
        "\u{202e}",
        "\x1b[31m",
        "(allow default)",
        "{",
        "}",
        "?",
        "+",
        "\\\"",
        "..x",
    ]);
    let piece = prop_oneof![
        special.prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(
            any::<u8>().prop_filter("no separator", |b| ![0, b'/'].contains(b)),
            1..6
        ),
    ];
    prop::collection::vec(piece, 1..5)
        .prop_map(|pieces| OsString::from_vec(pieces.concat()))
        .prop_filter("a name, and none of the names that the world has", |name| {
            ![&b"."[..], b"..", b"home", b"map"].contains(&name.as_bytes())
                && !name.as_bytes().starts_with(b".")
        })
}

/// The same world under other names.
struct World {
    mac: Mac,
    mapped: PathBuf,
    read_only: PathBuf,
    jails: Vec<Jail>,
}

impl World {
    fn new(home: &OsStr, project: &OsStr, map: &OsStr, entry: &OsStr) -> Self {
        let mac = Mac::named(home, &Path::new(home).join(project).into_os_string());
        let mapped = mac.directory(Path::new("maps").join(map));
        let read_only = mac.directory(mac.project().join(entry));
        for file in [".ssh/key", ".config/fish/x", ".config/gh/hosts.yml", ".tool/x", ".claude/x"] {
            mac.file(mac.home().join(file));
        }
        mac.file(mac.project().join(".git/config"));
        let words =
            ["--rw-map".as_ref(), mapped.as_os_str(), "--map".as_ref(), read_only.as_os_str()];
        let jails = vec![mac.jail(&words), mac.jail(&["--lockdown"])];
        Self { mac, mapped, read_only, jails }
    }

    /// Every decision on a list of places, in an order that does not depend on names.
    fn decisions(&self) -> Vec<Vec<bool>> {
        let mut places = vec![self.mapped.clone(), self.mapped.join("x"), self.read_only.join("x")];
        places.extend(
            ["", "x", ".git/config", ".git/hooks/x", ".ai-jail"]
                .map(|at| self.mac.project().join(at)),
        );
        let in_home = [
            ".ssh/key",
            ".config/fish/x",
            ".config/gh/hosts.yml",
            ".config/x",
            ".tool/x",
            ".claude/x",
            ".claude.json",
            ".claude.json.tmp",
            "Documents/x",
            "Library/Keychains/x",
            ".cargo/x",
        ];
        places.extend(in_home.map(|at| self.mac.home().join(at)));
        places.extend([
            self.mac.home().to_path_buf(),
            self.mac.root().join("beside"),
            "/usr/bin/env".into(),
        ]);
        // Names that begin like the given ones.
        places.extend([&self.mapped, &self.read_only, &self.mac.project().into()].map(|path| {
            let mut longer = path.clone().into_os_string();
            longer.push("x");
            PathBuf::from(longer)
        }));
        let of_jail = |jail: &Jail| {
            places
                .iter()
                .flat_map(|path| {
                    let changes = jail.changes(path).len();
                    [
                        jail.reads(path),
                        jail.writes(path),
                        jail.makes(path, "SYMLINK"),
                        jail.removes(path),
                        jail.connects(path),
                        changes == 0,
                        changes == 10,
                    ]
                })
                .collect()
        };
        self.jails.iter().map(of_jail).collect()
    }
}

/// Every string in a policy's text.
fn strings(policy: &str) -> Vec<&str> {
    policy
        .lines()
        .filter(|line| !line.trim_start().starts_with(';'))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn names_change_no_decision(home in name(), project in name(), map in name(), entry in name()) {
        prop_assume!(project != entry);
        let plain = World::new("h".as_ref(), "p".as_ref(), "m".as_ref(), "e".as_ref());
        let other = World::new(&home, &project, &map, &entry);
        prop_assert_eq!(plain.decisions(), other.decisions());
        for (plain, other) in plain.jails.iter().zip(&other.jails) {
            let own: Vec<&str> = strings(&plain.profile.policy);
            for text in strings(&other.profile.policy) {
                let is_key = text.strip_prefix('P').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
                prop_assert!(is_key || own.contains(&text), "{}", text);
            }
            prop_assert_eq!(plain.profile.policy.lines().count(), other.profile.policy.lines().count());
        }
    }
}

#[test]
fn every_path_is_a_parameter() {
    let mac = Mac::new();
    mac.file("home/.config/gh/hosts.yml");
    let jail = mac.jail::<&str>(&[]);
    assert!(!jail.profile.policy.contains(mac.root().to_str().expect("plain")));
    let used = jail
        .profile
        .parameters
        .iter()
        .all(|(key, _)| jail.profile.policy.contains(&format!("(param \"{key}\")")));
    assert!(used && jail.profile.parameters.len() > 100);
}
