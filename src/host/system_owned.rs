//! Programs that ai-jail itself runs on the host are the system's: nobody but root could have put
//! one there, or could put another in its place.
//!
//! Whoever left a program in a directory of `PATH`, in whatever project, would else be run by the
//! next launch from that shell, without a jail around it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::links;
use crate::text::visible;

/// The kernel's name for owners that this user namespace does not know, `user_namespaces(7)`.
#[cfg(target_os = "linux")]
const OVERFLOW: u32 = 65534;

/// Whether root alone decides about this file: its content, the directories above it, the links that
/// lead to it.
///
/// # Errors
///
/// The first place about which somebody else decides, in words.
pub fn check(path: &Path) -> Result<(), String> {
    let located = links::locate(path).map_err(|error| error.to_string())?;
    let links = located.links.iter().map(|link| link.path.as_path());
    let steps = links.chain([located.canonical.as_path()]);
    let mut seen: Vec<PathBuf> = Vec::new();
    for place in steps.flat_map(Path::ancestors) {
        if seen.iter().any(|known| known == place) {
            continue;
        }
        seen.push(place.to_path_buf());
        let metadata = fs::symlink_metadata(place).map_err(|error| error.to_string())?;
        let shown = visible(place);
        if !is_roots(metadata.uid()) && !is_owner_of_all(metadata.uid()) {
            return Err(format!("{shown} belongs to user {}, not to root", metadata.uid()));
        }
        // The permissions of a link say nothing. In a sticky directory nobody replaces what is
        // root's.
        let sticky = metadata.is_dir() && metadata.mode() & 0o1000 != 0;
        if !metadata.is_symlink() && !sticky && metadata.mode() & 0o022 != 0 {
            return Err(format!("others than root may change {shown}"));
        }
    }
    Ok(())
}

/// Whether this owner is the machine's root. In a user namespace that does not know root, a
/// stranger's files are no more ours, or a jail's, than root's are.
fn is_roots(uid: u32) -> bool {
    uid == 0 || is_unknown_here(uid)
}

/// Whether this owner has the root directory, and so the whole system: a jail's, or a container's.
fn is_owner_of_all(uid: u32) -> bool {
    fs::symlink_metadata("/").is_ok_and(|root| root.uid() == uid)
}

/// Whether this is the number of all owners that this user namespace does not know.
#[cfg(target_os = "linux")]
fn is_unknown_here(uid: u32) -> bool {
    uid == OVERFLOW
        && fs::read_to_string("/proc/self/uid_map").is_ok_and(|map| !maps(&map, OVERFLOW))
}

/// There are no user namespaces elsewhere.
#[cfg(not(target_os = "linux"))]
fn is_unknown_here(_: u32) -> bool {
    false
}

/// Whether a table as in `/proc/self/uid_map` gives this user a number outside.
#[cfg(target_os = "linux")]
fn maps(table: &str, uid: u32) -> bool {
    table.lines().any(|line| {
        let mut numbers = line.split_whitespace().map(str::parse::<u32>);
        let (Some(Ok(first)), Some(Ok(_)), Some(Ok(length))) =
            (numbers.next(), numbers.next(), numbers.next())
        else {
            // What is not understood counts as known, which believes less.
            return true;
        };
        uid.checked_sub(first).is_some_and(|distance| distance < length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_shell_is_the_systems() {
        assert_eq!(check(Path::new("/bin/sh")), Ok(()));
    }

    #[test]
    fn what_an_ordinary_user_could_replace_is_not() {
        let own = std::env::current_exe().expect("the test");
        if nix::unistd::getuid().is_root() {
            return;
        }
        let why = check(&own).expect_err("an ordinary user's");
        assert!(why.contains("belongs to user"), "{why}");
    }

    #[test]
    fn what_is_missing_is_not() {
        assert!(check(Path::new("/no/such/program")).is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_number_stands_for_nobody_only_where_the_table_lacks_it() {
        assert!(maps("         0          0 4294967295\n", OVERFLOW));
        assert!(!maps("      1000       1000          1\n", OVERFLOW));
        assert!(!maps("0 1000 1\n1 100000 65533\n", OVERFLOW));
        assert!(maps("0 1000 1\n1 100000 65536\n", OVERFLOW));
        assert!(maps("garbage", OVERFLOW));
    }
}
