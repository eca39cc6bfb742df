//! The part of a plan that stage two carries out.

use std::os::fd::RawFd;

use stage2::os_bytes::BytePath;
use stage2::spec::{Foreground, Mise, Pty, Spec, VERSION};

use crate::plan::network::Filter;
use crate::plan::{self, Plan, Terminal};

/// The descriptors that stage two finds, by number, and the terminal that it opens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Descriptors {
    /// The status channel.
    pub control: Option<RawFd>,
    /// What becomes the command's 0, 1 and 2.
    pub stdio: [Option<RawFd>; 3],
    /// What becomes the rest of those three, where the command gets a terminal of its own.
    pub pty: Option<Pty>,
}

/// Renders the plan for stage two.
pub fn render(plan: &Plan, descriptors: Descriptors, foreground: Foreground) -> Spec {
    Spec {
        version: VERSION,
        command: plan.command.clone(),
        control: descriptors.control,
        stdio: descriptors.stdio,
        // Whoever pastes a printed command has no shell that made them.
        handed: descriptors.control.map(|_| plan.handed.clone()).unwrap_or_default(),
        pty: descriptors.pty,
        foreground: if plan.terminal == Terminal::None { Foreground::None } else { foreground },
        lockdown: plan.facts.is_strict(),
        rlimits: plan.rlimits,
        landlock: plan.landlock.clone(),
        seccomp: plan.seccomp,
        root: None,
        copies: descriptors.control.and_then(|_| copies(plan)),
        listeners: descriptors.control.map(|_| listeners(plan)).unwrap_or_default(),
        mise: plan.mise.as_ref().map(mise),
    }
}

/// The directory of the files that are written back, which is one for all of them. The printed
/// command has nobody who would do that.
fn copies(plan: &Plan) -> Option<BytePath> {
    let directory = plan.write_back.first()?.copy.parent()?;
    Some(BytePath(directory.to_path_buf()))
}

/// The ports of the jail at which the front answers.
pub fn listeners(plan: &Plan) -> Vec<u16> {
    let filter = plan.network.filter();
    filter.map(Filter::listeners).unwrap_or_default().into_iter().map(|(port, _)| port).collect()
}

fn mise(mise: &plan::MiseStep) -> Mise {
    Mise {
        program: BytePath(mise.program.clone()),
        hook: mise.hook,
        withheld: mise.withheld.clone(),
    }
}
