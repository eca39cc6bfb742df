//! Every row of what the host runs later: it cannot be written, replaced, renamed, deleted, nor put
//! aside with the directory above it (`integration/protect_table.rs`).

use std::path::{Path, PathBuf};

use ai_jail::policy::Os;
use ai_jail::policy::home::{HomeRow, Treatment, rows_on};
use ai_jail::policy::protect::{PROJECT, home};
use ai_jail::policy::shared::{SHARED, has_row};

use super::machine::{Jail, Mac};

/// What opens all rows: those of `~/Library` are in no jail otherwise.
fn words(mac: &Mac) -> Vec<String> {
    let library = mac.directory("home/Library");
    vec!["--rw-map".into(), library.into_os_string().into_string().expect("plain")]
}

/// A world, with something at each row or with the directories above alone.
fn world(content: Option<&str>) -> (Mac, Vec<PathBuf>) {
    let mac = Mac::new();
    let in_home = home(Os::MacOs).map(|row| mac.home().join(row.path));
    let in_project = PROJECT.iter().map(|row| mac.project().join(row.path));
    let mut paths: Vec<PathBuf> = in_home.collect();
    if content.is_some() {
        paths.extend(in_project);
    }
    for path in &paths {
        match content {
            Some("") => drop(mac.file(path)),
            Some(content) => drop(mac.file(path.join(content))),
            None => drop(mac.directory(path.parent().expect("a directory"))),
        }
    }
    (mac, paths)
}

/// Every way to change a row that works.
fn attack(mac: &Mac, jail: &Jail, path: &Path) -> Vec<String> {
    let evil = mac.project().join("evil");
    let aside = path.with_extension("aside");
    let mut worked: Vec<String> = jail.changes(path).into_iter().map(str::to_owned).collect();
    worked
        .extend(jail.changes(path.join("content")).into_iter().map(|way| format!("in it: {way}")));
    for kind in ["REGULAR-FILE", "DIRECTORY", "SYMLINK"] {
        for place in [path.to_path_buf(), path.join("new")] {
            if jail.makes(&place, kind) {
                worked.push(format!("made: {kind}"));
            }
        }
    }
    let attempts = [
        ("removed", jail.removes(path)),
        ("renamed", jail.renames(path, &aside)),
        ("replaced", jail.renames(&evil, path)),
    ];
    worked.extend(attempts.iter().filter(|(_, did)| *did).map(|(way, _)| (*way).to_owned()));
    // Every directory above, as far as there is something to gain.
    let above = path.ancestors().skip(1).take_while(|up| *up != mac.home() && *up != mac.project());
    worked.extend(above.filter(|up| jail.removes(up)).map(|up| format!("moved {}", up.display())));
    worked
}

