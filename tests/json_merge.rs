//! The three-way merge of JSON objects: what it does to each kind of change, and what holds for all.

use ai_jail::json_merge::{Held, is_object, merge, take_back};
use pretty_assertions::assert_eq;
use proptest::collection::btree_map;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn merged(base: &Value, mine: &Value, theirs: &Value) -> Value {
    let [base, mine, theirs] = [base, mine, theirs].map(|value| value.to_string().into_bytes());
    let text = merge(&base, &mine, &theirs).expect("objects");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn a_change_of_one_side_counts() {
    let base = json!({ "kept": 1, "changed": 1, "removed": 1 });
    let changed = json!({ "kept": 1, "changed": 2, "added": 3 });
    assert_eq!(merged(&base, &changed, &base), changed);
    assert_eq!(merged(&base, &base, &changed), changed);
}

#[test]
fn changes_of_both_sides_come_together() {
    let base = json!({ "startups": 4, "a": [1], "b": [1], "projects": { "/one": { "runs": 1 } } });
    let mine = json!({ "startups": 5, "a": [1, 2], "b": [1],
                       "projects": { "/one": { "runs": 2 }, "/mine": { "runs": 1 } } });
    let theirs = json!({ "startups": 6, "a": [1], "b": [3],
                         "projects": { "/one": { "runs": 1, "cost": 7 }, "/theirs": {} } });
    let expected = json!({ "startups": 5, "a": [1, 2], "b": [3],
        "projects": { "/one": { "runs": 2, "cost": 7 }, "/mine": { "runs": 1 }, "/theirs": {} } });
    assert_eq!(merged(&base, &mine, &theirs), expected);
}

#[test]
fn a_removal_never_takes_a_change_along() {
    let base = json!({ "login": "old", "other": 1 });
    let without = json!({ "other": 1 });
    let changed = json!({ "login": "new", "other": 1 });
    assert_eq!(merged(&base, &without, &changed), changed);
    assert_eq!(merged(&base, &changed, &without), changed);
    assert_eq!(merged(&base, &without, &base), without);
}

#[test]
fn without_a_common_beginning_all_keys_stay() {
    let (mine, theirs) = (json!({ "a": 1, "b": 1 }), json!({ "b": 2, "c": 2 }));
    let text = merge(b"", mine.to_string().as_bytes(), theirs.to_string().as_bytes()).unwrap();
    let found: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(found, json!({ "a": 1, "b": 1, "c": 2 }));
}

/// The layout is that of `JSON.stringify(…, null, 2)`, the order theirs, and a number that this
/// program could not hold keeps all its digits.
#[test]
fn what_is_not_changed_keeps_its_text() {
    let base = r#"{"z":1}"#;
    let mine = "{\n  \"z\": 1,\n  \"mine\": {\n    \"x\": []\n  }\n}";
    let theirs =
        "{\n  \"z\": 1,\n  \"n\": 123456789012345678901234567890.10,\n  \"a\": \"\\u00e4\"\n}";
    let text = merge(base.as_bytes(), mine.as_bytes(), theirs.as_bytes()).unwrap();
    let expected = "{\n  \"z\": 1,\n  \"n\": 123456789012345678901234567890.10,\n  \
                    \"a\": \"\\u00e4\",\n  \"mine\": {\n    \"x\": []\n  }\n}";
    assert_eq!(String::from_utf8(text).unwrap(), expected);
}

#[test]
fn the_layout_alone_is_no_change() {
    let base = json!({ "a": { "x": [1, 2] }, "b": 1 }).to_string();
    let mine = "{ \"a\": {\"x\":   [1,2]}, \"b\": 1 }";
    let theirs = r#"{"a":{"x":[3]},"b":1}"#;
    let text = merge(base.as_bytes(), mine.as_bytes(), theirs.as_bytes()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&text).unwrap()["a"]["x"], json!([3]));
}

#[test]
fn only_whole_objects_are_objects() {
    for text in ["{}", " {\"a\": {}}\n", "{\"a\":1,\"a\":2}"] {
        assert!(is_object(text.as_bytes()), "{text}");
    }
    for text in ["", "{", "[]", "null", "{} {}", "{\"a\":1", "{\"a\":}", "\"x\"", "{a:1}"] {
        assert!(!is_object(text.as_bytes()), "{text}");
    }
    assert!(!is_object(b"{\"a\":\"\xff\"}"));
}

#[test]
fn deep_nesting_exhausts_nothing() {
    let nested = |leaf: &str| {
        let (open, close) = ("{\"a\":".repeat(100_000), "}".repeat(100_000));
        format!("{open}{leaf}{close}").into_bytes()
    };
    let text = merge(&nested("0"), &nested("1"), &nested("2")).expect("objects");
    assert!(is_object(&text));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3).prop_map(Value::from),
        "[a-c\"\\\\\n\u{1}ä]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map("[a-d]", inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    btree_map("[a-d\"\n]", value(), 0..5).prop_map(Value::from_iter)
}

