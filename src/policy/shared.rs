//! Directories of the home that all programs share, with an entry for each program.
//!
//! What shells, sessions, editors and tools of the host read there has no end, and much of it is
//! code or names code. So an entry that is there is read-only, unless it has a row of the home's
//! table or one here, because agents or tools keep state in it. A new entry can be made, and is
//! reported.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::agents::runtime;
use super::home::{Treatment, find};
use super::place::{Place, place as row};
use super::{Os, fits_file};

/// The directories, below the home. `.local/share` is not among them: `.local` is read-only as it is,
/// so nothing new can be made there either.
pub const SHARED: &[&str] = &[".config", ".local/state", ".docker"];

/// Why an entry that is there is read-only.
pub const THERE: &str = "settings of a program, which its next start outside may run";

/// Why a new entry is reported.
pub const NEW: &str = "its program may run it from now on; the next jail has it read-only, and \
                       --rw-map of it lets a jail change it";

/// Tools that fail, or do without something, where they cannot write. What of it names programs has
/// a row in [`protect::HOME`](super::protect::HOME).
pub const STATE: &[Place] = &[
    // github.com/yeoman/configstore: one file for each npm program that uses it.
    row(".config/configstore", "state of npm's programs"),
    // cypress-io/cypress issue 2064: EROFS ends the run.
    row(".config/Cypress", "state of Cypress"),
    // electronjs.org, app.getPath("userData"): the name of an application that is not packaged.
    row(".config/Electron", "state of Electron applications that are being developed"),
    // eclipse-jgit/jgit, SystemReader: measured resolutions of file systems.
    row(".config/jgit", "state of JGit"),
    // go.dev/doc/telemetry: counters, in `telemetry` beside `env`.
    row(".config/go", "counters of Go's programs"),
    // flutter/flutter, persistent_tool_state.dart.
    row(".config/flutter", "state of Flutter"),
    row(".config/dart", "state of Dart"),
    // vercel/next.js, telemetry/storage.ts.
    row(".config/nextjs-nodejs", "state of Next.js"),
    row(".config/nuxtjs-nodejs", "state of Nuxt"),
    row(".config/astro", "state of Astro"),
    row(".config/gatsby", "state of Gatsby"),
    // turborepo.com/docs/telemetry.
    row(".config/turborepo", "state of Turborepo"),
    // matplotlib.org, get_configdir: a directory that cannot be written is not used at all.
    row(".config/matplotlib", "state of Matplotlib"),
    // pnpm.io/settings, state-dir: when it last asked for a newer version.
    row(".local/state/pnpm", "state of pnpm"),
    // cli/cli, internal/config/stub: when it last asked for a newer version.
    row(".local/state/gh", "state of gh"),
    // docker/for-linux issue 1451: a build ends where its time cannot be noted.
    row(".docker/buildx", "state of Docker's builds"),
    // moby/buildkit, session/auth/authprovider/tokenseed.go.
    row(".docker/.token_seed", "number by which BuildKit asks for tokens"),
    row(".docker/.token_seed.lock", "number by which BuildKit asks for tokens"),
];

/// Whether an entry, by its path below the home, stays as its own row says: of the home's table, of
/// the agents', of [`STATE`].
pub fn has_row(os: Os, entry: &Path) -> bool {
    let is = |path: &str| fits_file(os, path.as_bytes(), entry.as_os_str().as_bytes());
    find(os, entry).is_some()
        || STATE.iter().any(|place| is(place.path))
        || runtime::directories().any(|(base, name)| {
            let entry = entry.as_os_str().as_bytes();
            let name_in_base = entry.strip_prefix(base.as_bytes()).and_then(<[u8]>::split_first);
            name_in_base
                .is_some_and(|(slash, rest)| *slash == b'/' && fits_file(os, name.as_bytes(), rest))
        })
}

/// Rows of [`STATE`] inside an entry that has none itself: they stay writable in it.
pub fn inside(entry: &Path) -> impl Iterator<Item = &'static Place> {
    STATE.iter().filter(move |place| {
        let path = Path::new(place.path);
        path.starts_with(entry) && path != entry
    })
}

/// Whether a new entry of a shared directory is nobody's news. What jails are never to have of the
/// host is news: until the next run there is no mask over it.
pub fn is_expected(os: Os, directory: &str, name: &OsStr) -> bool {
    let entry = Path::new(directory).join(name);
    let row = find(os, &entry);
    let is_kept_away =
        row.is_some_and(|row| matches!(row.treatment, Treatment::Hidden | Treatment::Empty));
    !is_kept_away && has_row(os, &entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_and_tools_keep_their_state() {
        let has = |path: &str| has_row(Os::Linux, Path::new(path));
        for path in [
            ".config/opencode",
            ".config/crush",
            ".local/state/opencode",
            ".config/Cypress",
            ".docker/buildx",
            ".config/BraveSoftware",
        ] {
            assert!(has(path), "{path}");
        }
        for path in [".config/opencode2", ".config/fish", ".config/new", ".docker/contexts"] {
            assert!(!has(path), "{path}");
        }
    }

    #[test]
    fn what_is_inside_an_entry_without_a_row() {
        assert_eq!(inside(Path::new(".docker/buildx")).count(), 0);
        assert!(inside(Path::new(".docker")).count() > 1);
    }

    #[test]
    fn every_row_is_in_a_shared_directory() {
        for row in STATE {
            assert!(SHARED.iter().any(|shared| Path::new(row.path).starts_with(shared)));
        }
    }
}
