//! What was typed: the command line as data, nothing resolved and nothing read.

mod examples;
mod groups;

use std::ffi::OsString;

use clap::{ArgGroup, CommandFactory, FromArgMatches, Parser, ValueEnum};

pub use examples::EXAMPLES;
pub use groups::headings;

use crate::fields::{Fields, List, Switch};
use crate::policy::agents::AGENTS;

/// The word that shows the configuration instead of running a program of that name.
const STATUS: &str = "status";

/// Run an AI coding agent, or any command, in a jail.
///
/// Options stop at the first word that is not one: what follows belongs to the command,
/// dashes included. The command is any program; agents such as claude, codex, opencode, crush
/// and gemini are known by name. `status` shows the configuration (`-- status` runs a program
/// of that name). Without a command the configured one runs, else bash.
#[derive(Debug, Parser)]
#[command(name = "ai-jail", version, args_override_self = true)]
#[command(override_usage = "ai-jail [OPTIONS] [--] [COMMAND [ARGS...]]")]
#[command(group = ArgGroup::new("action").multiple(false))]
#[allow(clippy::struct_excessive_bools)] // clap's derive wants one bool a flag
struct Flags {
    #[command(flatten)]
    fields: Fields,

    /// Run directly: no terminal proxy, no status bar, only errors are printed
    #[arg(long)]
    exec: bool,

    /// Ignore the project's configuration for this run; with --init start a new one
    #[arg(long)]
    clean: bool,

    /// Apply an untrusted project configuration for this one run and record nothing
    #[arg(long)]
    trust_once: bool,

    /// Print the sandbox command (or the plan as JSON), run nothing, write nothing
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true,
          default_missing_value = "command")]
    dry_run: Option<DryRun>,

    /// Take back what was remembered: of a PATH, of a switch (`gpu`), or the `command`
    #[arg(long, value_name = "WHAT", group = "action")]
    forget: Option<OsString>,

    /// Create or update the project's configuration, run nothing
    #[arg(long, group = "action")]
    init: bool,

    /// Write permission settings fit for a jail into the agents' own configuration (of those
    /// in use, or those named); with --dry-run, print the difference
    #[arg(long, group = "action")]
    bootstrap: bool,

    /// With --bootstrap: take the settings back; with --dry-run, print the difference
    #[arg(long, requires = "bootstrap")]
    undo: bool,

    /// Say what the jail sees at PATH, whether it reaches HOST:PORT or has the variable $NAME, and
    /// which rule decided
    #[arg(long, value_name = "PATH", group = "action")]
    explain: Option<OsString>,

    /// Check and explain what decides whether the jail works on this machine
    #[arg(long, group = "action")]
    doctor: bool,

    /// Show what the project's configuration would allow, and trust it
    #[arg(long, group = "action")]
    trust: bool,

    /// Print a completion script
    #[arg(long, value_name = "SHELL", group = "action")]
    completions: Option<clap_complete::Shell>,

    /// Print the manual page
    #[arg(long, group = "action")]
    man: bool,

    /// With status, --explain and --doctor: print JSON
    #[arg(long)]
    json: bool,

    /// Say every mount with its reason and every layer with what it achieved
    #[arg(short, long)]
    verbose: bool,

    /// The command and its arguments
    #[arg(value_name = "COMMAND", trailing_var_arg = true)]
    words: Vec<OsString>,
}

/// What `--dry-run` prints.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum DryRun {
    /// A shell command that builds the same jail.
    Command,
    /// The plan.
    Json,
}

/// What this run is for; exactly one per command line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// Run the command.
    Run,
    /// `status`.
    Status,
    /// `--forget WHAT`.
    Forget(OsString),
    /// `--init`.
    Init,
    /// `--bootstrap`.
    Bootstrap,
    /// `--explain PATH`.
    Explain(OsString),
    /// `--doctor`.
    Doctor,
    /// `--trust`.
    Trust,
    /// `--completions SHELL`.
    Completions(clap_complete::Shell),
    /// `--man`.
    Man,
}

/// The command line, typed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // each is one independent flag
pub struct Cli {
    /// What this run is for.
    pub action: Action,
    /// What was typed about the jail.
    pub typed: Fields,
    /// `--exec`.
    pub exec: bool,
    /// `--clean`.
    pub clean: bool,
    /// `--trust-once`.
    pub trust_once: bool,
    /// `--dry-run`.
    pub dry_run: Option<DryRun>,
    /// `--undo`.
    pub undo: bool,
    /// `--json`.
    pub json: bool,
    /// `--verbose`.
    pub verbose: bool,
    /// Own options that stand behind the command's first word.
    pub misplaced: Vec<&'static str>,
}

impl Cli {
    /// The command and its arguments; empty where none was typed.
    pub fn command(&self) -> &[OsString] {
        self.typed.command.as_deref().unwrap_or_default()
    }

