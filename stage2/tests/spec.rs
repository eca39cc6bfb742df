//! What arrives over a descriptor: the specification, and the messages of the status channel.
//! Whatever the bytes are, they are a value or an error, and what was left out is not a default.

use std::ffi::OsString;
use std::fmt::Debug;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::de::DeserializeOwned;
use serde_json::Value;
use stage2::channel::{Channel, MAX_MESSAGE};
use stage2::confinement::Confinement;
use stage2::os_bytes::BytePath;
use stage2::report::{Achieved, ExecFailure, FromJail, Layer, Layers, MAX_TEXT, ToJail, Unusable};
use stage2::spec::{
    Foreground, Landlock, Mise, PathAccess, PathRule, Pty, Rlimits, Root, Seccomp, Spec, SpecError,
    VERSION,
};
use stage2::terminal::{Attributes, Size};

/// Names as the kernel allows them: any bytes but NUL.
fn os_string() -> impl Strategy<Value = OsString> {
    prop_oneof![vec(1_u8.., 0..20).prop_map(OsString::from_vec), "\\PC{0,12}".prop_map(Into::into)]
}

fn path() -> impl Strategy<Value = BytePath> {
    os_string().prop_map(|name| BytePath(PathBuf::from("/").join(name)))
}

fn mise() -> impl Strategy<Value = Mise> {
    (path(), any::<bool>(), vec("\\PC{0,12}", 0..3)).prop_map(|(program, hook, withheld)| Mise {
        program,
        hook,
        withheld,
    })
}

fn path_rule() -> impl Strategy<Value = PathRule> {
    let access = select(vec![
        PathAccess::List,
        PathAccess::ReadOnly,
        PathAccess::ReadWrite,
        PathAccess::Device,
    ]);
    (path(), access).prop_map(|(path, access)| PathRule { path, access })
}

fn landlock() -> impl Strategy<Value = Landlock> {
    (vec(path_rule(), 0..4), any::<bool>())
        .prop_map(|(rules, deny_tcp)| Landlock { rules, deny_tcp })
}

fn rlimits() -> impl Strategy<Value = Rlimits> {
    any::<(u64, u64, u64)>().prop_map(|(nproc, nofile, core)| Rlimits { nproc, nofile, core })
}

fn pty() -> impl Strategy<Value = Pty> {
    let attributes = (any::<[u32; 4]>(), vec(any::<u8>(), 0..40), any::<[u32; 2]>());
    let size = any::<[u16; 4]>().prop_map(|[rows, columns, width, height]| Size {
        rows,
        columns,
        width,
        height,
    });
    (any::<[bool; 3]>(), attributes, size).prop_map(
        |(streams, (flags, characters, speed), size)| {
            let [input, output, control, local] = flags.map(Into::into);
            let speed = speed.map(Into::into);
            let attributes = Attributes { input, output, control, local, characters, speed };
            Pty { streams, attributes, size }
        },
    )
}

fn root() -> impl Strategy<Value = Root> {
    (3..i32::MAX, path()).prop_map(|(socket, directory)| Root { socket, directory })
}

fn spec() -> impl Strategy<Value = Spec> {
    let foreground = select(vec![Foreground::None, Foreground::AtStart, Foreground::OnDemand]);
    let stdio = [(); 3].map(|()| option::of(0..i32::MAX));
    (
        vec(os_string(), 1..4),
        (option::of(3..i32::MAX), stdio, vec(3..i32::MAX, 0..3), option::of(pty())),
        (foreground, any::<bool>()),
        (option::of(rlimits()), option::of(landlock())),
        option::of(select(vec![Seccomp::Default, Seccomp::Lockdown, Seccomp::Sealed])),
        (option::of(root()), option::of(path()), vec(any::<u16>(), 0..3), option::of(mise())),
    )
        .prop_map(
            |(
                command,
                started,
                (foreground, lockdown),
                (rlimits, landlock),
                seccomp,
                (root, copies, listeners, mise),
            )| {
                let (control, stdio, handed, pty) = started;
                Spec {
                    version: VERSION,
                    command,
                    control,
                    stdio,
                    handed,
                    pty,
                    foreground,
                    lockdown,
                    rlimits,
                    landlock,
                    seccomp,
                    root,
                    copies,
                    listeners,
                    mise,
                }
            },
        )
}

