//! A complaint about one place in a config file, shown as compilers show it.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::text::visible;

/// Characters shown of an overlong line, on each side of the mark.
const CONTEXT: usize = 60;

/// What is wrong, where, and what to write instead.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Complaint {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    shown: Shown,
}

/// The offending line in three visible parts.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Shown {
    before: String,
    marked: String,
    after: String,
}

impl Complaint {
    /// A complaint about the bytes `span` of `content`, which need not be UTF-8.
    pub fn new(path: &Path, content: &[u8], span: Range<usize>, message: String) -> Self {
        let start = span.start.min(content.len());
        let line_start = content[..start]
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |newline| newline + 1);
        let line_end = content[start..]
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(content.len(), |newline| start + newline);
        let end = span.end.clamp(start, line_end);
        let text = |range: Range<usize>| String::from_utf8_lossy(&content[range]).into_owned();
        let before = text(line_start..start);
        Self {
            path: path.to_path_buf(),
            line: content[..line_start].split(|&byte| byte == b'\n').count(),
            column: before.trim_start_matches('\u{feff}').chars().count() + 1,
            message,
            help: None,
            shown: Shown::new(&before, &text(start..end), &text(end..line_end)),
        }
    }

    /// The same complaint with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Shown {
    fn new(before: &str, marked: &str, after: &str) -> Self {
        let skipped = before.chars().count().saturating_sub(CONTEXT);
        let cut = |text: &str| text.chars().take(CONTEXT).collect::<String>();
        let mut shown = Self {
            before: visible(before.chars().skip(skipped).collect::<String>()),
            marked: visible(cut(marked)),
            after: visible(cut(after.trim_end_matches('\r')).trim_end()),
        };
        if skipped > 0 {
            shown.before.insert(0, '…');
        }
        shown
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, .. } = self;
        let Shown { before, marked, after } = &self.shown;
        let path = visible(&self.path);
        let gutter = " ".repeat(line.to_string().len());
        let indent = " ".repeat(before.chars().count());
        let caret = "^".repeat(marked.chars().count().max(1));
        writeln!(f, "{path}:{line}:{column}: {}", visible(&self.message))?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{line} | {before}{marked}{after}")?;
        write!(f, "{gutter} | {indent}{caret}")?;
        match &self.help {
            Some(help) => write!(f, " {}", visible(help)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Complaint {}
