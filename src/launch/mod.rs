//! The only room with effects: descriptors, processes, signals, the terminal.

mod bar;
mod connection;
mod copies;
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

use copies::Copies;
use stage2::report::FromJail;

pub use bar::Wanted as Bar;

use crate::error::Error;
use crate::host::Host;
use crate::host::bubblewrap::Bubblewrap;
use crate::messages::{self, Lookup};
use crate::plan::Plan;

/// Runs the plan and gives the status to end with.
///
/// `bar` is the status bar that was asked for; `told` hears what the layers achieved, as soon as
/// they are applied, and what mise did.
///
/// # Errors
///
/// The jail could not be built.
pub fn run(
    mut plan: Plan,
    bar: Option<Bar>,
    host: &Host,
    bubblewrap: &Bubblewrap,
    told: &dyn Fn(&FromJail),
) -> Result<u8, Error> {
    // From here on a signal waits until there is a command to forward it to.
    let signals = signals::block(plan.terminal)?;
    let mut copies = Copies::read(&mut plan);
    let sources = sources::open_all(&mut plan, &copies, bubblewrap)?;
    let connection = connection::Connection::new(&plan, host, bar)?;
    let jail = spawn::spawn(&plan, host, bubblewrap, &sources, &connection)?;
    drop(sources);
    let lookup = Lookup {
        on_host: host.command.as_ref().map(|(file, _)| file.clone()),
        lockdown: plan.lockdown,
    };
    let outcome = supervise::supervise(jail, &mut copies, signals, connection, lookup, told);
    // The jail is gone: what is in the copies now is their last word.
    copies.finish().iter().for_each(messages::warning);
    outcome
}
