//! The only prober: what this host has of what the settings ask for.
//!
//! Nothing is looked up that the plan does not use, and a directory is read once instead of
//! being asked name by name: every launch pays for what happens here.

pub mod agent;
pub mod agent_links;
pub mod agent_sandbox;
pub mod around;
pub mod bubblewrap;
pub mod builder;
pub mod command;
pub mod concealed;
pub mod display;
pub mod doors;
mod environment;
pub mod facts;
pub mod git;
pub mod git_config;
pub mod git_elsewhere;
mod globs;
pub mod handed;
pub mod held;
pub mod home;
pub mod links;
pub mod look;
pub mod machine;
pub mod maps;
pub mod mise;
pub mod moved;
pub mod named;
mod origin;
pub mod own_files;
pub mod own_home;
mod pnpm;
mod probe;
pub mod protect;
pub mod repositories;
mod search_path;
pub mod secrets;
mod shared;
pub mod sockets;
pub mod ssh_settings;
mod stdio;
pub mod system;
pub mod system_owned;
pub mod temporary;
pub mod tracked;
mod tree_walk;
pub mod unanswered;
pub mod written;

pub use environment::Environment;
pub use origin::Origin;
pub use probe::Host;
pub use stdio::Stdio;
