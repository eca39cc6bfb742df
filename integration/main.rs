//! Real jails on a real kernel: one file per promise.

mod harness;

mod descriptors;
mod exit_status;
mod failures;
mod home_links;
mod home_table;
mod killed;
mod launches;
mod names;
mod not_run;
mod orphans;
mod process_group;
mod signals;
mod stdio;
mod system_table;
mod usage;
