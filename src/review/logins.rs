//! A login that something in the jail looked for, and that no jail has.

use super::finding::{Finding, Severity, What};
use crate::plan::EmptyLogin;
use crate::policy::Os;
use crate::policy::home;
use crate::policy::logins::Way;
use crate::text::visible_word;

/// What GitHub's programs take in place of their own login; docs/git.md has all ways.
const TOKEN: &str = "GH_TOKEN=$(gh auth token) before ai-jail gives a jail GitHub's";

const DOCS: &str = "(docs/git.md, “Pushing and signing”)";

/// One line, with what to type.
pub fn finding(EmptyLogin { row, path }: &EmptyLogin) -> Finding {
    let way = match row.way {
        Way::GitHub => format!("{TOKEN} {DOCS}"),
        Way::File => {
            format!("--map {} shows all that is in it; {TOKEN} alone {DOCS}", visible_word(path))
        }
    };
    let what =
        home::find(Os::of_this_build(), row.path.as_ref()).map_or("a login", |row| row.reason);
    let reason = format!("{what}; a command looked for a login there and found none; {way}");
    let (severity, what) = (Severity::Advice, What::Hidden);
    Finding { severity, place: path.clone(), what, path: path.clone(), reason: reason.into() }
}
