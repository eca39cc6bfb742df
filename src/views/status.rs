//! The `status` view: what the files say and what this host gives for it. It decides nothing:
//! everything shown was decided by [`crate::settings`] and
//! [`crate::config::trust`].

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use serde::{Serialize, Serializer};
use stage2::os_bytes::{self, BytePath};

use super::output::{self, View};
use crate::cli::Cli;
use crate::config::trust::Verdict;
use crate::config::{self, Loaded, Paths};
use crate::error::Error;
use crate::fields::{BarStyle, List, Net, Switch, Trust as Takes};
use crate::host;
use crate::host::facts::HostFacts;
use crate::host::own_files::Kept;
use crate::plan;
use crate::policy::Os;
use crate::settings::{self, MapSetting, Settings, Source};
use crate::start::Start;
use crate::text::{visible, visible_words};

/// All that `status` shows; [`fmt::Display`] for people, its fields for programs.
#[derive(Debug, Serialize)]
pub struct Overview {
    project_file: FileState,
    user_file: Option<FileState>,
    trust: Trust,
    command: Command,
    maps: Vec<Map>,
    /// Whether lockdown ignores the maps.
    maps_ignored: bool,
    network: Network,
    lists: Vec<Entry>,
    lockdown: State,
    #[serde(serialize_with = "by_name")]
    switches: Vec<State>,
    status_bar: Bar,
    /// The home that the project's jails have of their own, if one has been made.
    #[serde(skip_serializing_if = "Option::is_none")]
    own_home: Option<OwnHome>,
    /// What of ai-jail lies on this machine.
    on_disk: Vec<OnDisk>,
    /// Names of variables that the command sees and that look like secrets.
    visible_secrets: Vec<String>,
}

#[derive(Debug, Serialize)]
struct OwnHome {
    path: BytePath,
    /// The bytes of its files.
    size: u64,
}

/// A place of ai-jail's own.
#[derive(Debug, Serialize)]
struct OnDisk {
    path: BytePath,
    what: &'static str,
    files: usize,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct FileState {
    path: BytePath,
    present: bool,
}

#[derive(Debug, Serialize)]
struct Trust {
    verdict: &'static str,
    /// What the project's file asks for that takes trust.
    asks: Vec<String>,
    /// Whether the settings shown include it.
    applied: bool,
}

#[derive(Debug, Serialize)]
struct Command {
    #[serde(with = "os_bytes::list")]
    value: Vec<OsString>,
    source: &'static str,
}

#[derive(Debug, Serialize)]
struct Map {
    path: BytePath,
    access: &'static str,
    source: &'static str,
}

/// An entry of a list that is no map. Of a variable only the name: a value may be a secret.
#[derive(Debug, Serialize)]
struct Entry {
    list: &'static str,
    text: BytePath,
    source: &'static str,
}

#[derive(Debug, Serialize)]
struct Network {
    is: &'static str,
    source: &'static str,
    /// Of a filtered one: rules and ports.
    entries: Vec<NetworkEntry>,
}

#[derive(Debug, Serialize)]
struct NetworkEntry {
    field: &'static str,
    text: String,
    source: &'static str,
}

#[derive(Debug, Serialize)]
struct State {
    #[serde(skip)] // it is the key
    name: &'static str,
    value: bool,
    source: &'static str,
    /// Whether the host has it at all; absent where that is not the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<bool>,
    /// Whether it is off because of lockdown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    by_lockdown: bool,
    /// Whether it is on and has nothing to do in this project.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    idle: bool,
}

#[derive(Debug, Serialize)]
struct Bar {
    style: Option<&'static str>,
    source: &'static str,
}

impl Overview {
    /// `settings` are those that would apply: resolved from [`Loaded::restrained`].
    pub fn new(
        paths: &Paths,
        loaded: &Loaded,
        verdict: &Verdict,
        settings: &Settings,
        host: &HostFacts,
        visible_secrets: Vec<String>,
    ) -> Self {
        let file_state = |path: &PathBuf, file: &crate::config::File| FileState {
            path: BytePath(path.clone()),
            present: file.text.is_some(),
        };
        let locked = settings.is_on(Switch::Lockdown);
        let state = |switch: Switch| {
            let (setting, has) = (settings.switch(switch), host.has(switch));
            let without_work = switch == Switch::Mise && !host.mise_has_work;
            State {
                name: switch.row().name,
                value: setting.value,
                source: word(setting.source),
                host: has,
                by_lockdown: locked && switch.row().in_lockdown.is_some(),
                idle: without_work && setting.value && has == Some(true),
            }
        };
        // They have lines of their own.
        let others = |switch: &&Switch| !matches!(switch, Switch::Lockdown | Switch::StatusBar);
        Self {
            project_file: file_state(&paths.project_file, &loaded.project),
            user_file: paths.user_file.as_ref().map(|path| file_state(path, &loaded.user)),
            trust: Trust::new(verdict, loaded),
            command: Command {
                value: settings.command.value.clone(),
                source: word(settings.command.source),
            },
            maps: settings.maps.iter().map(Map::new).collect(),
            maps_ignored: locked,
            network: Network::new(&settings.network),
            lists: Entry::all(settings),
            lockdown: state(Switch::Lockdown),
            switches: Switch::ALL.iter().filter(others).map(|switch| state(*switch)).collect(),
            status_bar: Bar {
                style: settings.status_bar.value.map(BarStyle::word),
                source: word(settings.status_bar.source),
            },
            own_home: host
                .own_home
                .as_ref()
                .map(|home| OwnHome { path: BytePath(home.directory.clone()), size: home.size }),
            on_disk: Vec::new(),
            visible_secrets,
        }
    }

