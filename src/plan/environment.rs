//! The environment of the command.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::display;
use super::mount::{self, Kind, Mount};
use crate::facts::{Facts, Inheritance};
use crate::fields::{List, Net, Switch, variable_name};
use crate::host::maps::Map;
use crate::host::{Environment, Host};
use crate::policy::agents::{AGENTS, Agent};
use crate::policy::env::{MARKER, PNPM_STORE, PRESET, Preset, dropped};
use crate::policy::kept_env::KEPT;
use crate::policy::macos::{OWN_CACHE_VARIABLES, OwnVariable, TEMPORARY_VARIABLES};
use crate::policy::network::UPSTREAM_VARIABLES;
use crate::policy::secret_env::is_secret;
use crate::policy::variable::{DropWhen, Variable};
use crate::policy::{Os, fits, macos, mise};
use crate::settings::{Setting, Settings, Source};

/// One change to the environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum EnvEdit {
    /// Set a variable.
    Set(OsString, OsString),
    /// Set a variable that the user hands on by name: its value is shown nowhere.
    Given(OsString, OsString),
    /// Remove a variable, and why.
    Unset(OsString, &'static str),
}

/// Why a variable that no row speaks of is not handed on.
const NOT_KEPT: &str = "--clear-env hands on what its table names, and nothing else";

/// Why one that the user took away is not handed on.
const TAKEN: &str = "--unset-env";

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
    let mut edits = inherited(settings, facts, host, mounts);
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
    if host.os == Os::MacOs {
        let temporary = host.own_temporary.as_deref().map(|path| (path, TEMPORARY_VARIABLES));
        let home = host.own_home.as_ref().map(|own| (own.root.as_path(), OWN_CACHE_VARIABLES));
        for (directory, variables) in temporary.into_iter().chain(home) {
            edits.retain(|edit| variables.iter().all(|row| name(edit) != row.name));
            edits.extend(variables.iter().map(|row| own(directory, row)));
        }
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
    wanted(&mut edits, settings, environment);
    edits.sort_by(|left, right| name(left).cmp(name(right)));
    edits
}

/// Whether the command has a variable, after these changes.
pub fn gives(edits: &[EnvEdit], environment: &Environment, variable: &str) -> bool {
    match edits.iter().find(|edit| name(edit) == variable) {
        Some(edit) => !matches!(edit, EnvEdit::Unset(..)),
        None => environment.get(variable).is_some(),
    }
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

/// A variable that leads to a directory of the jail's own.
fn own(directory: &Path, row: &OwnVariable) -> EnvEdit {
    let mut value = directory.as_os_str().to_owned();
    value.push(row.below);
    EnvEdit::Set(row.name.into(), value)
}

/// The filter of a network uses the host's proxy by itself.
fn without_proxies(environment: &Environment) -> impl Iterator<Item = EnvEdit> + '_ {
    let names = UPSTREAM_VARIABLES.iter().chain(&["no_proxy", "NO_PROXY"]);
    let present = names.filter(|name| environment.get(name).is_some());
    let reason = "the host's proxy, which the network filter uses by itself";
    present.map(move |name| EnvEdit::Unset(name.into(), reason))
}

/// What becomes of the variables that the front was started with.
fn inherited<K: Kind>(
    settings: &Settings,
    facts: Facts,
    host: &Host,
    mounts: &[Mount<K>],
) -> Vec<EnvEdit> {
    let environment = &host.origin.environment;
    let agent = host.agent.as_ref().map(|agent| agent.row);
    let is_kept = |name: &OsStr| is_kept(settings, agent, name);
    if facts.environment == Inheritance::Cleared {
        let keep = |(name, value): (&OsStr, &OsStr)| EnvEdit::Set(name.into(), value.into());
        return environment.iter().filter(|(name, _)| is_kept(name)).map(keep).collect();
    }
    let drop = |(name, value): (&OsStr, &OsStr)| {
        let row = row(host.os, name);
        if let Some(row) = row.filter(|row| applies(row.when, value, settings, host, mounts)) {
            return Some(EnvEdit::Unset(name.into(), row.reason));
        }
        (!is_kept(name)).then(|| EnvEdit::Unset(name.into(), NOT_KEPT))
    };
    environment.iter().filter_map(drop).collect()
}

/// The row that speaks of dropping a variable.
fn row(os: Os, name: &OsStr) -> Option<&'static Variable> {
    dropped(os).find(|row| fits(row.name.as_bytes(), name.as_encoded_bytes()))
}

