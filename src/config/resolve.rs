//! Every switch decided: the command line over both files over the defaults.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::load::Loaded;
use crate::cli::Cli;
use crate::fields::{BarStyle, Fields, List, Net, Switch, Word};
use crate::settings::{MapSetting, Network, NetworkEntry, Setting, Settings, Source};

/// Lays what was typed over the project's file over the user's file over the defaults.
///
/// Lockdown has the last word: it withholds GPU, Docker, display and mise whoever asked for
/// them. The maps it ignores stay in the list, because the launch names them in a warning.
pub fn resolve(cli: &Cli, loaded: &Loaded) -> Settings {
    let (project, user) = (&loaded.project.fields, &loaded.user.fields);
    let mut speakers = vec![
        (&cli.typed, Source::Flag),
        (&loaded.remembered, Source::Remembered),
        (project, Source::ProjectFile),
        (user, Source::UserFile),
    ];
    let command = Speakers(speakers.clone()).command();
    if let Some(of_command) = user.for_command(&command.value[0]) {
        speakers.insert(3, (of_command, Source::UserCommand));
    }
    let speakers = Speakers(speakers);
    Settings {
        command,
        exec: cli.exec,
        maps: speakers.maps(),
        network: speakers.network(),
        switches: speakers.switches(),
        lists: std::array::from_fn(|index| speakers.list(List::ALL[index])),
        status_bar: speakers.status_bar(),
    }
}

/// Everybody who has a say, the strongest first.
struct Speakers<'a>(Vec<(&'a Fields, Source)>);

impl Speakers<'_> {
    /// What the strongest says who says anything.
    fn said<T>(&self, says: impl Fn(&Fields) -> Option<T>) -> Option<Setting<T>> {
        self.0.iter().find_map(|(fields, source)| {
            says(fields).map(|value| Setting { value, source: *source })
        })
    }

    fn switch(&self, switch: Switch) -> Setting<bool> {
        let default = Setting { value: switch.row().default, source: Source::Default };
        self.said(|fields| fields.switch(switch)).unwrap_or(default)
    }

    fn switches(&self) -> [Setting<bool>; Switch::ALL.len()] {
        let lockdown = self.switch(Switch::Lockdown);
        std::array::from_fn(|index| {
            let switch = Switch::ALL[index];
            match switch.row().in_lockdown.filter(|_| lockdown.value) {
                Some(value) => Setting { value, source: lockdown.source },
                None => self.switch(switch),
            }
        })
    }

    fn command(&self) -> Setting<Vec<OsString>> {
        let default = || Setting { value: vec!["bash".into()], source: Source::Default };
        self.said(|fields| fields.command.clone()).unwrap_or_else(default)
    }

    /// A later map of the same text takes the place of an earlier one, with its own access.
    /// Read-only ones come last within a source: of the same path typed both ways the smaller
    /// grant stands.
    fn maps(&self) -> Vec<MapSetting> {
        let mut maps = Vec::new();
        for (fields, source) in self.0.iter().rev() {
            push(&mut maps, fields.list(List::RwMaps), true, *source);
            push(&mut maps, fields.list(List::RoMaps), false, *source);
        }
        maps
    }

    /// Lockdown has no network, whoever asked for one.
    fn network(&self) -> Network {
        let lockdown = self.switch(Switch::Lockdown);
        let net = match self.said(Fields::net) {
            _ if lockdown.value => Setting { value: Net::None, source: lockdown.source },
            Some(net) => net,
            None => Setting { value: Net::Host, source: Source::Default },
        };
        let mut entries: Vec<NetworkEntry> = Vec::new();
        for (fields, source) in self.0.iter().rev() {
            for list in NETWORK_LISTS {
                for text in fields.list(list) {
                    let is_new = !entries
                        .iter()
                        .any(|old| old.list == list && list.is_same(old.text.as_ref(), text));
                    if is_new {
                        let text = text.to_string_lossy().into_owned();
                        entries.push(NetworkEntry { list, text, source: *source });
                    }
                }
            }
        }
        Network { net, entries }
    }

    /// A later entry takes the place of an earlier one that speaks of the same thing.
    fn list(&self, list: List) -> Vec<Setting<OsString>> {
        let mut entries: Vec<Setting<OsString>> = Vec::new();
        for (fields, source) in self.0.iter().rev() {
            for text in fields.list(list) {
                entries.retain(|old| !list.is_same(&old.value, text));
                entries.push(Setting { value: text.clone(), source: *source });
            }
        }
        entries
    }

    /// A style that is written means that the bar is wanted; one that is kept for later stands
    /// beside `no_status_bar = true`.
    fn status_bar(&self) -> Setting<Option<BarStyle>> {
        let is_wanted = |fields: &Fields| {
            let style = fields.word(Word::StatusBarStyle);
            fields.switch(Switch::StatusBar).or(style.map(|_| true))
        };
        let style = || {
            let word = self.said(|fields| fields.word(Word::StatusBarStyle));
            word.map_or(BarStyle::Dark, |word| BarStyle::from_word(word.value))
        };
        match self.said(is_wanted) {
            Some(Setting { value, source }) => Setting { value: value.then(style), source },
            None => Setting { value: None, source: Source::Default },
        }
    }
}

/// The lists about a filtered network.
const NETWORK_LISTS: [List; 3] = [List::AllowHosts, List::ForwardPorts, List::PublishPorts];

fn push(maps: &mut Vec<MapSetting>, texts: &[OsString], writable: bool, source: Source) {
    for text in texts {
        maps.retain(|old| !is_same_map(old, text, source));
        maps.push(MapSetting { text: text.clone(), writable, source });
    }
}

/// Whether both texts name one path. A relative path in the user's file starts from the home,
/// any other from the project.
fn is_same_map(old: &MapSetting, text: &OsStr, source: Source) -> bool {
    let rooted = Path::new(text).is_absolute() || Path::new(text).starts_with("~");
    List::RoMaps.is_same(&old.text, text)
        && (rooted || old.source.is_user_file() == source.is_user_file())
}
