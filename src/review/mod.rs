//! What is said after a run: one list of findings, the most dangerous first, and one printer.
//!
//! The room reads the host and what the launch hands over, and writes nothing.

mod changed;
mod finding;
mod lost;
mod repositories;
mod shown;
mod stamp;

use std::os::fd::OwnedFd;

use changed::Before;
pub use finding::{Finding, Severity, What};
use lost::Memory;
pub use shown::{json, lines};

use crate::host::Host;
use crate::plan::Plan;

/// How things stood when the jail started.
#[derive(Debug)]
pub struct Review<'a> {
    host: &'a Host,
    before: Before,
    memory: Memory,
}

impl<'a> Review<'a> {
    /// Looks at the host before a run.
    pub fn begin(host: &'a Host, plan: &Plan) -> Self {
        let before = Before::look(plan.watched(host));
        Self { host, before, memory: Memory::of(plan, host) }
    }

    /// Looks again after the run; `home` is what the jail's home was, where that was memory.
    pub fn findings(&self, home: Option<OwnedFd>) -> Vec<Finding> {
        let mut found = self.before.findings();
        repositories::new_ones(self.host, &mut found);
        found.extend(home.into_iter().flat_map(|home| self.memory.lost(home)));
        found
    }
}
