//! Every row of the home's tables: what may be read and written follows from the row alone, as in
//! a jail on Linux (`integration/home_table.rs`).

use std::path::PathBuf;

use ai_jail::policy::Os;
use ai_jail::policy::home::{HomeRow, Treatment, rows_on};

use super::machine::{Jail, Mac};

/// A row, with an entry of the home that it speaks of.
struct Sample {
    row: &'static HomeRow,
    path: PathBuf,
}

/// One for each row: `.cargo/credentials*` becomes `.cargo/credentials-sample`.
fn samples(mac: &Mac) -> Vec<Sample> {
    rows_on(Os::MacOs)
        .map(|row| {
            let name = row.path.strip_suffix('*').map(|name| format!("{name}-sample"));
            let path = mac.home().join(name.unwrap_or_else(|| row.path.to_owned()));
            Sample { row, path }
        })
        .collect()
}

/// Those that nothing else has a row below.
fn leaves(mac: &Mac) -> Vec<Sample> {
    let mut samples = samples(mac);
    samples.retain(|sample| {
        let inside = format!("{}/", sample.row.path);
        !rows_on(Os::MacOs).any(|row| row.path.starts_with(&inside))
    });
    samples
}

/// What a row gives: whether it may be read, and written.
fn expected(row: &HomeRow) -> (bool, bool) {
    match row.treatment {
        Treatment::Hidden | Treatment::Empty => (false, false),
        // Trust is not recorded; on Linux it is in a place of the jail's own.
        Treatment::Private | Treatment::ReadOnly => (true, false),
        Treatment::Copied | Treatment::ReadWrite => (true, true),
    }
}

fn check(jail: &Jail, sample: &Sample, below: &str) {
    let path = if below.is_empty() { sample.path.clone() } else { sample.path.join(below) };
    let row = format!("{} ({:?})", path.display(), sample.row.treatment);
    let (read, write) = expected(sample.row);
    assert_eq!((jail.reads(&path), jail.writes(&path)), (read, write), "{row}");
    assert_eq!(jail.sees(&path), read, "{row}");
    let is_program = sample.row.treatment != Treatment::Copied;
    assert_eq!(jail.runs(&path), read && is_program, "{row}");
    if !write {
        // `protect_table` tries every other way on what is treated alike.
        assert!(!jail.makes(&path, "REGULAR-FILE") && !jail.links(&path), "{row}");
        assert!(
            !jail.removes(&path) && !jail.renames(&path, jail.plan.directory.join("x")),
            "{row}"
        );
    } else if !below.is_empty() {
        assert!(jail.makes(&path, "REGULAR-FILE") && jail.removes(&path), "{row}");
    }
    assert!(!jail.connects(&path), "{row}: a socket");
}

#[test]
fn every_row_that_is_a_directory() {
    let mac = Mac::new();
    let samples = samples(&mac);
    for sample in &samples {
        mac.file(sample.path.join("content"));
    }
    let jail = mac.jail::<&str>(&[]);
    for sample in samples.iter().filter(|sample| sample.row.treatment != Treatment::Copied) {
        check(&jail, sample, "");
        check(&jail, sample, "deep/content");
    }
}

#[test]
fn every_row_that_is_a_file() {
    let mac = Mac::new();
    let samples = leaves(&mac);
    assert!(samples.len() > 300, "most rows can be files");
    for sample in &samples {
        mac.file(&sample.path);
    }
    let jail = mac.jail::<&str>(&[]);
    for sample in &samples {
        check(&jail, sample, "");
    }
}

#[test]
fn every_row_that_is_not_there_yet() {
    let mac = Mac::new();
    // What is above the rows is there: the home's entries decide.
    for directory in [".config", ".cache", ".local/share", ".local/state", ".cargo", ".docker"] {
        mac.directory(mac.home().join(directory));
    }
    let jail = mac.jail::<&str>(&[]);
    for sample in samples(&mac).iter().filter(|sample| sample.row.treatment != Treatment::Copied) {
        let (_, write) = expected(sample.row);
        // A read-only row shows what is there when the jail starts.
        if sample.row.treatment != Treatment::ReadOnly {
            check(&jail, sample, "content");
        }
        assert_eq!(jail.makes(&sample.path, "DIRECTORY"), write, "{}", sample.row.path);
    }
}

