//! The only room with effects: descriptors, processes, signals, the terminal.

mod connection;
mod descriptors;
mod ending;
mod failure;
mod leftovers;
mod proxy;
mod signals;
mod sources;
mod spawn;
mod supervise;
mod terminal;

use stage2::report::Layers;

use crate::error::Error;
use crate::host::Host;
use crate::host::bubblewrap::Bubblewrap;
use crate::messages::Lookup;
use crate::plan::Plan;

/// Runs the plan and gives the status to end with.
///
/// `started` is told what each layer achieved, as soon as the command is being started.
///
/// # Errors
///
/// The jail could not be built.
pub fn run(
    mut plan: Plan,
    host: &Host,
    bubblewrap: &Bubblewrap,
    started: &dyn Fn(&Layers),
) -> Result<u8, Error> {
    // From here on a signal waits until there is a command to forward it to.
    let signals = signals::block(plan.terminal)?;
    let sources = sources::open_all(&mut plan, bubblewrap)?;
    let connection = connection::Connection::new(&plan, host)?;
    leftovers::adopt()?;
    let jail = spawn::spawn(&plan, host, bubblewrap, &sources, &connection)?;
    drop(sources);
    let lookup = Lookup {
        on_host: host.command.as_ref().map(|(file, _)| file.clone()),
        lockdown: plan.lockdown,
    };
    supervise::supervise(jail, signals, connection, lookup, started)
}