/// One with every part in it.
fn full() -> Spec {
    Spec {
        version: VERSION,
        command: vec!["sh".into(), OsString::from_vec(vec![b'a', 0xff])],
        control: Some(7),
        stdio: [Some(4), None, Some(6)],
        handed: vec![63],
        pty: Some(Pty {
            streams: [false, true, false],
            attributes: Attributes {
                input: 1,
                output: 2,
                control: 3,
                local: 4,
                characters: vec![5, 6],
                speed: [7, 8],
            },
            size: Size { rows: 24, columns: 80, width: 0, height: 0 },
        }),
        foreground: Foreground::AtStart,
        lockdown: true,
        rlimits: Some(Rlimits { nproc: 1, nofile: 2, core: 3 }),
        landlock: Some(Landlock {
            rules: vec![PathRule { path: BytePath("/usr".into()), access: PathAccess::ReadOnly }],
            deny_tcp: true,
        }),
        seccomp: Some(Seccomp::Lockdown),
        root: Some(Root { socket: 8, directory: BytePath("/home/me/project".into()) }),
        copies: Some(BytePath("/home/me".into())),
        listeners: vec![1080],
        mise: Some(Mise {
            program: BytePath("/usr/bin/mise".into()),
            hook: true,
            withheld: vec!["HOME".into()],
        }),
    }
}

/// JSON pointers to every object within a value.
fn objects(value: &Value, at: &str) -> Vec<String> {
    let below: Vec<String> = match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| objects(value, &format!("{at}/{name}")))
            .collect(),
        Value::Array(values) => (0..)
            .zip(values)
            .flat_map(|(index, value): (u32, _)| objects(value, &format!("{at}/{index}")))
            .collect(),
        _ => Vec::new(),
    };
    let own = value.is_object().then(|| at.to_owned());
    own.into_iter().chain(below).collect()
}

/// Each way to change one object of `value`.
fn each_object(
    value: &Value,
    mut change: impl FnMut(&mut serde_json::Map<String, Value>) -> Vec<Value>,
) -> Vec<(String, Value)> {
    let mut changed = Vec::new();
    for at in objects(value, "") {
        let mut fields = value.pointer(&at).and_then(Value::as_object).expect("an object").clone();
        for new in change(&mut fields) {
            let mut whole = value.clone();
            *whole.pointer_mut(&at).expect("it is there") = new.clone();
            changed.push((at.clone(), whole));
        }
    }
    changed
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("plain data")
}

/// Objects with a field that nobody knows.
fn with_unknown_field(value: &Value) -> Vec<(String, Value)> {
    each_object(value, |fields| {
        fields.insert("unknown".into(), Value::Null);
        vec![Value::Object(fields.clone())]
    })
}

/// Objects without one of their fields.
fn without_a_field(value: &Value) -> Vec<(String, Value)> {
    each_object(value, |fields| {
        let without = |name: &String| {
            let mut fields = fields.clone();
            fields.remove(name);
            Value::Object(fields)
        };
        fields.keys().map(without).collect()
    })
}

fn parse(value: &Value) -> Result<Spec, SpecError> {
    Spec::parse(value.to_string().as_bytes())
}

#[test]
fn an_unknown_field_anywhere_is_refused() {
    let cases = with_unknown_field(&json(&full()));
    assert_eq!(
        cases.len(),
        9,
        "the spec, limits, rules, a rule, terminal, settings, size, the root, mise"
    );
    for (at, value) in cases {
        let refused = parse(&value).expect_err(&at).to_string();
        assert!(refused.contains("unknown field"), "{at:?}: {refused}");
    }
}

/// Serde reads an `Option` that is not there as `None`, which here would switch a layer off.
#[test]
fn a_field_left_out_anywhere_is_refused() {
    let cases = without_a_field(&json(&full()));
    assert_eq!(cases.len(), (15 + 3 + 2 + 2 + 3 + 2) + (3 + 6 + 4));
    for (at, value) in cases {
        let refused = parse(&value).expect_err(&at).to_string();
        assert!(refused.contains("missing field"), "{at:?}: {refused}");
    }
}

