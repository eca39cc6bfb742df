//! The inner stage of ai-jail.
//!
//! The front launches bubblewrap (or `sandbox-exec`) with this same binary as the
//! inner entry point. [`main`] is the recipe: read the [`spec::Spec`], close what was
//! inherited, apply each layer in order, start the command, stay as PID 1 until it ends.
//!
//! This crate cannot see the front: everything it knows arrives in the [`spec::Spec`].

#[cfg(target_os = "linux")]
pub mod caps;
#[cfg(target_os = "linux")]
pub mod landlock;
pub mod os_bytes;
pub mod report;
pub mod rlimits;
pub mod seccomp;
pub mod spec;
mod sys_layers;
