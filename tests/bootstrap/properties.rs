//! What holds for every file.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::{CLAUDE, CODEX, CRUSH, OPENCODE, User};

/// Names, some of which are ours.
fn name() -> impl Strategy<Value = String> {
    let known =
        select(vec!["permissions", "permission", "hooks", "model", "*", "bash", "ask", "allow"]);
    prop_oneof![known.prop_map(str::to_owned), "[a-z$é \"\\\\]{0,6}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[^\\p{C}]{0,8}|.{0,4}".prop_map(Value::from),
        select(vec!["Bash", "Bash(rm *)", "allow", "ask", "// no comment", "/*", "a, }"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((name(), inner), 0..5)
                .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// An object as an agent's file mostly is: what is at our keys has the right shape.
fn file() -> impl Strategy<Value = Value> {
    let texts = vec(select(vec!["Bash", "Read", "Bash(rm *)", "mine"]), 0..4);
    let lists = (texts.clone(), texts, value()).prop_map(|(allow, deny, other)| {
        json!({"allow": allow, "deny": deny, "allowed_tools": allow, "defaultMode": other})
    });
    let patterns =
        vec((select(vec!["*", "rm *", "git *", "mine"]), select(vec!["allow", "ask"])), 0..4)
            .prop_map(|entries| {
                entries
                    .into_iter()
                    .map(|(name, what)| (name.to_owned(), what.into()))
                    .collect::<Map<_, _>>()
            });
    let permission =
        (patterns, value()).prop_map(|(bash, edit)| json!({"bash": bash, "edit": edit}));
    let other = vec((name(), value()), 0..4);
    (other, prop::option::of(lists), prop::option::of(permission)).prop_map(
        |(other, lists, permission)| {
            let mut file: Map<_, _> = other.into_iter().collect();
            for name in ["permissions", "permission", "hooks"] {
                file.remove(name);
            }
            file.extend(lists.map(|lists| ("permissions".to_owned(), lists)));
            file.extend(permission.map(|permission| ("permission".to_owned(), permission)));
            Value::from(file)
        },
    )
}

/// How a file is laid out: what stands between its tokens.
#[derive(Clone, Debug)]
struct Noise {
    pieces: Vec<&'static str>,
    last_commas: bool,
}

const COMMENT: &str = "/* , } ] \" */";

fn noise(comments: bool) -> impl Strategy<Value = Noise> {
    let mut pieces = vec!["", "", " ", "\n", "\t", "\r\n", "\n    "];
    if comments {
        pieces.extend([COMMENT, "// { \" , [\n"]);
    }
    (vec(select(pieces), 1..30), any::<bool>())
        .prop_map(move |(pieces, last)| Noise { pieces, last_commas: comments && last })
}

/// A text in the making.
struct Text {
    noise: Noise,
    at: usize,
    out: String,
}

impl Text {
    fn of(value: &Value, noise: &Noise) -> String {
        let mut text = Self { noise: noise.clone(), at: 0, out: String::new() };
        text.gap();
        text.value(value);
        text.gap();
        text.out
    }

    fn gap(&mut self) {
        self.out.push_str(self.noise.pieces[self.at % self.noise.pieces.len()]);
        self.at += 1;
    }

    fn value(&mut self, value: &Value) {
        let (brackets, members): (_, Vec<(Option<&String>, &Value)>) = match value {
            Value::Object(members) => {
                ("{}", members.iter().map(|(name, value)| (Some(name), value)).collect())
            }
            Value::Array(elements) => ("[]", elements.iter().map(|value| (None, value)).collect()),
            leaf => {
                let _ = write!(self.out, "{leaf}");
                return;
            }
        };
        self.out.push_str(&brackets[..1]);
        let last = members.len();
        for (index, (name, value)) in members.into_iter().enumerate() {
            self.gap();
            if let Some(name) = name {
                let _ = write!(self.out, "{}:", Value::from(name.as_str()));
                self.gap();
            }
            self.value(value);
            self.gap();
            if index + 1 < last || self.noise.last_commas {
                self.out.push(',');
            }
        }
        self.gap();
        self.out.push_str(&brackets[1..]);
    }
}

/// Whether `new` has everything that `old` has, lists and tables with more in them.
fn has(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => {
            old.iter().all(|(name, old)| new.get(name).is_some_and(|new| has(new, old)))
        }
        (Value::Array(new), Value::Array(old)) => new.starts_with(old),
        (new, old) => new == old,
    }
}

/// Whether `old` is `new` with pieces taken out. The white space in empty brackets may go.
fn is_within(old: &str, new: &str) -> bool {
    let mut chars = new.chars();
    let mut old = old.chars().filter(|char| !char.is_whitespace());
    old.all(|wanted| chars.any(|char| char == wanted))
}

/// Puts the settings into a text, twice, and gives the result; `None` where it was refused, and
/// then it is as it was.
fn merged(agent: &str, path: &str, text: &str) -> Result<Option<String>, TestCaseError> {
    let user = User::new().with(path, text);
    if user.run(&[agent]).is_err() {
        prop_assert_eq!(user.read(path), text);
        return Ok(None);
    }
    let new = user.read(path);
    prop_assert!(is_within(text, &new), "{} is not in {}", text, new);
    user.run(&[agent]).unwrap();
    prop_assert_eq!(user.read(path), &*new);
    Ok(Some(new))
}

/// A line of TOML.
fn line() -> impl Strategy<Value = String> {
    let value = select(vec![
        "1",
        "'x' # c",
        "\"\"\"\nmany\n[lines]\"\"\"",
        "[\n  1, # one\n  2\n]",
        "{ a = 1 }",
        "\"on-request\"",
    ]);
    let key = select(vec!["a", "b.c", "approval_policy", "sandbox_mode", "\"d e\"", "f"]);
    prop_oneof![
        4 => (key, value).prop_map(|(key, value)| format!("{key} = {value}")),
        1 => select(vec!["# a comment", "", "[table]", "[x.y]", "[[list]]"]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn plain_json_keeps_all_it_says(file in file(), noise in noise(false)) {
        let text = Text::of(&file, &noise);
        for (agent, path) in [("claude", CLAUDE), ("crush", CRUSH), ("opencode", OPENCODE)] {
            let Some(new) = merged(agent, path, &text)? else {
                // A list of other things where rules should be, or the like.
                continue;
            };
            let new: Value = serde_json::from_str(&new).unwrap();
            prop_assert!(has(&new, &file), "{} is not all in {}", file, new);
        }
    }

    #[test]
    fn a_file_of_the_right_shape_is_never_refused(file in file(), noise in noise(true)) {
        let mut noise = noise;
        let text = Text::of(&file, &noise);
        let new = merged("opencode", OPENCODE, &text)?;
        // A user's `permission` may be wrong in its own way, but not at the keys that it has here.
        prop_assert!(new.is_some(), "{}", text);
        // The same without comments and last commas comes to the same.
        for piece in &mut noise.pieces {
            if piece.contains(['/', '*']) {
                *piece = " ";
            }
        }
        noise.last_commas = false;
        let plain = merged("opencode", OPENCODE, &Text::of(&file, &noise))?.unwrap();
        let plain: Value = serde_json::from_str(&plain).unwrap();
        prop_assert!(has(&plain, &file));
    }

    #[test]
    fn toml_keeps_all_it_says(lines in vec(line(), 0..8), carriage in any::<bool>(), last in any::<bool>()) {
        let mut text = lines.join("\n") + if last { "\n" } else { "" };
        if carriage {
            text = text.replace('\n', "\r\n");
        }
        let Ok(old) = text.parse::<toml_edit::DocumentMut>() else { return Ok(()) };
        let new = merged("codex", CODEX, &text)?.expect("it is TOML");
        let new: toml_edit::DocumentMut = new.parse().unwrap();
        for (key, item) in old.iter() {
            let (old, new) = (item.to_string(), new[key].to_string());
            prop_assert_eq!(old.trim(), new.trim());
        }
        for key in ["approval_policy", "sandbox_mode"] {
            prop_assert!(new.contains_key(key));
        }
        prop_assert!(new.iter().count() <= old.iter().count() + 2);
    }

    #[test]
    fn nearly_json_never_panics(text in "([{}\\[\\],:\"'/*\\\\ \n]|permission|//|true|1|\u{feff}|é){0,24}") {
        for (agent, path) in [("claude", CLAUDE), ("crush", CRUSH), ("opencode", OPENCODE), ("codex", CODEX)] {
            merged(agent, path, &text)?;
        }
    }
}
