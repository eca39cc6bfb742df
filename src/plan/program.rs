//! The command's own files, where no table has them: a program that the user installed outside
//! the usual places would be found on the host and missing in the jail.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::gather::Gathered;
use super::mount::{Access, Authority, Mount};
use super::system::System;
use crate::host::Host;
use crate::policy::{Os, system};
use crate::text::{visible, visible_word};

/// Directories of programs, whose parent is the prefix they were installed to.
const PROGRAM_DIRECTORIES: &[&str] = &["bin", "sbin", "libexec"];

/// The directory in which npm keeps a program and what it needs.
const NODE_MODULES: &str = "node_modules";

/// Adds, read-only, what the command and the links that lead to it need.
pub fn gather<K: System>(gathered: &mut Gathered<K>, host: &Host) {
    let Some((_, located)) = &host.command else {
        return;
    };
    if let Some(link) = gathered.planted(&located.links) {
        if !gathered.shows(&located.canonical) {
            let (link, target) = (visible(&link.path), visible_word(&located.canonical));
            gathered.warnings.push(format!(
                "the command is not followed out of the jail: {link} is a symbolic link that a jail \
                 could have made\n  if its target is meant, type it as the command: {target}"
            ));
        }
        return;
    }
    let hops = located.links.iter().map(|link| (&link.path, false));
    for (place, is_program) in hops.chain([(&located.canonical, true)]) {
        if gathered.shows(place) || system::holds_doors(host.os, place) {
            continue;
        }
        let installation = installation(host.os, place, host.origin.home.canonical());
        if let Some(path) = installation.or_else(|| is_program.then(|| place.clone())) {
            gathered.mounts.push(Mount::bind(
                &path,
                Access::ReadOnly,
                Authority::Link,
                "the command",
            ));
        }
    }
    gathered.links(&located.links, "the command");
}

/// What was installed together with a program: the prefix above its `bin`, or the packages beside
/// it. `None` where nothing says that the files around it belong to it.
fn installation(os: Os, program: &Path, home: &Path) -> Option<PathBuf> {
    let packages =
        program.ancestors().filter(|path| path.file_name() == Some(OsStr::new(NODE_MODULES)));
    if let Some(outermost) = packages.last() {
        return Some(outermost.to_path_buf());
    }
    let directory = program.parent()?;
    let is_program_directory =
        PROGRAM_DIRECTORIES.iter().any(|name| directory.file_name() == Some(OsStr::new(name)));
    if !is_program_directory {
        return None;
    }
    let prefix = directory.parent()?;
    // `~/bin` belongs to the home as a whole, and so would its parent.
    let too_much = home.starts_with(prefix) || system::is_taken_on(os, prefix);
    Some(if too_much { directory } else { prefix }.to_path_buf())
}
