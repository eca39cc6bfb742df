//! Whether the host has what the switches of `status` are about.

use super::origin::Origin;
use super::own_home::{self, Known};
use super::{display, doors, mise, probe, system};
use crate::fields::Switch;

/// What the host has, of what it may or may not have.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub struct HostFacts {
    /// GPU devices.
    pub gpu: bool,
    /// A Docker socket.
    pub docker: bool,
    /// An X11 or Wayland display.
    pub display: bool,
    /// mise on `PATH`.
    pub mise: bool,
    /// mise has something to do here.
    pub mise_has_work: bool,
    /// The home that the project's jails have of their own.
    pub own_home: Option<Known>,
}

impl HostFacts {
    /// Whether the host has what a switch opens; `None` where the switch asks for nothing that a
    /// host could lack.
    pub fn has(&self, switch: Switch) -> Option<bool> {
        match switch {
            Switch::Gpu => Some(self.gpu),
            Switch::Docker => Some(self.docker),
            Switch::Display => Some(self.display),
            Switch::Mise => Some(self.mise),
            _ => None,
        }
    }
}

/// Looks up what `status` says of this host.
pub fn find(origin: &Origin) -> HostFacts {
    let environment = &origin.environment;
    HostFacts {
        gpu: !system::gpu_devices().is_empty(),
        docker: !doors::docker(environment, origin.home.real()).is_empty(),
        display: display::is_there(environment),
        mise: mise::program(origin).is_some(),
        mise_has_work: mise::find(origin, &[]).is_some(),
        own_home: probe::trust_records(&origin.home)
            .and_then(|records| own_home::of(&records, &origin.project)),
    }
}
