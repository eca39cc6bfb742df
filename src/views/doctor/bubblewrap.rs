//! bubblewrap: whether it is there, which it is, and whose.

use super::checks::{Subject, ok};
use super::{Check, Status};
use crate::error::Error;
use crate::host::bubblewrap::Details;
use crate::remedies;
use crate::text::visible;

/// The oldest bubblewrap that has all that a jail needs: `--perms`.
const OLDEST: (u32, u32) = (0, 5);

/// The first that does not look at all mounts again for each.
const LINEAR: (u32, u32) = (0, 13);

impl Subject<'_> {
    /// One check, or two where there is one.
    pub fn bubblewrap(&self, found: &Result<Details, Error>) -> Vec<Check> {
        let name = "bubblewrap";
        let details = match found {
            Ok(details) => details,
            Err(error) => return vec![self.wrong(name, error)],
        };
        vec![self.version(name, details), self.owner("its owner", details)]
    }

    fn version(&self, name: &'static str, details: &Details) -> Check {
        let path = visible(&details.path);
        let (text, version) = match &details.version {
            Ok(text) => (visible(text), number(text)),
            Err(error) => {
                let found = format!("{path}: {error}");
                return self.bad(name, Status::Failed, found, &remedies::NOT_RUN);
            }
        };
        match version {
            None => self.bad(
                name,
                Status::Warning,
                format!("{path} does not tell its version, but `{text}`"),
                &remedies::NOT_RUN,
            ),
            Some(version) if version < OLDEST => {
                self.bad(name, Status::Failed, format!("{path}, {text}"), &remedies::OLD)
            }
            Some(version) => {
                let cost =
                    if version < LINEAR { "; each mount costs more than with 0.13" } else { "" };
                ok(name, format!("{path}, {text}{cost}"))
            }
        }
    }

    fn owner(&self, name: &'static str, details: &Details) -> Check {
        let mode = details.mode;
        let setuid = if mode & 0o4000 == 0 { "" } else { ", setuid" };
        let found = match details.uid {
            0 => format!("root{setuid}"),
            uid => format!("user {uid}{setuid}"),
        };
        let others = if mode & 0o022 == 0 { "" } else { "; others than the owner may write it" };
        if details.uid == 0 && others.is_empty() {
            return ok(name, found);
        }
        self.bad(name, Status::Warning, format!("{found}{others}"), &remedies::CHANGEABLE)
    }
}

/// `bubblewrap 0.8.0`: the first two numbers.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix("bubblewrap ")?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
