//! What is said of directories that the environment names and that the jail does not have.

use std::path::{Path, PathBuf};

use crate::host::named::{NamedDirectory, PATH};
use crate::text::{visible, visible_word};

/// One line for `PATH`, and one for each other variable, of those directories that are `new`. `whole` says what a map
/// has to show for the programs of one.
pub fn lines(
    lacking: &[&NamedDirectory],
    new: &[PathBuf],
    whole: impl Fn(&NamedDirectory) -> &Path,
) -> Vec<String> {
    let is_new = |named: &&&NamedDirectory| new.contains(&named.path);
    let (programs, others): (Vec<&&NamedDirectory>, Vec<_>) =
        lacking.iter().filter(is_new).partition(|named| named.variable == PATH);
    let mut lines = Vec::new();
    if !programs.is_empty() {
        let join = |show: &dyn Fn(&NamedDirectory) -> String, between| {
            programs.iter().map(|named| show(named)).collect::<Vec<_>>().join(between)
        };
        let paths = join(&|named| visible(&named.path), ", ");
        let maps = join(&|named| format!("--map {}", visible_word(whole(named))), " ");
        let show = if programs.len() == 1 { "shows it" } else { "show them" };
        lines.push(format!("PATH names {paths}, which the jail does not have: {maps} {show}"));
    }
    for named in others {
        let (variable, path) = (named.variable, visible(&named.path));
        let word = visible_word(&named.path);
        lines.push(format!(
            "{variable} names {path}, which the jail does not have: what is written there is \
             lost; --rw-map {word} keeps it"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::links::Located;

    #[test]
    fn programs_share_a_line_and_what_was_said_is_not_said_again() {
        let named = |variable, path: &str| NamedDirectory {
            variable,
            path: path.into(),
            located: Located { canonical: path.into(), links: Vec::new() },
        };
        let all = [named(PATH, "/a b"), named(PATH, "/n/bin"), named("CARGO_HOME", "/d")];
        let lacking: Vec<&NamedDirectory> = all.iter().collect();
        let new: Vec<PathBuf> = all.iter().map(|named| named.path.clone()).collect();
        let expected = [
            "PATH names /a b, /n/bin, which the jail does not have: --map '/a b' --map /n show them",
            "CARGO_HOME names /d, which the jail does not have: what is written there is lost; \
             --rw-map /d keeps it",
        ];
        let lines = |new: &[PathBuf]| {
            lines(&lacking, new, |named| {
                named.path.parent().filter(|it| it.ends_with("n")).unwrap_or(&named.path)
            })
        };
        assert_eq!(lines(&new), expected);
        assert_eq!(lines(&new[2..]), expected[1..]);
        assert_eq!(lines(&[]), [""; 0]);
    }
}