    /// Adds what lies on this machine.
    #[must_use]
    pub fn with_kept(mut self, kept: Vec<Kept>) -> Self {
        let on_disk =
            |Kept { path, what, files, bytes }| OnDisk { path: BytePath(path), what, files, bytes };
        self.on_disk = kept.into_iter().map(on_disk).collect();
        self
    }
}

impl Trust {
    fn new(verdict: &Verdict, loaded: &Loaded) -> Self {
        let (word, items) = match verdict {
            Verdict::NothingLoosens if loaded.project.text.is_none() => ("no file", &[][..]),
            Verdict::NothingLoosens => ("not needed", &[][..]),
            Verdict::Trusted(items) => ("trusted", &items[..]),
            Verdict::Once(items) => ("once", &items[..]),
            Verdict::Untrusted(asked) => ("not trusted", &asked.items[..]),
        };
        Self {
            verdict: word,
            asks: items.iter().map(ToString::to_string).collect(),
            applied: verdict.applies(),
        }
    }
}

impl Map {
    fn new(map: &MapSetting) -> Self {
        Self {
            path: BytePath(map.text.clone().into()),
            access: if map.writable { "rw" } else { "ro" },
            source: word(map.source),
        }
    }
}

impl Network {
    /// Entries of another network than a filtered one change nothing.
    fn new(settings: &settings::Network) -> Self {
        let entries = settings.entries.iter().filter(|_| settings.net.value == Net::Filtered);
        let entry = |entry: &settings::NetworkEntry| NetworkEntry {
            field: entry.list.row().field,
            text: entry.text.clone(),
            source: word(entry.source),
        };
        Self {
            is: settings.net.value.word(),
            source: word(settings.net.source),
            entries: entries.map(entry).collect(),
        }
    }
}

impl Entry {
    fn all(settings: &Settings) -> Vec<Self> {
        let lists = List::ALL
            .iter()
            .filter(|list| matches!(list.row().trust, Takes::Tightens | Takes::Excepts { .. }));
        let entries = lists.flat_map(|list| {
            let row = list.row();
            settings.list(*list).iter().map(|entry| Self {
                list: row.name,
                text: BytePath((row.shown)(&entry.value).into()),
                source: word(entry.source),
            })
        });
        entries.collect()
    }
}

impl State {
    /// `on`, or what keeps it off.
    fn state(&self) -> &'static str {
        match (self.value, self.host) {
            (false, _) if self.by_lockdown => "off (lockdown)",
            (false, _) => "off",
            (true, Some(false)) => "off (not on this host)",
            (true, _) if self.idle => "on (nothing to do here)",
            (true, _) => "on",
        }
    }
}

