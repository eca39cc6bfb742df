//! libFuzzer's entry: the variable `AI_JAIL_FUZZ` names what is fuzzed.

#![no_main]

#[path = "../tests/status_bar/alacritty.rs"]
#[allow(dead_code)] // the tests ask it for more
mod alacritty;
mod targets;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

fuzz_target!(
    init: {
        let name = std::env::var("AI_JAIL_FUZZ").unwrap_or_default();
        let found = targets::TARGETS.iter().find(|(known, _)| *known == name);
        let (_, target) = found.unwrap_or_else(|| panic!("no target {name:?}"));
        TARGET.get_or_init(|| *target);
    },
    |data: &[u8]| TARGET.get().expect("it was chosen")(data)
);
