//! Fast tests.

mod agents;
mod bootstrap;
mod config_atomic;
mod config_errors;
mod config_files;
mod config_merge;
mod config_properties;
mod config_save;
mod doctor;
mod fuzz;
mod json_merge;
mod layers_page;
mod links;
mod readme;
mod rooms;
mod seatbelt;
mod security;
mod status;
mod status_bar;
mod support;
mod troubleshooting;
mod trust;
mod trust_hostile;
mod trust_records;
mod update;
mod x11;
