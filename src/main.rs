//! The entry point.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    match ai_jail::cli::Cli::parse(&args) {
        Ok(cli) => {
            println!("{cli:?}");
            ExitCode::SUCCESS
        }
        Err(error) => error.exit(),
    }
}
