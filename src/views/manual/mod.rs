//! What is generated from the definition of the command line: completions, and the manual page
//! with the troubleshooting in it, since who installed a package has no `docs/`.

mod completions;
mod markdown;
mod sections;

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
    print(&completions::script(shell))
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
    // The examples have a section of their own.
    let definition = cli::definition().after_help(clap::builder::Resettable::Reset);
    clap_mangen::Man::new(definition).render(&mut text)?;
    let mut text = below_options(&text);
    let mut more = Roff::new();
    sections::append(&mut more);
    markdown::append(&mut more, remedies::PAGE);
    sections::see_also(&mut more);
    more.to_writer(&mut text)?;
    Ok(text)
}

/// The page with the groups of options below the section of options, where clap makes sections of them.
fn below_options(page: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(page);
    let line = |line: &str| {
        let title = line.strip_prefix(".SH ").map(|title| title.trim_matches('"'));
        let group =
            title.and_then(|title| cli::headings().find(|group| group.to_uppercase() == title));
        group.map_or_else(|| format!("{line}\n"), |group| format!(".SS \"{group}\"\n"))
    };
    text.lines().map(line).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_page_has_the_sections_that_are_looked_for() {
        let text = String::from_utf8(text().expect("memory")).expect("text");
        let sections: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        let mut from = 0;
        for name in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "EXAMPLES",
            "FILES",
            "ENVIRONMENT",
            "\"EXIT STATUS\"",
            "TROUBLESHOOTING",
            "\"SEE ALSO\"",
        ] {
            let found = sections[from..].iter().position(|section| *section == name);
            from += found
                .unwrap_or_else(|| panic!("{name} is not behind the others: {sections:?}"))
                + 1;
        }
        assert!(!text.contains("Examples:"), "they are said once");
        for group in cli::headings() {
            assert!(text.contains(&format!(".SS \"{group}\"")), "{group}");
        }
    }

    /// A variable that changes ai-jail and that no page names is a trap.
    #[test]
    fn every_variable_of_ai_jails_own_is_in_the_manual_page() {
        let text = String::from_utf8(text().expect("memory")).expect("text").replace('\\', "");
        for (file, source) in [
            ("lib.rs", include_str!("../../lib.rs")),
            ("update", include_str!("../../update/mod.rs")),
        ] {
            let named = source.split('"').filter(|word| word.starts_with("AI_JAIL_"));
            for name in named {
                assert!(text.contains(name), "{file} reads {name}");
            }
        }
    }
}
