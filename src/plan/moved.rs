//! Directories that variables name: mounted by the rules of the place that they stand for.

use std::path::Path;

use super::arrange::Hidden;
use super::gather::Gathered;
use super::mount::{Access, Authority};
use super::system::System;
use crate::host::Host;
use crate::host::moved::Moved;
use crate::policy::system;

/// Adds what in such directories no jail has.
pub fn hide<K: System>(gathered: &mut Gathered<K>, host: &Host) {
    for (path, directory, row) in host.moved.iter().flat_map(|moved| &moved.hidden) {
        gathered.hidden.push(Hidden {
            named: path.clone(),
            path: path.clone(),
            mask: K::mask(*directory),
            row: Some(*row),
            reason: row.reason.into(),
        });
    }
}

/// Adds the directories.
pub fn gather<K: System>(gathered: &mut Gathered<K>, host: &Host) {
    for moved in &host.moved {
        let place = &moved.located.canonical;
        // The project is there already, with all that is in it.
        if place.starts_with(&host.origin.project) {
            continue;
        }
        let reason = format!("{}, named by {}", moved.row.reason, moved.row.variable);
        if let Some(why) = refusal(gathered, host, moved) {
            gathered.withhold(place, format!("{reason}: {why}"));
            continue;
        }
        let access = if moved.row.writable { Access::ReadWrite } else { Access::ReadOnly };
        gathered.give(&moved.located, access, Authority::Table, &*reason);
    }
}

/// Why a directory is left out although its variable names it.
fn refusal<K: System>(gathered: &Gathered<K>, host: &Host, moved: &Moved) -> Option<String> {
    let place = &moved.located.canonical;
    let holds = |inner: &Path| inner.starts_with(place);
    let is_home = host.origin.home.real().is_some_and(holds);
    let is_records = host.trust_records.as_deref().is_some_and(holds);
    if is_home || is_records || holds(&host.origin.project) {
        return Some("more than its tools is in it".into());
    }
    if system::is_taken_on(host.os, place) || system::holds_doors(host.os, place) {
        return Some("it is a place of the system".into());
    }
    // Not only what is in a hidden place: a directory around one is none of tools.
    let hidden = gathered.hidden.iter().find(|hidden| {
        place.starts_with(&hidden.path) && !moved.hidden.iter().any(|(own, ..)| own == &hidden.path)
    });
    hidden.map(|hidden| format!("it is hidden ({})", hidden.reason))
}
