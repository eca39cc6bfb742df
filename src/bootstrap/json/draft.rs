//! A JSON text on its way: looked up and added to by place.

use std::ops::Range;
use std::path::Path;

use super::blank::{Blanked, blank};
use super::insert::{Items, Layout, insert};
use super::read::{self, Node};
use crate::bootstrap::merged::dotted;
use crate::complaint::Complaint;
use crate::policy::agents::Format;

/// What looking gives, or the place of what is wrong.
pub type Result<T> = std::result::Result<T, Box<Complaint>>;

/// The members of an object: names, and the places of the values.
pub type Members = Vec<(String, Range<usize>)>;

/// A text on its way: one setting is put in at a time, and the whole is read again.
pub struct Draft<'a> {
    path: &'a Path,
    format: Format,
    /// As it is now.
    pub text: String,
    blanked: Blanked,
}

impl<'a> Draft<'a> {
    /// Reads a whole text. One with nothing in it is an empty object.
    pub fn new(path: &'a Path, text: &str, format: Format) -> Result<Self> {
        let mut draft = Self {
            path,
            format,
            text: text.to_owned(),
            blanked: blank(text, format == Format::Jsonc),
        };
        if draft.blanked.json.trim().is_empty() {
            let newline = if text.is_empty() || text.ends_with('\n') || text == "\u{feff}" {
                ""
            } else {
                "\n"
            };
            draft.set(format!("{text}{newline}{{}}\n"));
        }
        read::check(&draft.blanked.json).map_err(|(at, words)| {
            let wrong = draft.wrong(&(at..at + 1), format!("not valid JSON: {words}"));
            if read::check(&blank(text, true).json).is_ok() {
                return Box::new(wrong.help("comments and last commas have no place in this file"));
            }
            wrong
        })?;
        Ok(draft)
    }

    pub fn set(&mut self, text: String) {
        self.blanked = blank(&text, self.format == Format::Jsonc);
        self.text = text;
    }

    fn wrong(&self, place: &Range<usize>, message: String) -> Box<Complaint> {
        Box::new(Complaint::new(self.path, self.text.as_bytes(), place.clone(), message))
    }

    /// The place of the outermost value.
    pub fn root(&self) -> Range<usize> {
        read::whole(&self.blanked.json)
    }

    /// What stands at a place.
    pub fn node(&self, place: &Range<usize>) -> Result<Node> {
        read::node(&self.blanked.json, place)
            .map_err(|(at, words)| self.wrong(&(at..at + 1), format!("not valid JSON: {words}")))
    }

    /// The members of the object at `place`, whose key is `key`.
    pub fn object(&self, place: &Range<usize>, key: &[&str]) -> Result<Members> {
        match self.node(place)? {
            Node::Object(members) => Ok(members),
            _ => Err(self.unfit(place, key, "an object")),
        }
    }

    /// The elements of the array at `place`, whose key is `key`.
    pub fn array(&self, place: &Range<usize>, key: &[&str]) -> Result<Vec<Range<usize>>> {
        match self.node(place)? {
            Node::Array(elements) => Ok(elements),
            _ => Err(self.unfit(place, key, "an array")),
        }
    }

    fn unfit(&self, place: &Range<usize>, key: &[&str], kind: &str) -> Box<Complaint> {
        let what =
            if key.is_empty() { "the file".to_owned() } else { format!("`{}`", dotted(key)) };
        self.wrong(place, format!("{what} has to be {kind}"))
    }

    /// The value of a member. Twice the same name is an error: which one counts is anybody's
    /// guess.
    pub fn member<'m>(
        &self,
        members: &'m Members,
        key: &[&str],
    ) -> Result<Option<&'m Range<usize>>> {
        let Some(name) = key.last() else { return Ok(None) };
        let mut found = members.iter().filter(|(known, _)| known == name).map(|(_, place)| place);
        let first = found.next();
        match found.next() {
            Some(second) => Err(self.wrong(second, format!("`{}` is here twice", dotted(key)))),
            None => Ok(first),
        }
    }

    /// The place of a key, if it is there. Nothing is wrong with another kind on the way.
    pub fn find(&self, key: &[&str]) -> Result<Option<Range<usize>>> {
        let mut place = self.root();
        for depth in 1..=key.len() {
            let Node::Object(members) = self.node(&place)? else { return Ok(None) };
            let Some(found) = self.member(&members, &key[..depth])? else { return Ok(None) };
            place = found.clone();
        }
        Ok(Some(place))
    }

    /// Puts new values into a container, after the first `index` of its `values`.
    pub fn insert(
        &mut self,
        container: &Range<usize>,
        values: &[Range<usize>],
        index: usize,
        items: &Items,
    ) {
        let root = self.root();
        let first = match read::node(&self.blanked.json, &root) {
            Ok(Node::Object(members)) => members.into_iter().next().map(|(_, place)| place),
            _ => None,
        };
        let layout = Layout::of(&self.text, &root, first.as_ref());
        let text = insert(&self.text, &self.blanked, &layout, container, values, index, items);
        self.set(text);
    }
}
