//! The network of a filtered jail: what the user's rules may name, which variables its programs get where only proxies
//! can be had.

mod presets;
mod rules;
mod variables;

pub use presets::{PRESETS, Preset};
pub use rules::{RuleText, read};
pub use variables::{PROXY_VARIABLES, UPSTREAM_VARIABLES, Variable};