/// Whether a variable is left where the environment is cleared; all are where it is not.
fn is_kept(settings: &Settings, agent: Option<&Agent>, name: &OsStr) -> bool {
    let lockdown = settings.is_on(Switch::Lockdown);
    if !lockdown && !settings.is_on(Switch::ClearEnv) {
        return true;
    }
    let fits_name = |row: &str| fits(row.as_bytes(), name.as_encoded_bytes());
    let mut rows = KEPT.iter().filter(|row| row.in_lockdown || !lockdown);
    // An agent that is run by name needs its login, and where it keeps what it knows.
    let mut of_agent = agent.iter().filter(|_| !lockdown).flat_map(|agent| {
        agent.keys.iter().copied().chain(agent.variables.iter().map(|row| row.name))
    });
    rows.any(|row| fits_name(row.name)) || of_agent.any(fits_name)
}

/// What the user says of a variable by its name, which is stronger than any table.
enum Word<'a> {
    /// The command has it, with this value if one was typed.
    Given(Option<&'a OsStr>),
    /// The command does not have it.
    Taken,
}

/// What is said of each variable that is named: the stronger source counts, and of two words from
/// one source the one that takes away. In lockdown only what was typed counts.
fn words(settings: &Settings) -> BTreeMap<&OsStr, Word<'_>> {
    let lockdown = settings.is_on(Switch::Lockdown);
    let counts = |entry: &&Setting<OsString>| !lockdown || entry.source == Source::Flag;
    let given = settings.list(List::EnvPass).iter().filter(counts).map(|entry| {
        let name = variable_name(&entry.value);
        let value = entry.value.as_bytes().get(name.len() + 1..).map(OsStr::from_bytes);
        (name, entry.source, Word::Given(value))
    });
    let taken = settings.list(List::EnvUnset).iter().filter(counts);
    let taken = taken.map(|entry| (entry.value.as_os_str(), entry.source, Word::Taken));
    let mut all: Vec<_> = given.chain(taken).collect();
    // The sort keeps the order of equal ones.
    all.sort_by_key(|(_, source, _)| *source);
    all.into_iter().map(|(name, _, word)| (name, word)).collect()
}

/// Makes what the user hands on, sets or takes away so. The marker cannot be taken away.
fn wanted(edits: &mut Vec<EnvEdit>, settings: &Settings, environment: &Environment) {
    let lockdown = settings.is_on(Switch::Lockdown);
    for (named, word) in words(settings).into_iter().filter(|(named, _)| *named != MARKER) {
        edits.retain(|edit| name(edit) != named);
        let inherited = environment.get_os(named);
        match word {
            Word::Given(Some(value)) => edits.push(EnvEdit::Given(named.into(), value.into())),
            // Elsewhere it is there already.
            Word::Given(None) => edits.extend(
                inherited
                    .filter(|_| lockdown)
                    .map(|value| EnvEdit::Given(named.into(), value.into())),
            ),
            Word::Taken => edits.extend(
                inherited.filter(|_| !lockdown).map(|_| EnvEdit::Unset(named.into(), TAKEN)),
            ),
        }
    }
}

/// The names of the variables that the command can see and that carry secrets, as far as names
/// tell.
pub fn secrets(settings: &Settings, os: Os, environment: &Environment) -> Vec<String> {
    let program = Path::new(&settings.command.value[0]).file_name();
    let agent = AGENTS.iter().find(|agent| program == Some(OsStr::new(agent.command)));
    let words = words(settings);
    let is_left = |name: &OsStr| {
        let is_dropped = row(os, name).is_some_and(|row| row.when == DropWhen::Always);
        !is_dropped && is_kept(settings, agent, name)
    };
    let is_seen = |name: &OsStr| {
        let is_given = |word: &Word| matches!(word, Word::Given(_));
        words.get(name).map_or_else(|| is_left(name), is_given)
    };
    let inherited = environment.iter().map(|(name, _)| name);
    let seen = inherited.chain(words.keys().copied()).filter(|name| is_seen(name));
    let secret = |name: &OsStr| Some(name.to_str().filter(|name| is_secret(name))?.to_owned());
    let mut secrets: Vec<String> = seen.filter_map(secret).collect();
    secrets.sort_unstable();
    secrets.dedup();
    secrets
}

fn name(edit: &EnvEdit) -> &OsStr {
    match edit {
        EnvEdit::Set(name, _) | EnvEdit::Given(name, _) | EnvEdit::Unset(name, _) => name,
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
