//! The status bar, against two terminal emulators that know nothing of it.

pub mod alacritty;
mod child;
mod examples;
mod model;
mod mouse;
mod recorded;
mod resize;
mod row;

use ai_jail::status_bar::{Bar, Labels, Size, Theme};
use proptest::test_runner::{Config as ProptestConfig, RngSeed};

/// The same random cases in every run: the emulators have odd ways of their own, and one that
/// nobody has met yet must not stop an unrelated change. `PROPTEST_RNG_SEED` and `PROPTEST_CASES`
/// look further.
pub fn settings(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        chosen @ RngSeed::Fixed(_) => chosen,
    };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases };
    ProptestConfig { failure_persistence: None, rng_seed, cases, ..default }
}

/// What the bar of every test shows.
pub fn labels() -> Labels {
    Labels {
        project: "~/work/project".into(),
        command: "agent --fast".into(),
        version: "1.2.3".into(),
        newer: true,
    }
}

pub fn bar(host: Size) -> Bar {
    Bar::new(Theme::Dark, &labels(), host)
}

/// The bytes that a call writes.
pub fn written(call: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    call(&mut out);
    out
}

/// `bytes` in pieces that end at these places, each a share of 65536 of the whole.
pub fn pieces<'a>(bytes: &'a [u8], cuts: &[u16]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> =
        cuts.iter().map(|cut| bytes.len() * usize::from(*cut) / 65536).collect();
    places.push(bytes.len());
    places.sort_unstable();
    let mut start = 0;
    let piece = |end| {
        let piece = &bytes[start..end];
        start = end;
        piece
    };
    places.into_iter().map(piece).collect()
}
