//! The ports of a rule.

use std::fmt;
use std::ops::RangeInclusive;

use super::Wrong;

/// What a rule without ports means: HTTP and HTTPS.
const DEFAULT: [u16; 2] = [80, 443];

/// Ports, as sorted ranges that do not touch each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ports(Vec<RangeInclusive<u16>>);

impl Default for Ports {
    fn default() -> Self {
        Self(DEFAULT.map(|port| port..=port).to_vec())
    }
}

impl Ports {
    /// Reads a list such as `22,443` or `8000-8010`.
    pub(super) fn parse(text: &str) -> Result<Self, Wrong> {
        let mut ranges = text.split(',').map(range).collect::<Result<Vec<_>, _>>()?;
        ranges.sort_by_key(|range| *range.start());
        let mut merged: Vec<RangeInclusive<u16>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if u32::from(*range.start()) <= u32::from(*last.end()) + 1 => {
                    *last = *last.start()..=*last.end().max(range.end());
                }
                _ => merged.push(range),
            }
        }
        Ok(Self(merged))
    }

    /// Whether `port` is one of them.
    pub fn contain(&self, port: u16) -> bool {
        self.0.iter().any(|range| range.contains(&port))
    }

    /// Each of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().cloned().flatten()
    }

    /// Whether they are those of a rule that names none.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, output: &mut fmt::Formatter) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match (range.start(), range.end()) {
                (start, end) if start == end => write!(output, "{comma}{start}")?,
                (start, end) => write!(output, "{comma}{start}-{end}")?,
            }
        }
        Ok(())
    }
}

fn range(text: &str) -> Result<RangeInclusive<u16>, Wrong> {
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let (start, end) = (port(start)?, port(end)?);
    if start > end {
        return Err(Wrong::Backwards { start, end });
    }
    Ok(start..=end)
}

fn port(text: &str) -> Result<u16, Wrong> {
    let wrong = || Wrong::Port { port: text.to_owned() };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    text.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)
}
