//! The two config files: `.ai-jail` of the project and of the user.
//!
//! A run goes through these steps, each of which is one function:
//!
//! 1. [`load()`] reads and checks both files;
//! 2. [`trust::assess`] judges what the project's file asks for;
//! 3. [`gate()`] asks the user, or stops the run;
//! 4. [`resolve()`] decides every switch;
//! 5. [`save()`] remembers what was typed, once the jail is known to be possible, and
//!    [`remember_command`] the command, when it has ended.
//!
//! The views (`status`, `--explain`, `--doctor`) leave out 3 and 5 and resolve
//! [`Loaded::restrained`]. `--trust` is 1 and [`trust::confirm`].

mod asked;
mod command;
mod command_record;
mod edit;
mod error;
mod forget;
mod gate;
mod judged;
mod lasting;
mod load;
mod merge;
mod news;
mod noted;
mod parse;
mod paths;
mod read;
mod record;
mod resolve;
mod save;
mod tightening;
pub mod told;
pub mod trust;
mod written;

pub use command::remember as remember_command;
pub use edit::{PROJECT_HEADER, edit};
pub use error::ConfigError;
pub use forget::forget;
pub use gate::{Prompt, gate, terminal};
pub use lasting::{lasting, lasting_before_run};
pub use load::{File, Loaded, load};
pub use merge::{Merged, project as merge_project, user as merge_user};
pub use noted::note_changes;
pub use parse::parse;
pub use paths::{Paths, TRUST_DIR};
pub use read::MAX_SIZE;
pub use record::path_for as trust_record;
pub use resolve::resolve;
pub use save::{Saved, save};
pub use written::remember_written;
