//! What is generated from the definition of the command line: completions, and the manual page
//! with the troubleshooting in it, since who installed a package has no `docs/`.

mod markdown;

use clap_complete::Shell;
use roff::Roff;

use super::output::print;
use crate::cli;
use crate::error::Error;
use crate::remedies;

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
    print(&text().map_err(Error::system("the manual page"))?)
}

/// The manual page for `man(1)`.
fn text() -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    clap_mangen::Man::new(cli::definition()).render(&mut text)?;
    let mut troubleshooting = Roff::new();
    markdown::append(&mut troubleshooting, remedies::PAGE);
    troubleshooting.to_writer(&mut text)?;
    Ok(text)
}