fn nothing_works(content: Option<&str>) {
    let (mac, paths) = world(content);
    let jail = mac.jail(&words(&mac));
    for path in &paths {
        assert_eq!(attack(&mac, &jail, path), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn every_row_that_is_a_directory() {
    nothing_works(Some("content"));
}

#[test]
fn every_row_that_is_a_file() {
    nothing_works(Some(""));
}

#[test]
fn every_row_that_is_not_there_yet() {
    nothing_works(None);
}

/// Of what is not there yet the kernel knows the name that was typed, and most volumes take these
/// for the row's.
#[test]
fn a_row_that_is_not_there_yet_under_another_spelling() {
    let (mac, paths) = world(None);
    let jail = mac.jail(&words(&mac));
    let writable = |path: &PathBuf| jail.makes(path.with_file_name("beside"), "REGULAR-FILE");
    let mut checked = 0;
    for path in paths.iter().filter(|path| writable(path)) {
        let name = path.file_name().expect("a name").to_str().expect("plain");
        let kelvin = name.replacen('k', "\u{212a}", 1).replacen('s', "\u{17f}", 1);
        for other in [name.to_uppercase(), kelvin] {
            let other = path.with_file_name(&other);
            for kind in ["REGULAR-FILE", "DIRECTORY", "SYMLINK"] {
                let places = [other.clone(), other.join("new")];
                assert!(places.iter().all(|place| !jail.makes(place, kind)), "{other:?}: {kind}");
            }
            assert!(!jail.renames(mac.project().join("evil"), &other), "{other:?}");
            checked += 1;
        }
        let longer = path.with_file_name(format!("{}-not", name.to_uppercase()));
        assert!(jail.makes(&longer, "REGULAR-FILE"), "{longer:?}");
    }
    assert!(checked > 80, "{checked}");
}

/// Nor does a link of another spelling stand for the directory that a row would be in.
#[test]
fn a_directory_on_the_way_under_another_spelling() {
    let mac = Mac::new();
    mac.directory("home/.local/share");
    let jail = mac.jail::<&str>(&[]);
    let mut checked = 0;
    for mount in &jail.plan.macos().expect("a plan for macOS").rules {
        let is_way = mount.authority == ai_jail::plan::Authority::Pin
            && mount.access() == Some(ai_jail::plan::Access::ReadWrite);
        if let Some(name) = mount.dest.file_name().filter(|_| is_way) {
            let other = mount.dest.with_file_name(name.to_ascii_uppercase());
            assert!(!jail.makes(&other, "SYMLINK"), "{other:?}");
            checked += 1;
        }
    }
    assert!(checked > 0);
}

/// It could come with a directory that was made elsewhere and is renamed to one above it.
#[test]
fn a_row_that_is_not_there_yet_is_reported_when_it_appears() {
    let mac = Mac::new();
    let settings = mac.settings::<&str>(&[]);
    let host = mac.host(&settings);
    let plan = ai_jail::plan::Plan::new(&settings, &host).expect("a plan");
    let watched = plan.watched(&host);
    let mut found = 0;
    for row in home(Os::MacOs) {
        let path = mac.home().join(row.path);
        let writable = path.ancestors().skip(1).any(|above| {
            plan.mount_of(above).is_some_and(|mount| {
                mount.dest == above && mount.access() == Some(ai_jail::plan::Access::ReadWrite)
            })
        });
        let is_watched = watched.iter().any(|item| item.path == path);
        assert!(is_watched || !writable, "{}", row.path);
        found += usize::from(is_watched);
    }
    assert!(found > 0);
}

#[test]
fn all_of_it_can_be_read() {
    let (mac, paths) = world(Some("content"));
    let jail = mac.jail(&words(&mac));
    for path in &paths {
        assert!(jail.reads(path.join("content")) && jail.runs(path), "{}", path.display());
    }
}

#[test]
fn without_protection_all_of_it_can_be_changed() {
    let (mac, paths) = world(Some("content"));
    let mut words = words(&mac);
    words.push("--no-protect".into());
    let jail = mac.jail(&words);
    for path in &paths {
        let worked = attack(&mac, &jail, path);
        // What something hidden is in stays in its place.
        let holds = |row: &HomeRow| mac.home().join(row.path).starts_with(path);
        let stays = rows_on(Os::MacOs).any(|row| row.treatment == Treatment::Hidden && holds(row));
        let ways = ["file-write-data", "file-link", "removed", "renamed", "replaced"];
        for way in &ways[..if stays { 2 } else { 5 }] {
            assert!(worked.iter().any(|did| did == way), "{way}: {}", path.display());
        }
    }
}

#[test]
fn what_is_beside_a_row_can_be_written() {
    let (mac, paths) = world(Some("content"));
    let jail = mac.jail(&words(&mac));
    // What is in an entry of a shared directory is held with it, unless tools keep state there.
    let in_entry = |beside: &Path| {
        let below = beside.strip_prefix(mac.home()).ok();
        let entry = |shared: &&str| {
            let name = below?.strip_prefix(shared).ok()?.components();
            (name.clone().count() > 1)
                .then(|| Path::new(shared).join(name.clone().next().expect("two")))
        };
        let entry = SHARED.iter().find_map(entry);
        entry.is_some_and(|entry| !has_row(Os::of_this_build(), &entry))
    };
    let is_held =
        |beside: &PathBuf| paths.iter().any(|path| beside.starts_with(path)) || in_entry(beside);
    let mut checked = 0;
    for beside in paths.iter().map(|path| path.with_file_name("beside")) {
        if !is_held(&beside) {
            assert!(jail.makes(&beside, "REGULAR-FILE"), "{}", beside.display());
            assert!(jail.removes(&beside), "{}", beside.display());
            checked += 1;
        }
    }
    assert!(checked > 80, "{checked}");
}

#[test]
fn a_map_of_exactly_a_row_opens_it() {
    let (mac, _) = world(Some("content"));
    let hooks = mac.home().join(".config/git");
    let jail = mac.jail(&["--rw-map".as_ref(), hooks.as_os_str()]);
    assert!(jail.writes(hooks.join("content")));
    assert!(!jail.writes(mac.home().join(".config/fish/content")));
}

#[test]
fn the_repository_of_the_project() {
    let mac = Mac::new();
    for name in ["HEAD", "config", "hooks/pre-commit", "objects/x", "refs/heads/main"] {
        mac.file(mac.project().join(".git").join(name));
    }
    let jail = mac.jail::<&str>(&[]);
    let git = mac.project().join(".git");
    for held in ["config", "hooks", "hooks/pre-commit"] {
        assert_eq!(attack(&mac, &jail, &git.join(held)), Vec::<String>::new(), "{held}");
    }
    for open in ["HEAD", "objects/x", "refs/heads/main"] {
        let ways = jail.changes(git.join(open));
        assert!(ways.contains(&"file-write-data") && jail.removes(git.join(open)), "{open}");
    }
    // Git saves by renaming a lock.
    assert!(jail.makes(git.join("HEAD.lock"), "REGULAR-FILE"));
    assert!(jail.renames(git.join("HEAD.lock"), git.join("HEAD")));
    assert!(!jail.renames(git.join("HEAD.lock"), git.join("config")));
}

#[test]
fn ai_jail_itself_is_read_only() {
    let mac = Mac::new();
    let jail = mac.jail::<&str>(&[]);
    let ourselves = Path::new("/opt/homebrew/bin/ai-jail");
    assert!(jail.runs(ourselves) && jail.changes(ourselves).is_empty());
}

#[test]
fn ai_jail_where_the_jail_may_write() {
    let mac = Mac::new();
    let program = mac.file(mac.project().join("target/debug/ai-jail"));
    let settings = mac.settings::<&str>(&[]);
    let mut host = mac.host(&settings);
    host.ourselves = Some(program.clone());
    let plan = ai_jail::plan::Plan::new(&settings, &host).expect("a plan");
    let jail = Jail::new(plan);
    assert!(jail.runs(&program), "it is stage two");
}
