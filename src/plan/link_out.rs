//! Places that no jail may see and that a link leads out of: what the host writes there, a login for
//! one, is written where jails can read it.

use std::path::Path;

use super::gather::Gathered;
use super::system::System;
use crate::error::Error;
use crate::host::Host;
use crate::host::links::Link;
use crate::policy::home::Treatment;
use crate::text::visible_word;

/// Refuses to start where a jail could have made such a link.
pub fn refuse<K: System>(gathered: &Gathered<K>, host: &Host) -> Result<(), Error> {
    let entries = host.entries.iter().filter_map(|entry| {
        let row = entry.row.filter(|row| row.treatment == Treatment::Hidden)?;
        let Link { path, .. } = entry.located.links.first()?;
        Some((path.as_path(), entry.located.canonical.as_path(), row.reason))
    });
    let dangling = host.dangling.iter();
    let dangling = dangling.map(|link| (&*link.place, &*link.target, link.row.reason));
    let is_out = |(place, target, _): &(&Path, &Path, &str)| {
        let link = Link { path: place.to_path_buf(), target: target.to_path_buf() };
        gathered.planted(&[link]).is_some()
            && gathered.is_reached(target)
            && !gathered.hidden.iter().any(|hidden| target.starts_with(&hidden.path))
            && !host.maps.iter().any(|map| map.source.canonical == *target)
    };
    match entries.chain(dangling).find(is_out) {
        Some((place, target, reason)) => {
            Err(Error::LinkOut { path: visible_word(place), reason, target: visible_word(target) })
        }
        None => Ok(()),
    }
}
