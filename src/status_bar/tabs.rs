//! Tab stops.

/// Where a tab stops, by column.
#[derive(Clone, Debug)]
pub struct Tabs(Vec<bool>);

impl Tabs {
    /// Every eighth column.
    pub fn new(cols: u16) -> Self {
        Self((0..cols).map(is_default).collect())
    }

    /// The first stop behind a column, or `end` where there is none before it.
    pub fn after(&self, col: u16, end: u16) -> u16 {
        (col + 1..end).find(|col| self.is_set(*col)).unwrap_or(end)
    }

    /// The last stop before a column, or the first column.
    pub fn before(&self, col: u16) -> u16 {
        (0..col).rev().find(|col| self.is_set(*col)).unwrap_or(0)
    }

    fn is_set(&self, col: u16) -> bool {
        self.0.get(usize::from(col)).is_some_and(|set| *set)
    }

    /// HTS and TBC.
    pub fn set(&mut self, col: u16, stop: bool) {
        if let Some(set) = self.0.get_mut(usize::from(col)) {
            *set = stop;
        }
    }

    /// TBC of all.
    pub fn clear(&mut self) {
        self.0.fill(false);
    }

    /// The terminal is as wide as this now; new columns have the usual stops.
    pub fn resize(&mut self, cols: u16) {
        self.0.truncate(usize::from(cols));
        let known = u16::try_from(self.0.len()).unwrap_or(u16::MAX);
        self.0.extend((known..cols).map(is_default));
    }
}

fn is_default(col: u16) -> bool {
    col % 8 == 0
}
