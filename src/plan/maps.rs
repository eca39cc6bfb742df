//! The user's maps.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use super::arrange::Hidden;
use super::gather::Gathered;
use super::mount::{Access, Authority, Mount};
use super::system::System;
use crate::error::Error;
use crate::fields::List;
use crate::host::Host;
use crate::host::maps::Map;
use crate::policy::devices::QUEUES;
use crate::policy::home::is_dot_entry;
use crate::policy::own::SETTINGS_FILE;
use crate::settings::{MapSetting, Settings, Source};
use crate::text::{visible, visible_word};

/// A map that is not made, and what could be typed instead.
struct Refusal {
    why: String,
    hint: String,
}

/// Adds the maps. One of the command line that cannot be had is an error, one of a configuration
/// file a warning.
pub fn gather<K: System>(gathered: &mut Gathered<K>, host: &Host) -> Result<(), Error> {
    for missing in &host.missing {
        let hint =
            "check the path, make the file or directory first, or leave the map out".to_owned();
        let refusal = Refusal { why: missing.error.to_string(), hint };
        refuse(gathered, &missing.setting, &missing.named, refusal)?;
    }
    for (index, map) in host.maps.iter().enumerate() {
        match check(gathered, host, map).and_then(|()| alone(&host.maps, index)) {
            Ok(()) => add(gathered, host, map),
            Err(refusal) => refuse(gathered, &map.setting, &map.named, refusal)?,
        }
    }
    Ok(())
}

/// In lockdown no map applies; those that were asked for are named.
pub fn ignore<K>(gathered: &mut Gathered<K>, settings: &Settings) {
    if settings.maps.is_empty() {
        return;
    }
    let names: Vec<String> = settings.maps.iter().map(|map| visible(&map.text)).collect();
    gathered.warnings.push(format!("lockdown ignores the maps: {}", names.join(", ")));
}

/// The name in the home of a settings file that may be written. Its programs replace it by renaming
/// another over it, which the kernel refuses where a file is mounted, so the jail has a copy that is
/// written back. It stands at its name, though that be a link on the host.
fn replaced_name<K: System>(host: &Host, map: &Map) -> Option<PathBuf> {
    let home = host.origin.home.real()?;
    let name = map.named.file_name()?;
    let is_settings =
        map.named.parent() == Some(home) && is_dot_entry(name) && name != SETTINGS_FILE;
    (K::RENAMES && map.copyable && map.setting.writable && map.dest.is_none() && is_settings)
        .then(|| host.origin.home.canonical().join(name))
}

fn add<K: System>(gathered: &mut Gathered<K>, host: &Host, map: &Map) {
    let source = &map.source.canonical;
    if gathered.hidden.iter().any(|hidden| source.starts_with(&hidden.path)) {
        gathered.only_typed.push(map.setting.text.clone());
    }
    let (authority, reason) = match map.setting.source {
        Source::Flag => (Authority::Flag, "mapped on the command line"),
        Source::ProjectFile => (Authority::ProjectFile, "mapped in the project's .ai-jail"),
        Source::UserFile | Source::UserCommand | Source::Remembered | Source::Default => {
            (Authority::UserFile, "mapped in the user's .ai-jail")
        }
    };
    let access = match (map.device, map.setting.writable) {
        (true, _) => Access::Device,
        (false, true) => Access::ReadWrite,
        (false, false) => Access::ReadOnly,
    };
    if let Some(name) = replaced_name::<K>(host, map) {
        let kind = K::copied(source);
        gathered.mounts.push(Mount::new(name, kind, authority, reason));
        return;
    }
    let dest = destination(map);
    gathered.mounts.push(Mount::bind_at(source, dest, access, authority, reason));
    if map.dest.is_none() {
        gathered.links(&map.source.links, reason);
    }
}

fn refuse<K>(
    gathered: &mut Gathered<K>,
    setting: &MapSetting,
    named: &Path,
    refusal: Refusal,
) -> Result<(), Error> {
    let path = visible(named);
    if setting.source == Source::Flag {
        return Err(Error::Map { path, why: refusal.why, hint: refusal.hint });
    }
    gathered.warnings.push(format!("map of {path} skipped: {}", refusal.why));
    Ok(())
}

