//! The environment of the command.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::display;
use super::mount::{self, Mount};
use crate::host::Host;
use crate::policy::env::{DROPPED, DropWhen, LOCKDOWN_KEPT, MARKER, Row};
use crate::policy::{fits, mise};
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
pub fn edits(settings: &Settings, host: &Host, mounts: &[Mount], with_mise: bool) -> Vec<EnvEdit> {
    let environment = &host.origin.environment;
    let mut edits = if settings.lockdown.value {
        let kept = |name: &OsStr| {
            LOCKDOWN_KEPT.iter().any(|row| fits(row.as_bytes(), name.as_encoded_bytes()))
        };
        let keep = |(name, value): (&OsStr, &OsStr)| EnvEdit::Set(name.into(), value.into());
        environment.iter().filter(|(name, _)| kept(name)).map(keep).collect()
    } else {
        let dropped = |(name, value): (&OsStr, &OsStr)| {
            let fits = |row: &&Row| fits(row.name.as_bytes(), name.as_encoded_bytes());
            let row = DROPPED.iter().find(fits)?;
            applies(row.when, value, settings, host, mounts)
                .then(|| EnvEdit::Unset(name.into(), row.reason))
        };
        environment.iter().filter_map(dropped).collect::<Vec<_>>()
    };
    edits.retain(|edit| name(edit) != "HOME" && name(edit) != MARKER);
    let display = display::variables(host, mounts);
    edits.extend(display.into_iter().map(|(name, value)| EnvEdit::Set(name.into(), value)));
    edits.push(EnvEdit::Set(MARKER.into(), "1".into()));
    if with_mise {
        let (name, value) = mise::TRUSTED;
        edits.push(EnvEdit::Set(name.into(), value.into()));
    }
    let home = host.origin.home.path().as_os_str();
    if settings.lockdown.value || environment.get("HOME") != Some(home) {
        edits.push(EnvEdit::Set("HOME".into(), home.into()));
    }
    edits.sort_by(|left, right| name(left).cmp(name(right)));
    edits
}

fn name(edit: &EnvEdit) -> &OsStr {
    match edit {
        EnvEdit::Set(name, _) | EnvEdit::Unset(name, _) => name,
    }
}

/// Whether a row drops a variable with this value.
fn applies(
    when: DropWhen,
    value: &OsStr,
    settings: &Settings,
    host: &Host,
    mounts: &[Mount],
) -> bool {
    match when {
        DropWhen::Always => true,
        DropWhen::WithoutX11 => host.display.x11.is_none(),
        DropWhen::WithoutKeys => !display::has_keys(mounts),
        DropWhen::WithoutWayland => host.display.wayland.is_none(),
        DropWhen::WithoutDocker => !settings.docker.value,
        DropWhen::UnlessVisible => mount::nearest(mounts, Path::new(value)).is_none_or(|mount| {
            mount.host_path(Path::new(value)).is_none() && mount.dest != Path::new(value)
        }),
    }
}
