//! Random output of a child.

use proptest::prelude::*;

/// Something that a child writes.
#[derive(Clone, Debug)]
pub enum Op {
    Bytes(Vec<u8>),
    /// A movement that emulators get wrong with a scroll region or in origin mode: they differ in
    /// where it stops. There the absolute one is written instead.
    Move(Vec<u8>, (u16, u16)),
    /// DECSTBM, in shares of the screen, with what is written behind it.
    Region(u8, u8, &'static str),
    Reset,
    /// IRM, not with a scroll region: the emulator forgets to shift where a wide character wraps,
    /// which the filter does itself in the last row below the region.
    Insert,
    Origin(bool),
    /// What saves or restores the cursor, outside any hyperlink, without origin mode and with no
    /// character set shifted in: emulators differ on whether these are restored with it.
    Saving(Vec<u8>),
    /// What ends with the cursor anywhere.
    Home(Vec<u8>),
}

fn bytes(text: impl Into<String>) -> Op {
    Op::Bytes(text.into().into_bytes())
}

/// The child's output for a screen of this many rows.
pub fn render(ops: &[Op], rows: u16) -> Vec<u8> {
    let (mut region, mut origin) = (false, false);
    let mut out = Vec::new();
    for op in ops {
        match op {
            Op::Bytes(bytes) => out.extend_from_slice(bytes),
            Op::Move(relative, (row, col)) => {
                if region || origin {
                    out.extend_from_slice(format!("\x1b[{row};{col}H").as_bytes());
                } else {
                    out.extend_from_slice(relative);
                }
            }
            Op::Insert => out.extend_from_slice(if region { b"\x1b[4l" } else { b"\x1b[4h" }),
            Op::Region(top, height, after) => {
                let top = u16::from(*top) * (rows - 1) / 256 + 1;
                let bottom = top + 1 + u16::from(*height) * (rows - top) / 256;
                out.extend_from_slice(format!("\x1b[4l\x1b[{top};{bottom}r{after}").as_bytes());
                region = (top, bottom) != (1, rows);
            }
            Op::Reset => {
                out.extend_from_slice(b"\x1b[r");
                region = false;
            }
            Op::Origin(on) => {
                out.extend_from_slice(if *on { b"\x1b[?6h" } else { b"\x1b[?6l\x1b[2;2H" });
                origin = *on;
            }
            Op::Saving(bytes) => {
                out.extend_from_slice(b"\x1b]8;;\x1b\\\x0f");
                if origin {
                    out.extend_from_slice(b"\x1b[?6l\x1b[2;2H");
                }
                origin = false;
                out.extend_from_slice(bytes);
            }
            Op::Home(bytes) => {
                if !region {
                    out.extend_from_slice(bytes);
                    out.extend_from_slice(b"\x1b[H");
                }
            }
        }
    }
    out
}

fn text() -> impl Strategy<Value = Op> {
    let char = prop_oneof![
        8 => proptest::char::range(' ', '~'),
        1 => proptest::char::range('a', 'z'),
        1 => Just('漢'),
        1 => Just('😀'),
        1 => Just('é'),
        1 => Just('\u{301}'),
    ];
    // Not a mark first: in a full row whose fullness the terminal has forgotten it is lost.
    ("[a-z]", proptest::collection::vec(char, 0..40))
        .prop_map(|(first, chars)| bytes(first + &chars.into_iter().collect::<String>()))
}

/// Control functions with one number.
fn counted(finals: &'static [&'static str]) -> impl Strategy<Value = Op> {
    (proptest::sample::select(finals), prop_oneof![0..6_u16, Just(99)])
        .prop_map(|(last, count)| bytes(format!("\x1b[{count}{last}")))
}

