//! Directories of `PATH` that are refused: who looks for a program there is told that there is none.

use super::evaluator::Request;
use super::machine::Mac;

#[test]
fn a_program_is_looked_for_without_an_error() {
    let mut mac = Mac::new();
    mac.set("PATH", format!("{}:/usr/bin", mac.home().join("n/bin").display()));
    let program = mac.file("home/n/bin/tool");
    let absent = mac.home().join("n/bin/git");
    for words in [&[][..], &["--lockdown"]] {
        let jail = mac.jail(words);
        for path in [&program, &absent] {
            let request = Request { path: Some(path.into()), ..Request::default() };
            assert!(jail.sees(path) && jail.allows("file-test-existence", &request));
            assert!(!jail.reads(path) && !jail.runs(path) && jail.changes(path).is_empty());
        }
        let beside = mac.home().join("n/lib/x");
        assert!(!jail.sees(&beside), "what is no directory of PATH stays unknown");
    }
}

#[test]
fn what_is_hidden_stays_unknown_on_path_too() {
    let mut mac = Mac::new();
    let (key, notes) = (mac.file("home/.ssh/id_ed25519"), mac.file("home/notes"));
    let home = mac.home().to_path_buf();
    for entry in [home.clone(), home.join(".ssh"), home.join(".config"), "".into(), ".".into()] {
        mac.set("PATH", format!("{}:/usr/bin", entry.display()));
        let jail = mac.jail::<&str>(&[]);
        assert!(!jail.sees(&key) && !jail.sees(&notes), "{}", entry.display());
    }
}

/// The system names the user's temporary directory: `TMPDIR` may be unset, or lead elsewhere.
#[test]
fn temporary_places_are_those_of_the_system() {
    for value in ["", "/private/tmp/mine", "/var/folders/zz/somebody-elses/T"] {
        let mut mac = Mac::new();
        mac.set("TMPDIR", value);
        let jail = mac.jail::<&str>(&[]);
        for place in [super::machine::TEMPORARY, super::machine::CACHES] {
            assert!(jail.makes(std::path::Path::new(place).join("x"), "REGULAR-FILE"), "{value}");
        }
        let other = "/private/var/folders/zz/somebody-elses/T/x";
        assert!(!jail.makes(other, "REGULAR-FILE"), "{value}");
    }
}
