//! Where pnpm keeps packages on the host.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::origin::Origin;
use crate::files;
use crate::policy::env::PNPM_STORE;

/// Variables that name the store; the first is npm's way, which pnpm follows.
const NAMED_BY: [&str; 3] = [PNPM_STORE.0, "NPM_CONFIG_STORE_DIR", "pnpm_config_store_dir"];

/// Variables that move the directory that the store is in.
const MOVED_BY: [&str; 2] = ["PNPM_HOME", "XDG_DATA_HOME"];

/// Files of settings that may name the store: below the project, and below the home.
const PROJECT_SETTINGS: [&str; 2] = [".npmrc", "pnpm-workspace.yaml"];
const HOME_SETTINGS: [&str; 3] = [".npmrc", ".config/pnpm/rc", ".config/pnpm/config.yaml"];

/// How the files spell it.
const SETTINGS: [&str; 2] = ["store-dir", "storeDir"];

/// Bytes of a file of settings that are looked at.
const MAX_FILE: u64 = 64 * 1024;

/// The store that the host's pnpm uses for this project, where that is the usual one: somebody has
/// used pnpm, the project is on the home's file system, and nothing names another store.
pub fn store(origin: &Origin) -> Option<PathBuf> {
    let home = origin.home.real()?;
    let (directory, name) = PNPM_STORE.1.rsplit_once('/')?;
    let directory = home.join(directory);
    let device = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.dev());
    if device(&directory)? != device(&origin.project)? {
        return None;
    }
    let value = |name: &&str| origin.environment.path(name).map(Path::to_path_buf);
    let is_usual = |value: &PathBuf| *value == directory || directory.parent() == Some(value);
    let is_named = NAMED_BY.iter().any(|name| origin.environment.get(name).is_some())
        || !MOVED_BY.iter().filter_map(value).all(|value| is_usual(&value))
        || PROJECT_SETTINGS.iter().any(|file| names_a_store(&origin.project.join(file)))
        || HOME_SETTINGS.iter().any(|file| names_a_store(&home.join(file)));
    (!is_named).then(|| directory.join(name))
}

fn names_a_store(file: &Path) -> bool {
    let text = files::read::small_text(file, MAX_FILE).unwrap_or_default();
    SETTINGS.iter().any(|setting| text.contains(setting))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::{Environment, Origin};
    use super::store;

    fn has_store(home: &Path, variable: Option<(&str, &str)>) -> bool {
        let variable = variable.map(|(name, value)| (name.into(), value.into()));
        let variables = variable.into_iter().chain([("HOME".into(), home.into())]);
        let origin = Origin::at(home.join("p"), variables.collect::<Environment>());
        store(&origin).is_some()
    }

    #[test]
    fn the_usual_store_where_nothing_names_another() {
        let place = tempfile::tempdir().expect("a directory");
        let home = place.path().canonicalize().expect("a path");
        fs::create_dir(home.join("p")).expect("a directory");
        assert!(!has_store(&home, None), "nobody has used pnpm");
        fs::create_dir_all(home.join(".local/share/pnpm")).expect("directories");
        assert!(has_store(&home, None));
        assert!(!has_store(&home, Some(("npm_config_store_dir", "/other"))));
        assert!(!has_store(&home, Some(("PNPM_HOME", "/other"))));
        fs::write(home.join("p/.npmrc"), "store-dir=/other\n").expect("a file");
        assert!(!has_store(&home, None));
    }
}
