//! Where a run starts and what the files say: what every action but the printed ones needs.

use crate::cli::Cli;
use crate::config::trust::{self, Verdict};
use crate::config::{self, ConfigError, Loaded, Paths, Prompt};
use crate::failure::Failure;
use crate::host::{Environment, Origin};

/// The beginning of an action.
pub struct Start {
    /// The working directory, the home and the environment.
    pub origin: Origin,
    /// Where the two files are.
    pub paths: Paths,
    /// What they say.
    pub loaded: Loaded,
    /// What of that nobody has agreed to.
    pub verdict: Verdict,
}

impl Start {
    /// Looks and reads.
    ///
    /// # Errors
    ///
    /// The working directory is gone, or a file cannot be used.
    pub fn new(cli: &Cli, environment: Environment) -> Result<Self, Failure> {
        let origin = Origin::find(environment)?;
        let paths = Paths::new(&origin.project, origin.home.real());
        let loaded = config::load(&paths, cli.clean)?;
        let verdict = trust::assess(&loaded, cli, &paths);
        Ok(Self { origin, paths, loaded, verdict })
    }

    /// Asks the user about a project file that nobody has agreed to, or stops.
    ///
    /// # Errors
    ///
    /// Nobody agrees.
    pub fn pass_gate(&self, cli: &Cli) -> Result<(), ConfigError> {
        let Self { paths, loaded, verdict, .. } = self;
        // The terminal is opened only where there is something to ask.
        let terminal = if verdict.applies() { None } else { config::terminal() };
        let halves = terminal.as_ref().map(|terminal| (terminal, terminal));
        match halves {
            Some((mut input, mut output)) => {
                let prompt = Prompt { input: &mut input, output: &mut output };
                config::gate(cli, loaded, paths, verdict, Some(prompt))
            }
            None => config::gate(cli, loaded, paths, verdict, None),
        }
    }
}