#[test]
fn no_row_can_be_replaced_by_a_link() {
    for exists in [true, false] {
        let mac = Mac::new();
        let samples = samples(&mac);
        for sample in samples.iter().filter(|_| exists) {
            mac.directory(&sample.path);
        }
        let jail = mac.jail::<&str>(&[]);
        let planted = mac.link("/", mac.project().join("planted"));
        // Inside a writable row the jail may do as it likes: links there are not followed.
        let is_top = |sample: &&Sample| {
            let above = sample.path.parent().expect("a directory");
            !jail.makes(above.join("beside"), "SYMLINK")
        };
        let mut checked = 0;
        for sample in samples.iter().filter(is_top) {
            let row = format!("{} {exists}", sample.row.path);
            assert!(!jail.makes(&sample.path, "SYMLINK"), "{row}");
            if sample.row.treatment != Treatment::Copied {
                assert!(!jail.renames(&planted, &sample.path), "{row}");
                assert!(!jail.removes(&sample.path), "{row}");
            }
            checked += 1;
        }
        assert!(checked > 100, "{checked}");
    }
}

#[test]
fn a_copied_row_can_be_replaced_by_a_file_beside_it() {
    for exists in [true, false] {
        let mac = Mac::new();
        let file = mac.home().join(".claude.json");
        if exists {
            mac.file(&file);
        }
        let jail = mac.jail::<&str>(&[]);
        let temporary = mac.home().join(".claude.json.tmp.4711.1764070000000");
        assert!(jail.makes(&temporary, "REGULAR-FILE") && jail.writes(&temporary));
        assert!(jail.renames(&temporary, &file) && jail.reads(&file) && jail.writes(&file));
        // Its lock is a directory.
        let lock = mac.home().join(".claude.json.lock");
        assert!(jail.makes(&lock, "DIRECTORY") && jail.removes(&lock));
        for other in [".claude.jsonx", ".claude.jso", ".other.json", "claude.json.tmp"] {
            let other = mac.home().join(other);
            assert!(
                !jail.makes(&other, "REGULAR-FILE") && !jail.writes(&other),
                "{}",
                other.display()
            );
        }
        assert!(!jail.makes(&file, "SYMLINK") && !jail.makes(&temporary, "SYMLINK"));
    }
}

#[test]
fn a_copied_row_that_is_a_link_is_not_followed() {
    let mac = Mac::new();
    let elsewhere = mac.file("home/Documents/letter");
    mac.link(&elsewhere, "home/.claude.json");
    let jail = mac.jail::<&str>(&[]);
    assert!(!jail.reads(&elsewhere) && !jail.writes(&elsewhere));
    let left_out = jail.plan.withheld.iter().find(|item| item.path.ends_with(".claude.json"));
    assert!(left_out.expect("it is told").reason.contains("a link"));
}

#[test]
fn entries_without_a_row() {
    let mac = Mac::new();
    let dot_file = mac.file("home/.some-tool-rc");
    let in_dot_directory = mac.file("home/.some-tool/deep/settings");
    let outside = [
        mac.file("home/Documents/letter"),
        mac.file("home/notes.txt"),
        mac.file("home/Library/Application Support/Some App/data"),
        mac.file("home/Library/Caches/com.example.app/data"),
        mac.file("beside/file"),
    ];
    let jail = mac.jail::<&str>(&[]);
    for path in [dot_file, in_dot_directory] {
        assert!(jail.reads(&path) && !jail.writes(&path), "{}", path.display());
    }
    for path in outside {
        assert!(
            !jail.reads(&path) && !jail.sees(&path) && !jail.writes(&path),
            "{}",
            path.display()
        );
        assert!(!jail.runs(&path) && !jail.makes(&path, "DIRECTORY"), "{}", path.display());
    }
    // The home's own names are not to be listed: most are no dot entries.
    assert!(!jail.reads(mac.home()) && jail.sees(mac.home()));
    assert!(!jail.makes(mac.home().join(".new"), "REGULAR-FILE"));
}

#[test]
fn a_hidden_name_in_other_letters() {
    // Of two names that differ in case alone, macOS mostly has one: the row speaks of both. The
    // prober asks the table by the system that it was built for, so this asks the table.
    use ai_jail::policy::home::find;
    for name in [".SSH", ".Ssh", ".AWS", ".config/GCLOUD", "library/KEYCHAINS", ".Config/KeePassXC"]
    {
        let row = find(Os::MacOs, name.as_ref()).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(row.treatment, Treatment::Hidden, "{name}");
        assert!(find(Os::Linux, name.as_ref()).is_none(), "{name}");
    }
}
