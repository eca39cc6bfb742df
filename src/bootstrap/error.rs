//! What stops `--bootstrap`. Whichever it is, no file has been changed, save for
//! [`BootstrapError::Write`].

use std::io;
use std::path::{Path, PathBuf};

use crate::complaint::Complaint;
use crate::text::visible;

/// Why the settings were not written.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The agents' settings decide what the next run outside may do.
    #[error(
        "--bootstrap does not run inside a jail: what it writes is for outside as well\n  \
         type it in a shell of your own"
    )]
    InJail,
    /// There is nowhere to write.
    #[error("there is no home directory for the agents' settings: {0}\n  set HOME")]
    NoHome(String),
    /// A variable that the agent would resolve against whatever directory it starts in.
    #[error(
        "{variable}={} is not an absolute path, so its file would be another in every directory\n  \
         give the whole path, or unset it",
        visible(value)
    )]
    Relative {
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: PathBuf,
    },
    /// A link or a variable leads where these settings have no business.
    #[error("{} is not written: it {why}\n  {hint}", shown(path))]
    Place {
        /// The file, as the agent knows it.
        path: PathBuf,
        /// Where it leads.
        why: String,
        /// What to do.
        hint: &'static str,
    },
    /// The file could not be read.
    #[error("cannot read {}: {why}", shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The file says something that cannot be understood.
    #[error("{0}\n  nothing was written; correct the file and try again")]
    Invalid(#[from] Box<Complaint>),
    /// Merging would not have come to rest, so it went wrong.
    #[error(
        "cannot put the settings into {} without changing what else it says\n  \
         nothing was written; put them in by hand: ai-jail --dry-run --bootstrap shows them \
         for an empty file",
        shown(path)
    )]
    Merge {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be changed.
    #[error("cannot write {}: {why}\n  nothing was written", shown(path))]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The system refused, although it had looked well before.
    #[error("cannot write {}: {source}\n  type it again once that is put right", shown(path))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn shown(path: &Path) -> String {
    visible(path)
}
