//! What bubblewrap said when it could not build the jail.

use std::process::ExitStatus;

use crate::error::Error;
use crate::text::visible;

/// The error for a bubblewrap that ended before stage two began.
pub fn explain(said: &[u8], status: ExitStatus) -> Error {
    let said = String::from_utf8_lossy(said);
    let said = said.trim().trim_start_matches("bwrap: ");
    let said = if said.is_empty() { format!("nothing ({status})") } else { visible(said) };
    Error::Build { said, advice: None }
}
