//! The fuzz targets (`integration/fuzz` runs them at length) on their seeds, which every mended
//! input joins, and on changes of them.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use crate::status_bar::alacritty;
use targets::TARGETS;

/// So many changes of seeds are tried for each target.
const CASES: u32 = 500;

/// The seeds of a target, with their names.
fn seeds(name: &str) -> Vec<(String, Vec<u8>)> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest set it");
    let directory = PathBuf::from(root).join("fuzz/seeds").join(name);
    let listing = fs::read_dir(&directory).expect("the target's seeds");
    let seed = |path: PathBuf| (path.display().to_string(), fs::read(&path).expect("a seed"));
    let mut seeds: Vec<_> = listing.map(|entry| seed(entry.expect("an entry").path())).collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{}", directory.display());
    seeds
}

/// One change of some bytes.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    /// A piece of a seed in the place of what is there.
    Splice(Index, Index, Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (at(), vec(any::<u8>(), 1..6)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 1..12_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (at(), at(), at(), 1..40_usize)
            .prop_map(|(at, seed, from, count)| Change::Splice(at, seed, from, count)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change, seeds: &[(String, Vec<u8>)]) {
    let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
    let end = |from: usize, count: usize, bytes: &[u8]| (from + count).min(bytes.len());
    match change {
        Change::Set(at, byte) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Change::Set(..) => {}
        Change::Insert(at, new) => {
            let at = place(at, bytes);
            bytes.splice(at..at, new.iter().copied());
        }
        Change::Remove(at, count) => {
            let at = place(at, bytes);
            bytes.drain(at..end(at, *count, bytes));
        }
        Change::Splice(at, seed, from, count) => {
            let (_, seed) = seed.get(seeds);
            let from = place(from, seed);
            let piece = &seed[from..end(from, *count, seed)];
            let at = place(at, bytes);
            bytes.splice(at..end(at, *count, bytes), piece.iter().copied());
        }
    }
}

#[test]
fn what_was_found_before_stays_mended() {
    for (name, target) in TARGETS {
        for (path, seed) in seeds(name) {
            // Says which where it fails.
            println!("{path}");
            target(&seed);
        }
    }
}

#[test]
fn changes_of_the_seeds_break_nothing() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        let mut runner = TestRunner::new(crate::status_bar::settings(CASES));
        let input = (any::<Index>(), vec(change(), 1..6));
        let outcome = runner.run(&input, |(seed, changes)| {
            let mut bytes = seed.get(&seeds).1.clone();
            for change in &changes {
                apply(&mut bytes, change, &seeds);
            }
            target(&bytes);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
