//! The kernel's keyrings, which no namespace separates: the session's keys are in them.

use std::ffi::OsString;

use super::attack::{BARE, NO_LANDLOCK, found, probe};
use crate::harness::{World, program};

const TITLE: &str = "keys of the user's session";

/// Plants a key in a session of its own, and looks for it from there: in a jail or not.
fn look(world: &World, jail: Option<&[&str]>) -> String {
    let script = include_str!("probes/keyrings.py");
    let mut words = probe(script);
    words.push("plant".into());
    if let Some(flags) = jail {
        words.extend([program().into(), OsString::from("--exec")]);
        words.extend(flags.iter().map(OsString::from));
        words.push("--".into());
    }
    words.extend(probe(script));
    world.outside(words).run().ok().trim_end().to_owned()
}

#[test]
fn keys_of_the_session() {
    let world = World::new();
    let control = look(&world, None);
    assert!(control.starts_with("secret "), "the control: {control}");
    for (flags, expected) in [
        (&[][..], "EPERM EPERM EPERM"),
        (NO_LANDLOCK, "EPERM EPERM EPERM"),
        // Without the filter: a session keyring of the jail's own, user keyrings of its namespace.
        (BARE, "ENOKEY ENOKEY ENOKEY"),
    ] {
        assert_eq!(look(&world, Some(flags)), expected, "{flags:?}");
        found(TITLE, flags, expected);
    }
}
