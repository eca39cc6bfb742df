//! Directories that the environment names and that the jail does not have.

use super::mount::{Kind, Mount, nearest};
use crate::host::Host;
use crate::host::named::NamedDirectory;

/// Those of `host` that these mounts do not show.
pub fn directories<'a, K: Kind>(mounts: &[Mount<K>], host: &'a Host) -> Vec<&'a NamedDirectory> {
    let is_lacking = |named: &&NamedDirectory| {
        let path = &named.canonical;
        let shown = nearest(mounts, path).and_then(|mount| mount.host_path(path));
        shown.as_ref() != Some(path)
    };
    host.named.iter().filter(is_lacking).collect()
}
