//! Attacks on the jail, one file each. An attack is real: it works outside, where its control
//! runs, and it fails inside with the error of the layer that must catch it. Where several layers
//! would, each is tried without the others, so that none hides a hole in the next.
//!
//! Every system call of the filter's table is attacked one by one in `attacks.rs` and in
//! `stage2/tests/layers`; here are the ways of somebody who wants out.

mod attack;
mod server;

mod host_sockets;
mod keyrings;
mod moved_aside;
mod own_settings;
mod planted_links;
mod planted_programs;
mod races;
mod shown_names;
