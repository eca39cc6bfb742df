//! Every switch decided: the command line over both files over the defaults.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::fields::{Fields, Toggle};
use super::load::Loaded;
use super::merge::typed;
use crate::cli::{BarChoice, BarStyle, Cli};
use crate::host::maps::is_same;
use crate::settings::{MapSetting, Setting, Settings, Source};

/// Lays the command line over the project's file over the user's file over the defaults.
///
/// Lockdown has the last word: it withholds GPU, Docker, display and mise whoever asked for
/// them. The maps it ignores stay in the list, because the launch names them in a warning.
pub fn resolve(cli: &Cli, loaded: &Loaded) -> Settings {
    let layers = Layers { cli, project: &loaded.project.fields, user: &loaded.user.fields };
    let lockdown = layers.toggle(Toggle::Lockdown);
    // The files say what to leave out; the settings say what is in.
    let unless = |toggle| {
        let Setting { value, source } = layers.toggle(toggle);
        Setting { value: !value, source }
    };
    let unless_locked = |toggle| match &lockdown {
        Setting { value: true, source } => Setting { value: false, source: *source },
        _ => unless(toggle),
    };
    Settings {
        command: layers.command(),
        exec: cli.exec,
        maps: layers.maps(),
        landlock: unless(Toggle::NoLandlock),
        seccomp: unless(Toggle::NoSeccomp),
        rlimits: unless(Toggle::NoRlimits),
        gpu: unless_locked(Toggle::NoGpu),
        docker: unless_locked(Toggle::NoDocker),
        display: unless_locked(Toggle::NoDisplay),
        mise: unless_locked(Toggle::NoMise),
        protect: unless(Toggle::NoProtect),
        status_bar: layers.status_bar(),
        lockdown,
    }
}

/// Everybody who has a say.
struct Layers<'a> {
    cli: &'a Cli,
    project: &'a Fields,
    user: &'a Fields,
}

impl Layers<'_> {
    fn toggle(&self, toggle: Toggle) -> Setting<bool> {
        let said = [
            (typed(toggle, self.cli), Source::Flag),
            (self.project.toggles.get(toggle), Source::ProjectFile),
            (self.user.toggles.get(toggle), Source::UserFile),
        ];
        let said = said.into_iter().find_map(|(value, source)| {
            let value = value?;
            Some(Setting { value, source })
        });
        said.unwrap_or(Setting { value: false, source: Source::Default })
    }

    fn command(&self) -> Setting<Vec<OsString>> {
        let words = |words: &Vec<String>| words.iter().map(OsString::from).collect();
        let (value, source) = if !self.cli.command.is_empty() {
            (self.cli.command.clone(), Source::Flag)
        } else if let Some(command) = &self.project.command {
            (words(command), Source::ProjectFile)
        } else if let Some(command) = &self.user.command {
            (words(command), Source::UserFile)
        } else {
            (vec!["bash".into()], Source::Default)
        };
        Setting { value, source }
    }

    /// A later map of the same text takes the place of an earlier one, with its own access.
    /// Read-only ones come last within a source: of the same path typed both ways the smaller
    /// grant stands.
    fn maps(&self) -> Vec<MapSetting> {
        let mut maps = Vec::new();
        for (fields, source) in [(self.user, Source::UserFile), (self.project, Source::ProjectFile)]
        {
            push(&mut maps, &fields.rw_maps, true, source);
            push(&mut maps, &fields.ro_maps, false, source);
        }
        push(&mut maps, &self.cli.rw_maps, true, Source::Flag);
        push(&mut maps, &self.cli.ro_maps, false, Source::Flag);
        maps
    }

    fn status_bar(&self) -> Setting<Option<BarStyle>> {
        let own = &self.user.status_bar_style;
        match (self.cli.status_bar, self.user.no_status_bar, own) {
            (Some(BarChoice::Off), ..) => Setting { value: None, source: Source::Flag },
            (Some(BarChoice::On(style)), ..) => {
                Setting { value: style.or(*own).or(Some(BarStyle::Dark)), source: Source::Flag }
            }
            (None, None, None) => Setting { value: None, source: Source::Default },
            (None, off, style) => Setting {
                value: style.or(Some(BarStyle::Dark)).filter(|_| off != Some(true)),
                source: Source::UserFile,
            },
        }
    }
}

fn push<S: AsRef<OsStr>>(maps: &mut Vec<MapSetting>, texts: &[S], writable: bool, source: Source) {
    for text in texts.iter().map(AsRef::as_ref) {
        maps.retain(|old| !is_same_map(old, text, source));
        maps.push(MapSetting { text: text.to_owned(), writable, source });
    }
}

/// Whether both texts name one path. A relative path in the user's file starts from the home,
/// any other from the project.
fn is_same_map(old: &MapSetting, text: &OsStr, source: Source) -> bool {
    let from_home = |source| source == Source::UserFile;
    let rooted = Path::new(text).is_absolute() || Path::new(text).starts_with("~");
    is_same(&old.text, text) && (rooted || from_home(old.source) == from_home(source))
}
