//! The network filter of ai-jail.
//!
//! A jail with a filtered network has a network namespace of its own, in which every address is
//! local ([`netns`]). Whatever its programs connect to reaches a listener whose descriptor
//! was handed to the [`engine`], a process on the host. The engine knows the name behind each
//! address, because its own DNS stub ([`dns`]) has handed the address out; asks the [`policy`];
//! resolves the name on the host, dials exactly what was checked, and relays.
//!
//! This crate cannot see the front: rules and sockets arrive as data.

#![forbid(unsafe_code)]

pub mod address;
pub mod dns;
pub mod engine;
pub mod event;
pub mod handover;
pub mod inspect;
pub mod listen;
pub mod maker;
pub mod name;
#[cfg(target_os = "linux")]
pub mod netns;
pub mod policy;
pub mod proxy;
mod relay;
pub mod rule;
pub mod sockets;
pub mod tally;
pub mod upstream;
