//! Everything that can be wrong with the configuration. Each of these ends the run with 125,
//! and the file stays as it was.

use std::io;
use std::path::{Path, PathBuf};

use super::asked::Asked;
use crate::complaint::Complaint;
use crate::text::visible;

/// Why the configuration could not be used or kept.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The system refused to give the file.
    #[error(
        "cannot read {}: {source}\n  ai-jail does not run with defaults in its place; \
         make it readable, or type --clean to ignore a project's file",
        shown(path)
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Something else stands where a file should.
    #[error("{} is {kind}, not a file\n  move it away, or type --clean to ignore it", shown(path))]
    NotRegular {
        /// The name.
        path: PathBuf,
        /// What stands there.
        kind: &'static str,
    },
    /// The project's file is a symbolic link.
    #[error(
        "{} is a symbolic link, which ai-jail does not follow: a project could point it at any \
         file of yours\n  put a plain file there, or type --clean to ignore it",
        shown(path)
    )]
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// The user's file is a link to nothing.
    #[error(
        "{} is a symbolic link to a file that does not exist\n  remove or repair the link",
        shown(path)
    )]
    DanglingLink {
        /// The link.
        path: PathBuf,
    },
    /// No honest config is that large.
    #[error("{} is larger than {limit} bytes, too large for a config file", shown(path))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How large a config file may be, in bytes.
        limit: u64,
    },
    /// The file says something wrong.
    #[error(transparent)]
    Invalid(#[from] Box<Complaint>),
    /// The project's file loosens the jail and nobody has agreed to that.
    #[error("{} is not trusted. {asked}\n{}", shown(path), what_to_type(*recordable))]
    Untrusted {
        /// The project's file.
        path: PathBuf,
        /// What it asks for.
        asked: Asked,
        /// Whether trust can be remembered at all.
        recordable: bool,
    },
    /// The user said no.
    #[error(
        "{} is not trusted, so nothing was run\n  edit it, or type --clean to ignore it",
        shown(path)
    )]
    Declined {
        /// The project's file.
        path: PathBuf,
    },
    /// There is no home in which to remember trust.
    #[error(
        "cannot remember trust without a home directory\n  \
         set HOME, or type --trust-once to apply the file for one run"
    )]
    NoTrustStore,
    /// The trust record could not be written.
    #[error(
        "cannot remember trust in {}: {source}\n  type --trust-once to apply the file for one run",
        shown(path)
    )]
    Record {
        /// The record.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Where jails could write could not be remembered.
    #[error(
        "cannot remember in {} that jails can write here: {source}\n  later runs will follow \
         symbolic links that this jail leaves",
        shown(path)
    )]
    WrittenRecord {
        /// The record.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file could not be written.
    #[error("cannot save {}: {source}", shown(path))]
    Save {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The user made the file read-only, so it is left alone.
    #[error(
        "cannot save {}: the file is read-only\n  type `chmod u+w` on it to let ai-jail save",
        shown(path)
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The edited text would not say what was meant, so it was not written.
    #[error(
        "cannot change {} without changing what else it says; it was left as it is\n  \
         edit it by hand, or type --clean --init to start anew",
        shown(path)
    )]
    Edit {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing to take back.
    #[error(
        "nothing is remembered of {what}\n  `ai-jail status` shows what is, and from where; \
         a path of the name of a switch is typed as ./NAME"
    )]
    NotRemembered {
        /// What was named.
        what: String,
    },
    /// The working directory's file is the user's own file.
    #[error(
        "{} is your own file for all projects, so nothing of this project is saved in it\n  \
         work in a project directory below",
        shown(path)
    )]
    UserFileIsProject {
        /// The file.
        path: PathBuf,
    },
}

impl ConfigError {
    /// Whether it is about what the user has agreed to, not about what a file says.
    pub fn is_about_trust(&self) -> bool {
        matches!(
            self,
            Self::Untrusted { .. }
                | Self::Declined { .. }
                | Self::NoTrustStore
                | Self::Record { .. }
        )
    }
}

fn shown(path: &Path) -> String {
    visible(path)
}

fn what_to_type(recordable: bool) -> &'static str {
    if recordable {
        "if that is what you want, type: ai-jail --trust\n\
         (for one run without remembering, as in CI: --trust-once or AI_JAIL_TRUST_ONCE=1)"
    } else {
        "if that is what you want, type --trust-once: \
         without a home directory trust cannot be remembered"
    }
}
