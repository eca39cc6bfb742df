//! What the bar's row shows, cell by cell.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthChar as _;

use crate::fields::BarStyle;
use crate::text::visible;

/// The mark of a newer version.
const NEWER: &str = "↑";
/// Stands for what was left out.
const CUT: char = '…';
/// A shorter piece of the command says nothing.
const LEAST_COMMAND: usize = 8;
/// A shorter piece of the path says less than the version beside it.
const LEAST_PATH: usize = 12;

/// The bar's colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Theme {
    /// Light text on a dark row.
    Dark,
    /// Dark text on a light row.
    Light,
    /// No colour, only reverse video: for `NO_COLOR`.
    Plain,
}

impl Theme {
    /// The theme of a style, unless colour is not wanted at all.
    pub fn of(style: BarStyle, colour: bool) -> Self {
        match (style, colour) {
            (_, false) => Self::Plain,
            (BarStyle::Dark, true) => Self::Dark,
            (BarStyle::Light, true) => Self::Light,
        }
    }

    /// `CSI … m` of the row, of the path in it, and of the mark of a newer version. Each is
    /// complete: it begins with a reset.
    const fn sequences(self) -> [&'static str; 3] {
        match self {
            Self::Dark => [
                "\x1b[0;38;5;250;48;5;236m",
                "\x1b[0;1;38;5;255;48;5;236m",
                "\x1b[0;1;38;5;114;48;5;236m",
            ],
            Self::Light => [
                "\x1b[0;38;5;238;48;5;253m",
                "\x1b[0;1;38;5;232;48;5;253m",
                "\x1b[0;1;38;5;28;48;5;253m",
            ],
            Self::Plain => ["\x1b[0;7m", "\x1b[0;1;7m", "\x1b[0;1;7m"],
        }
    }
}

/// What the bar tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Labels {
    /// The project's path, as [`Labels::path`] shows it.
    pub project: String,
    /// The command, as one line.
    pub command: String,
    /// This program's version.
    pub version: String,
    /// A newer version exists.
    pub newer: bool,
}

impl Labels {
    /// A path with `~` for the home.
    pub fn path(path: &Path, home: Option<&Path>) -> String {
        let short = home
            .and_then(|home| path.strip_prefix(home).ok())
            .map(|below| Path::new("~").join(below))
            // `~` itself, not `~/`.
            .map(|path| path.components().collect::<PathBuf>());
        visible(short.as_deref().unwrap_or(path))
    }
}

/// The row: labels and colours.
#[derive(Clone, Debug)]
pub struct Row {
    theme: Theme,
    project: String,
    command: String,
    version: String,
    /// Whether to show that a newer version exists.
    pub newer: bool,
}

impl Row {
    /// Labels may come from anywhere: what a terminal would obey is shown instead.
    pub fn new(theme: Theme, labels: &Labels) -> Self {
        Self {
            theme,
            project: visible(&labels.project),
            command: visible(&labels.command),
            version: visible(&labels.version),
            newer: labels.newer,
        }
    }

    /// Writes `cols` cells; the cursor is in the first of them.
    ///
    /// Where the terminal and we disagree on how wide a name is, only the name itself suffers: the
    /// row is filled before, and the version has a place of its own.
    pub fn write(&self, cols: u16, out: &mut Vec<u8>) {
        let [row, path, newer] = self.theme.sequences();
        let cols = usize::from(cols);
        let Layout { project, command, version, newer: mark } = self.layout(cols);
        let column = cols - width(&version) - width(&mark) + 1;
        let blank = " ".repeat(cols);
        let _ = write!(out, "{row}{blank}\r{path}{project}{row}{command}");
        let _ = write!(out, "\x1b[{column}G{version}{newer}{mark}");
    }

    /// Divides the row: the version is the first to go where there is no room for everything, after
    /// the command has shrunk; the path is shortened last.
    fn layout(&self, cols: usize) -> Layout {
        let newer = if self.newer { format!(" {NEWER} ") } else { " ".to_owned() };
        let right = width(&self.version) + width(&newer);
        let with_version = cols >= right + 1 + LEAST_PATH.min(width(&self.project) + 1);
        // The mark is worth more than the number.
        let mark = self.newer && !with_version;
        let (version, newer) = match (with_version, mark) {
            (true, _) => (self.version.clone(), newer),
            (false, true) => (String::new(), newer),
            (false, false) => (String::new(), String::new()),
        };
        let room = cols.saturating_sub(width(&version) + width(&newer));
        let project = format!(" {} ", last(&self.project, room.saturating_sub(2)));
        let left = room.saturating_sub(width(&project) + 1);
        let command = if left < LEAST_COMMAND && width(&self.command) > left {
            String::new()
        } else {
            first(&self.command, left)
        };
        Layout { project, command, version, newer }
    }
}

/// The row's parts from left to right; the gap is behind the command.
struct Layout {
    project: String,
    command: String,
    version: String,
    newer: String,
}

/// The beginning of `text` in at most `cols` cells.
fn first(text: &str, cols: usize) -> String {
    if width(text) <= cols {
        return text.to_owned();
    }
    let mut kept = taken(text.chars(), cols.saturating_sub(1));
    kept.push(CUT);
    kept
}

/// The end of `text` in at most `cols` cells.
fn last(text: &str, cols: usize) -> String {
    if width(text) <= cols {
        return text.to_owned();
    }
    let kept = taken(text.chars().rev(), cols.saturating_sub(1));
    std::iter::once(CUT).chain(kept.chars().rev()).collect()
}

/// Character by character, as most terminals count: what joins characters has become visible.
fn width(text: &str) -> usize {
    text.chars().filter_map(unicode_width::UnicodeWidthChar::width).sum()
}

/// As many characters as fit.
fn taken(chars: impl Iterator<Item = char>, cols: usize) -> String {
    let mut left = cols;
    let fits = |char: &char| {
        let rest = left.checked_sub(char.width().unwrap_or(0));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    chars.take_while(fits).collect()
}
