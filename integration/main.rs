//! Real jails on a real kernel: one file per promise.

mod harness;

mod descriptors;
mod exit_status;
mod failures;
mod killed;
mod launches;
mod not_run;
mod orphans;
mod process_group;
mod signals;
mod stdio;
mod usage;
