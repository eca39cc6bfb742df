//! Remembering what was typed.

use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;

use super::edit::edit;
use super::error::ConfigError;
use super::judged::{loosenings, tightenings};
use super::load::{self, File, Loaded};
use super::paths::Paths;
use super::read;
use super::{merge, news, record, trust};
use crate::cli::{Action, Cli};
use crate::fields::{Fields, Owner, Switch};
use crate::files::{self, Durability, Symlinks};
use crate::policy::own::SETTINGS_FILE;
use crate::settings::Settings;

/// What a save did.
#[derive(Debug, Default)]
#[must_use]
pub struct Saved {
    /// The files that have a new content.
    pub written: Vec<PathBuf>,
    /// What they newly say, a line each.
    pub news: Vec<String>,
    /// What could not be remembered, a sentence or a few lines each.
    pub warnings: Vec<String>,
}

/// Remembers what was typed, in the project's file and (the status bar) in the user's.
///
/// A run that cannot save says so once and goes on; `--init`, whose purpose it is, fails.
/// Nothing is saved by the read-only actions, `--exec`, `--dry-run`, nor with `--clean` or in
/// lockdown unless `--init` was typed.
pub fn save(
    cli: &Cli,
    loaded: &Loaded,
    settings: &Settings,
    paths: &Paths,
) -> Result<Saved, ConfigError> {
    let mut saved = Saved::default();
    if !saves(cli, settings) {
        return Ok(saved);
    }
    for result in
        [save_project(cli, loaded, paths, &mut saved), save_user(cli, loaded, paths, &mut saved)]
    {
        match result {
            Err(error) if cli.action == Action::Init => return Err(error),
            Err(error) => saved.warnings.push(error.to_string()),
            Ok(()) => {}
        }
    }
    Ok(saved)
}

pub(super) fn saves(cli: &Cli, settings: &Settings) -> bool {
    match cli.action {
        Action::Init => cli.dry_run.is_none(),
        // What was typed beside `--clean` holds for this run: the ignored file stays as it is.
        Action::Run => {
            let reads_only = cli.dry_run.is_some() || cli.exec || cli.clean;
            !reads_only && !settings.is_on(Switch::Lockdown)
        }
        Action::Status
        | Action::Bootstrap
        | Action::Forget(_)
        | Action::Explain(_)
        | Action::Doctor
        | Action::Trust
        | Action::Completions(_)
        | Action::Man => false,
    }
}

fn save_project(
    cli: &Cli,
    loaded: &Loaded,
    paths: &Paths,
    saved: &mut Saved,
) -> Result<(), ConfigError> {
    let path = &paths.project_file;
    let merged = |old: &File| -> Result<(String, Fields), ConfigError> {
        let new = merge::project(&old.fields, &cli.typed).fields;
        let text = edit(path, old.text.as_deref(), &old.fields, &new, Owner::Project)?;
        Ok((text, new))
    };
    let typed = merge::project(&Fields::default(), &cli.typed);
    saved.warnings.extend(typed.unsaved);
    let (new, fields) = merged(&loaded.project)?;
    let unchanged = loaded.project.text.as_ref() == Some(&new);
    if unchanged && is_settled(&loaded.project, &fields, cli, paths) {
        warn_untrusted(&loaded.project, &fields, cli, paths, saved);
        return Ok(());
    }
    if is_home(paths) || load::is_user_file(paths, &loaded.user) {
        return Err(ConfigError::UserFileIsProject { path: path.clone() });
    }
    // From here on something will be written. Another run may have saved since this one
    // loaded: lay what was typed over what is there now.
    let _lock = record::lock(paths);
    let (current, on_disk) = if cli.clean {
        (File::default(), ignored_text(path))
    } else {
        let current = load::project_file(paths)?;
        let on_disk = current.text.clone();
        (current, on_disk)
    };
    let (new, fields) = merged(&current)?;
    // Everything in the new content that takes trust was typed by the user just now, or stood
    // in a content that was trusted. So a file that asked for nothing is trusted with the map
    // that was typed, and a file with a stranger's map in it is not.
    // With `--clean` all of it was typed just now, and what an earlier file said counts no more.
    let agreed =
        cli.clean || is_recorded(&current, paths) || asks_for_nothing(&current, cli, paths);
    if !agreed {
        warn_untrusted(&current, &fields, cli, paths, saved);
    }
    // Trust comes first: in a home that is full or read-only it fails, and a file that was saved
    // without it would stop the next run.
    let changes = on_disk.as_ref() != Some(&new);
    let was_recorded = is_recorded(&current, paths);
    let recorded = if agreed { remember(&new, &fields, paths) } else { Ok(()) };
    if !changes {
        // Without a new content a failure is no news: it would be said at every launch.
        return Ok(());
    }
    let warning = match recorded {
        // Without a home nothing is ever trusted: the next run will ask, whatever is saved.
        Err(error @ ConfigError::NoTrustStore) => Some(error.to_string()),
        recorded => recorded.map(|()| None)?,
    };
    files::replace::sweep(&paths.project_dir, SETTINGS_FILE);
    if let Err(error) = write(path, &new) {
        // The old content stays, and so does what was agreed to.
        if let Some(text) = current.text.as_ref().filter(|_| was_recorded) {
            let _ = record::write(paths, text, &current.fields);
        }
        return Err(error);
    }
    saved.written.push(path.clone());
    saved.warnings.extend(warning);
    saved.news.extend(news::between(&current.fields, &fields, SETTINGS_FILE));
    Ok(())
}

