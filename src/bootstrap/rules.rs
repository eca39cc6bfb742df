//! Codex's rules: one call a line, so merging is adding the lines that are missing.

use std::fmt::Write as _;

use super::merged::Merged;
use super::spelling;
use crate::policy::agents::{File, Value};

/// Says what the file is.
const HEADER: &str = "\
# Written by `ai-jail --bootstrap`: what asks in a jail too. Change a line and it stays so;
# lines that are gone come back.
";

/// The text with a rule for each command that asks, unless it or `others`, the user's own rule
/// files, have one for the same words.
pub fn merge(text: &str, others: &[String], file: &File) -> Merged {
    let mut merged = Merged { text: text.to_owned(), ..Merged::default() };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    for setting in file.settings {
        let Value::AskedPrefixes = setting.value else { continue };
        let here = squeezed(text);
        let others: Vec<_> = others.iter().map(|text| squeezed(text)).collect();
        let mut added = 0;
        for (words, reason) in spelling::prefixes() {
            let wanted = format!("pattern={}", squeezed(&words));
            if here.contains(&wanted) {
                continue;
            }
            if others.iter().any(|other| other.contains(&wanted)) {
                merged.keep(format!("the rule for {words} stays as it is in another rules file"));
                continue;
            }
            if merged.text.is_empty() {
                HEADER.clone_into(&mut merged.text);
            } else if !merged.text.ends_with('\n') {
                merged.text.push_str(newline);
            }
            let _ = write!(
                merged.text,
                "prefix_rule(pattern = {words}, decision = \"prompt\", \
                 justification = \"{reason}\"){newline}"
            );
            added += 1;
        }
        if added > 0 {
            merged.add(setting, (!text.is_empty()).then_some(added));
        }
    }
    merged
}

/// Without white space, and without comments: how a rule is laid out says nothing.
fn squeezed(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(str::chars).filter(|char| !char.is_whitespace()).collect()
}
