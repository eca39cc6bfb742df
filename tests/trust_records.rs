//! Where trust is kept, and what ends it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

use ai_jail::config::{Paths, trust_record};
use pretty_assertions::assert_eq;

use crate::support::Scratch;

const ASKS: &str = "rw_maps = [\"/data\"]\n";

fn trusted() -> Scratch {
    let scratch = Scratch::new().with_project(ASKS);
    scratch.trust();
    assert!(runs(&scratch));
    scratch
}

fn runs(scratch: &Scratch) -> bool {
    scratch.run(&["--exec", "true"]).is_ok()
}

fn record(scratch: &Scratch) -> PathBuf {
    trust_record(&scratch.paths).unwrap()
}

#[test]
fn records_are_private_and_beside_no_writable_place() {
    let scratch = trusted();
    let record = record(&scratch);
    let dir = record.parent().unwrap();
    assert_eq!(dir, scratch.home().join(".local/share/ai-jail/trust"));
    assert_eq!(fs::metadata(dir).unwrap().mode() & 0o7777, 0o700);
    assert_eq!(fs::metadata(&record).unwrap().mode() & 0o7777, 0o600);
    let text = fs::read_to_string(&record).unwrap();
    assert!(text.starts_with("ai-jail trust 2\n"), "{text}");
    assert!(text.contains(scratch.paths.project_dir.to_str().unwrap()), "{text}");
    assert!(text.ends_with("\n- may read and write /data\n"), "{text}");
}

#[test]
fn an_edit_ends_it_and_so_does_going_back() {
    let scratch = trusted().with_project("rw_maps = [\"/data\"] \n");
    assert!(!runs(&scratch));
    let scratch = scratch.with_project(ASKS);
    assert!(runs(&scratch), "the content agreed to last is still trusted");
    let scratch = scratch.with_project("rw_maps = [\"/other\"]\n");
    scratch.trust();
    let scratch = scratch.with_project(ASKS);
    assert!(!runs(&scratch), "an older agreement has come back");
}

#[test]
fn another_place_asks_again() {
    let scratch = trusted();
    let moved = scratch.home().join("work/moved");
    fs::rename(&scratch.paths.project_dir, &moved).unwrap();
    let mut scratch = scratch;
    scratch.paths = Paths::new(&moved, scratch.paths.home.as_deref());
    assert!(!runs(&scratch));
}

#[test]
fn another_way_to_the_same_place_does_not() {
    let mut scratch = trusted();
    let link = scratch.home().join("link");
    symlink(&scratch.paths.project_dir, &link).unwrap();
    scratch.paths = Paths::new(&link, scratch.paths.home.as_deref());
    assert!(runs(&scratch));
}

/// From within the jail the project is writable: a trusted map of a directory in it must not
/// be turned into a map of the home by replacing the directory with a link.
#[test]
fn a_map_that_leads_elsewhere_now_asks_again() {
    let scratch = Scratch::new().with_project("rw_maps = [\"build\"]\n");
    let build = scratch.paths.project_dir.join("build");
    fs::create_dir(&build).unwrap();
    scratch.trust();
    assert!(runs(&scratch));
    fs::remove_dir(&build).unwrap();
    assert!(runs(&scratch), "a missing directory leads nowhere else");
    symlink(scratch.home(), &build).unwrap();
    assert!(!runs(&scratch));
    // The same with a read-only one, which took no trust while it stayed inside.
    let scratch = Scratch::new().with_project("ro_maps = [\"build\"]\nrw_maps = [\"/data\"]\n");
    scratch.trust();
    assert!(runs(&scratch));
    symlink(scratch.home(), scratch.paths.project_dir.join("build")).unwrap();
    assert!(!runs(&scratch));
}

#[test]
fn a_damaged_record_is_no_trust_and_is_repaired_by_agreeing() {
    let whole = trusted();
    let good = fs::read(record(&whole)).unwrap();
    let damages: [Vec<u8>; 6] = [
        Vec::new(),
        b"ai-jail trust 1\n".to_vec(),
        good[..good.len() - 1].to_vec(),
        [&good[..], b"- may read and write /\n"].concat(),
        vec![0xff; 100],
        good.iter().map(u8::to_ascii_uppercase).collect(),
    ];
    for damage in damages {
        let scratch = trusted();
        fs::write(record(&scratch), &damage).unwrap();
        assert!(!runs(&scratch), "{damage:?}");
        scratch.trust();
        assert!(runs(&scratch));
    }
}

#[test]
fn a_record_that_others_could_have_written_is_none() {
    for mode in [0o620, 0o602, 0o666] {
        let scratch = trusted();
        fs::set_permissions(record(&scratch), fs::Permissions::from_mode(mode)).unwrap();
        assert!(!runs(&scratch), "{mode:o}");
    }
    let scratch = trusted();
    let record = record(&scratch);
    let elsewhere = scratch.paths.project_dir.join("record");
    fs::rename(&record, &elsewhere).unwrap();
    symlink(&elsewhere, &record).unwrap();
    assert!(!runs(&scratch), "a link");
}

#[test]
fn the_record_of_one_project_is_worth_nothing_in_another() {
    let scratch = trusted();
    let good = fs::read(record(&scratch)).unwrap();
    let other = scratch.home().join("work/other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join(".ai-jail"), ASKS).unwrap();
    let mut scratch = scratch;
    scratch.paths = Paths::new(&other, scratch.paths.home.as_deref());
    fs::write(record(&scratch), good).unwrap();
    assert!(!runs(&scratch));
}

#[test]
fn a_home_that_does_not_exist_is_not_made() {
    let mut scratch = Scratch::new();
    let home = scratch.home().join("nobody");
    scratch.paths = Paths::new(&scratch.paths.project_dir, Some(&home));
    let outcome = scratch.run(&["claude"]).unwrap();
    assert_eq!(outcome.saved.warnings.len(), 1, "{outcome:?}");
    assert!(!home.exists());
}

/// The words of a record are made fit to print, so two places can have the same words. What
/// counts is the digest over the bytes.
#[test]
fn two_places_that_look_alike_are_two() {
    let scratch = Scratch::new().with_project("rw_maps = [\"build\"]\n");
    let build = scratch.paths.project_dir.join("build");
    symlink(scratch.outside("x\u{1b}"), &build).unwrap();
    let words = scratch.trust();
    assert!(runs(&scratch));
    fs::remove_file(&build).unwrap();
    symlink(scratch.outside("x\\u{1b}"), &build).unwrap();
    assert!(!runs(&scratch));
    assert_eq!(scratch.trust(), words);
}