/// Whether a map may be made.
fn check<K: System>(gathered: &Gathered<K>, host: &Host, map: &Map) -> Result<(), Refusal> {
    let source = &map.source.canonical;
    let dest = destination(map);
    let refusal = |why: String, hint: &str| Err(Refusal { why, hint: hint.to_owned() });
    if !K::RENAMES && dest != source {
        return refusal(
            "macOS shows a place under no other name".into(),
            "map it where it is, or link to it",
        );
    }
    if dest == Path::new("/") {
        return refusal(
            "it would replace the whole jail".into(),
            "map the directories that are needed",
        );
    }
    if ["/proc", "/dev"].iter().any(|own| dest == Path::new(own)) {
        return refusal("the jail has its own".into(), "map what is needed below it");
    }
    let queues = Path::new(QUEUES.path);
    if dest != queues && dest.starts_with(queues) {
        return refusal("message queues stand there alone".into(), "map it elsewhere");
    }
    let records = host.trust_records.as_ref();
    if records.is_some_and(|records| source.starts_with(records)) {
        return refusal("no jail may reach the trust records".into(), "leave the map out");
    }
    // A mask would be kept in its place, but there is none over records that are not there yet, nor
    // over the user's own `.ai-jail` that is not: a jail could make either.
    if map.setting.writable && records.is_some_and(|records| records.starts_with(source)) {
        return refusal(
            "the trust records are in it".into(),
            "map the directories that are needed",
        );
    }
    if let Some(hidden) = gathered.hidden.iter().find(|hidden| source.starts_with(&hidden.path)) {
        if map.setting.source != Source::Flag {
            return refusal(format!("it is hidden ({})", hidden.reason), "");
        }
        if !names(host, map, hidden) {
            let hint =
                format!("if that is meant, name the place itself: {}", visible(&hidden.named));
            return Err(Refusal {
                why: format!("it leads into a hidden place ({})", hidden.reason),
                hint,
            });
        }
    }
    if let Some(link) = gathered.planted(&map.source.links) {
        let why = format!(
            "{} is a symbolic link that a jail could have made, and it leads to {}",
            visible(&link.path),
            visible(source)
        );
        let flag = if map.setting.writable { List::RwMaps } else { List::RoMaps };
        let hint =
            format!("if that is meant, type --{} {}", flag.row().flag.long, visible_word(source));
        return Err(Refusal { why, hint });
    }
    Ok(())
}

/// Where a map is mounted.
fn destination(map: &Map) -> &Path {
    map.dest.as_ref().unwrap_or(&map.source.canonical)
}

/// Whether no other map of another place has this one's destination. A map that was typed comes
/// before one of the project's file, that before one of the user's, else the first before the
/// second.
fn alone(maps: &[Map], index: usize) -> Result<(), Refusal> {
    let map = &maps[index];
    let rank = |map: &Map| match map.setting.source {
        Source::Flag => 2,
        Source::ProjectFile | Source::Remembered => 1,
        Source::UserFile | Source::UserCommand | Source::Default => 0,
    };
    let comes_before =
        |other: usize| (rank(&maps[other]), index).cmp(&(rank(map), other)) == Ordering::Greater;
    let takes_it = |other: &usize| {
        let rival = &maps[*other];
        rival.source.canonical != map.source.canonical
            && destination(rival) == destination(map)
            && comes_before(*other)
    };
    let Some(rival) = (0..maps.len()).find(takes_it) else { return Ok(()) };
    let (place, rival) = (visible(destination(map)), visible(&maps[rival].named));
    Err(Refusal {
        why: format!("{place} is the destination of the map of {rival} already"),
        hint: "give one of them another destination (SOURCE:DEST)".into(),
    })
}

/// Whether a map names the hidden place itself, or something in it, rather than a link to it.
fn names<K>(host: &Host, map: &Map, hidden: &Hidden<K>) -> bool {
    let home = &host.origin.home;
    let named: PathBuf = match map.named.strip_prefix(home.path()) {
        Ok(below) => home.canonical().join(below),
        Err(_) => map.named.clone(),
    };
    named.starts_with(&hidden.named) || named.starts_with(&hidden.path)
}
