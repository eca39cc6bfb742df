//! What would change, as `diff -u` shows it.

use std::path::Path;

use similar::TextDiff;

use crate::text::visible;

/// The difference, or nothing where there is none.
pub fn unified(path: &Path, old: Option<&str>, new: &str) -> String {
    let name = visible(path);
    let before = if old.is_some() { &name } else { "/dev/null" };
    let diff = TextDiff::from_lines(old.unwrap_or_default(), new);
    let text = diff.unified_diff().header(before, &name).to_string();
    harmless(&text)
}

/// The lines of a file that every jail can write, without what a terminal would obey.
fn harmless(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(visible).collect::<Vec<_>>().join("\t");
    text.split_inclusive('\n')
        .map(|full| match full.strip_suffix('\n') {
            // The carriage return of a line that ends with one is no harm.
            Some(text) => match text.strip_suffix('\r') {
                Some(text) => line(text) + "\r\n",
                None => line(text) + "\n",
            },
            None => line(full),
        })
        .collect()
}
