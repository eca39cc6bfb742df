//! `docs/layers.md` says what the code does: its tables are made from the code's.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use stage2::seccomp::calls::TABLE;
use stage2::seccomp::table::{Deny, Entry, Test, Values};
use stage2::spec::Seccomp;

fn page() -> PathBuf {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest set it");
    PathBuf::from(root).join("docs/layers.md")
}

/// A reason on one line.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A call's name, and where it is if not everywhere.
fn name(entry: &Entry) -> String {
    match (entry.x86_64, entry.aarch64) {
        (Some(_), Some(_)) => format!("`{}`", entry.name),
        (Some(_), None) => format!("`{}` (x86-64 only)", entry.name),
        _ => format!("`{}` (arm64 only)", entry.name),
    }
}

/// When an entry applies, with the reason for each number.
fn condition(test: &Test) -> String {
    let (Values::In(values) | Values::NotIn(values)) = test.values;
    let masked = if test.mask == u32::MAX { String::new() } else { format!(" & {:#x}", test.mask) };
    let relation = if test.values.negated() { "is none of" } else { "is one of" };
    let numbers: Vec<String> =
        values.iter().map(|(number, why)| format!("{number:#x} ({})", plain(why))).collect();
    format!("argument {}{masked} {relation} {}", test.arg + 1, numbers.join("; "))
}

fn when(entry: &Entry) -> String {
    if entry.when.is_empty() {
        return "always".into();
    }
    let conditions: Vec<String> = entry.when.iter().map(condition).collect();
    conditions.join("; and ")
}

/// Calls with the same reason share a row.
fn table(profile: Seccomp) -> String {
    let mut rows: Vec<(Vec<String>, String, String)> = Vec::new();
    for entry in TABLE.iter().filter(|entry| entry.profile == profile) {
        let errno = match entry.deny {
            Deny::Eperm => String::new(),
            Deny::Enosys => " Gets `ENOSYS`: the C library falls back to another call.".to_owned(),
        };
        let why = plain(entry.why) + if errno.is_empty() { "" } else { "." } + &errno;
        match rows.last_mut() {
            Some((names, when_last, why_last))
                if (&*when_last, &*why_last) == (&when(entry), &why) =>
            {
                names.push(name(entry));
            }
            _ => rows.push((vec![name(entry)], when(entry), why)),
        }
    }
    let mut text = "| calls | denied | why |\n|---|---|---|\n".to_owned();
    for (names, when, why) in rows {
        writeln!(text, "| {} | {when} | {why} |", names.join(", ")).expect("into a string");
    }
    text
}

/// The page with its generated parts made anew.
fn renewed(page: &str) -> String {
    let tables = [
        ("seccomp", Seccomp::Default),
        ("seccomp lockdown", Seccomp::Lockdown),
        ("seccomp sealed", Seccomp::Sealed),
    ];
    tables.into_iter().fold(page.to_owned(), |page, (name, profile)| {
        let begin = format!("<!-- table: {name} -->\n");
        let (before, rest) = page.split_once(&begin).expect("the table's place");
        let (_, after) = rest.split_once("<!-- end -->").expect("its end");
        format!("{before}{begin}{}<!-- end -->{after}", table(profile))
    })
}

/// `UPDATE_DOCS=1` writes the page instead.
#[test]
fn the_page_has_the_codes_tables() {
    let page = page();
    let text = fs::read_to_string(&page).expect("the page");
    let renewed = renewed(&text);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return fs::write(page, renewed).expect("write the page");
    }
    pretty_assertions::assert_eq!(text, renewed, "run the test with UPDATE_DOCS=1");
}

#[test]
fn the_page_names_every_layer() {
    use stage2::report::Layer;
    let text = fs::read_to_string(page()).expect("the page");
    for layer in [
        Layer::Mounts,
        Layer::Profile,
        Layer::Descriptors,
        Layer::Rlimits,
        Layer::Privileges,
        Layer::Landlock,
        Layer::Seccomp,
    ] {
        assert!(text.contains(&format!("| {} |", layer.name())), "{}", layer.name());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_page_says_what_each_landlock_abi_lacks() {
    let text = fs::read_to_string(page()).expect("the page");
    let lacking = stage2::landlock::rights::request(landlock::ABI::V1, true).missing;
    assert_eq!(lacking.len(), 5);
    for (abi, what) in (2..).zip(lacking) {
        let mut rows = text.lines().filter(|line| line.contains(&format!("| {abi} | ")));
        assert!(rows.any(|row| row.contains(what)), "ABI {abi}: {what}");
    }
}
