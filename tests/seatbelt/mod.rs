//! Profiles of macOS's sandbox, judged without a Mac: by an evaluator of the language that they are
//! written in, on worlds that the real prober has looked at.

pub mod compared;
mod evaluator;
mod existence;
mod filters;
mod functions;
mod home_table;
mod language;
mod links;
mod lockdown;
mod machine;
mod maps;
mod masks;
mod names;
mod network;
mod operations;
mod own_home;
mod printed;
mod protect_table;
mod reader;
mod search;
mod services;
mod size;
mod system;
