//! A home of the jails' own: what in it shows the host's entries, read-only, and what starts empty.

use super::agents::runtime;
use super::home_row::Treatment;
use super::place::{Place, place as row};

const SETTINGS: &str = "settings that tools read";
const TOOLS: &str = "programs that are installed already";
const STATE: &str = "state that a program reads when it starts";

/// What a home of the jails' own has though the host's home has no such directory: where programs
/// save when no variable says otherwise, as the XDG Base Directory Specification has it. Its two others
/// lie below `.local`, which the records of ai-jail make, and which is read-only.
pub const ALWAYS: &[Place] =
    &[row(".cache", "caches of the jails' own"), row(".config", "settings of the jails' own")];

/// Of what is no agent's state.
const SHOWN: &[Place] = &[
    row(".config", SETTINGS),
    row(".docker", SETTINGS),
    row(".local/state", STATE),
    row(".local/share/zoxide", STATE),
    row(".local/share/atuin", STATE),
    row(".local/share/mise", TOOLS),
    row(".local/share/flutter", TOOLS),
    row(".local/share/kotlin", TOOLS),
    row(".local/share/pipx", TOOLS),
    row(".local/share/ruby-advisory-db", STATE),
    row(".local/share/uv", TOOLS),
    row(".rustup", TOOLS),
    row(".dotnet", TOOLS),
];

/// Writable places in which the host's own entries stand, read-only, beside what jails make there.
/// Every other place that the home's table lets a jail write is a cache: it starts empty, but for
/// what the host runs of it.
pub fn shown() -> impl Iterator<Item = &'static str> {
    let state = runtime::home_rows().filter(|row| row.treatment == Treatment::ReadWrite);
    SHOWN.iter().map(|place| place.path).chain(state.map(|row| row.path))
}

/// Below the directory of ai-jail's records, where no jail looks: one directory for each project,
/// named by the project's path as a number.
///
/// One for each project and not one for all: what a jail leaves in a home is run by the next jail
/// with that home, and a stranger's project must not decide what runs beside another's secrets.
pub const HOMES: &str = "homes";

/// In the directory of a project: the project's path, for people.
pub const PROJECT: &str = "project";

/// In the directory of a project: what the jails have of their own, each at its path below the home.
pub const HOME: &str = "home";
