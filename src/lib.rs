//! ai-jail: the front, which runs on the host as the user.

pub mod cli;
pub mod config;
pub mod exit;
pub mod settings;
pub mod status;
