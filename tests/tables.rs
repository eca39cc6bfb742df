//! The tables of places, against themselves.

use std::path::Path;

use ai_jail::policy::home::rows_on;
use ai_jail::policy::home_row::HomeRow;
use ai_jail::policy::place::Place;
use ai_jail::policy::protect::{HOME, LINKED_FROM_CACHES};
use ai_jail::policy::{Os, fits};

/// Whether two rows speak of the same entry.
fn overlap(one: &HomeRow, other: &HomeRow) -> bool {
    let (one, other) = (one.path.as_bytes(), other.path.as_bytes());
    one == other || fits(one, other) || fits(other, one)
}

#[test]
fn no_path_of_the_home_has_two_rows() {
    for os in [Os::Linux, Os::MacOs] {
        let rows: Vec<_> = rows_on(os).collect();
        for (index, row) in rows.iter().enumerate() {
            let again = rows[..index].iter().find(|earlier| overlap(earlier, row));
            assert!(again.is_none(), "{os:?}: {:?} and {:?}", row.path, again.map(|it| it.path));
        }
    }
}

/// The test above would find one.
#[test]
fn a_second_row_is_found() {
    let row = |path| rows_on(Os::Linux).find(|row| row.path == path).expect("a row");
    let prefix = row(".config/KeePass*");
    let second = HomeRow { path: ".config/KeePassXC-copy", ..*prefix };
    assert!(overlap(prefix, &second) && overlap(&second, prefix));
    assert!(!overlap(prefix, row(".ssh")));
}

#[test]
fn every_place_that_is_linked_from_a_cache_is_held_and_its_cache_is_not() {
    for (place, cache) in LINKED_FROM_CACHES {
        assert!(HOME.iter().any(|row| row == place), "{place}");
        let is_held = |row: &&Place| Path::new(cache.path).starts_with(row.path);
        assert_eq!(HOME.iter().find(is_held), None, "{cache}");
    }
}
