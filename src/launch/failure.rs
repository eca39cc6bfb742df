//! What the builder said when it could not build the jail, and what to do about it.

use std::process::ExitStatus;

use crate::error::Error;
use crate::host::Environment;
use crate::host::builder::Builder;
use crate::host::machine::Machine;
use crate::remedies;
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
    Error::Build { builder: builder.name(), said, advice: None }
}

/// The same error with what to do about it, for which the machine is looked at.
pub fn advise(error: Error, builder: &Builder, environment: &Environment) -> Error {
    let Error::Build { builder: name, said, .. } = error else { return error };
    let machine = Machine::probe(environment);
    let remedy = match builder {
        Builder::Bubblewrap(_) => remedies::for_words(&said, &machine),
        Builder::SandboxExec(_) => remedies::for_words_of_sandbox_exec(&said, &machine),
    };
    Error::Build { builder: name, said, advice: Some(remedy.at(builder.path())) }
}