proptest! {
    #[test]
    fn one_side_alone_decides(base in object(), changed in object()) {
        prop_assert_eq!(&merged(&base, &changed, &base), &changed);
        prop_assert_eq!(&merged(&base, &base, &changed), &changed);
        prop_assert_eq!(&merged(&base, &changed, &changed), &changed);
    }

    /// Keys that only one side touched are as that side has them, whatever happens to others.
    #[test]
    fn nothing_that_one_side_changed_is_lost(base in object(), mine in object(), theirs in object()) {
        let result = merged(&base, &mine, &theirs);
        let (base, result) = (base.as_object().unwrap(), result.as_object().unwrap());
        let (mine, theirs) = (mine.as_object().unwrap(), theirs.as_object().unwrap());
        let keys = |object: &Map<String, Value>| object.keys().cloned().collect::<Vec<_>>();
        for key in [keys(base), keys(mine), keys(theirs)].concat() {
            let (base, mine, theirs) = (base.get(&key), mine.get(&key), theirs.get(&key));
            if mine == base {
                prop_assert_eq!(result.get(&key), theirs);
            } else if theirs == base {
                prop_assert_eq!(result.get(&key), mine);
            } else {
                prop_assert!(result.contains_key(&key) || (mine.is_none() && theirs.is_none()));
            }
        }
    }

    /// A second run with nothing new changes nothing.
    #[test]
    fn the_result_is_settled(base in object(), mine in object(), theirs in object()) {
        let once = merged(&base, &mine, &theirs);
        prop_assert_eq!(&merged(&mine, &mine, &once), &once);
    }
}

/// Holds `programs`, and of `projects` every entry but `/mine`.
struct OfOthers;

impl Held for OfOthers {
    fn key(&self, key: &str) -> bool {
        key == "programs"
    }

    fn entry(&self, _: &str, entry: &str) -> bool {
        entry != "/mine"
    }

    fn with_entries(&self) -> &[&'static str] {
        &["projects"]
    }
}

/// What is left of `mine`, the keys that were taken back, and whether there is a change left.
fn left(base: &str, mine: &str) -> Option<(Value, Vec<String>, bool)> {
    let left = take_back(base.as_bytes(), mine.as_bytes(), &OfOthers).expect("objects")?;
    let value = serde_json::from_slice(&left.text).expect("JSON");
    Some((value, left.keys, left.is_change))
}

const BASE: &str =
    r#"{"a":1,"programs":{"x":1},"projects":{"/other":{"trust":false},"/mine":{"n":1}}}"#;

#[test]
fn what_is_held_is_taken_back_and_the_rest_stays() {
    let mine = r#"{"a":2,"programs":{"x":2},"projects":{"/other":{"trust":true},"/new":{},"/mine":{"n":2}}}"#;
    let (value, keys, is_change) = left(BASE, mine).expect("something");
    let expected = json!({ "a": 2, "programs": { "x": 1 },
        "projects": { "/other": { "trust": false }, "/mine": { "n": 2 } } });
    assert_eq!(value, expected);
    // A new entry that is empty says nothing.
    assert_eq!((keys, is_change), (vec!["programs".to_owned(), "projects./other".into()], true));
}

#[test]
fn what_is_removed_is_put_back() {
    for mine in ["{\"a\":1}", r#"{"a":1,"programs":7,"projects":7}"#, r#"{"a":1,"projects":{}}"#] {
        let (value, keys, _) = left(BASE, mine).expect("something");
        assert_eq!(value["programs"], json!({ "x": 1 }), "{mine}");
        assert_eq!(value["projects"]["/other"], json!({ "trust": false }), "{mine}");
        assert_eq!(keys, ["programs", "projects./other"], "{mine}");
    }
}

#[test]
fn nothing_is_taken_back_where_nothing_is_held() {
    let mine =
        r#"{"a":9,"b":[],"programs":{ "x":1 },"projects":{"/mine":{},"/other":{"trust":false}}}"#;
    assert_eq!(left(BASE, mine), None);
    assert_eq!(left("", r#"{"a":1,"programs":{},"projects":{"/mine":{"n":1}}}"#), None);
}

#[test]
fn a_key_by_another_spelling_or_twice_is_the_same_key() {
    let spelled =
        r#"{"a":1,"progr\u0061ms":{"x":2},"projects":{"/other":{"trust":false},"/mine":{"n":1}}}"#;
    let twice = r#"{"a":1,"programs":{"x":1},"programs":{"x":2},"projects":{"/other":{"trust":false},"/mine":{"n":1}}}"#;
    for mine in [spelled, twice] {
        let (value, keys, is_change) = left(BASE, mine).expect("something");
        assert_eq!(value, serde_json::from_str::<Value>(BASE).expect("JSON"));
        assert_eq!((keys, is_change), (vec!["programs".to_owned()], false));
    }
}
