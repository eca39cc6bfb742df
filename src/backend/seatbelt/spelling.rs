//! All spellings that a volume without upper and lower case takes for one name.

use std::fmt::Write as _;
use std::path::Path;

/// Anything but ASCII: an expression has no other letters, so that it means the same by bytes and by
/// characters, composed or not.
const OTHERS: &str = "[^ -~]+";

/// An expression for `path`, in which what is below `around` may have any case.
pub fn of(path: &Path, around: &Path, end: &str) -> String {
    let below = path.strip_prefix(around).unwrap_or(path);
    let mut expression = String::from("^");
    for letter in around.to_string_lossy().chars() {
        quote(letter, &mut expression);
    }
    expression.push('/');
    for letter in below.to_string_lossy().chars() {
        match letter.to_ascii_lowercase() {
            // Two signs beside the ASCII letters fold to one: the Kelvin and the long s.
            'k' => expression.push_str("([kK]|[^ -~]+)"),
            's' => expression.push_str("([sS]|[^ -~]+)"),
            lower @ 'a'..='z' => {
                let _ = write!(expression, "[{lower}{}]", lower.to_ascii_uppercase());
            }
            _ => quote(letter, &mut expression),
        }
    }
    expression.push_str(end);
    expression
}

/// An expression for everything whose path begins like this.
pub fn beginning(path: &Path) -> String {
    let mut expression = String::from("^");
    for letter in path.to_string_lossy().chars() {
        quote(letter, &mut expression);
    }
    expression
}

/// Adds what stands for itself.
fn quote(letter: char, expression: &mut String) {
    if !(' '..='~').contains(&letter) {
        // Of several in a row one expression is enough.
        if !expression.ends_with(OTHERS) {
            expression.push_str(OTHERS);
        }
        return;
    }
    if letter.is_ascii_punctuation() && !"/-_ ,:;@%&=~'\"<>!#`".contains(letter) {
        expression.push('\\');
    }
    expression.push(letter);
}

#[cfg(test)]
mod tests {
    use super::{Path, beginning, of};

    #[test]
    fn what_the_jail_could_spell_has_any_case_and_the_rest_its_own() {
        let expression = of(Path::new("/Us.r/(é)/.ab-9"), Path::new("/Us.r/(é)"), "(/|$)");
        assert_eq!(expression, "^/Us\\.r/\\([^ -~]+\\)/\\.[aA][bB]-9(/|$)");
        assert_eq!(beginning(Path::new("/a b/1Pass.")), "^/a b/1Pass\\.");
        let two = of(Path::new("/w/sk"), Path::new("/w"), "$");
        assert_eq!(two, "^/w/([sS]|[^ -~]+)([kK]|[^ -~]+)$");
    }
}
