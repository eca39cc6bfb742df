//! The message for a command that could not be run in the jail.

use std::path::{Path, PathBuf};

use stage2::report::ExecFailure;

use crate::cli;
use crate::host::{Host, links};
use crate::messages::error;
use crate::plan::Plan;
use crate::policy::agents::AGENTS;
use crate::text::{visible, visible_word};

/// What is known about a run whose command may not be found.
pub struct Lookup<'a> {
    /// Where the host has the command's program.
    pub on_host: Option<PathBuf>,
    /// Whether no map could bring it in.
    pub lockdown: bool,
    /// Whether the jail would have a file with a map of a place, tried on the plan.
    pub would_show: &'a dyn Fn(&Path, &Path) -> bool,
}

impl<'a> Lookup<'a> {
    /// What this host knows about the command of a plan.
    pub fn new(plan: &Plan, host: &Host, would_show: &'a dyn Fn(&Path, &Path) -> bool) -> Self {
        let on_host = host.command.as_ref().map(|(file, _)| file.clone());
        Self { on_host, lockdown: plan.facts.is_alone(), would_show }
    }

    /// What to type where the host has a file that the jail does not have.
    fn hint(&self, file: &Path) -> String {
        let has = format!("\n  the host has {}", visible(file));
        if self.lockdown {
            return format!("{has}, which lockdown keeps away");
        }
        if let Some(map) = self.map_that_shows(file) {
            return format!("{has}: map it with --map {}", visible_word(map));
        }
        let word = visible_word(file);
        format!("{has}, and no map of it alone helps: `ai-jail --explain {word}` says why")
    }

    /// A map with which the jail has the file: of the directory that its links lead to or that it
    /// is in, else of the file itself.
    fn map_that_shows(&self, file: &Path) -> Option<PathBuf> {
        let canonical = links::locate(file).ok()?.canonical;
        let directories = [canonical.parent(), file.parent()].into_iter().flatten();
        let mut candidates = directories.chain([canonical.as_path()]);
        candidates.find(|map| (self.would_show)(map, file)).map(Path::to_path_buf)
    }
}

/// The command could not be run.
pub fn tell(failure: &ExecFailure, lookup: &Lookup) {
    let program = visible_word(&failure.program);
    let Some(found) = &failure.found else {
        // A name with a slash is looked for nowhere else.
        let looked = match failure.program.contains('/') {
            true if lookup.on_host.is_some() => String::new(),
            true => "\n  the host has no such program either".to_owned(),
            false => format!("\n  looked in {}", visible(&failure.looked)),
        };
        let hint = match &lookup.on_host {
            Some(file) => lookup.hint(file),
            None => advice(&failure.program),
        };
        error(format!("{program}: not found in the jail{looked}{hint}"));
        return;
    };
    let interpreter = found.interpreter.as_deref().map(Path::new);
    let on_host = interpreter.filter(|path| path.exists());
    let hint = on_host.map(|file| lookup.hint(file)).unwrap_or_default();
    let what = interpreter.map(|path| format!(" ({})", visible(path))).unwrap_or_default();
    let (file, why) = (visible(&found.file), &found.why);
    error(format!("{program}: cannot execute {file}: {why}{what}{hint}"));
}

/// What to do about a program that the host has not got either: an agent that is known by this name
/// has to be installed; any other name may be a slip of the pen.
fn advice(program: &str) -> String {
    match AGENTS.iter().find(|agent| agent.command == program) {
        Some(agent) => format!(
            "\n  {} is not installed here: install it outside the jail, then type this again",
            agent.name
        ),
        None => meant(program),
    }
}

/// A word of ai-jail's own that a program's name is close to.
fn meant(program: &str) -> String {
    let is_close = |word: &&str| strsim::damerau_levenshtein(word, program) <= 2;
    let word = cli::own_words().filter(|word| word.len() > 3).find(is_close);
    word.map(|word| format!("\n  did you mean `ai-jail {word}`?")).unwrap_or_default()
}
