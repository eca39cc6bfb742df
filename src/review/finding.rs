//! One finding.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::policy::protect::runs_by_itself;
use crate::text::{visible, visible_word};

/// How much a finding matters, the worst first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The host runs it although nobody does anything: at the next prompt or login, or when a
    /// directory is looked at.
    RunsByItself,
    /// The host runs it at the next ordinary action, such as a commit.
    RunsOnUse,
    /// The jail could read what was to be masked or denied.
    CouldBeRead,
    /// Work is gone.
    Lost,
    /// Something did not work, and there is a way.
    Advice,
}

/// What became of something.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// It was read-only in the jail, until somebody outside put another in its place.
    Replaced,
    /// It is another one than the one that was held.
    Exchanged,
    /// It was not there before.
    Appeared,
    /// It is another one, or has another content.
    Changed,
    /// It is a link now, which leads to what the jail chose.
    Linked,
    /// Something in a directory was there for a while, and is not any more.
    CameAndWent,
    /// It is read-only in the jail, and its content was changed by another name of the same file.
    ByOtherName,
    /// The same, or it was only given one more name.
    PerhapsByOtherName,
    /// It ended with the jail.
    Lost,
    /// It is read-only in the jail, and something tried to change it.
    Refused,
    /// No jail has it, and something made it anew.
    Hidden,
}

/// Something to say after a run.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The row that it belongs to: what is looked at, and what is told in one line.
    #[serde(serialize_with = "shown")]
    pub place: PathBuf,
    /// What became of it.
    pub what: What,
    /// Where it is: the place, or something in it.
    #[serde(serialize_with = "shown")]
    pub path: PathBuf,
    /// What it is to the host, or how to keep it.
    pub reason: Cow<'static, str>,
}

impl Finding {
    /// Something that the host would run.
    pub fn run_by_host(place: &Path, path: &Path, what: What, reason: &'static str) -> Self {
        let severity =
            if runs_by_itself(reason) { Severity::RunsByItself } else { Severity::RunsOnUse };
        let (place, path) = (place.to_path_buf(), path.to_path_buf());
        Self { severity, place, what, path, reason: reason.into() }
    }

    /// A file that is read-only in the jail and has other names, and was touched by one of them. Where its
    /// content is not known to have changed, an installer may have linked it once more.
    pub fn by_other_name(place: &Path, path: &Path, reason: &str, is_changed: bool) -> Self {
        let (severity, what) = if is_changed {
            (Severity::RunsOnUse, What::ByOtherName)
        } else {
            (Severity::Advice, What::PerhapsByOtherName)
        };
        let reason = format!("{reason}; --own-home gives the jail caches of its own").into();
        Self { severity, place: place.into(), what, path: path.into(), reason }
    }

    /// Settings of git that something tried to change.
    pub fn refused(path: &Path, project: &Path) -> Self {
        let typed = visible_word(path.strip_prefix(project).unwrap_or(path));
        let reason = format!(
            "it is read-only in the jail because it names programs that your git runs; \
             --rw-map {typed} lets the jail change it"
        );
        let (severity, what) = (Severity::Advice, What::Refused);
        let (place, path) = (path.to_path_buf(), path.to_path_buf());
        Self { severity, place, what, path, reason: reason.into() }
    }

    /// Something that was to be masked or denied, and was not.
    pub fn could_be_read(path: PathBuf, is_new: bool) -> Self {
        let what = if is_new { What::Appeared } else { What::Exchanged };
        let reason = "it fits a mask or a denial, and the jail could read it".into();
        Self { severity: Severity::CouldBeRead, place: path.clone(), what, path, reason }
    }

    /// Whether both are told in one line.
    pub fn is_of_one_line_with(&self, other: &Self) -> bool {
        (self.what, &self.place, &self.reason) == (other.what, &other.place, &other.reason)
    }
}

/// Puts the worst first and says nothing twice.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort();
    let mut known = std::collections::HashSet::new();
    findings.retain(|finding| known.insert(finding.path.clone()));
}

fn shown<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&visible(path))
}
