//! A project and a home to run the configuration's pipeline in, as the front runs it.

pub mod tree;

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use ai_jail::cli::{Action, Cli};
use ai_jail::config::{self, ConfigError, Paths, Prompt, Saved, trust};
use ai_jail::settings::Settings;
use tree::Tree;

/// A fresh home with a project in it.
pub struct Scratch {
    pub paths: Paths,
    tree: Tree,
}

/// What became of one command line.
#[derive(Debug)]
pub struct Outcome {
    pub settings: Settings,
    pub saved: Saved,
}

impl Scratch {
    pub fn new() -> Self {
        let tree = Tree::below(&std::env::temp_dir(), "config-");
        let project = tree.directory("home/work/project");
        let home = tree.root().join("home");
        Self { paths: Paths::new(&project, Some(&home)), tree }
    }

    /// The same project without a home.
    pub fn homeless(mut self) -> Self {
        self.paths = Paths::new(&self.paths.project_dir, None);
        self
    }

    pub fn with_project(self, text: &str) -> Self {
        fs::write(&self.paths.project_file, text).unwrap();
        self
    }

    pub fn with_user(self, text: &str) -> Self {
        fs::write(self.user_path(), text).unwrap();
        self
    }

    pub fn user_path(&self) -> &Path {
        self.paths.user_file.as_deref().unwrap()
    }

    pub fn home(&self) -> &Path {
        self.paths.home.as_deref().unwrap()
    }

    /// A directory outside home and project.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.tree.directory(name)
    }

    pub fn project(&self) -> Option<String> {
        fs::read_to_string(&self.paths.project_file).ok()
    }

    pub fn user(&self) -> Option<String> {
        fs::read_to_string(self.user_path()).ok()
    }

    /// The pipeline of a run or `--init`, with nobody to ask.
    pub fn run(&self, args: &[&str]) -> Result<Outcome, ConfigError> {
        self.answered(args, None).0
    }

    /// The same with somebody who answers; also returns what was asked.
    pub fn answered(
        &self,
        args: &[&str],
        answer: Option<&str>,
    ) -> (Result<Outcome, ConfigError>, String) {
        let mut question = Vec::new();
        let mut input = answer.unwrap_or_default().as_bytes();
        let prompt = answer.map(|_| Prompt { input: &mut input, output: &mut question });
        let outcome = self.pipeline(&cli(args), prompt);
        (outcome, String::from_utf8(question).unwrap())
    }

    pub fn pipeline(&self, cli: &Cli, prompt: Option<Prompt>) -> Result<Outcome, ConfigError> {
        let loaded = config::load(&self.paths, cli.clean)?;
        let verdict = trust::assess(&loaded, cli, &self.paths);
        if cli.action == Action::Run {
            config::gate(cli, &loaded, &self.paths, &verdict, prompt)?;
        }
        let settings = config::resolve(cli, &loaded);
        let saved = config::save(cli, &loaded, &settings, &self.paths)?;
        Ok(Outcome { settings, saved })
    }

    /// `ai-jail --trust`: what it says it allows.
    pub fn trust(&self) -> Vec<String> {
        let cli = cli(&["--trust"]);
        let loaded = config::load(&self.paths, cli.clean).unwrap();
        let items = trust::confirm(&loaded, &cli, &self.paths).unwrap();
        items.iter().map(ToString::to_string).collect()
    }

    /// Every file below the home and what it holds, to show that nothing was written.
    pub fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut left = vec![self.tree.root().to_path_buf()];
        while let Some(dir) = left.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let entry = entry.unwrap();
                let (path, kind) = (entry.path(), entry.file_type().unwrap());
                let mut content = Vec::new();
                // Links are not followed: one of them leads to `/`.
                if kind.is_dir() {
                    left.push(path.clone());
                } else if kind.is_file() {
                    content = fs::read(&path).unwrap();
                }
                found.push((path, content));
            }
        }
        found.sort();
        found
    }
}

/// A command line as typed after `ai-jail`.
pub fn cli(args: &[&str]) -> Cli {
    let args: Vec<OsString> = args.iter().map(OsString::from).collect();
    cli_os(args)
}

pub fn cli_os(args: Vec<OsString>) -> Cli {
    let line: Vec<OsString> = std::iter::once("ai-jail".into()).chain(args).collect();
    Cli::parse(&line).unwrap()
}

/// The config part of a file's text, without comments and empty lines.
pub fn said(text: &str) -> Vec<&str> {
    let line = |line: &&str| !line.is_empty() && !line.starts_with('#');
    text.lines().filter(line).collect()
}

/// Says aloud that a test could not run, and records it where the runner counts.
pub fn skip(name: &str, why: &str) {
    let line = format!("SKIPPED: {name}: {why}");
    eprintln!("{line}");
    if let Some(log) = std::env::var_os("AI_JAIL_SKIP_LOG") {
        let mut log = fs::File::options().append(true).create(true).open(log).unwrap();
        writeln!(log, "{line}").unwrap();
    }
}