    /// Parses a command line, program name included. The error is clap's own: it also carries
    /// `--help` and `--version`.
    pub fn parse(args: &[OsString]) -> Result<Self, clap::Error> {
        let mut flags = flags(args)?;
        let status = is_status(args, &flags.words);
        if status && flags.words.len() > 1 {
            // No command follows, so what does can only be ai-jail's own: `status --json`.
            let mut reordered = args.to_vec();
            let word = reordered.remove(args.len() - flags.words.len());
            reordered.push(word);
            flags = self::flags(&reordered)?;
        }
        let action = action(&flags, status)?;
        if matches!(&action, Action::Explain(path) if path.is_empty()) {
            return Err(usage("--explain needs a path; the directory you are in is `.`"));
        }
        if matches!(&action, Action::Forget(what) if what.is_empty()) {
            return Err(usage("--forget needs a path, a switch or `command`"));
        }
        if flags.json && !matches!(action, Action::Status | Action::Explain(_) | Action::Doctor) {
            return Err(usage("--json goes with status, --explain or --doctor"));
        }
        if action == Action::Bootstrap {
            bootstrap(&flags)?;
        }
        let misplaced = misplaced(args, &flags.words);
        let mut typed = flags.fields;
        typed.command = Some(flags.words).filter(|words| !status && !words.is_empty());
        Ok(Self {
            action,
            typed,
            exec: flags.exec,
            clean: flags.clean,
            trust_once: flags.trust_once,
            dry_run: flags.dry_run,
            undo: flags.undo,
            json: flags.json,
            verbose: flags.verbose,
            misplaced,
        })
    }
}

/// The clap definition, which the completions and the manual page are made from too.
pub fn definition() -> clap::Command {
    groups::group(Flags::command()).after_help(examples::help())
}

fn flags(args: &[OsString]) -> Result<Flags, clap::Error> {
    let matches = definition().try_get_matches_from(args)?;
    Flags::from_arg_matches(&matches).map_err(|error| error.format(&mut definition()))
}

/// The words that are no program of the host: `status`, and the agents.
pub fn own_words() -> impl Iterator<Item = &'static str> {
    std::iter::once(STATUS).chain(AGENTS.iter().map(|agent| agent.command))
}

/// Options of ai-jail that change the jail and that stand behind the command's first word, where
/// they are the command's: `ai-jail claude --lockdown`. Nobody who typed `--` meant them.
fn misplaced(args: &[OsString], words: &[OsString]) -> Vec<&'static str> {
    if words.is_empty() || is_escaped(args, words) {
        return Vec::new();
    }
    let switches = Switch::ALL.iter().flat_map(|switch| [switch.flag(true), switch.flag(false)]);
    let lists = List::ALL.iter().map(|list| Some(&list.row().flag));
    let own = switches.chain(lists).flatten().map(|flag| flag.long);
    let is_typed = |long: &&str| {
        words[1..].iter().any(|word| {
            let word = word.to_str().and_then(|word| word.strip_prefix("--"));
            word.is_some_and(|word| word.split('=').next() == Some(long))
        })
    };
    own.filter(is_typed).collect()
}

/// Whether `--` stands just before the words: clap drops it.
fn is_escaped(args: &[OsString], words: &[OsString]) -> bool {
    let before_words = args.len().checked_sub(words.len() + 1);
    before_words.is_some_and(|index| args[index] == "--")
}

/// Tells `status` from `-- status`.
fn is_status(args: &[OsString], words: &[OsString]) -> bool {
    !is_escaped(args, words) && words.first().is_some_and(|word| word == STATUS)
}

/// The one action asked for. clap has refused two flags of the group already; `status` is a
/// word, so it is checked here.
fn action(flags: &Flags, status: bool) -> Result<Action, clap::Error> {
    let from_flags = if flags.init {
        Action::Init
    } else if flags.bootstrap {
        Action::Bootstrap
    } else if let Some(what) = &flags.forget {
        Action::Forget(what.clone())
    } else if let Some(path) = &flags.explain {
        Action::Explain(path.clone())
    } else if flags.doctor {
        Action::Doctor
    } else if flags.trust {
        Action::Trust
    } else if let Some(shell) = flags.completions {
        Action::Completions(shell)
    } else if flags.man {
        Action::Man
    } else {
        Action::Run
    };
    match (from_flags, status) {
        (Action::Run, true) if flags.words.len() > 1 => {
            Err(usage("`status` takes no arguments; for a program of that name type `-- status`"))
        }
        (Action::Run, true) => Ok(Action::Status),
        (_, true) => Err(usage("`status` and another action cannot go together")),
        (action, false) => Ok(action),
    }
}

/// `--bootstrap` takes the commands of agents, and its dry run has no plan to print.
fn bootstrap(flags: &Flags) -> Result<(), clap::Error> {
    if flags.dry_run == Some(DryRun::Json) {
        return Err(usage("--bootstrap has no plan to print as JSON; type --dry-run"));
    }
    let with_settings = || AGENTS.iter().filter(|agent| !agent.files.is_empty());
    let known = |word: &&OsString| with_settings().any(|agent| **word == *agent.command);
    match flags.words.iter().find(|word| !known(word)) {
        Some(word) => {
            let known: Vec<_> = with_settings().map(|agent| agent.command).collect();
            let word = crate::text::visible_word(word);
            Err(usage(&format!("--bootstrap knows {}, not {word}", known.join(", "))))
        }
        None => Ok(()),
    }
}

/// A usage error in clap's own form.
fn usage(message: &str) -> clap::Error {
    definition().error(clap::error::ErrorKind::ArgumentConflict, message)
}
