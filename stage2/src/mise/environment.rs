//! mise's output as variables for the command.

use std::ffi::OsString;

use serde_json::{Map, Value};

use crate::report::MAX_TEXT;
use crate::text::fits;

/// Bytes of one variable, its name and the final zero included: `MAX_ARG_STRLEN` of
/// `execve(2)`. One that is longer would keep the command from starting.
const MAX_VARIABLE: usize = 128 * 1024;

/// Reads the object that `mise env --json` prints, less the variables that fit `withheld`.
///
/// # Errors
///
/// The text is not one JSON object; the error says so in words for a message.
pub fn read(text: &[u8], withheld: &[String]) -> Result<Vec<(OsString, OsString)>, String> {
    let variables: Map<String, Value> = serde_json::from_slice(text)
        .map_err(|_| "what it printed is not an environment".to_owned())?;
    let taken = |(name, value): (String, Value)| match value {
        Value::String(value) if is_usable(&name, &value) && !fits_any(withheld, &name) => {
            Some((name.into(), value.into()))
        }
        _ => None,
    };
    Ok(variables.into_iter().filter_map(taken).collect())
}

/// Whether `execve(2)` can hand it on.
fn is_usable(name: &str, value: &str) -> bool {
    let ends_early = |text: &str| text.contains('\0');
    !name.is_empty()
        && !name.contains('=')
        && !ends_early(name)
        && !ends_early(value)
        && name.len() + value.len() + 2 <= MAX_VARIABLE
}

fn fits_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| fits(pattern.as_bytes(), name.as_bytes()))
}

/// The names of the variables, for a person.
pub fn names(environment: &[(OsString, OsString)]) -> String {
    let names: Vec<_> = environment.iter().map(|(name, _)| name.to_string_lossy()).collect();
    let text =
        format!("sets {}", if names.is_empty() { "nothing".into() } else { names.join(", ") });
    text.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(environment: &[(OsString, OsString)]) -> Vec<(&str, &str)> {
        environment
            .iter()
            .map(|(name, value)| (name.to_str().expect("text"), value.to_str().expect("text")))
            .collect()
    }

    #[test]
    fn strings_become_variables() {
        let read = read(br#"{ "PATH": "/a:/b", "EMPTY": "", "UMLAUT": "\u00e4" }"#, &[]).unwrap();
        assert_eq!(text(&read), [("EMPTY", ""), ("PATH", "/a:/b"), ("UMLAUT", "ä")]);
        assert_eq!(names(&read), "sets EMPTY, PATH, UMLAUT");
    }

    #[test]
    fn what_breaks_the_rules_of_the_jail_is_left_out() {
        let withheld = ["HOME".into(), "DBUS_STARTER_*".into()];
        let given = br#"{ "HOME": "/x", "DBUS_STARTER_BUS": "x", "DBUS": "x", "HOMES": "x" }"#;
        assert_eq!(text(&read(given, &withheld).unwrap()), [("DBUS", "x"), ("HOMES", "x")]);
    }

    #[test]
    fn what_no_program_could_be_given_is_left_out() {
        let long = "x".repeat(MAX_VARIABLE - "FITS=\0".len());
        let given = serde_json::json!({
            "": "x", "A=B": "x", "N\0": "x", "NUL": "a\0b", "NUMBER": 1, "NONE": null,
            "FITS": long, "TOO_LONG": long,
        });
        let read = read(given.to_string().as_bytes(), &[]).unwrap();
        assert_eq!(text(&read), [("FITS", long.as_str())]);
    }

    #[test]
    fn anything_else_is_an_error() {
        for given in ["", "[]", "null", "{", "{} x", "\u{feff}{}", "PATH=/a", "\"x\""] {
            assert!(read(given.as_bytes(), &[]).is_err(), "{given:?}");
        }
        assert!(read(b"{\"A\": \"\xff\"}", &[]).is_err());
        assert!(read("[".repeat(100_000).as_bytes(), &[]).is_err());
        assert_eq!(read(b"{}", &[]).unwrap(), []);
    }
}
