//! The front as macOS has it, on whatever system this is.

use std::ffi::OsString;
use std::path::PathBuf;

use ai_jail::cli::Cli;
use ai_jail::config::{self, Loaded};
use ai_jail::error::Error;
use ai_jail::host::builder::Builder;
use ai_jail::host::machine::Machine;
use ai_jail::host::{Environment, Host, Origin, temporary};
use ai_jail::plan::Plan;
use ai_jail::policy::Os;
use ai_jail::views::not_run::Lookup;
use ai_jail::views::progress;
use ai_jail::{advice, exit, launch, messages};

/// The first argument that makes this binary the program under test.
pub const ENTRY_POINT: &str = "__front";

/// Where the stand-in for `sandbox-exec` is.
pub const STAND_IN: &str = "RUNTIME_STAND_IN";

/// Runs a command line without any configuration.
pub fn main(arguments: &[OsString]) -> u8 {
    run(arguments).unwrap_or_else(|error| {
        messages::error(advice::told(&error.into(), || Machine::probe(&Environment::inherited())));
        exit::FAILURE
    })
}

fn run(arguments: &[OsString]) -> Result<u8, Error> {
    let cli = Cli::parse(arguments).unwrap_or_else(|error| error.exit());
    let environment = Environment::inherited();
    let stand_in = environment.path(STAND_IN).map(PathBuf::from);
    let settings = config::resolve(&cli, &Loaded::default());
    let mut host = Host::probe(Origin::find(environment)?, &settings);
    host.os = Os::MacOs;
    host.own_temporary = temporary::own();
    let plan = Plan::new(&settings, &host)?;
    let builder =
        stand_in.map_or_else(|| Builder::find(&host), |path| Ok(Builder::SandboxExec(path)))?;
    let lookup = Lookup::new(&plan, &host, &|_, _| false);
    let sink = |notice: &_| progress::tell(notice, &lookup, cli.verbose);
    Ok(launch::run(plan, Some(&settings), &host, &builder, None, &sink)?.status)
}
