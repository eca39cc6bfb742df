//! What the builder said when it could not build the jail.

use std::process::ExitStatus;

use crate::error::Error;
use crate::host::builder::Builder;
use crate::text::visible;

/// The error for a builder that ended before stage two began.
pub fn explain(said: &[u8], status: ExitStatus, builder: &Builder) -> Error {
    let said = String::from_utf8_lossy(said);
    let name = match builder {
        Builder::Bubblewrap(_) => "bwrap: ",
        Builder::SandboxExec(_) => "sandbox-exec: ",
    };
    let said = said.trim().trim_start_matches(name);
    let said = if said.is_empty() { format!("nothing ({status})") } else { visible(said) };
    let path = builder.path().to_owned();
    match builder {
        Builder::Bubblewrap(_) => Error::BwrapFailed { path, said },
        Builder::SandboxExec(_) => Error::SandboxExecFailed { path, said },
    }
}
