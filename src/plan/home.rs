//! The home's entries.

use std::path::{Path, PathBuf};

use super::arrange::Hidden;
use super::gather::Gathered;
use super::mount::{Access, Authority, Mount};
use super::own_home;
use super::system::System;
use crate::host::Host;
use crate::host::home::Entry;
use crate::host::look::Kind;
use crate::policy::home::{OTHER, find};
use crate::policy::home_row::Treatment;
use crate::policy::place::Place;
use crate::policy::{Os, system};
use crate::text::visible;

/// What an entry's row says, or what an entry without a row gets.
fn treatment(entry: &Entry) -> (Treatment, Place) {
    entry.row.map_or((Treatment::ReadOnly, OTHER), |row| (row.treatment, row.place()))
}

/// The entries that every jail may write to, links followed.
pub fn writable(host: &Host) -> impl Iterator<Item = &PathBuf> {
    let is_writable = |entry: &&Entry| treatment(entry).0 == Treatment::ReadWrite;
    host.entries.iter().filter(is_writable).map(|entry| &entry.located.canonical)
}

/// Adds the home's hidden places.
pub fn hide<K: System>(gathered: &mut Gathered<K>, host: &Host) {
    let Some(home) = host.origin.home.real() else {
        return;
    };
    for entry in &host.entries {
        let (treatment, row) = treatment(entry);
        if !matches!(treatment, Treatment::Hidden | Treatment::Empty) {
            continue;
        }
        // A link below the top level may have been planted in a writable directory; hiding what
        // it leads to would let a jail blind the next one.
        if !entry.located.links.is_empty() && entry.path.components().count() > 1 {
            continue;
        }
        gathered.hidden.push(Hidden {
            named: home.join(&entry.path),
            path: entry.located.canonical.clone(),
            mask: K::mask(entry.kind == Kind::Directory),
            row: Some(row),
            reason: row.reason.into(),
        });
        gathered.withhold(home.join(&entry.path), row);
    }
    for secret in &host.secrets {
        gathered.hidden.push(Hidden {
            named: secret.named.clone(),
            path: secret.path.clone(),
            mask: K::mask(secret.is_directory),
            row: Some(secret.row),
            reason: secret.row.reason.into(),
        });
        gathered.withhold(&secret.named, secret.row);
    }
}

/// Adds the entries that are in the jail.
pub fn gather<K: System>(gathered: &mut Gathered<K>, host: &Host) {
    let Some(home) = host.origin.home.real() else {
        return;
    };
    K::missing_entries(gathered, host);
    own_home::give_missing(gathered, host, home);
    for place in &host.unanswered {
        let why = format!("a file system that another program provides: {}", place.why);
        gathered.warnings.push(format!("{} is left out: {why}", visible(&place.path)));
        gathered.withhold(&place.path, why);
    }
    for entry in &host.entries {
        let (mut treatment, row) = treatment(entry);
        if treatment == Treatment::Copied && !is_written_to_host(host, entry) {
            treatment = Treatment::ReadOnly;
        }
        let (access, authority) = match treatment {
            Treatment::Hidden | Treatment::Empty => continue,
            Treatment::Private => {
                gathered.private(entry, row);
                continue;
            }
            Treatment::Copied | Treatment::ReadWrite => (Access::ReadWrite, Authority::Table),
            Treatment::ReadOnly if entry.located.links.is_empty() => {
                (Access::ReadOnly, Authority::Table)
            }
            Treatment::ReadOnly => (Access::ReadOnly, Authority::Link),
        };
        match refusal(gathered, host.os, entry, home) {
            Some(why) => {
                let path = home.join(&entry.path);
                // An agent would begin anew, and what it then saves would be lost.
                if treatment == Treatment::Copied {
                    gathered.warnings.push(format!(
                        "{} is left out ({why}): what is saved there in the jail is lost",
                        visible(&path)
                    ));
                }
                gathered.withhold(path, why);
            }
            None if treatment == Treatment::Copied && entry.kind == Kind::File => {
                // At its name, though that be a link on the host: in the jail it is replaced.
                let kind = K::copied(&entry.located.canonical);
                gathered.mounts.push(Mount::own(home.join(&entry.path), kind, row));
            }
            None if treatment == Treatment::ReadWrite && !is_written_to_host(host, entry) => {
                own_home::give(gathered, host, entry, row);
            }
            None if is_led_by_jails(gathered, entry) => {
                let links = &entry.located.links[..1];
                gathered.links(links, row);
            }
            None => gathered.give(&entry.located, access, authority, row),
        }
    }
}

/// Whether an entry leads over a link that a jail may have made, to what is in the jail anyway: a Nix
/// profile, for one. The entry's own link then shows nothing more.
fn is_led_by_jails<K: System>(gathered: &Gathered<K>, entry: &Entry) -> bool {
    let links = &entry.located.links;
    let (Some(own), led) = (links.first(), gathered.planted(links).is_some()) else { return false };
    let stands_in_home = gathered.planted(std::slice::from_ref(own)).is_none();
    led && stands_in_home && gathered.shows(&entry.located.canonical)
}

/// Whether what the jail writes at an entry goes to the host's own.
fn is_written_to_host(host: &Host, entry: &Entry) -> bool {
    host.own_home.is_none() || own_home::is_of_agent(host, &entry.path)
}

impl<K: System> Gathered<K> {
    /// A place of the jail's own over a directory. A link may have been planted: what it leads to
    /// is none of this row's business.
    fn private(&mut self, entry: &Entry, row: Place) {
        if entry.located.links.is_empty() && entry.kind == Kind::Directory {
            self.mounts.push(Mount::own(&entry.located.canonical, K::private(), row));
        }
    }
}

/// Why an entry is left out although its row would have it in.
fn refusal<K: System>(
    gathered: &Gathered<K>,
    os: Os,
    entry: &Entry,
    home: &Path,
) -> Option<String> {
    let target = &entry.located.canonical;
    if entry.kind.is_special() {
        return Some("a socket, FIFO or device, which leads out of the jail".into());
    }
    if entry.located.links.is_empty() {
        return None;
    }
    if K::may_be_saved(&entry.path) {
        return Some(format!("a link to {}, which a jail may have made", visible(target)));
    }
    if is_led_by_jails(gathered, entry) {
        return None;
    }
    let is_system = system::is_taken_on(os, target) || system::holds_doors(os, target);
    if home.starts_with(target) || is_system {
        return Some(format!("a link to {}, which is not opened by a link", visible(target)));
    }
    if let Some(hidden) = gathered.hidden.iter().find(|hidden| target.starts_with(&hidden.path)) {
        return Some(format!("a link into a hidden place: {}", hidden.reason));
    }
    gathered
        .planted(&entry.located.links)
        .map(|link| format!("its link {} stands where a jail may write", visible(&link.path)))
}

/// The reason for which `path` is inside a hidden place, whether that exists or not.
pub fn hiding<K>(host: &Host, hidden: &[Hidden<K>], path: &Path) -> Option<String> {
    let by_place = hidden.iter().find(|hidden| path.starts_with(&hidden.path));
    let by_name = || {
        let below = path.strip_prefix(host.origin.home.real()?).ok()?;
        let row = below.ancestors().find_map(|path| find(host.os, path))?;
        (row.treatment == Treatment::Hidden).then_some(row.reason)
    };
    by_place.map(|hidden| hidden.reason.clone()).or_else(|| by_name().map(str::to_owned))
}
