//! Attacks on the jail, one file each. An attack is real: it works outside, where its control
//! runs, and it fails inside with the error of the layer that must catch it. Where several layers
//! would, each is tried without the others, so that none hides a hole in the next.
//!
//! Every system call of the filter's table is attacked one by one in `attacks.rs` and in
//! `stage2/tests/layers`; here are the ways of somebody who wants out.

mod attack;
mod server;

mod agents_daemons;
mod agents_programs;
mod agents_runtime;
mod endless_files;
mod exhaustion;
mod hard_links;
mod host_sockets;
mod hostile_repository;
mod injection;
mod kernel_calls;
mod kernel_files;
mod kernel_tells;
mod keyrings;
mod keys_of_servers;
mod links_out;
mod masks;
mod mounts;
mod moved_aside;
mod named_secrets;
mod network;
mod network_filtered;
mod own_home;
mod own_settings;
mod planted_links;
mod planted_programs;
mod processes;
mod programs_on_path;
mod races;
mod session_bus;
mod setuid;
mod shadows;
mod shared_counts;
mod shared_memory;
mod shared_places;
mod shown_names;
mod specification;
mod survey;
mod terminal_input;
