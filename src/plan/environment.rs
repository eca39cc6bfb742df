//! The environment of the command.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::display;
use super::mount::{self, Kind, Mount};
use crate::facts::{Facts, Inheritance};
use crate::fields::{Net, Switch};
use crate::host::maps::Map;
use crate::host::{Environment, Host};
use crate::policy::env::{LOCKDOWN_KEPT, MARKER, PNPM_STORE, PRESET, Preset, dropped};
use crate::policy::macos::TEMPORARY_VARIABLES;
use crate::policy::network::UPSTREAM_VARIABLES;
use crate::policy::variable::{DropWhen, Variable};
use crate::policy::{Os, fits, macos, mise};
use crate::settings::Settings;

/// One change to the environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum EnvEdit {
    /// Set a variable.
    Set(OsString, OsString),
    /// Remove a variable, and why.
    Unset(OsString, &'static str),
}

/// The changes, in the order of the variables' names.
pub fn edits<K: Kind>(
    settings: &Settings,
    facts: Facts,
    host: &Host,
    mounts: &[Mount<K>],
    with_mise: bool,
) -> Vec<EnvEdit> {
    let is_cleared = facts.environment == Inheritance::Cleared;
    let environment = &host.origin.environment;
    let mut edits = if is_cleared {
        let kept = |name: &OsStr| {
            LOCKDOWN_KEPT.iter().any(|row| fits(row.as_bytes(), name.as_encoded_bytes()))
        };
        let keep = |(name, value): (&OsStr, &OsStr)| EnvEdit::Set(name.into(), value.into());
        environment.iter().filter(|(name, _)| kept(name)).map(keep).collect()
    } else {
        let drop = |(name, value): (&OsStr, &OsStr)| {
            let fits = |row: &&'static Variable| fits(row.name.as_bytes(), name.as_encoded_bytes());
            let row = dropped(host.os).find(fits)?;
            applies(row.when, value, settings, host, mounts)
                .then(|| EnvEdit::Unset(name.into(), row.reason))
        };
        environment.iter().filter_map(drop).collect::<Vec<_>>()
    };
    edits.retain(|edit| name(edit) != "HOME" && name(edit) != MARKER);
    if settings.network.net.value == Net::Filtered {
        edits.extend(without_proxies(environment));
    }
    let display = (host.os == Os::Linux).then(|| display::variables(host, mounts));
    edits.extend(
        display.into_iter().flatten().map(|(name, value)| EnvEdit::Set(name.into(), value)),
    );
    if host.os == Os::Linux && !is_cleared {
        edits.extend(presets(settings, host));
    }
    if let (Os::MacOs, Some(directory)) = (host.os, &host.own_temporary) {
        let is_ours = |edit: &EnvEdit| TEMPORARY_VARIABLES.iter().any(|row| name(edit) == row.name);
        edits.retain(|edit| !is_ours(edit));
        edits.extend(temporary(directory));
    }
    edits.push(EnvEdit::Set(MARKER.into(), "1".into()));
    if let Some(updates) = host.agent.as_ref().and_then(|agent| agent.row.updates) {
        // An update cannot succeed in a jail: it only makes noise, and gives bad advice.
        if !is_cleared && environment.get(updates.name).is_none() {
            edits.push(EnvEdit::Set(updates.name.into(), updates.value.into()));
        }
    }
    if with_mise {
        let (name, value) = mise::TRUSTED;
        edits.push(EnvEdit::Set(name.into(), value.into()));
    }
    let home = host.origin.home.path().as_os_str();
    if is_cleared || environment.get("HOME") != Some(home) {
        edits.push(EnvEdit::Set("HOME".into(), home.into()));
    }
    edits.sort_by(|left, right| name(left).cmp(name(right)));
    edits
}

/// What the caller has not set and programs in a jail are better off with.
fn presets(settings: &Settings, host: &Host) -> Vec<EnvEdit> {
    let is_wanted = |row: &&Preset| {
        let is_free = host.origin.environment.get(row.name).is_none();
        is_free && (!row.with_filter || settings.is_on(Switch::Seccomp))
    };
    let preset = |row: &Preset| EnvEdit::Set(row.name.into(), row.value.into());
    let presets = PRESET.iter().filter(is_wanted).map(preset);
    let store = host.pnpm_store.iter();
    let store = store.map(|path| EnvEdit::Set(PNPM_STORE.0.into(), path.clone().into()));
    presets.chain(store).collect()
}

/// What leads programs to the jail's own temporary directory.
fn temporary(directory: &Path) -> impl Iterator<Item = EnvEdit> + '_ {
    TEMPORARY_VARIABLES.iter().map(|row| {
        let mut value = directory.as_os_str().to_owned();
        value.push(row.below);
        EnvEdit::Set(row.name.into(), value)
    })
}

/// The filter of a network uses the host's proxy by itself.
fn without_proxies(environment: &Environment) -> impl Iterator<Item = EnvEdit> + '_ {
    let names = UPSTREAM_VARIABLES.iter().chain(&["no_proxy", "NO_PROXY"]);
    let present = names.filter(|name| environment.get(name).is_some());
    let reason = "the host's proxy, which the network filter uses by itself";
    present.map(move |name| EnvEdit::Unset(name.into(), reason))
}

fn name(edit: &EnvEdit) -> &OsStr {
    match edit {
        EnvEdit::Set(name, _) | EnvEdit::Unset(name, _) => name,
    }
}

/// Whether a map shows the host's own at a path, as the path names it.
fn is_mapped<K: Kind>(host: &Host, mounts: &[Mount<K>], path: &Path) -> bool {
    let shows = |map: &&Map| {
        let is_it = path.starts_with(&map.named) || path.starts_with(&map.source.canonical);
        is_it && map.dest.is_none()
    };
    let is_mounted = |map: &Map| {
        let mut maps = mounts.iter().filter(|mount| mount.authority.is_map());
        maps.any(|mount| mount.is_at(&map.source.canonical))
    };
    host.maps.iter().filter(shows).any(is_mounted)
}

/// Whether a row drops a variable with this value.
fn applies<K: Kind>(
    when: DropWhen,
    value: &OsStr,
    settings: &Settings,
    host: &Host,
    mounts: &[Mount<K>],
) -> bool {
    let no_display = host.os == Os::MacOs;
    match when {
        DropWhen::Always => true,
        DropWhen::WithoutX11 | DropWhen::WithoutKeys | DropWhen::WithoutWayland if no_display => {
            true
        }
        DropWhen::WithoutX11 => host.display.x11.is_none(),
        DropWhen::WithoutKeys => !display::has_keys(mounts),
        DropWhen::WithoutWayland => host.display.wayland.is_none(),
        DropWhen::WithoutDocker => !settings.is_on(Switch::Docker),
        DropWhen::UnlessMapped => !is_mapped(host, mounts, Path::new(value)),
        DropWhen::UnlessVisible => {
            let path = match host.os {
                Os::Linux => PathBuf::from(value),
                Os::MacOs => macos::real(Path::new(value)).components().collect(),
            };
            mount::nearest(mounts, &path)
                .is_none_or(|mount| mount.host_path(&path).is_none() && mount.dest != path)
        }
    }
}