#[test]
fn a_field_given_twice_is_refused() {
    let text = full().to_json();
    for (first, again) in [
        ("{\"version\"", "{\"lockdown\":false,\"version\""),
        ("{\"nproc\"", "{\"core\":0,\"nproc\""),
    ] {
        let doubled = text.replacen(first, again, 1);
        assert_ne!(doubled, text);
        let refused = Spec::parse(doubled.as_bytes()).expect_err(first).to_string();
        assert!(refused.contains("duplicate field"), "{refused}");
    }
}

#[test]
fn another_version_is_refused() {
    for version in [0, VERSION + 1, u32::MAX] {
        let spec = Spec { version, ..full() };
        let refused = Spec::parse(spec.to_json().as_bytes()).expect_err("a version");
        assert!(matches!(refused, SpecError::Version { found } if found == version), "{refused}");
    }
}

#[test]
fn a_spec_without_a_command_is_refused() {
    let spec = Spec { command: Vec::new(), ..full() };
    let refused = Spec::parse(spec.to_json().as_bytes()).expect_err("no command");
    assert!(matches!(refused, SpecError::NoCommand), "{refused}");
}

#[test]
fn descriptors_that_cannot_be_are_refused() {
    let control = |number| Spec { control: Some(number), ..full() };
    let stdio = |number| Spec { stdio: [None, None, Some(number)], ..full() };
    let impossible = [i32::MIN, -1, 0, 2, i32::MAX].map(control);
    for spec in impossible.into_iter().chain([i32::MIN, -1].map(stdio)) {
        let refused = Spec::parse(spec.to_json().as_bytes()).expect_err("a descriptor");
        assert!(matches!(refused, SpecError::Descriptor(_)), "{refused}");
    }
    for spec in [control(3), stdio(0)] {
        assert_eq!(Spec::parse(spec.to_json().as_bytes()).expect("possible"), spec);
    }
}

#[test]
fn what_follows_the_spec_is_refused() {
    let text = full().to_json() + "{}";
    assert!(matches!(Spec::parse(text.as_bytes()), Err(SpecError::Parse(_))));
}

/// Deeper than any stack of ours, if the parser had no limit.
#[test]
fn deep_nesting_is_an_error() {
    let text = "[".repeat(1 << 20);
    assert!(Spec::parse(text.as_bytes()).is_err());
    assert!(Spec::parse(format!("{{\"command\":{text}").as_bytes()).is_err());
}

/// Text with some bytes changed, left out or doubled.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let damage = vec((any::<Index>(), any::<u8>(), 0..3_u8), 1..6);
    (spec(), damage).prop_map(|(spec, damage)| {
        let mut text = spec.to_json().into_bytes();
        for (index, byte, how) in damage {
            let at = index.index(text.len());
            match how {
                0 => text[at] = byte,
                1 => drop(text.remove(at)),
                _ => text.insert(at, byte),
            }
        }
        text
    })
}

/// How processes can be confined on this system.
#[cfg(target_os = "linux")]
const CONFINEMENTS: &[Confinement] = &[Confinement::Namespaces, Confinement::Profile];
#[cfg(not(target_os = "linux"))]
const CONFINEMENTS: &[Confinement] = &[Confinement::Profile];

/// What is sent arrives as it is; the error where it is no message.
fn received<T: DeserializeOwned>(bytes: &[u8]) -> std::io::Result<Option<T>> {
    let (ours, theirs) = UnixDatagram::pair().expect("a pair of sockets");
    theirs.send(bytes).expect("it fits");
    Ok(Channel::over(ours.into(), CONFINEMENTS[0]).receive()?)
}

/// A message's JSON read back.
fn survives<T: serde::Serialize + DeserializeOwned + PartialEq + Debug>(message: &T) {
    for &confinement in CONFINEMENTS {
        let (ours, theirs) = Channel::pair(confinement).expect("a channel");
        Channel::over(theirs, confinement).send(message).expect("it fits");
        let arrived: Option<T> = ours.receive().expect("it is one");
        assert_eq!(arrived.as_ref(), Some(message));
    }
}

