//! Which agent a command is.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::{AGENTS, Agent};

/// A program that runs the programs of packages.
struct Runner {
    /// The program.
    program: &'static str,
    /// The words behind it that make it run another.
    words: &'static [&'static str],
    /// Options that take a word.
    valued: &'static [&'static str],
    /// Those of them that name the package, so that a program of it follows.
    package: &'static [&'static str],
}

const NPM: &[&str] = &["-p", "--package", "-c", "--call", "-w", "--workspace"];
const NPM_PACKAGE: &[&str] = &["-p", "--package"];
const UV: &[&str] = &["--from", "--with", "-w", "-p", "--python", "--index", "--with-requirements"];

const RUNNERS: &[Runner] = &[
    Runner { program: "npx", words: &[], valued: NPM, package: NPM_PACKAGE },
    Runner { program: "npm", words: &["exec"], valued: NPM, package: NPM_PACKAGE },
    Runner { program: "npm", words: &["x"], valued: NPM, package: NPM_PACKAGE },
    Runner { program: "pnpx", words: &[], valued: &["--package"], package: &["--package"] },
    Runner { program: "pnpm", words: &["dlx"], valued: &["--package"], package: &["--package"] },
    Runner { program: "yarn", words: &["dlx"], valued: NPM_PACKAGE, package: NPM_PACKAGE },
    Runner { program: "bunx", words: &[], valued: NPM_PACKAGE, package: NPM_PACKAGE },
    Runner { program: "bun", words: &["x"], valued: NPM_PACKAGE, package: NPM_PACKAGE },
    Runner { program: "uvx", words: &[], valued: UV, package: &["--from"] },
    Runner { program: "uv", words: &["tool", "run"], valued: UV, package: &["--from"] },
    Runner {
        program: "pipx",
        words: &["run"],
        valued: &["--spec", "--python"],
        package: &["--spec"],
    },
];

/// The agent that a command starts: by its name, that of an adapter, or as a package.
pub fn recognise(command: &[OsString]) -> Option<&'static Agent> {
    let (program, arguments) = command.split_first()?;
    let name = Path::new(program).file_name()?;
    by_program(name).or_else(|| {
        let called = |runner: &&Runner| {
            name == runner.program && arguments.iter().take(runner.words.len()).eq(runner.words)
        };
        let runner = RUNNERS.iter().find(called)?;
        runner.runs(&arguments[runner.words.len()..])
    })
}

fn by_program(name: &OsStr) -> Option<&'static Agent> {
    AGENTS.iter().find(|agent| name == agent.command || agent.also.iter().any(|also| name == *also))
}

impl Runner {
    /// What it runs with these words behind its own.
    fn runs(&self, words: &[OsString]) -> Option<&'static Agent> {
        let mut named = false;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let text = word.to_str()?;
            if text == "--" {
                continue;
            }
            if !text.starts_with('-') {
                let by_package =
                    AGENTS.iter().find(|agent| agent.packages.contains(&package(text)));
                return if named { by_program(word) } else { by_package };
            }
            let option = text.split('=').next().unwrap_or(text);
            named |= self.package.contains(&option);
            if option == text && self.valued.contains(&option) {
                words.next();
            }
        }
        None
    }
}

/// A package without its version or extras: `@scope/name@1.2`, `name==1.2`, `name[all]`.
fn package(text: &str) -> &str {
    let end = text.char_indices().skip(1).find(|(_, char)| "@=[<>~!".contains(*char));
    end.map_or(text, |(at, _)| &text[..at])
}
