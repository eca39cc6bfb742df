//! Directories that the environment names and that the jail does not have.

use std::path::Path;

use super::mount::{Kind, Mount, nearest};
use crate::host::Host;
use crate::host::links::Link;
use crate::host::named::NamedDirectory;

/// Those of `host` that these mounts do not show.
pub fn directories<'a, K: Kind>(mounts: &[Mount<K>], host: &'a Host) -> Vec<&'a NamedDirectory> {
    let shows = |path: &Path| {
        nearest(mounts, path).and_then(|mount| mount.host_path(path)).is_some_and(|it| it == path)
    };
    let has_link =
        |link: &Link| shows(&link.path) || mounts.iter().any(|mount| mount.dest == link.path);
    let is_lacking = |named: &&NamedDirectory| {
        !shows(&named.located.canonical) || !named.located.links.iter().all(has_link)
    };
    host.named.iter().filter(is_lacking).collect()
}
