//! The part of a plan that stage two carries out.

use std::os::fd::RawFd;

use stage2::spec::{Foreground, Pty, Spec, VERSION};

use crate::plan::{Plan, Terminal};

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
        pty: descriptors.pty,
        foreground: if plan.terminal == Terminal::None { Foreground::None } else { foreground },
        lockdown: plan.lockdown,
        rlimits: plan.rlimits,
        landlock: plan.landlock.clone(),
        seccomp: plan.seccomp,
    }
}
