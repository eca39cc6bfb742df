//! What of a copy is not the jail's to change.

use std::path::Path;

use crate::json_merge::Held;
use crate::plan::Guarded;

impl Held for Guarded {
    fn key(&self, key: &str) -> bool {
        self.row.keys.contains(&key)
    }

    fn entry(&self, _: &str, entry: &str) -> bool {
        self.is_of_another(Path::new(entry))
    }

    fn with_entries(&self) -> &[&'static str] {
        self.row.projects
    }
}
