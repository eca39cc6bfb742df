//! One rule: what may be reached, on which ports.

mod address;
mod error;
mod parse;
mod ports;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

pub use error::{RuleError, Wrong};
pub use ports::Ports;

use crate::name::Name;

/// What may be reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// Exactly this name.
    Name(Name),
    /// The names below this one, not itself.
    Below(Name),
    /// Exactly this address.
    Address(IpAddr),
    /// The addresses of a network.
    Network(IpNet),
}

/// A rule in its normal form; [`fmt::Display`] writes that.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    /// What may be reached.
    pub target: Target,
    /// On these ports.
    pub ports: Ports,
}

impl Rule {
    /// Reads a rule: `NAME`, `*.NAME`, an address or `CIDR`, each with `:PORTS`; 80 and 443 where
    /// no ports are given.
    ///
    /// # Errors
    ///
    /// The text is none of them: which part is wrong, and what to write.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        parse::rule(text).map_err(|wrong| RuleError { rule: text.to_owned(), wrong })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, output: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Name(name) => write!(output, "{name}"),
            Self::Below(name) => write!(output, "*.{name}"),
            Self::Address(address) => write!(output, "{address}"),
            Self::Network(network) => write!(output, "{network}"),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, output: &mut fmt::Formatter) -> fmt::Result {
        match (&self.target, self.ports.is_default()) {
            (target, true) => write!(output, "{target}"),
            (Target::Address(IpAddr::V6(address)), false) => {
                write!(output, "[{address}]:{}", self.ports)
            }
            (target, false) => write!(output, "{target}:{}", self.ports),
        }
    }
}
