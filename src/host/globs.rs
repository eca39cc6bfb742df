//! Globs as git reads them in `.gitignore`, exceptions beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use bstr::{BStr, ByteSlice};
use gix_glob::Pattern;
use gix_glob::pattern::{Case, Mode as PatternMode};
use gix_glob::wildmatch::Mode;

use crate::policy::Os;
use crate::policy::secrets::{NOT_SECRET, SECRETS};

/// The preset's name on the command line and in files.
pub const PRESET: &str = "@secrets";

/// Whether the preset counts at a place: below a directory of dependencies it does not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Preset {
    /// It does.
    Counts,
    /// It does not.
    IsExcepted,
}

/// One kind of globs and the exceptions to them.
#[derive(Debug, Default)]
pub struct Globs {
    written: Set,
    exceptions: Set,
    preset: Set,
    preset_exceptions: Set,
    /// What names a place of the project without a wildcard, relative to it.
    literals: Vec<PathBuf>,
    needs_walk: bool,
}

#[derive(Debug)]
struct Glob {
    pattern: Pattern,
    /// What a fitting text begins and ends with: most names of a large project are told apart by
    /// these few bytes, without matching the pattern.
    ends: (Vec<u8>, Vec<u8>),
    /// As the user knows it.
    text: String,
}

/// Something in the project, as globs look at it.
#[derive(Clone, Copy)]
struct Subject<'a> {
    /// Its path, relative to the project.
    path: &'a [u8],
    /// Where its last name begins.
    name: usize,
    directory: bool,
}

impl<'a> Subject<'a> {
    fn new(path: &'a [u8], directory: bool) -> Self {
        Self { path, name: path.rfind_byte(b'/').map_or(0, |slash| slash + 1), directory }
    }
}

/// Most file systems of macOS take a name in any case.
const CASE: Case = match Os::of_this_build() {
    Os::Linux => Case::Sensitive,
    Os::MacOs => Case::Fold,
};

/// Whether two texts are the same to a glob that has no wildcard.
fn is_same(left: &[u8], right: &[u8]) -> bool {
    match CASE {
        Case::Sensitive => left == right,
        Case::Fold => left.eq_ignore_ascii_case(right),
    }
}

/// The parts of a glob before its first and after its last special byte.
fn literal_ends(text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let is_special = |byte: u8| matches!(byte, b'*' | b'?' | b'[' | b']' | b'\\');
    let first = text.iter().position(|byte| is_special(*byte)).unwrap_or(text.len());
    let after_last = text.iter().rposition(|byte| is_special(*byte)).map_or(0, |last| last + 1);
    (text[..first].to_vec(), text[after_last..].to_vec())
}

impl Glob {
    /// `./x` is `/x`, and so is the whole path of something in the project.
    fn new(text: &[u8], project: &Path) -> Option<Self> {
        let shown = text.to_str_lossy().into_owned();
        let inside = Path::new(OsStr::from_bytes(text)).strip_prefix(project).ok();
        let anchored = match (text.strip_prefix(b"./"), inside) {
            (_, Some(inside)) => Some(inside.as_os_str().as_bytes()),
            (rest, None) => rest,
        };
        let text = anchored.map_or_else(|| text.to_vec(), |rest| [b"/", rest].concat());
        let pattern = Pattern::from_bytes_without_negation(&text)?;
        let ends = literal_ends(&pattern.text);
        Some(Self { pattern, ends, text: shown })
    }

    /// Whether it speaks of names in any directory.
    fn is_of_names(&self) -> bool {
        let mode = self.pattern.mode;
        mode.contains(PatternMode::NO_SUB_DIR) && !mode.contains(PatternMode::ABSOLUTE)
    }

    fn fits(&self, Subject { path, name, directory }: Subject<'_>) -> bool {
        let text = if self.is_of_names() { &path[name..] } else { path };
        let (head, tail) = &self.ends;
        let begins = text.get(..head.len()).is_some_and(|begin| is_same(begin, head));
        let ends = || {
            let from = text.len().checked_sub(tail.len());
            from.is_some_and(|from| is_same(&text[from..], tail))
        };
        begins
            && ends()
            && self.pattern.matches_repo_relative_path(
                BStr::new(path),
                (name > 0).then_some(name),
                Some(directory),
                CASE,
                Mode::NO_MATCH_SLASH_LITERAL,
            )
    }

