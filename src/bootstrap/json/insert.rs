//! Putting members into an object or elements into an array, in the layout that is there.
//!
//! Nothing is ever taken away or moved: the only other byte that comes in is the comma that the
//! last value before needs.

use std::ops::Range;

use super::blank::Blanked;

/// A new value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum New {
    /// A string.
    Text(String),
    /// An array.
    List(Vec<New>),
    /// An object.
    Table(Vec<(String, New)>),
}

/// How the text is laid out.
pub struct Layout {
    /// What ends a line.
    newline: &'static str,
    /// One step of indentation.
    step: String,
}

impl Layout {
    /// The layout of `text`, whose outermost value stands at `root` and has its first member's
    /// value at `first`.
    pub fn of(text: &str, root: &Range<usize>, first: Option<&Range<usize>>) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let step = first
            .filter(|first| text[root.start..first.start].contains('\n'))
            .and_then(|first| {
                indentation(text, first.start).strip_prefix(indentation(text, root.start))
            })
            .filter(|step| !step.is_empty())
            .unwrap_or("  ");
        Self { newline, step: step.to_owned() }
    }

    /// `new` as it stands after `indent` on its line.
    fn render(&self, new: &New, indent: &str) -> String {
        let inner = format!("{indent}{}", self.step);
        match new {
            New::Text(text) => quoted(text),
            New::List(list) => {
                let lines: Vec<_> = list.iter().map(|item| self.render(item, &inner)).collect();
                self.enclose('[', &lines, ']', indent)
            }
            New::Table(table) => {
                let line = |(name, value): &(String, New)| self.member(name, value, &inner);
                let lines: Vec<_> = table.iter().map(line).collect();
                self.enclose('{', &lines, '}', indent)
            }
        }
    }

    fn member(&self, name: &str, value: &New, indent: &str) -> String {
        format!("{}: {}", quoted(name), self.render(value, indent))
    }

    fn enclose(&self, open: char, lines: &[String], close: char, indent: &str) -> String {
        if lines.is_empty() {
            return format!("{open}{close}");
        }
        let start = format!("{}{indent}{}", self.newline, self.step);
        let lines = lines.join(&format!(",{start}"));
        format!("{open}{start}{lines}{}{indent}{close}", self.newline)
    }
}

/// What comes in: elements, or members by name.
pub enum Items {
    /// Of an array.
    Elements(Vec<New>),
    /// Of an object.
    Members(Vec<(String, New)>),
}

impl Items {
    fn render(&self, layout: &Layout, indent: &str) -> Vec<String> {
        match self {
            Self::Elements(elements) => {
                elements.iter().map(|element| layout.render(element, indent)).collect()
            }
            Self::Members(members) => {
                members.iter().map(|(name, new)| layout.member(name, new, indent)).collect()
            }
        }
    }
}

/// `text` with `items` in `container`, after the first `index` of its `values`.
pub fn insert(
    text: &str,
    blanked: &Blanked,
    layout: &Layout,
    container: &Range<usize>,
    values: &[Range<usize>],
    index: usize,
    items: &Items,
) -> String {
    if values.is_empty() {
        return fill(text, layout, container, items);
    }
    let code = blanked.code.as_bytes();
    let neighbour = &values[index.saturating_sub(1)];
    let anchor = if index == 0 { container.start + 1 } else { neighbour.end };
    let comma = (index > 0).then(|| next(code, anchor)).filter(|&at| code[at] == b',');
    let after = comma.map_or(anchor, |comma| comma + 1);
    // Something follows that must be kept apart: a value, or the end with a last comma before it.
    let followed = index < values.len() || comma.is_some();

    let mut new = text.to_owned();
    if let Some(end) = line_end(code, after) {
        let indent = indentation(text, neighbour.start);
        let start = format!("{}{indent}", layout.newline);
        let lines = items.render(layout, indent).join(&format!(",{start}"));
        let last = if followed { "," } else { "" };
        new.insert_str(end, &format!("{start}{lines}{last}"));
    } else {
        let line = items.render(layout, indentation(text, anchor)).join(", ");
        let space = if code[after].is_ascii_whitespace() { "" } else { " " };
        let line = match (index, followed) {
            (0, _) if space.is_empty() => format!(" {line},"),
            (0, _) => format!("{line}, "),
            (_, true) => format!(" {line},{space}"),
            (_, false) => format!(" {line}"),
        };
        new.insert_str(after, &line);
    }
    if !followed {
        new.insert(anchor, ',');
    }
    new
}

/// Puts `items` into an empty container, below the comments that may be in it.
fn fill(text: &str, layout: &Layout, container: &Range<usize>, items: &Items) -> String {
    let close = container.end - 1;
    let kept = text[..close].trim_end_matches([' ', '\t', '\r', '\n']).len();
    let outer = indentation(text, container.start);
    let indent = format!("{outer}{}", layout.step);
    let start = format!("{}{indent}", layout.newline);
    let lines = items.render(layout, &indent).join(&format!(",{start}"));
    format!("{}{start}{lines}{}{outer}{}", &text[..kept], layout.newline, &text[close..])
}

/// Where the next thing begins that is no space.
fn next(code: &[u8], from: usize) -> usize {
    let found = code[from..].iter().position(|byte| !byte.is_ascii_whitespace());
    found.map_or(code.len() - 1, |distance| from + distance)
}

/// Where the line of `from` ends, if nothing follows on it but comments.
fn line_end(code: &[u8], from: usize) -> Option<usize> {
    let end = code[from..].iter().position(|&byte| byte == b'\n')? + from;
    let rest = &code[from..end];
    let blank = rest.iter().all(u8::is_ascii_whitespace);
    blank.then_some(if rest.ends_with(b"\r") { end - 1 } else { end })
}

/// The white space that the line of `at` begins with.
fn indentation(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[start..].trim_start_matches('\u{feff}');
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
