//! What was refused, counted for the report after the run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::event::{Event, at};
use crate::policy::Why;

/// Destinations that are counted one by one; a jail could make up any number of them.
const MAX_ROWS: usize = 256;

/// The counts.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Tally {
    /// By destination, as a rule would write it.
    pub refused: BTreeMap<String, Refused>,
    /// Attempts at destinations for which there was no row left.
    pub others: u64,
}

/// One destination.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Refused {
    /// How often.
    pub count: u64,
    /// The reason of the first refusal, in words.
    pub why: String,
    /// The rule that would allow it, where one can.
    pub remedy: Option<String>,
}

impl Tally {
    /// Counts a refusal; other events are none.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Refused { destination, port, why } => {
                let named = at(destination, *port);
                let remedy = match why {
                    Why::NoRule | Why::Port { .. } if matches!(port, 80 | 443) => {
                        Some(destination.to_string())
                    }
                    Why::NoRule | Why::Port { .. } | Why::Metadata => Some(named.clone()),
                    _ => None,
                };
                self.add(named, why.to_string(), remedy);
            }
            Event::NameRefused { name } => {
                self.add(name.to_string(), Why::NoRule.to_string(), Some(name.to_string()));
            }
            Event::TooManyNames => self.others += 1,
            Event::Allowed { .. } | Event::Failed { .. } => {}
        }
    }

    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.refused.is_empty() && self.others == 0
    }

    fn add(&mut self, destination: String, why: String, remedy: Option<String>) {
        if let Some(row) = self.refused.get_mut(&destination) {
            row.count += 1;
        } else if self.refused.len() < MAX_ROWS {
            self.refused.insert(destination, Refused { count: 1, why, remedy });
        } else {
            self.others += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;
    use crate::policy::Destination;

    #[test]
    fn refusals_are_counted_by_destination_with_the_rule_that_would_allow_them() {
        let mut tally = Tally::default();
        let destination = Destination::Name(Name::parse("a.example").expect("a name"));
        for port in [443, 443, 22] {
            let destination = destination.clone();
            tally.note(&Event::Refused { destination, port, why: Why::NoRule });
        }
        let row = |key: &str| &tally.refused[key];
        assert_eq!((row("a.example:443").count, row("a.example:22").count), (2, 1));
        assert_eq!(row("a.example:443").remedy.as_deref(), Some("a.example"));
        assert_eq!(row("a.example:22").remedy.as_deref(), Some("a.example:22"));
    }

    #[test]
    fn a_jail_cannot_make_the_report_grow_without_end() {
        let mut tally = Tally::default();
        for number in 0..10_000 {
            let name = Name::parse(&format!("n{number}.example")).expect("a name");
            tally.note(&Event::NameRefused { name });
        }
        assert_eq!(tally.refused.len(), MAX_ROWS);
        assert_eq!(tally.others, 10_000 - MAX_ROWS as u64);
    }
}
