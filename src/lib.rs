//! ai-jail: the front, which runs on the host as the user.
//!
//! [`run`] is the pipeline: parse, load, resolve, probe, plan, render, launch. Each step takes
//! the values of those before it and touches only what its module says.

pub mod backend;
pub mod cli;
pub mod dry_run;
pub mod error;
pub mod exit;
pub mod host;
#[cfg(target_os = "linux")]
mod launch;
pub mod messages;
pub mod plan;
pub mod policy;
pub mod settings;
pub mod spec;
pub mod text;

use std::ffi::OsString;
use std::io::{Write, stdout};

use cli::{Action, Cli, DryRun};
use error::Error;
use host::{Environment, Host, Origin};
use plan::Plan;
use settings::Settings;

/// Runs the command line `arguments`, program name included, and gives the status to end with.
pub fn run(arguments: &[OsString]) -> u8 {
    let cli = match Cli::parse(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    act(&cli).unwrap_or_else(|error| {
        messages::error(error);
        exit::FAILURE
    })
}

/// clap's own errors; `--help` and `--version` are among them.
fn usage(error: &clap::Error) -> u8 {
    let printed = error.print().is_ok();
    match (error.use_stderr(), printed) {
        (true, _) => exit::USAGE,
        (false, true) => 0,
        (false, false) => exit::FAILURE,
    }
}

/// Does what the command line asks for.
fn act(cli: &Cli) -> Result<u8, Error> {
    match &cli.action {
        Action::Run => run_command(cli),
        Action::Completions(shell) => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut cli::definition(), "ai-jail", &mut text);
            print(&text)
        }
        Action::Man => {
            let mut text = Vec::new();
            clap_mangen::Man::new(cli::definition())
                .render(&mut text)
                .map_err(Error::system("the manual page"))?;
            print(&text)
        }
        Action::Status => Err(Error::NotBuilt { flag: "status" }),
        Action::Init => Err(Error::NotBuilt { flag: "--init" }),
        Action::Bootstrap => Err(Error::NotBuilt { flag: "--bootstrap" }),
        Action::Explain(_) => Err(Error::NotBuilt { flag: "--explain" }),
        Action::Doctor => Err(Error::NotBuilt { flag: "--doctor" }),
        Action::Trust => Err(Error::NotBuilt { flag: "--trust" }),
    }
}

/// The main job.
fn run_command(cli: &Cli) -> Result<u8, Error> {
    refuse_unbuilt(cli)?;
    let origin = Origin::find(Environment::inherited())?;
    let settings = Settings::from_cli(cli);
    let host = Host::probe(origin, &settings)?;
    let plan = Plan::new(&settings, &host)?;
    match cli.dry_run {
        Some(DryRun::Command) => {
            let ourselves = std::env::current_exe().map_err(Error::system("our own path"))?;
            print(&dry_run::command(&plan, &host, &ourselves))
        }
        Some(DryRun::Json) => {
            let text = serde_json::to_string_pretty(&dry_run::plan(&plan)).expect("plain data");
            print(format!("{text}\n").as_bytes())
        }
        None => {
            if cli.verbose {
                messages::plan(&plan);
            }
            if !cli.exec {
                plan.warnings.iter().for_each(messages::warning);
            }
            launch(plan, &host, cli.verbose)
        }
    }
}

/// Flags whose effect is still to come must not silently do nothing.
fn refuse_unbuilt(cli: &Cli) -> Result<(), Error> {
    let unbuilt = [
        (cli.switches.mise == Some(true), "--mise"),
        (cli.status_bar.is_some_and(|choice| choice.is_some()), "--status-bar"),
        (cli.no_protect, "--no-protect"),
    ];
    match unbuilt.iter().find(|(asked, _)| *asked) {
        Some((_, flag)) => Err(Error::NotBuilt { flag }),
        None => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn launch(plan: Plan, host: &Host, verbose: bool) -> Result<u8, Error> {
    launch::run(plan, host, verbose)
}

#[cfg(not(target_os = "linux"))]
fn launch(_plan: Plan, _host: &Host, _verbose: bool) -> Result<u8, Error> {
    Err(Error::NotBuilt { flag: "running a command on this system" })
}

/// Writes a result to standard output.
fn print(text: &[u8]) -> Result<u8, Error> {
    let mut output = stdout().lock();
    output
        .write_all(text)
        .and_then(|()| output.flush())
        .map_err(Error::system("standard output"))?;
    Ok(0)
}
