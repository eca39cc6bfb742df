//! How the command's terminal is connected with the caller's.

use stage2::confinement::Confinement;
use stage2::spec::{Foreground, Pty};

use super::bar::Wanted;
use super::proxy::Proxy;
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
    Proxied(Box<Proxy>),
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
            plan::Terminal::Own => Ok(Self::Proxied(Box::new(Proxy::new(host, bar, confinement)?))),
        }
    }

    /// How the command shall get the foreground of its terminal.
    pub fn foreground(&self) -> Foreground {
        match self {
            Self::None => Foreground::None,
            Self::Shared(terminal) => terminal.foreground(),
            Self::Proxied(proxy) => proxy.foreground(),
        }
    }

    /// The terminal that stage two shall make.
    pub fn pty(&self) -> Result<Option<Pty>, Error> {
        match self {
            Self::Proxied(proxy) => proxy.pty().map(Some),
            Self::None | Self::Shared(_) => Ok(None),
        }
    }

    /// Whether the caller's terminal is ours to use or to hand on.
    pub fn is_ours(&self) -> bool {
        match self {
            Self::None => false,
            Self::Shared(terminal) => terminal.is_ours(),
            Self::Proxied(proxy) => proxy.is_ours(),
        }
    }

    /// The command starts or goes on. Gives whether that is in the foreground.
    pub fn resume(&mut self) -> bool {
        match self {
            Self::Proxied(proxy) => proxy.resume(),
            Self::None | Self::Shared(_) => self.is_ours(),
        }
    }

    /// Our part of the command's terminal.
    pub fn proxy(&mut self) -> Option<&mut Proxy> {
        match self {
            Self::Proxied(proxy) => Some(proxy),
            Self::None | Self::Shared(_) => None,
        }
    }

    /// Whether all that the command has written is on the caller's terminal.
    pub fn is_shown(&self) -> bool {
        match self {
            Self::Proxied(proxy) => proxy.is_shown(),
            Self::None | Self::Shared(_) => true,
        }
    }

    /// Whether there may be more to show at once, without a sign of it.
    pub fn is_reading(&self) -> bool {
        match self {
            Self::Proxied(proxy) => proxy.is_reading(),
            Self::None | Self::Shared(_) => false,
        }
    }

    /// What cannot be shown is not waited for.
    pub fn give_up(&mut self) {
        if let Self::Proxied(proxy) = self {
            proxy.hang_up();
        }
    }

    /// The run is over: the caller gets its terminal back.
    pub fn close(&mut self) {
        match self {
            Self::None => {}
            Self::Shared(terminal) => terminal.take_back(),
            Self::Proxied(proxy) => proxy.suspend(),
        }
    }
}
