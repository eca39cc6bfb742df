//! How a plan is said to the program that builds the jail. Pure, and compiled on every system.

pub mod bwrap;
pub mod seatbelt;
pub mod tree;
