//! Real jails on a real kernel: one file per promise.

mod harness;

mod exit_status;
mod signals;
mod stdio;
