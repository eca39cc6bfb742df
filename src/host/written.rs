//! Where jails could ever write, and so what one of them could have made.
//!
//! Of the home the tables tell. Projects, maps and repositories are others in each run, so those of
//! every run are on record, where no jail looks:
//!
//! ```text
//! {"ai-jail-written":1,"places":["/home/me/project"]}
//! ```

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use stage2::os_bytes::BytePath;

use super::links::Link;
use crate::files::{self, Symlinks};
use crate::policy::own::WRITTEN;

/// The form of the record.
const VERSION: u32 = 1;

/// Bytes of the largest record that is read: some hundred thousand projects.
const MAX_SIZE: u64 = 16 << 20;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Record {
    #[serde(rename = "ai-jail-written")]
    version: u32,
    places: Vec<BytePath>,
}

/// Places where a jail could write, canonical.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Written(Vec<PathBuf>);

impl Written {
    /// What is on record in the directory of records. What cannot be read is nothing: no jail can
    /// damage it.
    pub fn on_record(records: &Path) -> Self {
        let read = || {
            let file = records.join(WRITTEN);
            let content = files::regular(&file, Symlinks::Refuse, MAX_SIZE).ok()??;
            let record: Record = serde_json::from_slice(&content.bytes).ok()?;
            (record.version == VERSION).then_some(record.places)
        };
        Self(read().unwrap_or_default().into_iter().map(|place| place.0).collect())
    }

    /// The record's text.
    ///
    /// # Errors
    ///
    /// None is known.
    pub fn to_record(&self) -> serde_json::Result<Vec<u8>> {
        let places = self.0.iter().cloned().map(BytePath).collect();
        serde_json::to_vec(&Record { version: VERSION, places })
    }

    /// These places too. What is inside another is left out.
    pub fn add(&mut self, places: impl IntoIterator<Item = PathBuf>) {
        for place in places {
            if !self.could_have_made(&place) {
                self.0.retain(|known| !known.starts_with(&place));
                self.0.push(place);
            }
        }
    }

    /// These places, and `more`, for the questions of one run.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(self.0.iter().cloned().chain(more).collect())
    }

    /// Whether a jail could have made what stands at `path`, which has no link before its last name.
    pub fn could_have_made(&self, path: &Path) -> bool {
        self.0.iter().any(|place| path.starts_with(place))
    }

    /// Whether a jail that could make one of two things could make the other as well.
    pub fn is_shared(&self, one: &Path, other: &Path) -> bool {
        self.0.iter().any(|place| one.starts_with(place) && other.starts_with(place))
    }

    /// The first of these links that a jail could have made: to have something mounted that its user
    /// never chose.
    pub fn planted<'a>(&self, links: &'a [Link]) -> Option<&'a Link> {
        links.iter().find(|link| self.could_have_made(&link.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(places: &[&str]) -> Written {
        let mut written = Written::default();
        written.add(places.iter().map(PathBuf::from));
        written
    }

    #[test]
    fn what_is_inside_another_place_is_left_out() {
        assert_eq!(written(&["/a/b", "/a/bc", "/a/b/c", "/a/b"]), written(&["/a/b", "/a/bc"]));
        assert_eq!(written(&["/a/b/c", "/x", "/a/b"]).0, [Path::new("/x"), Path::new("/a/b")]);
    }

    #[test]
    fn a_link_is_judged_by_where_it_stands() {
        let link = |path: &str| Link { path: path.into(), target: "/elsewhere".into() };
        let links = [link("/home/me/own"), link("/home/me/work/data")];
        assert_eq!(written(&["/home/me/work"]).planted(&links), Some(&links[1]));
        assert_eq!(written(&["/home/me/wor"]).planted(&links), None);
        assert!(written(&["/home/me/work"]).could_have_made(Path::new("/home/me/work")));
    }

    #[test]
    fn a_record_reads_as_it_was_written() {
        let records = tempfile::tempdir().expect("a directory");
        assert_eq!(Written::on_record(records.path()), Written::default());
        let written = written(&["/home/me/a \" b", "/\u{e4}"]);
        let file = records.path().join(WRITTEN);
        std::fs::write(&file, written.to_record().expect("a record")).expect("written");
        assert_eq!(Written::on_record(records.path()), written);
        std::fs::write(&file, "{\"ai-jail-written\":2,\"places\":[\"/a\"]}").expect("written");
        assert_eq!(Written::on_record(records.path()), Written::default());
    }
}
