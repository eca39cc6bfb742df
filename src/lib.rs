//! ai-jail: the front, which runs on the host as the user.
//!
//! [`run`] parses the command line and hands over to the action that was asked for; the main job
//! is `pipeline`.

#![forbid(unsafe_code)]

pub mod advice;
pub mod agent_state;
pub mod backend;
pub mod bootstrap;
pub mod cli;
pub mod complaint;
pub mod config;
pub mod error;
pub mod exit;
pub mod facts;
pub mod failure;
pub mod fields;
pub mod files;
pub mod host;
pub mod json_merge;
pub mod launch;
pub mod messages;
mod pipeline;
pub mod plan;
mod planned;
pub mod policy;
pub mod remedies;
mod remembered;
pub mod review;
mod sequences;
pub mod settings;
pub mod spec;
#[cfg(target_os = "linux")]
pub mod stage_one;
mod start;
pub mod status_bar;
pub mod terminal_modes;
pub mod text;
pub mod update;
pub mod views;
pub mod x11;

use std::ffi::OsString;
use std::io::ErrorKind;

use cli::{Action, Cli};
use failure::Failure;
use host::machine::Machine;
use host::{Environment, Origin};
use start::Start;
use views::{doctor, explain, manual, output, status};

/// Stands for `--trust-once` where the command line is not one's own, as in CI.
const TRUST_ONCE: &str = "AI_JAIL_TRUST_ONCE";

/// Runs the command line `arguments`, program name included, and gives the status to end with.
pub fn run(arguments: &[OsString]) -> u8 {
    // Neither can fail: the signals are there and may be set.
    let _ = stage2::sys::signals::hear_of_children();
    let _ = stage2::sys::signals::outlive_file_size_limit();
    let mut cli = match Cli::parse(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let environment = Environment::inherited();
    cli.trust_once |= environment.get(TRUST_ONCE).is_some_and(|value| value == "1");
    act(&cli, environment.clone()).unwrap_or_else(|failure| {
        messages::error(advice::told(&failure, || Machine::probe(&environment)));
        exit::FAILURE
    })
}

/// clap's own errors; `--help` and `--version` are among them.
fn usage(error: &clap::Error) -> u8 {
    let printed = match error.print() {
        // A reader that has gone, such as `head`, has read enough.
        Err(error) => error.kind() == ErrorKind::BrokenPipe,
        Ok(()) => true,
    };
    match (error.use_stderr(), printed) {
        (true, _) => exit::USAGE,
        (false, true) => 0,
        (false, false) => exit::FAILURE,
    }
}

/// Does what the command line asks for.
fn act(cli: &Cli, environment: Environment) -> Result<u8, Failure> {
    let start = |environment| Start::new(cli, environment);
    match &cli.action {
        Action::Run => return pipeline::run(cli, environment),
        Action::Doctor => return doctor::show(cli, &environment),
        Action::Status => status::show(&start(environment)?, cli)?,
        Action::Explain(path) => explain::show(&start(environment)?, cli, path)?,
        Action::Init => remembered::init(&start(environment)?, cli)?,
        Action::Forget(what) => remembered::forget(&start(environment)?, what)?,
        Action::Trust => remembered::trust(&start(environment)?, cli)?,
        Action::Bootstrap => {
            let difference = bootstrap::run(&Origin::find(environment)?, cli)?;
            output::print(difference.unwrap_or_default().as_bytes())?;
        }
        Action::Completions(shell) => manual::completions(*shell)?,
        Action::Man => manual::page()?,
    }
    Ok(0)
}
