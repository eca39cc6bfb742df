//! The views that have to ask the host more than a launch does.

mod doctor;
mod explain;

pub use doctor::doctor;
pub use explain::explain;
