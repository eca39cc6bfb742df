//! How the command's terminal is connected with the caller's.

use stage2::confinement::Confinement;
use stage2::spec::{Foreground, Pty};

use super::bar::Wanted;
use super::relay::Relay;
use super::terminal::Terminal;
use crate::error::Error;
use crate::host::Host;
use crate::plan::{self, Plan};

/// The connection.
#[derive(Debug)]
pub enum Connection {
    /// The command has no terminal to control.
    None,
    /// The command uses the caller's, in the caller's session.
    Shared(Terminal),
    /// The command has one of its own.
    Relayed(Box<Relay>),
}

impl Connection {
    /// What the plan asks for.
    pub fn new(
        plan: &Plan,
        host: &Host,
        bar: Option<Wanted>,
        confinement: Confinement,
    ) -> Result<Self, Error> {
        match plan.terminal {
            plan::Terminal::None => Ok(Self::None),
            plan::Terminal::Callers => Ok(Terminal::find(host)?.map_or(Self::None, Self::Shared)),
            plan::Terminal::Own => Ok(Self::Relayed(Box::new(Relay::new(host, bar, confinement)?))),
        }
    }

    /// How the command shall get the foreground of its terminal.
    pub fn foreground(&self) -> Foreground {
        match self {
            Self::None => Foreground::None,
            Self::Shared(terminal) => terminal.foreground(),
            Self::Relayed(relay) => relay.foreground(),
        }
    }

    /// The terminal that stage two shall make.
    pub fn pty(&self) -> Result<Option<Pty>, Error> {
        match self {
            Self::Relayed(relay) => relay.pty().map(Some),
            Self::None | Self::Shared(_) => Ok(None),
        }
    }

    /// Whether the caller's terminal is ours to use or to hand on.
    pub fn is_ours(&self) -> bool {
        match self {
            Self::None => false,
            Self::Shared(terminal) => terminal.is_ours(),
            Self::Relayed(relay) => relay.is_ours(),
        }
    }

    /// The command starts or goes on. Gives whether that is in the foreground.
    pub fn resume(&mut self) -> bool {
        match self {
            Self::Relayed(relay) => relay.resume(),
            Self::None | Self::Shared(_) => self.is_ours(),
        }
    }

    /// Our part of the command's terminal.
    pub fn relay(&mut self) -> Option<&mut Relay> {
        match self {
            Self::Relayed(relay) => Some(relay),
            Self::None | Self::Shared(_) => None,
        }
    }

    /// Whether all that the command has written is on the caller's terminal.
    pub fn is_shown(&self) -> bool {
        match self {
            Self::Relayed(relay) => relay.is_shown(),
            Self::None | Self::Shared(_) => true,
        }
    }

    /// Whether there may be more to show at once, without a sign of it.
    pub fn is_reading(&self) -> bool {
        match self {
            Self::Relayed(relay) => relay.is_reading(),
            Self::None | Self::Shared(_) => false,
        }
    }

    /// What cannot be shown is not waited for.
    pub fn give_up(&mut self) {
        if let Self::Relayed(relay) = self {
            relay.hang_up();
        }
    }

    /// The run is over: the caller gets its terminal back.
    pub fn close(&mut self) {
        match self {
            Self::None => {}
            Self::Shared(terminal) => terminal.take_back(),
            Self::Relayed(relay) => relay.end(),
        }
    }
}
