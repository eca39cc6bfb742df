//! The findings in words and as JSON.

use super::finding::{Finding, What, sort};
use crate::text::visible;

/// So many lines are printed; a hostile command could make any number of findings.
const LINES: usize = 20;

/// So many names stand in a line that is for many.
const NAMES: usize = 3;

/// The findings in lines, the worst first: one line for each row, however many entries of it
/// there are.
pub fn lines(mut findings: Vec<Finding>) -> Vec<String> {
    sort(&mut findings);
    let groups: Vec<&[Finding]> = findings.chunk_by(Finding::is_of_one_line_with).collect();
    let mut lines: Vec<String> = groups.iter().take(LINES).map(|group| line(group)).collect();
    let left: usize = groups.iter().skip(LINES).map(|group| group.len()).sum();
    if left > 0 {
        lines.push(format!("and {left} more that matter no more than these"));
    }
    lines
}

/// The findings as a JSON list, in the order of the lines.
///
/// # Errors
///
/// None: every field has a JSON form.
pub fn json(mut findings: Vec<Finding>) -> serde_json::Result<String> {
    sort(&mut findings);
    serde_json::to_string_pretty(&findings)
}

/// One line for findings that differ in their path alone.
fn line(group: &[Finding]) -> String {
    let first = &group[0];
    let reason = &first.reason;
    if let [only] = group {
        return format!("{} {}: {reason}", visible(&only.path), words(only.what));
    }
    let name = |finding: &Finding| {
        visible(finding.path.strip_prefix(&finding.place).unwrap_or(&finding.path))
    };
    let mut names: Vec<String> = group.iter().take(NAMES).map(name).collect();
    if group.len() > NAMES {
        names.push("…".into());
    }
    let (place, count, names) = (visible(&first.place), group.len(), names.join(", "));
    format!("{place}: {count} entries {} ({names}): {reason}", words_for_many(first.what))
}

fn words(what: What) -> &'static str {
    match what {
        What::Replaced => "was replaced during this run, and writable from then on",
        What::Exchanged => "was replaced in this run",
        What::Appeared => "appeared in this run",
        What::Changed => "changed in this run",
        What::Linked => "became a link in this run",
        What::CameAndWent => "had something in this run that is not there any more",
        What::ByOtherName => "was changed in this run by another name of the file (a hard link)",
        What::PerhapsByOtherName => {
            "was linked once more in this run, or changed by another name of the file (a hard link)"
        }
        What::Lost => "is gone",
        What::Refused => "was not changed, though a command tried to",
        What::Hidden => "is hidden",
    }
}

fn words_for_many(what: What) -> &'static str {
    match what {
        What::Replaced => "were replaced during this run, and writable from then on",
        What::CameAndWent => "had something in this run that is not there any more",
        What::ByOtherName => "were changed in this run by other names of the files (hard links)",
        What::PerhapsByOtherName => {
            "were linked once more in this run, or changed by other names of the files (hard links)"
        }
        What::Lost => "are gone",
        What::Refused => "were not changed, though a command tried to",
        What::Hidden => "are hidden",
        What::Exchanged => "were replaced in this run",
        What::Appeared | What::Changed | What::Linked => words(what),
    }
}
