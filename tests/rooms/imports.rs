//! What the code of a file names with `crate::` and `super::`.

/// Every path that begins with one of these two, in its segments; the members of a group
/// `crate::{a, b::c}` are a path each.
pub fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for beginning in ["crate::", "super::"] {
        for (at, _) in code.match_indices(beginning) {
            let is_inner = code[..at].ends_with(|letter: char| letter == ':' || is_letter(letter));
            if !is_inner {
                follow(&code[at..], &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Reads one path from the beginning of `text`, and gives what is left.
fn follow<'a>(text: &'a str, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'a str {
    let depth = before.len();
    let mut text = text;
    loop {
        if let Some(group) = text.strip_prefix('{') {
            text = group.trim_start();
            while !text.is_empty() && !text.starts_with('}') {
                text = follow(text, before, found).trim_start();
                text = text.strip_prefix(',').unwrap_or(text).trim_start();
            }
            before.truncate(depth);
            return text.strip_prefix('}').unwrap_or(text);
        }
        let end = text.find(|letter: char| !is_letter(letter)).unwrap_or(text.len());
        before.push(text[..end].to_owned());
        // A glob or anything else that is no name ends the path.
        let rest = if end == 0 { text.strip_prefix('*').unwrap_or("") } else { &text[end..] };
        if let Some(more) = rest.strip_prefix("::") {
            text = more;
            continue;
        }
        found.push(before.clone());
        before.truncate(depth);
        let rest = rest.trim_start();
        // `as` and the new name.
        let other = rest.strip_prefix("as ").map(|name| name.trim_start_matches(is_letter));
        return other.unwrap_or(rest);
    }
}

#[test]
fn groups_are_taken_apart() {
    let code = "use crate::text::visible;\nuse crate::{host::{a, b as c}, plan};\nsuper::x::Y(1);";
    let found: Vec<String> = paths(code).iter().map(|path| path.join("/")).collect();
    let expected =
        ["crate/text/visible", "crate/host/a", "crate/host/b", "crate/plan", "super/x/Y"];
    assert_eq!(found, expected);
}