fn movement() -> impl Strategy<Value = Op> {
    let place = || (1..14_u16, 1..40_u16);
    prop_oneof![
        place().prop_map(|(row, col)| bytes(format!("\x1b[{row};{col}H"))),
        place().prop_map(|(row, col)| bytes(format!("\x1b[{row};{col}f"))),
        Just(bytes("\x1b[H")),
        (
            proptest::sample::select(&["A", "B", "E", "F", "d", "e", "G", "`"][..]),
            0..12_u16,
            place()
        )
            .prop_map(|(last, count, place)| {
                Op::Move(format!("\x1b[{count}{last}").into_bytes(), place)
            }),
        counted(&["C", "D", "a"]),
        Just(bytes("\r")),
        Just(bytes("\r\n")),
        Just(bytes("\x08")),
        // Emulators differ on what a full row means to these.
        Just(bytes("\x1b[D\n")),
        Just(bytes("\x1b[D\x0b")),
        Just(bytes("\x1b[D\t")),
        (1..4_u8).prop_map(|count| bytes(format!("\x1b[D\x1b[{count}I"))),
        (1..4_u8).prop_map(|count| bytes(format!("\x1b[D\x1b[{count}Z"))),
        Just(bytes("\x1b[D\x1bD")),
        Just(bytes("\x1b[D\x1bM")),
        Just(bytes("\x1bE")),
    ]
}

fn editing() -> impl Strategy<Value = Op> {
    prop_oneof![
        counted(&["@", "P", "X", "L", "M", "S", "T"]),
        // Not every emulator repeats what is not right before it.
        (0..40_u8).prop_map(|count| bytes(format!("r\x1b[{count}b"))),
        (0..4_u8).prop_map(|which| bytes(format!("\x1b[{which}J"))),
        (0..3_u8).prop_map(|which| bytes(format!("\x1b[{which}K"))),
        Just(bytes("\x1b[J")),
        Just(bytes("\x1b[H\x1b[2J")),
        Just(bytes("\x1b[H\x1b[2J\x1b[3J")),
        Just(Op::Home(b"\x1b#8".to_vec())),
        Just(Op::Home(b"\x1b[?3l".to_vec())),
    ]
}

fn state() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => proptest::sample::select(&[
            "\x1b[m", "\x1b[1;31m", "\x1b[38;5;99;7m", "\x1b[48;2;1;2;3m", "\x1b[4:3;58:5:9m",
            "\x1b[38:2::9:8:7m", "\x1b[22;27m", "\x1b[3;9;90;104m", "\x1b[39;49;59;24m",
            "\x1b(0", "\x1b(B", "\x1b)0", "\x0e", "\x0f", "\x1b[?7l", "\x1b[?7h",
            "\x1b[4l", "\x1b[?25l", "\x1b[?25h", "\x1b[5 q", "\x1b[?2004h", "\x1b[?1006;1002h",
            "\x1b[>1u", "\x1b[<u", "\x1bH", "\x1b[C\x1b[g", "\x1b[3g\x1b[1G\x1bH", "\x1b[?5W", "\x1b=",
            "\x1b]8;;https://example.org/a;b\x1b\\", "\x1b]8;id=7;file:///x\x07", "\x1b]8;;\x1b\\",
        ][..])
        .prop_map(bytes),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(top, height)| Op::Region(top, height, "")),
        2 => Just(Op::Reset),
        1 => Just(Op::Insert),
        1 => any::<bool>().prop_map(Op::Origin),
    ]
}

fn saving() -> impl Strategy<Value = Op> {
    proptest::sample::select(
        &[
            "\x1b7",
            "\x1b[s",
            "\x1b7\x1b[J",
            "\x1b8",
            "\x1b[u",
            "\x1b8\x1b[J",
            "\x1b[?1049h",
            "\x1b[?1049l",
            "\x1b[?1049;25h",
        ][..],
    )
    .prop_map(|sequence| Op::Saving(sequence.into()))
}

