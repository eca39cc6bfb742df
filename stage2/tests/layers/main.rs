//! Each layer against the running kernel, alone, in a child process that only it restricts.
//!
//! A denial proves something only next to its control: the same act in a child without the
//! layer, with another result.

#![cfg(target_os = "linux")]
// Attacks are raw system calls.
#![allow(unsafe_code)]

mod attempt;
mod checks;
mod child;
mod landlock;
mod privileges;
mod programs;
#[path = "../../../integration/real_programs.rs"]
mod real_programs;
mod rlimits;
mod seccomp;
