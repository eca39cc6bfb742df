//! How large a profile becomes.

use std::ffi::OsStr;

use super::machine::Mac;

/// The compiler of the kernel's side merges the patterns of a profile, and the result has 16 bits for
/// its length: a profile beyond that is refused, so that no jail starts and nothing is open.
const MERGED: usize = 65_535;

#[test]
fn the_patterns_of_a_long_home_stay_within_what_can_be_merged() {
    let name = "h".repeat(40);
    let mac = Mac::named(OsStr::new(&name), OsStr::new(&format!("{name}/project")));
    for directory in [".config", ".cargo", ".claude", ".docker", ".local/share/mise", ".cache"] {
        mac.directory(mac.home().join(directory));
    }
    let jail = mac.jail::<&str>(&[]);
    let is_pattern = |value: &&std::ffi::OsString| value.as_encoded_bytes().starts_with(b"^");
    let patterns = jail.profile.parameters.iter().map(|(_, value)| value).filter(is_pattern);
    let lengths: Vec<usize> = patterns.map(|pattern| pattern.len()).collect();
    assert!(lengths.len() > 50, "patterns are found: {}", lengths.len());
    let total: usize = lengths.iter().sum();
    assert!(total < MERGED, "{} patterns of {total} bytes", lengths.len());
}
