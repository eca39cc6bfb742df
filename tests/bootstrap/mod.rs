//! The agents' settings: what comes in, what stays, and what stops it all.

mod files;
mod hook;
mod layout;
mod merge;
mod properties;
mod undo;
mod whole;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use ai_jail::bootstrap::{self, BootstrapError, Change, Prepared};
use ai_jail::host::home::Home;
use ai_jail::host::links::Located;
use ai_jail::host::{Environment, Origin};
use serde_json::Value;
use tempfile::TempDir;

const CLAUDE: &str = ".claude/settings.json";
const CODEX: &str = ".codex/config.toml";
const RULES: &str = ".codex/rules/ai-jail.rules";
const OPENCODE: &str = ".config/opencode/opencode.json";
const CRUSH: &str = ".config/crush/crush.json";
const POLICY: &str = ".gemini/policies/ai-jail.toml";
const LISTS: &str = ".continue/permissions.yaml";

/// Every agent by its command, and its files.
const FILES: &[(&str, &[&str])] = &[
    ("claude", &[CLAUDE]),
    ("codex", &[CODEX, RULES]),
    ("opencode", &[OPENCODE]),
    ("crush", &[CRUSH]),
    ("gemini", &[POLICY]),
    ("cn", &[LISTS]),
];

/// A home of its own, with a project in it, and nothing on the search path.
struct User {
    _root: TempDir,
    home: PathBuf,
    project: PathBuf,
    variables: Vec<(OsString, OsString)>,
}

impl User {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().canonicalize().unwrap().join("home");
        let project = home.join("work/project");
        fs::create_dir_all(&project).unwrap();
        let variables = vec![("PATH".into(), home.join("bin").into())];
        Self { _root: root, home, project, variables }
    }

    /// With a file, relative to the home.
    fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn set(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.variables.push((name.into(), value.as_ref().into()));
        self
    }

    /// A directory beside the home.
    fn outside(&self, name: &str) -> PathBuf {
        let path = self.home.with_file_name(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn origin(&self) -> Origin {
        let located = |path: &Path| Located { canonical: path.to_path_buf(), links: Vec::new() };
        Origin {
            as_root: false,
            project: self.project.clone(),
            named: self.project.clone(),
            located: located(&self.project),
            home: Home::Real { named: self.home.clone(), located: located(&self.home) },
            environment: self.variables.iter().cloned().collect::<Environment>(),
        }
    }

    fn prepare(&self, names: &[&str]) -> Result<Prepared, BootstrapError> {
        bootstrap::prepare(&self.origin(), names)
    }

    /// `ai-jail --bootstrap NAMES`: what is said.
    fn run(&self, names: &[&str]) -> Result<Vec<String>, BootstrapError> {
        let prepared = self.prepare(names)?;
        let mut report = bootstrap::Report::new(false, false);
        let mut said = Vec::new();
        prepared.write(|change, backup| said.extend(report.file(change, backup)))?;
        said.extend(report.end(&prepared));
        Ok(said)
    }

    /// The same, and that it has to fail.
    fn refused(&self, names: &[&str]) -> String {
        let before = self.snapshot();
        let error = match self.prepare(names) {
            Ok(prepared) => prepared.write(|_, _| panic!("something was written")).unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(self.snapshot(), before, "changed in spite of: {error}");
        error.to_string()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.home.join(path)).unwrap()
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.read(path)).unwrap()
    }

    /// Everything beside and below the home, links as what they say.
    fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut left = vec![self.home.parent().unwrap().to_path_buf()];
        while let Some(dir) = left.pop() {
            for entry in fs::read_dir(dir).unwrap().flatten() {
                let (path, kind) = (entry.path(), entry.file_type().unwrap());
                let mut content = Vec::new();
                if kind.is_dir() {
                    left.push(path.clone());
                } else if kind.is_symlink() {
                    content = fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes();
                } else {
                    content = fs::read(&path).unwrap_or_default();
                }
                found.push((path, content));
            }
        }
        found.sort();
        found
    }
}

/// One agent's file with this content: what it becomes, and what is said.
fn merged(agent: &str, path: &str, text: &str) -> (String, Vec<String>) {
    let user = User::new().with(path, text);
    let said = user.run(&[agent]).unwrap();
    let first = user.read(path);
    // Once more changes nothing.
    let before = user.snapshot();
    let prepared = user.prepare(&[agent]).unwrap();
    assert!(!prepared.changes.iter().any(Change::is_needed), "not at rest: {first}");
    prepared.write(|_, backup| assert_eq!(backup, None)).unwrap();
    assert_eq!(user.snapshot(), before);
    (first, said)
}

/// Whether something like that was said.
fn says(said: &[String], words: &str) -> bool {
    said.iter().any(|line| line.contains(words))
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}