/// Shows what the files say, and what this host would give.
///
/// # Errors
///
/// Standard output does not take it.
pub fn show(start: &Start, cli: &Cli) -> Result<(), Error> {
    let Start { origin, paths, loaded, verdict } = start;
    let settings = config::resolve(cli, &loaded.restrained(verdict));
    let facts = host::facts::find(origin);
    let secrets = plan::secrets(&settings, Os::of_this_build(), &origin.environment);
    let overview = Overview::new(paths, loaded, verdict, &settings, &facts, secrets);
    output::show(&overview.with_kept(host::own_files::find(&origin.home)), cli.json)
}

impl View for Overview {
    fn text(&self, _colour: bool) -> String {
        self.to_string()
    }
}

impl fmt::Display for Overview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, value: &str, source: &str| {
            let line = format!("{name:<13} {value:<26} {source}");
            writeln!(f, "{}", line.trim_end())
        };
        row("project file", &self.project_file.shown(), "")?;
        let user = self.user_file.as_ref().map(FileState::shown);
        row("user file", user.as_deref().unwrap_or("none: no home directory"), "")?;
        row("trust", self.trust.verdict, "")?;
        for ask in &self.trust.asks {
            let applied = if self.trust.applied { "allowed" } else { "not applied" };
            row("", &format!("{applied}: {ask}"), "")?;
        }
        if !self.trust.applied {
            row("", "to allow it, type: ai-jail --trust", "")?;
        }
        row("command", &visible_words(&self.command.value), self.command.source)?;
        for map in &self.maps {
            let ignored = if self.maps_ignored { " (ignored: lockdown)" } else { "" };
            let text = visible(&map.path.0);
            row("map", &format!("{} {text}{ignored}", map.access), map.source)?;
        }
        row("network", self.network.is, self.network.source)?;
        for NetworkEntry { field, text, source } in &self.network.entries {
            row("", &format!("{}: {}", field.replace('_', " "), visible(text)), source)?;
        }
        for entry in &self.lists {
            row(entry.list, &visible(&entry.text.0), entry.source)?;
        }
        for switch in std::iter::once(&self.lockdown).chain(&self.switches) {
            row(switch.name, switch.state(), switch.source)?;
        }
        let style = self.status_bar.style.unwrap_or("off");
        row("status bar", style, self.status_bar.source)?;
        if let Some(home) = &self.own_home {
            let (path, size) = (visible(&home.path.0), home.size.div_ceil(1 << 20));
            row("own home", &format!("{size} MiB in {path}"), "")?;
            row("", &format!("to empty it, type: rm -r {path}"), "")?;
        }
        let mut name = "on disk";
        for kept in &self.on_disk {
            let files = if kept.files == 1 { "file" } else { "files" };
            let path = visible(&kept.path.0);
            row(name, &format!("{path}: {} {files}, {} bytes", kept.files, kept.bytes), "")?;
            row("", &format!("  {}", kept.what), "")?;
            name = "";
        }
        for name in &self.visible_secrets {
            row("secret", &format!("{name} is handed on"), "its name says so")?;
        }
        if !self.visible_secrets.is_empty() {
            row("", "to keep them away, type: --clear-env", "or --unset-env NAME")?;
        }
        Ok(())
    }
}

impl FileState {
    fn shown(&self) -> String {
        let path = visible(&self.path.0);
        let absent = if self.present { "" } else { " (none)" };
        format!("{path}{absent}")
    }
}

fn by_name<S: Serializer>(switches: &[State], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(switches.iter().map(|switch| (switch.name, switch)))
}

fn word(source: Source) -> &'static str {
    match source {
        Source::Default => "default",
        Source::UserFile => "user file",
        Source::UserCommand => "user file, for this command",
        Source::ProjectFile => "project file",
        Source::Remembered => "remembered",
        Source::Flag => "flag",
    }
}
