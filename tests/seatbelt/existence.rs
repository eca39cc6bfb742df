//! Where a program may ask whether something is there. `(deny default)` leaves `file-test-existence`
//! open and denies the metadata that stat(2) wants. A place that the profile speaks of decides on both
//! alike: a program hears either the truth or "not permitted", whatever call it uses.

use std::path::Path;

use super::evaluator::Request;
use super::machine::{Mac, OWN_TEMPORARY, TEMPORARY};

#[test]
fn each_place_answers_both_questions_alike() {
    let mut mac = Mac::new();
    let searched = mac.directory("home/n/bin");
    mac.set("PATH", format!("{}:/usr/bin", searched.display()));
    mac.file("home/.ssh/id_ed25519");
    mac.file("home/.config/tool/settings");
    mac.file("home/Documents/letter");
    let (home, project) = (mac.home(), mac.project());
    let parents: Vec<_> = project.ancestors().skip(1).map(Path::to_path_buf).collect();
    let of_home = |path: &str| home.join(path);
    // What is asked, and whether it is answered: by default, in lockdown.
    let mut places = vec![
        (project.join("file"), true, true),
        (project.join("not-there"), true, true),
        (searched.join("git"), true, true),
        (searched.clone(), true, true),
        (of_home("n"), true, true),
        (of_home("n/lib"), false, false),
        (of_home("not-there"), false, false),
        (of_home("Documents/letter"), false, false),
        (of_home(".ssh/id_ed25519"), false, false),
        (of_home(".config/tool/settings"), true, false),
        (of_home(".cargo/not-there"), true, false),
        ("/usr/local/bin/not-there".into(), true, true),
        (Path::new(OWN_TEMPORARY).join("not-there"), true, true),
        (Path::new(TEMPORARY).join("not-there"), true, false),
        ("/private/tmp/not-there".into(), false, false),
    ];
    places.extend(parents.into_iter().map(|parent| (parent, true, true)));
    let jails = [mac.jail::<&str>(&[]), mac.jail(&["--lockdown"])];
    for (path, by_default, in_lockdown) in places {
        for (jail, expected) in jails.iter().zip([by_default, in_lockdown]) {
            let request = Request { path: Some(path.clone().into()), ..Request::default() };
            for operation in ["file-test-existence", "file-read-metadata"] {
                let answers = jail.allows(operation, &request);
                assert_eq!(answers, expected, "{operation} {}", path.display());
            }
        }
    }
}

/// Frameworks of the system ask for optional files in many places and go on where there is none.
#[test]
fn elsewhere_a_guessed_name_is_answered_and_nothing_more() {
    let mac = Mac::new();
    for words in [&[][..], &["--lockdown"]] {
        let jail = mac.jail(words);
        for path in ["/Users/somebody-else/letter", "/AppleInternal", "/Volumes/Backup"] {
            let request = Request { path: Some(path.into()), ..Request::default() };
            assert!(jail.allows("file-test-existence", &request), "{path}");
            assert!(!jail.allows("file-read-metadata", &request) && !jail.reads(path), "{path}");
        }
    }
}
