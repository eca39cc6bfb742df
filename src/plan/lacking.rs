//! What the environment or an agent's settings lead to and the jail does not have.

use super::mount::{Kind, Mount, shows};
use crate::host::Host;
use crate::host::agent_links::AgentLink;
use crate::host::links::Link;
use crate::host::named::NamedDirectory;

/// Those of `host` that these mounts do not show.
pub fn directories<'a, K: Kind>(mounts: &[Mount<K>], host: &'a Host) -> Vec<&'a NamedDirectory> {
    let has_link = |link: &Link| {
        shows(mounts, &link.path) || mounts.iter().any(|mount| mount.dest == link.path)
    };
    let is_lacking = |named: &&NamedDirectory| {
        !shows(mounts, &named.located.canonical) || !named.located.links.iter().all(has_link)
    };
    host.named.iter().filter(is_lacking).collect()
}

/// Those of `links` whose ends these mounts do not show.
pub fn links<'a, K: Kind>(mounts: &[Mount<K>], links: &'a [AgentLink]) -> Vec<&'a AgentLink> {
    links.iter().filter(|link| !shows(mounts, &link.target)).collect()
}
