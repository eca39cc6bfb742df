//! macOS: its `sandbox-exec` and what surrounds us.

use std::path::PathBuf;

use super::Check;
use super::checks::{Subject, ok};
use crate::error::Error;
use crate::remedies;
use crate::text::visible;

impl Subject<'_> {
    pub fn sandbox_exec(&self, found: &Result<PathBuf, Error>) -> Check {
        let name = "sandbox-exec";
        match found {
            Ok(path) => ok(name, visible(path)),
            Err(error) => self.wrong(name, error),
        }
    }

    /// Whether another sandbox surrounds us, which only the trial can tell for certain.
    pub fn system(&self) -> Check {
        let (name, machine) = ("surroundings", &self.findings.machine);
        let kernel = visible(&machine.kernel);
        if machine.inside_jail {
            return self.suspect(name, "inside a jail of ai-jail".into(), &remedies::NESTED);
        }
        if machine.sandboxed {
            return self.suspect(name, "inside another sandbox".into(), &remedies::SANDBOXED);
        }
        ok(name, format!("no sandbox, kernel {kernel}"))
    }
}
