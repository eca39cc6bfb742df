//! One case: what is given, and what comes of it.

use std::fmt::Write as _;

use super::world::World;

/// Where what is given ends.
const PLAN: &str = "== plan\n";

/// Where bubblewrap's command begins.
const COMMAND: &str = "== bubblewrap\n";

/// A case.
pub struct Case<'a> {
    /// Its beginning, as it stands in the file.
    pub given: &'a str,
    /// The rest.
    pub expected: &'a str,
}

impl<'a> Case<'a> {
    pub fn parse(text: &'a str) -> Self {
        let end = text.find(PLAN).unwrap_or(text.len());
        Self { given: &text[..end], expected: &text[end..] }
    }

    /// What the plan says of this world's places, and the command that builds the jail; or why
    /// there can be none.
    pub fn outcome(&self) -> String {
        let mut world = World::new();
        let mut words = Vec::new();
        // The first paragraph says what the case shows.
        let (_, lines) = self.given.split_once("\n\n").expect("a paragraph, and the world");
        for line in lines.lines().filter(|line| !line.is_empty()) {
            let (what, rest) = line.split_once(' ').unwrap_or((line, ""));
            if what == "run" {
                words = rest.split(' ').map(str::to_owned).collect();
            } else {
                world.make(what, rest);
            }
        }
        let mut text = PLAN.to_owned();
        match world.jail(&words) {
            Ok(jail) => {
                for line in jail.lines {
                    let _ = writeln!(text, "{line}");
                }
                text.push_str(COMMAND);
                text.push_str(&jail.command);
            }
            Err(error) => {
                let _ = writeln!(text, "error: {error}");
            }
        }
        text
    }
}