    /// The one place that it names, if it has no wildcard and says where.
    fn literal(&self) -> Option<PathBuf> {
        let Pattern { text, first_wildcard_pos, .. } = &self.pattern;
        let is_literal =
            first_wildcard_pos.is_none() && !text.contains(&b'\\') && !self.is_of_names();
        is_literal.then(|| OsStr::from_bytes(text).into())
    }
}

/// Globs, of which each counts as much as any other.
#[derive(Debug, Default)]
struct Set {
    globs: Vec<Glob>,
    /// For each byte that a path can end in, the globs that can fit such a path: of the dozens in
    /// the preset a name has to be held against a few.
    by_last: BTreeMap<u8, Vec<usize>>,
    /// Those that can fit whatever a path ends in.
    open: Vec<usize>,
}

impl Set {
    fn push(&mut self, glob: Glob) {
        let index = self.globs.len();
        match glob.ends.1.last() {
            Some(last) => {
                for byte in BTreeSet::from([last.to_ascii_lowercase(), last.to_ascii_uppercase()]) {
                    self.by_last.entry(byte).or_default().push(index);
                }
            }
            None => self.open.push(index),
        }
        self.globs.push(glob);
    }

    /// The first that fits.
    fn fitting(&self, subject: Subject<'_>) -> Option<&Glob> {
        let closed = subject.path.last().and_then(|last| self.by_last.get(last));
        let mut indices = closed.into_iter().flatten().chain(&self.open);
        let fits = |index: &&usize| self.globs[**index].fits(subject);
        indices.find(fits).map(|index| &self.globs[*index])
    }
}

impl Extend<Glob> for Set {
    fn extend<T: IntoIterator<Item = Glob>>(&mut self, globs: T) {
        globs.into_iter().for_each(|glob| self.push(glob));
    }
}

impl Globs {
    /// From what the user wrote; relative to `project`.
    pub fn new<'a>(
        texts: impl Iterator<Item = &'a OsStr>,
        exceptions: impl Iterator<Item = &'a OsStr>,
        project: &Path,
    ) -> Self {
        let mut globs = Self::default();
        let glob = |text: &[u8]| Glob::new(text, project);
        for text in texts.map(OsStr::as_bytes) {
            if text == PRESET.as_bytes() {
                globs.preset.extend(SECRETS.iter().filter_map(|row| glob(row.glob.as_bytes())));
                let exceptions = NOT_SECRET.iter().filter_map(|row| glob(row.glob.as_bytes()));
                globs.preset_exceptions.extend(exceptions);
                globs.needs_walk = true;
                continue;
            }
            let Some(new) = glob(text) else { continue };
            match new.literal() {
                Some(literal) => globs.literals.push(literal),
                None => globs.needs_walk = true,
            }
            globs.written.push(new);
        }
        for text in exceptions.map(OsStr::as_bytes) {
            if text == PRESET.as_bytes() {
                globs.exceptions.extend(SECRETS.iter().filter_map(|row| glob(row.glob.as_bytes())));
            } else {
                globs.exceptions.extend(glob(text));
            }
        }
        globs
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.written.globs.is_empty() && self.preset.globs.is_empty()
    }

    /// Whether something can only be found by walking.
    pub fn needs_walk(&self) -> bool {
        self.needs_walk
    }

    /// Whether nothing but the preset has to be walked for.
    pub fn is_preset_alone(&self) -> bool {
        self.written.globs.len() == self.literals.len()
    }

    /// The places that are named as they are.
    pub fn literals(&self) -> &[PathBuf] {
        &self.literals
    }

    /// Whether the preset excepts a directory with all that is in it.
    pub fn preset_excepts(&self, directory: &[u8]) -> bool {
        let subject = Subject::new(directory, true);
        self.preset_exceptions.fitting(subject).is_some()
    }

    /// Whether an exception fits a path relative to the project.
    pub fn excepts(&self, path: &[u8], directory: bool) -> bool {
        let subject = Subject::new(path, directory);
        self.exceptions.fitting(subject).is_some()
    }

    /// The glob that a path relative to the project fits, unless an exception does.
    pub fn fitting(&self, path: &[u8], directory: bool, preset: Preset) -> Option<&str> {
        let subject = Subject::new(path, directory);
        let written = self.written.fitting(subject).map(|glob| &*glob.text);
        let of_preset = || {
            let counts = preset == Preset::Counts && !directory;
            self.preset
                .fitting(subject)
                .filter(|_| counts && self.preset_exceptions.fitting(subject).is_none())
                .map(|_| PRESET)
        };
        written.or_else(of_preset).filter(|_| !self.excepts(path, directory))
    }
}
