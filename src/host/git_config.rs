//! What one of git's configuration files says, as far as it matters here; the syntax is that of
//! `git-config(1)`. Nothing is included and nothing is run.

use std::path::Path;

use super::git::read_file;

/// Keys that a repository gets from `git init`, `clone`, `fetch`, `submodule` and `worktree`, and
/// that name no program. The part in quotation marks is left out.
const PLAIN: &[&str] = &[
    "core.repositoryformatversion",
    "core.filemode",
    "core.bare",
    "core.logallrefupdates",
    "core.ignorecase",
    "core.precomposeunicode",
    "core.symlinks",
    "core.sparsecheckout",
    "core.sparsecheckoutcone",
    "extensions.objectformat",
    "extensions.refstorage",
    "extensions.partialclone",
    "extensions.worktreeconfig",
    "init.defaultbranch",
    "remote.url",
    "remote.pushurl",
    "remote.fetch",
    "remote.tagopt",
    "remote.promisor",
    "remote.partialclonefilter",
    "branch.remote",
    "branch.merge",
    "branch.rebase",
    "submodule.url",
    "submodule.active",
    "submodule.branch",
    "user.name",
    "user.email",
];

/// Where the working tree is: in a submodule's repository.
pub const TREE: &str = "core.worktree";

/// Keys by which a file has git read another.
const INCLUDES: &[&str] = &["include.path", "includeif.path"];

/// One configuration file.
#[derive(Debug, Default)]
pub struct GitConfig {
    entries: Vec<(String, String)>,
    /// Something that this reader leaves to git.
    unclear: bool,
}

impl GitConfig {
    /// Reads a file; one that is missing says nothing.
    pub fn read(path: &Path) -> Self {
        match read_file(path) {
            Some(text) => Self::parse(&text),
            None => Self { entries: Vec::new(), unclear: path.symlink_metadata().is_ok() },
        }
    }

    /// Takes a file's text apart.
    pub fn parse(text: &str) -> Self {
        let mut entries = Vec::new();
        let mut section = String::new();
        // Where such a line ends depends on what is in front; git does not write them.
        let unclear = text.lines().any(|line| line.ends_with('\\'));
        for line in text.lines() {
            let mut line = line.trim();
            // An entry may follow its section on the same line.
            while let Some((name, rest)) = line.strip_prefix('[').and_then(section_name) {
                section = name;
                line = rest.trim();
            }
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, "true"));
            let key = format!("{section}.{}", key.trim().to_ascii_lowercase());
            entries.push((key, unquoted(value.trim())));
        }
        Self { entries, unclear }
    }

    /// The last value of a key, which is the one that counts. The key is in lower case.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on.
    pub fn is_on(&self, key: &str) -> bool {
        let on = |value: &str| ["true", "yes", "on", "1"].contains(&&*value.to_ascii_lowercase());
        self.get(key).is_some_and(on)
    }

    /// The other files that it has git read as well.
    pub fn included(&self) -> impl Iterator<Item = &str> {
        let included = |(key, _): &&(String, String)| INCLUDES.contains(&key.as_str());
        self.entries.iter().filter(included).map(|(_, value)| value.as_str())
    }

    /// Whether there are only keys that name no program. A working tree is plain where `is_tree` says so.
    pub fn is_plain(&self, is_tree: impl Fn(&str) -> bool) -> bool {
        let is_plain = |(key, value): &(String, String)| {
            PLAIN.contains(&key.as_str()) || (key == TREE && is_tree(value))
        };
        !self.unclear && self.entries.iter().all(is_plain)
    }
}

/// The section's name in lower case and without its part in quotation marks, and what follows
/// the bracket. A name that is not understood is kept, so that it is not taken for a plain one.
fn section_name(rest: &str) -> Option<(String, &str)> {
    let quote = rest.find('"').filter(|quote| rest.find(']').is_none_or(|end| *quote < end));
    let (name, after) = match quote {
        None => rest.split_once(']')?,
        Some(start) => {
            let mut escaped = false;
            let end = rest[start + 1..].find(|char| {
                let ends = char == '"' && !escaped;
                escaped = char == '\\' && !escaped;
                ends
            })?;
            let after = &rest[start + 1 + end + 1..];
            (&rest[..start], after.split_once(']')?.1)
        }
    };
    Some((name.trim().to_ascii_lowercase(), after))
}

/// A value without its quotation marks; escapes stay, because no path that matters has them.
fn unquoted(value: &str) -> String {
    if let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return inner.0.to_owned();
    }
    let end = value.find([';', '#']).unwrap_or(value.len());
    value[..end].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::GitConfig;

    #[test]
    fn what_git_writes_is_plain() {
        let text = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n[remote \"origin\"]\n\
                    \turl = https://example.org/x.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\
                    [branch \"a]\\\"b\"]\n\tmerge = refs/heads/x\n; words\n# words\n";
        assert!(GitConfig::parse(text).is_plain(|_| false));
    }

    #[test]
    fn what_names_a_program_is_not() {
        let samples = [
            "[core]\nfsmonitor = ./x",
            "[core] fsmonitor = ./x",
            "[CORE]\n\tfsMonitor=./x",
            "[core]filemode=true\n[core]pager=x",
            "[core] # words\n sshCommand = x",
            "[alias]\nx = !y",
            "[include]\npath = ../x",
            "[includeIf \"gitdir:/\"]\npath = ../x",
            "[filter \"x\"]\nclean = y",
            "[remote \"x\"]\nuploadpack = y",
            "[remote \"]\"]\nuploadpack = y",
            "[remote.x]\nuploadpack = y",
            "[co\\\nre]\nfsmonitor = x",
            "[core]\nfilemode = true # \\\nfsmonitor = x",
            "[branch \"x\"] [core] fsmonitor = y",
            "garbage",
        ];
        for text in samples {
            assert!(!GitConfig::parse(text).is_plain(|_| false), "{text}");
        }
    }

    #[test]
    fn a_working_tree_is_judged_by_where_it_is() {
        let config = GitConfig::parse("[core]\n\tworktree = ../../../module\n");
        assert!(config.is_plain(|tree| tree == "../../../module"));
        assert!(!config.is_plain(|_| false));
    }

    #[test]
    fn included_files() {
        let text = "[include]\npath = a\n[includeIf \"gitdir:/\"]\npath = b\n[core]\npath = c\n";
        assert_eq!(GitConfig::parse(text).included().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn values() {
        let text = "[core]\nhooksPath = a\n hookspath = \".husky/_\" ; words\n[x]\nhooksPath = b\n\
                    [extensions]\nworktreeConfig\n";
        let config = GitConfig::parse(text);
        assert_eq!(config.get("core.hookspath"), Some(".husky/_"));
        assert!(config.is_on("extensions.worktreeconfig"));
        assert_eq!(config.get("core.worktree"), None);
    }
}
