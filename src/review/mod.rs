//! What is said after a run: one list of findings, the most dangerous first, and one printer.
//!
//! The room reads the host and what the launch hands over, and writes nothing.

mod changed;
mod finding;
mod logins;
mod lost;
mod other_names;
mod repositories;
mod shown;
mod stamp;

use std::path::PathBuf;

use changed::Before;
pub use finding::{Finding, Severity, What};
use lost::Memory;
pub use shown::{json, lines};

use crate::host::Host;
use crate::launch::Ended;
use crate::plan::Plan;

/// How things stood when the jail started.
#[derive(Debug)]
pub struct Review<'a> {
    host: &'a Host,
    before: Before,
    memory: Memory,
    /// Settings of git that the jail cannot change.
    held: Vec<PathBuf>,
}

impl<'a> Review<'a> {
    /// Looks at the host before a run.
    pub fn begin(host: &'a Host, plan: &Plan) -> Self {
        let before = Before::look(plan.watched(host), &host.protection.search_path);
        Self { host, before, memory: Memory::of(plan, host), held: plan.held_settings() }
    }

    /// Settings of which attempts to change them are to be noted.
    pub fn held(&self) -> &[PathBuf] {
        &self.held
    }

    /// Looks again after the run.
    pub fn findings(&self, Ended { home, refused, looked_for, .. }: Ended) -> Vec<Finding> {
        let mut found = self.before.findings();
        repositories::new_ones(self.host, &mut found);
        let project = &self.host.origin.project;
        found.extend(refused.iter().map(|path| Finding::refused(path, project)));
        let unmasked = self.host.concealed.appeared().into_iter();
        found.extend(unmasked.map(|(path, is_new)| Finding::could_be_read(path, is_new)));
        found.extend(looked_for.iter().map(logins::finding));
        found.extend(home.into_iter().flat_map(|home| self.memory.lost(home)));
        found
    }
}
