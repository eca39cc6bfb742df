//! What is generated from the definition of the command line.

use clap_complete::Shell;

use super::output::print;
use crate::cli;
use crate::error::Error;

/// `--completions SHELL`.
///
/// # Errors
///
/// Standard output does not take it.
pub fn completions(shell: Shell) -> Result<(), Error> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut cli::definition(), "ai-jail", &mut text);
    print(&text)
}

/// `--man`.
///
/// # Errors
///
/// Standard output does not take it.
pub fn page() -> Result<(), Error> {
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(cli::definition());
    page.render(&mut text).map_err(Error::system("the manual page"))?;
    print(&text)
}