/// Whether nothing is left to record for a file that keeps its content.
fn is_settled(file: &File, fields: &Fields, cli: &Cli, paths: &Paths) -> bool {
    !takes_a_record(fields, paths)
        || is_recorded(file, paths)
        || !asks_for_nothing(file, cli, paths)
}

/// Whether a file has anything that an agreement would cover.
fn takes_a_record(fields: &Fields, paths: &Paths) -> bool {
    !loosenings(fields, paths).is_empty() || !tightenings(fields, paths).is_empty()
}

/// Whether all that takes trust in a file was typed just now.
fn asks_for_nothing(file: &File, cli: &Cli, paths: &Paths) -> bool {
    trust::untyped(&file.fields, cli, paths).is_empty() && trust::lost(file, cli, paths).is_empty()
}

/// Whether this content is the one that was agreed to.
fn is_recorded(file: &File, paths: &Paths) -> bool {
    let text = file.text.as_deref().unwrap_or_default();
    matches!(record::check(paths, text, &file.fields), record::Found::Trusted)
}

/// Carries trust on to the new content.
fn remember(text: &str, fields: &Fields, paths: &Paths) -> Result<(), ConfigError> {
    // A record that there is already must not speak of what was taken back.
    let is_stale = || matches!(record::check(paths, text, fields), record::Found::Other(_));
    if !takes_a_record(fields, paths) && !is_stale() {
        return Ok(());
    }
    record::write(paths, text, fields)
}

/// `--init` runs nothing and so was not stopped at the gate: say what the next run will meet.
fn warn_untrusted(file: &File, fields: &Fields, cli: &Cli, paths: &Paths, saved: &mut Saved) {
    let asks = !loosenings(fields, paths).is_empty() && !is_recorded(file, paths);
    if asks && cli.action == Action::Init {
        saved.warnings.push(format!(
            "{SETTINGS_FILE} asks for more than you typed; `ai-jail --trust` shows and allows it"
        ));
    }
}

/// With `--clean` what stands there counts only if it is already what shall stand there.
fn ignored_text(path: &Path) -> Option<String> {
    let content = read::regular(path, Symlinks::Refuse).ok().flatten()?;
    String::from_utf8(content.bytes).ok()
}

fn save_user(
    cli: &Cli,
    loaded: &Loaded,
    paths: &Paths,
    saved: &mut Saved,
) -> Result<(), ConfigError> {
    let new = |fields: &Fields| merge::user(fields, &cli.typed);
    if new(&loaded.user.fields) == loaded.user.fields {
        return Ok(());
    }
    if let Some(path) = change_user(paths, new)? {
        let old = &loaded.user.fields;
        saved.news.extend(news::between(old, &new(old), "your own ~/.ai-jail"));
        saved.written.push(path);
    }
    Ok(())
}

/// Changes what the user's own file says, where there is a home for one.
pub(super) fn change_user(
    paths: &Paths,
    change: impl Fn(&Fields) -> Fields,
) -> Result<Option<PathBuf>, ConfigError> {
    let Some(path) = &paths.user_file else { return Ok(None) };
    let _lock = record::lock(paths);
    let current = load::user_file(path)?;
    let new = change(&current.fields);
    let text = edit(path, current.text.as_deref(), &current.fields, &new, Owner::User)?;
    // The user's own link into a repository of settings stays a link.
    let target = path.canonicalize().unwrap_or_else(|_| path.clone());
    write(&target, &text)?;
    Ok(Some(path.clone()))
}

/// Takes something out of the project's file. What was agreed to before is agreed to without it.
pub(super) fn take_from_project(
    paths: &Paths,
    change: impl Fn(&Fields) -> Fields,
) -> Result<Option<PathBuf>, ConfigError> {
    let path = &paths.project_file;
    let _lock = record::lock(paths);
    let current = load::project_file(paths)?;
    let new = change(&current.fields);
    let text = edit(path, current.text.as_deref(), &current.fields, &new, Owner::Project)?;
    let agreed = is_recorded(&current, paths);
    write(path, &text)?;
    if agreed {
        record::write(paths, &text, &new)?;
    }
    Ok(Some(path.clone()))
}

fn write(path: &Path, text: &str) -> Result<(), ConfigError> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        unreachable!("a config file has a directory and a name")
    };
    let metadata = path.symlink_metadata();
    if metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().readonly()) {
        return Err(ConfigError::ReadOnly { path: path.to_path_buf() });
    }
    let mode = Mode::from_bits_truncate(0o644);
    files::replace(dir, name, text.as_bytes(), mode, Durability::Disk)
        .map_err(|source| ConfigError::Save { path: path.to_path_buf(), source })
}

/// In the home itself the two files are one.
fn is_home(paths: &Paths) -> bool {
    let canonical = |path: &Path| path.canonicalize().ok();
    let home = paths.home.as_deref().and_then(canonical);
    home.is_some() && home == canonical(&paths.project_dir)
}
