//! Real jails on a real kernel: one file per promise.

mod harness;

mod as_root;
mod command_in_home;
mod descriptors;
mod display;
mod display_keys;
mod dry_run;
mod environment;
mod exit_status;
mod failures;
mod git;
mod home_links;
mod home_missing;
mod home_table;
mod killed;
mod launches;
mod layouts;
mod lockdown;
mod maps;
mod mise;
mod mise_bash;
mod mise_failures;
mod names;
mod namespaces;
mod not_run;
mod orphans;
mod process_group;
mod project;
mod signals;
mod sockets;
mod stdio;
mod system_table;
mod terminal;
mod usage;
mod wayland;