fn passing() -> impl Strategy<Value = Op> {
    proptest::sample::select(
        &[
            "\x1b]0;a title ✓\x07",
            "\x1b]52;c;aGVsbG8=\x1b\\",
            "\x1bPq#0;2;0;0;0~~@@vv\x1b\\\x1b[H",
            "\x1b_Ga=q,i=1;AAAA\x1b\\\x1b[2;2H",
            "\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\\x1b[H",
            "\x1bX ignored\x1b\\",
            "\x1b]0;cut short\x1b[1m",
            "\x1b[1\x18",
            "\x1b[?\x1b[1m",
            "\x1b[2\x0d;3H",
            "\x1b[?2026h",
            "\x1b[?2026l",
            "\x1b[6n",
            "\x1b[c",
            "\x1b[>c",
            "\x1b[5n",
            "\x1b[?6$p",
        ][..],
    )
    .prop_map(bytes)
}

/// Output of every kind.
pub fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        8 => text(),
        8 => movement(),
        4 => editing(),
        4 => state(),
        3 => saving(),
        2 => passing(),
        1 => Just(Op::Home(b"\x1b[r\x1b[?6l\x1bc".to_vec())),
        1 => proptest::collection::vec(any::<u8>(), 1..4).prop_map(|mut bytes| {
            // The emulator takes DEL for a character that can be repeated, and tabs and line feeds
            // for movements that keep a row full; ESC and `k` begin a title in other terminals.
            bytes.retain(|byte| !matches!(byte, 0x7f | 0x09..=0x0c | 0x1b));
            Op::Bytes(bytes)
        }),
    ];
    proptest::collection::vec(op, 1..40)
}

/// Output for an emulator that restores the origin mode with the cursor, as DEC's terminals did,
/// and has the other ways to the alternate screen, but less besides.
pub fn ops_of_origin() -> impl Strategy<Value = Vec<Op>> {
    let place = || (1..14_u16, 1..24_u16);
    let op = prop_oneof![
        6 => "[ -~]{1,30}".prop_map(bytes),
        6 => place().prop_map(|(row, col)| bytes(format!("\x1b[{row};{col}H"))),
        2 => (place(), place()).prop_map(|((row, col), place)| {
            Op::Move(format!("\x1b[{row}d\x1b[{col}G").into_bytes(), place)
        }),
        2 => (1..9_u8).prop_map(|count| bytes(format!("\r\x1b[{count}C"))),
        3 => proptest::sample::select(&["\r\n", "\r\x0b", "\r\x1bM"][..]).prop_map(bytes),
        2 => counted(&["L", "M", "S", "T", "@", "P", "X"]),
        3 => (any::<u8>(), any::<u8>())
            .prop_map(|(top, height)| Op::Region(top, height, "\x1b[H\x1b7")),
        1 => Just(Op::Reset),
        3 => any::<bool>().prop_map(Op::Origin),
        // In no full row: what is erased from there on differs.
        3 => proptest::sample::select(
            &["\r\x1b[3C\x1b7", "\x1b8", "\r\x1b[9C\x1b7\x1b[J", "\r\x1b[J\x1b8"][..],
        )
        .prop_map(bytes),
        2 => proptest::sample::select(&["\x1b[m", "\x1b[1;31m", "\x1b[48;5;99m", "\x1b[7m"][..])
            .prop_map(bytes),
        2 => (0..4_u8).prop_map(|which| bytes(format!("\x1b[{which}J"))),
        1 => proptest::sample::select(
            &["\x1b[?47h", "\x1b[?47l", "\x1b[?1049h", "\x1b[?47l\x1b[?6l\x1b[H\x1b7\x1b[?1049h\x1b[?1049l", "\x1bc"][..],
        )
        // Emulators differ on what comes along from the other screen.
        .prop_map(|sequence| Op::Saving(format!("\x1b[?6l\x1b[H{sequence}\x1b[m\x1b[r\x1b7").into())),
    ];
    proptest::collection::vec(op, 1..40)
}
