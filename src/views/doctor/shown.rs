//! The examination for people.

use std::fmt::Write;

use super::{Check, Examination, Status};
use crate::views::output::View;

impl View for Examination {
    /// One line a check, the remedy below it.
    fn text(&self, colour: bool) -> String {
        let mut text = String::new();
        for check in &self.checks {
            check.write(&mut text, colour);
        }
        let failed = self.checks.iter().filter(|check| check.status == Status::Failed).count();
        text.push_str(match (self.works, failed) {
            (true, _) => "ai-jail works here\n",
            (false, 1) => "ai-jail does not work here: see the line marked FAIL\n",
            (false, _) => "ai-jail does not work here: see the lines marked FAIL\n",
        });
        text
    }
}

impl Check {
    fn write(&self, text: &mut String, colour: bool) {
        let (word, code) = match self.status {
            Status::Ok => ("ok  ", "32"),
            Status::Warning => ("warn", "33"),
            Status::Failed => ("FAIL", "31"),
        };
        let (before, after) =
            if colour { (format!("\x1b[{code}m"), "\x1b[0m") } else { (String::new(), "") };
        let mut lines = self.found.lines();
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(text, "{before}{word}{after}  {:<16}  {first}", self.name);
        let remedy = self.remedy.as_ref().map(ToString::to_string).unwrap_or_default();
        // A remedy brings the indentation of an error's further lines.
        let remedy = remedy.lines().skip(1).map(|line| line.strip_prefix("  ").unwrap_or(line));
        for line in lines.chain(remedy) {
            let _ = writeln!(text, "      {line}");
        }
    }
}