/// A name as long as they get, of characters that JSON writes with six bytes each.
fn longest_text() -> String {
    "\u{1}".repeat(MAX_TEXT)
}

#[test]
fn every_message_arrives_and_the_longest_fits() {
    let failure = ExecFailure {
        program: longest_text(),
        looked: longest_text(),
        found: Some(Unusable {
            file: longest_text(),
            why: "its interpreter is not in the jail".into(),
            interpreter: Some(longest_text()),
        }),
    };
    let length = json(&FromJail::ExecFailed(failure.clone())).to_string().len();
    assert!(length > MAX_MESSAGE / 2 && length < MAX_MESSAGE, "{length}");
    let layers: Layers = vec![
        (Layer::Descriptors, Achieved::Enforced("a".into())),
        (Layer::Rlimits, Achieved::Partial("b".into())),
        (Layer::Privileges, Achieved::Skipped("c".into())),
        (Layer::Landlock, Achieved::Failed("d".into())),
        (Layer::Seccomp, Achieved::Enforced("e".into())),
    ];
    for message in [
        FromJail::Terminal,
        FromJail::Killed(2),
        FromJail::Started(layers),
        FromJail::ExecFailed(failure),
        FromJail::Failed("why".into()),
        FromJail::Warning("what".into()),
        FromJail::Stopped(20),
        FromJail::Exited(255),
    ] {
        survives(&message);
    }
    for message in [ToJail::Signal(64), ToJail::GroupSignal(2), ToJail::Continue(true)] {
        survives(&message);
    }
}

#[test]
fn a_message_with_an_unknown_field_is_an_error() {
    let unusable = Unusable { file: "f".into(), why: "w".into(), interpreter: None };
    let failure = ExecFailure { program: "p".into(), looked: "l".into(), found: Some(unusable) };
    let cases = with_unknown_field(&json(&FromJail::ExecFailed(failure)));
    assert_eq!(cases.len(), 3, "the message, the failure, the file");
    for (at, value) in cases {
        let text = value.to_string();
        assert!(received::<FromJail>(text.as_bytes()).is_err(), "{at:?}: {text}");
    }
}

#[test]
fn messages_that_mean_nothing_are_errors() {
    for text in [
        "null",
        "{}",
        "[]",
        "\"exited\"",
        "{\"exited\":256}",
        "{\"exited\":-1}",
        "{\"exited\":null}",
        "{\"exited\":0}{\"exited\":0}",
        "{\"exited\":0,\"failed\":\"\"}",
        "{\"started\":[[\"no\",{}]]}",
        "{\"signal\":1e99}",
        "{\"continue\":1}",
        "\u{0}",
    ] {
        assert!(received::<FromJail>(text.as_bytes()).is_err(), "{text}");
        assert!(received::<ToJail>(text.as_bytes()).is_err(), "{text}");
    }
    // Longer than the buffer: the kernel cuts it, and half a message is none.
    let long = format!("{{\"failed\":\"{}\"}}", "x".repeat(MAX_MESSAGE));
    assert!(received::<FromJail>(long.as_bytes()).is_err());
}

proptest! {
    #[test]
    fn a_spec_survives_the_way(spec in spec()) {
        prop_assert_eq!(Spec::parse(spec.to_json().as_bytes()).expect("ours"), spec);
    }

    #[test]
    fn any_bytes_are_a_spec_or_an_error(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(Spec::parse(&bytes).is_err());
    }

    /// What is still read after damage says exactly what the text says, and is possible.
    #[test]
    fn damage_is_an_error_or_another_spec(text in damaged()) {
        if let Ok(spec) = Spec::parse(&text) {
            prop_assert!(!spec.command.is_empty() && spec.control.is_none_or(|fd| fd > 2));
            prop_assert_eq!(Spec::parse(spec.to_json().as_bytes()).expect("ours"), spec);
        }
    }

    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in vec(any::<u8>(), 1..200)) {
        prop_assert!(received::<FromJail>(&bytes).is_err());
        prop_assert!(received::<ToJail>(&bytes).is_err());
    }
}
