//! Globs as git reads them in `.gitignore`, exceptions beside them.

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
const PRESET: &[u8] = b"@secrets";

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
    written: Vec<Glob>,
    exceptions: Vec<Glob>,
    preset: Vec<Glob>,
    preset_exceptions: Vec<Glob>,
    /// What names a place of the project without a wildcard, relative to it.
    literals: Vec<PathBuf>,
    needs_walk: bool,
}

#[derive(Debug)]
struct Glob {
    pattern: Pattern,
    /// As the user knows it.
    text: String,
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
        Some(Self { pattern: Pattern::from_bytes_without_negation(&text)?, text: shown })
    }

    fn fits(&self, path: &[u8], directory: bool) -> bool {
        let name = path.rfind_byte(b'/').map(|slash| slash + 1);
        // Most file systems of macOS take a name in any case.
        let case = match Os::of_this_build() {
            Os::Linux => Case::Sensitive,
            Os::MacOs => Case::Fold,
        };
        self.pattern.matches_repo_relative_path(
            BStr::new(path),
            name,
            Some(directory),
            case,
            Mode::NO_MATCH_SLASH_LITERAL,
        )
    }

    /// The one place that it names, if it has no wildcard and says where.
    fn literal(&self) -> Option<PathBuf> {
        let Pattern { text, mode, first_wildcard_pos } = &self.pattern;
        let anywhere =
            mode.contains(PatternMode::NO_SUB_DIR) && !mode.contains(PatternMode::ABSOLUTE);
        let is_literal = first_wildcard_pos.is_none() && !text.contains(&b'\\') && !anywhere;
        is_literal.then(|| OsStr::from_bytes(text).into())
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
            if text == PRESET {
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
            if text == PRESET {
                globs.exceptions.extend(SECRETS.iter().filter_map(|row| glob(row.glob.as_bytes())));
            } else {
                globs.exceptions.extend(glob(text));
            }
        }
        globs
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.preset.is_empty()
    }

    /// Whether something can only be found by walking.
    pub fn needs_walk(&self) -> bool {
        self.needs_walk
    }

    /// Whether nothing but the preset has to be walked for.
    pub fn is_preset_alone(&self) -> bool {
        self.written.len() == self.literals.len()
    }

    /// The places that are named as they are.
    pub fn literals(&self) -> &[PathBuf] {
        &self.literals
    }

    /// Whether the preset excepts a directory with all that is in it.
    pub fn preset_excepts(&self, directory: &[u8]) -> bool {
        self.preset_exceptions.iter().any(|glob| glob.fits(directory, true))
    }

    /// Whether an exception fits a path relative to the project.
    pub fn excepts(&self, path: &[u8], directory: bool) -> bool {
        self.exceptions.iter().any(|glob| glob.fits(path, directory))
    }

    /// The glob that a path relative to the project fits, unless an exception does.
    pub fn fitting(&self, path: &[u8], directory: bool, preset: Preset) -> Option<&str> {
        let fitting = |globs: &'_ [Glob]| globs.iter().position(|glob| glob.fits(path, directory));
        let written = fitting(&self.written).map(|index| &*self.written[index].text);
        let of_preset = || {
            let counts = preset == Preset::Counts && !directory;
            fitting(&self.preset)
                .filter(|_| counts && fitting(&self.preset_exceptions).is_none())
                .map(|_| "@secrets")
        };
        written.or_else(of_preset).filter(|_| !self.excepts(path, directory))
    }
}
