//! What ends ai-jail itself with 125.

use crate::bootstrap::BootstrapError;
use crate::config::ConfigError;
use crate::error::Error;

/// A failure of one of the rooms.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The jail: the host, the plan or the launch.
    #[error(transparent)]
    Jail(#[from] Error),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The agents' settings.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
}
