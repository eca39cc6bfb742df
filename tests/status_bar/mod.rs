//! The status bar, against two terminal emulators that know nothing of it.

mod alacritty;
mod child;
mod examples;
mod model;
mod recorded;
mod resize;
mod row;

use ai_jail::status_bar::{Bar, Labels, Size, Theme};

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
