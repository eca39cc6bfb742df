//! Fast tests.

mod config_errors;
mod config_files;
mod config_save;
mod support;
mod trust;
mod trust_hostile;
mod trust_records;
