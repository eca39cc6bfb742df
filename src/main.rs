//! The entry point: the inner stage first, then the front.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use ai_jail::update;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let status = match arguments.get(1) {
        Some(word) if word == stage2::spec::ENTRY_POINT => stage2::main(&arguments[2..]),
        Some(word) if word == update::ENTRY_POINT => update::main(&arguments[2..]),
        _ => ai_jail::run(&arguments),
    };
    ExitCode::from(status)
}
