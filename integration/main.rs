//! Real jails on a real kernel: one file per promise.

mod harness;
mod probe;
mod real_programs;

// What the layers' own tests make of system calls and of real programs, made in whole jails too.
#[path = "../stage2/tests/layers/attempt.rs"]
#[allow(unsafe_code)]
mod attempt;
#[path = "../stage2/tests/layers/child.rs"]
#[allow(unsafe_code)]
mod child;

mod agent_links;
mod agent_state;
mod agents;
mod as_root;
mod attacks;
mod bootstrap;
mod builders;
mod channel;
mod claude_json;
mod command_in_home;
mod descriptors;
mod display;
mod display_keys;
mod doctor;
mod doctor_as_root;
mod dry_run;
mod environment;
mod escape;
mod exit_status;
mod explain;
mod explain_says;
mod failures;
mod git;
mod github_action;
mod home_links;
mod home_missing;
mod home_table;
mod killed;
mod known_limits;
mod landlock;
mod landlock_abi;
mod launches;
mod layers;
mod layouts;
mod lockdown;
mod lost;
mod mapped_settings;
mod maps;
mod masks;
mod mise;
mod mise_bash;
mod mise_failures;
mod names;
mod namespaces;
mod network_filter;
mod not_run;
#[allow(unsafe_code)]
mod old_landlock;
mod orphans;
#[allow(unsafe_code)]
mod outer_filter;
mod process_group;
mod programs;
mod project;
mod protect_git;
mod protect_places;
mod protect_report;
mod protect_table;
mod pty;
mod pty_bytes;
mod pty_jobs;
mod pty_modes;
mod pty_restored;
mod recipes;
mod refused_layers;
mod remembered;
mod screens;
mod signals;
mod sockets;
mod stage_one;
mod starts;
mod status_bar;
mod stdio;
mod system_table;
mod terminal;
mod toolchains;
mod usage;
mod variables;
mod wayland;
