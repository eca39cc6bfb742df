//! What the filter has to say while it runs.

use std::fmt;

use crate::name::Name;
use crate::policy::{Destination, Why};

/// One decision, or how it ended.
#[derive(Debug)]
pub enum Event {
    /// A connection is allowed.
    Allowed {
        /// To there.
        destination: Destination,
        /// At this port.
        port: u16,
        /// What brought the rule.
        from: String,
    },
    /// A connection is refused.
    Refused {
        /// To there.
        destination: Destination,
        /// At this port.
        port: u16,
        /// The reason.
        why: Why,
    },
    /// A name was looked up that no rule is about.
    NameRefused {
        /// The name.
        name: Name,
    },
    /// A connection was allowed and did not come to be.
    Failed {
        /// To there.
        destination: Destination,
        /// At this port.
        port: u16,
        /// The reason.
        error: String,
    },
    /// A name was looked up when the stub had no address left.
    TooManyNames,
}

impl fmt::Display for Event {
    fn fmt(&self, output: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Allowed { destination, port, from } => {
                write!(output, "network: {} allowed ({from})", at(destination, *port))
            }
            Self::Refused { destination, port, why } => {
                write!(output, "network: {} refused: {why}", at(destination, *port))
            }
            Self::NameRefused { name } => {
                write!(output, "network: {name} refused: no rule allows it")
            }
            Self::Failed { destination, port, error } => {
                write!(output, "network: {} failed: {error}", at(destination, *port))
            }
            Self::TooManyNames => output
                .write_str("network: a name was refused: the jail has looked up too many others"),
        }
    }
}

/// A destination with its port, as a rule would write it.
pub fn at(destination: &Destination, port: u16) -> String {
    match destination {
        Destination::Address(address @ std::net::IpAddr::V6(_)) => format!("[{address}]:{port}"),
        _ => format!("{destination}:{port}"),
    }
}
