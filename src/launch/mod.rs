//! The only room with effects: descriptors, processes, signals, the terminal.

mod copies;
mod descriptors;
mod failure;
mod sources;
mod spawn;
mod supervise;
mod terminal;

use copies::Copies;

use crate::error::Error;
use crate::host::Host;
use crate::host::bubblewrap::Bubblewrap;
use crate::messages::{self, Lookup};
use crate::plan::Plan;

/// Runs the plan and gives the status to end with.
///
/// `verbose` prints what each layer achieved.
///
/// # Errors
///
/// The jail could not be built.
pub fn run(
    mut plan: Plan,
    host: &Host,
    bubblewrap: &Bubblewrap,
    verbose: bool,
) -> Result<u8, Error> {
    // From here on a signal waits until there is a command to forward it to.
    let signals = supervise::block_signals()?;
    let mut copies = Copies::read(&mut plan);
    let sources = sources::open_all(&mut plan, &copies, bubblewrap)?;
    let terminal = terminal::Terminal::find(&plan, host)?;
    let jail = spawn::spawn(&plan, host, bubblewrap, &sources, terminal.as_ref())?;
    drop(sources);
    let lookup = Lookup {
        on_host: host.command.as_ref().map(|(file, _)| file.clone()),
        lockdown: plan.lockdown,
    };
    let outcome = supervise::supervise(jail, &mut copies, &signals, terminal, lookup, verbose);
    // The jail is gone: what is in the copies now is their last word.
    copies.finish().iter().for_each(messages::warning);
    outcome
}
