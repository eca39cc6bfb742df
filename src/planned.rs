//! A host, and the plan for it.

use crate::error::Error;
use crate::host::{Host, Origin, look};
use crate::plan::{Plan, mount_points};
use crate::settings::Settings;

/// What was found on the host, and the jail that follows from it.
#[derive(Debug)]
pub struct Planned {
    /// The host.
    pub host: Host,
    /// The plan, less what has no mount point.
    pub plan: Plan,
}

impl Planned {
    /// Probes the host and makes the plan.
    ///
    /// # Errors
    ///
    /// There can be no such jail.
    pub fn new(origin: Origin, settings: &Settings) -> Result<Self, Error> {
        let host = Host::probe(origin, settings);
        let plan = plan(settings, &host)?;
        Ok(Self { host, plan })
    }
}

/// The plan for a host.
///
/// # Errors
///
/// There can be no such jail.
pub fn plan(settings: &Settings, host: &Host) -> Result<Plan, Error> {
    let mut plan = Plan::new(settings, host)?;
    mount_points::check(&mut plan, look::is_there)?;
    Ok(plan)
}
