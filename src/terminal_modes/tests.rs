//! What is written at the end of a command, by what the command wrote.

use bstr::ByteSlice as _;

use super::*;

/// What is written at the end after this output, which may come in any pieces.
fn ends(output: &[u8]) -> String {
    let mut written: Vec<Vec<u8>> = (0..=output.len())
        .map(|cut| {
            let mut modes = Modes::default();
            modes.note(&output[..cut]);
            modes.note(&output[cut..]);
            let mut out = Vec::new();
            modes.end(&mut out);
            out
        })
        .collect();
    written.dedup();
    let [written] = &written[..] else { panic!("{}: {written:?}", output.as_bstr()) };
    written.to_str().expect("ASCII").replace('\x1b', "^").replace('\x18', "CAN ")
}

#[test]
fn what_a_command_undoes_itself_is_followed_by_nothing() {
    let whole = [
        "plain text, gr\u{fc}n, \u{a7} 5 and \u{2028}\r\n",
        "\x1b[1;31mred\x1b[0m \x1b[2J\x1b[H\x1b[10;5r\x1b[r",
        // vim, less, htop.
        "\x1b[?1049h\x1b[22;0;0t\x1b[>4;2m\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[?25l text \
         \x1b[?25h\x1b[?1004l\x1b[?2004l\x1b[?1l\x1b>\x1b[>4;m\x1b[23;0;0t\x1b[?1049l",
        "\x1b[?1000;1006h\x1b[?1002h\x1b[?1002l\x1b[?1006;1000l",
        "\x1b[>1u\x1b[>5u\x1b[<u\x1b[<u",
        "\x1b[=5;1u\x1b[=1;3u\x1b[=4;3u",
        "\x1b[>1u\x1b[?1049h\x1b[>1u\x1b[<9u\x1b[?1049l\x1b[<u",
        "\x1b]8;;https://example.org/?a\x1b\\link\x1b]8;;\x07 \x1b]8;id=1;x\x07link\x1b]8;id=1;\x07",
        "\x1b]0;a title?\x07\x1bPq#0;2;0;0;0\x1b\\",
        // Saved, changed, restored.
        "\x1b[?1000;25s\x1b[?1000h\x1b[?25l\x1b[?1000;25r",
        // A reset of everything.
        "\x1b[?1000h\x1b[4h\x1b[>1u\x1bP0;1|17/61\x1b\\\x1bc",
        // Modes whose default is not the same everywhere, and such as no terminal has.
        "\x1b[?12h\x1b[?1007h\x1b[?1034h\x1b[?4711h\x1b[99h",
        // No sequence at all.
        "\x1b[?1000\x18h \x1b[?1000\x1bh",
    ];
    for output in whole {
        assert_eq!(ends(output.as_bytes()), "", "{output:?}");
    }
}

#[test]
fn what_is_left_on_is_switched_off() {
    let left: &[(&[u8], &str)] = &[
        (b"\x1b[?1000h", "^[?1000l"),
        (b"\x1b[?1003;1006h\x1b[?1004h", "^[?1003l^[?1006l^[?1004l"),
        (
            b"\x1b[?9h\x1b[?1001h\x1b[?1002h\x1b[?1005h\x1b[?1015h\x1b[?1016h",
            "^[?9l^[?1001l^[?1002l^[?1005l^[?1015l^[?1016l",
        ),
        (b"\x1b[1'z", "^[0'z"),
        (
            b"\x1b[?2004h\x1b[?2031h\x1b[?2048h\x1b[?5522h\x1b[?9001h",
            "^[?2031l^[?2048l^[?2004l^[?5522l^[?9001l",
        ),
        (b"\x1b[?1h\x1b=", "^[?1l^>"),
        (b"\x1b[?66h", "^>"),
        (
            b"\x1b[?25l\x1b[?7l\x1b[?5h\x1b[?69h\x1b[?2026h\x1b[4h",
            "^[4l^[?7h^[?5l^[?25h^[?69l^[?2026l",
        ),
        (b"\x1b[2h\x1b[12l\x1b[20h", "^[2l^[12h^[20l"),
        (b"\x1b[?2l", "^<"),
        (b"\x1b[?47h", "^[?47l"),
        (b"\x1b[?1047h", "^[?1047l"),
        (b"\x1b[?25l\x1b[?1049h\x1b[?1000h", "^[?1000l^[?1049l^[?25h"),
        (b"\x1b[>1u\x1b[>5u", "^[<2u"),
        (b"\x1b[=5u\x1b[>1u", "^[<1u^[=0u"),
        // Each screen has flags of its own.
        (b"\x1b[>1u\x1b[?1049h\x1b[>3u", "^[<1u^[?1049l^[<1u"),
        (b"\x1b[?1049h\x1b[>3u\x1b[?1049l", "^[?1049h^[<1u^[?1049l"),
        (b"\x1b[>4;2m\x1b[>1;3m", "^[>1m^[>4m"),
        (b"\x1bP1;1|17/6c730a\x1b\\", "^P0;1|^\\"),
        (b"\x1b[22;0t\x1b[22;2t", "^[23;0t^[23;0t"),
        (b"\x1b]8;;https://example.org\x1b\\click", "^]8;;^\\"),
        (b"\x1b[?1000s\x1b[?1000h\x1b[?1000s\x1b[?1000l\x1b[?1000r", "^[?1000l"),
    ];
    for (output, expected) in left {
        assert_eq!(ends(output), *expected, "{}", output.as_bstr());
    }
}

#[test]
fn other_ways_to_write_a_sequence() {
    let overlong = format!("\x1b[?1000{}h", ";0".repeat(600));
    let sequences: &[&[u8]] = &[
        b"\x1b[?0001000h",
        b"\x1b[?7;1000h",
        b"\x1b[\r?1000\nh",
        b"\x1b\x08[?10\x7f00h",
        "\u{9b}?1000h".as_bytes(),
        // Behind a string that never ended, or that only some terminals take for ended.
        b"\x1b]0;title\x1b[?1000h",
        "\x1b]0;title\u{9c}\u{9b}?1000h".as_bytes(),
        "\x1bPq\x1b\u{9b}?1000h".as_bytes(),
        "\x1b\u{9b}?1000h".as_bytes(),
        "\x1b[?25\u{9b}?1000h".as_bytes(),
        "\x1bPtmux;\x1b\x1b\u{9b}?1000h".as_bytes(),
        b"\x1bktitle\x1b[?1000h",
        b"\x1b[?25\x18\x1b[?1000h",
        b"\xff\xc2\x1b[?1000h",
        overlong.as_bytes(),
    ];
    for output in sequences {
        assert_eq!(ends(output), "^[?1000l", "{}", output.as_bstr());
    }
}

#[test]
fn what_is_open_at_the_end_is_ended_first() {
    assert_eq!(ends(b"\x1b[?1000h\x1b]0;tit"), "CAN ^[?1000l");
    assert_eq!(ends(b"\x1b[?1000h\x1b[?1"), "CAN ^[?1000l");
    // Nothing is left on, so nothing is written.
    assert_eq!(ends(b"\x1b]0;tit"), "");
}

#[test]
fn a_stopped_command_keeps_its_screen_and_gets_its_keys_again() {
    let mut modes = Modes::default();
    modes.note(b"\x1b[?1049h\x1b[?25l\x1b[?1000h\x1b[?1006h\x1b[>1u\x1b[>4;2m\x1b[?1h");
    let mut out = Vec::new();
    modes.pause(&mut out);
    assert_eq!(out.as_bstr(), "\x1b[?1l\x1b[?1000l\x1b[?1006l\x1b[<1u\x1b[>4m");
    out.clear();
    modes.go_on(&mut out);
    assert_eq!(out.as_bstr(), "\x1b[>1u\x1b[>4;2m\x1b[?1006h\x1b[?1000h\x1b[?1h");
}

#[test]
fn questions_and_reports() {
    let asks = |output: &[u8]| Modes::default().note(output);
    let questions: &[&[u8]] = &[
        b"\x1b[c",
        b"\x1b[0c",
        b"\x1b[>c",
        b"\x1b[=c",
        b"\x1b[5n",
        b"\x1b[6n",
        b"\x1b[?6n",
        b"\x1b[?2004$p",
        b"\x1b[4$p",
        b"\x1b[>q",
        b"\x1b[?u",
        b"\x1b[?4m",
        b"\x1b[21t",
        b"\x1b[14;2t",
        b"\x1b[1;1;1;1;9;9*y",
        b"\x1bZ",
        b"\x05",
        b"\x1b]11;?\x07",
        b"\x1b]4;1;red;2;?\x1b\\",
        b"\x1b]52;c;?\x07",
        b"\x1b]1337;ReportCellSize\x07",
        b"\x1bP$qm\x1b\\",
        b"\x1bP+q544e\x1b\\",
        b"\x1bP@kitty-cmd{}\x1b\\",
        b"\x1b_Gi=1,a=q;AAAA\x1b\\",
        b"\x1bPtmux;\x1b\x1b[c\x1b\\",
        "\u{9b}c".as_bytes(),
        b"\x1b[?1000h",
        b"\x1b[1'z",
    ];
    for output in questions {
        assert!(asks(output), "{}", output.as_bstr());
    }
    let others: &[&[u8]] = &[
        b"why?",
        b"\x1b[31;1m",
        b"\x1b[22;0t",
        b"\x1b[8;24;80t",
        b"\x1b[?2004h",
        b"\x1b]0;why?\x07",
        b"\x1b]8;;https://example.org/?q\x07",
        b"\x1b]52;c;Zm9v\x07",
        b"\x1bPq#0\x1b\\",
        b"\x1bP0;1|17/3f\x1b\\",
        b"\x1b_Gi=1,q=2;AAAA\x1b\\",
        b"\x1b[>1u",
        b"\x1b[!p",
        b"\x1b[2 q",
    ];
    for output in others {
        assert!(!asks(output), "{}", output.as_bstr());
    }
    // Until they are switched off, and once more then: some may be on their way.
    let mut modes = Modes::default();
    let noted =
        [&b"\x1b[?1003h"[..], b"text", b"\x1b[?1003l", b"text"].map(|output| modes.note(output));
    assert_eq!(noted, [true, true, true, false]);
}

#[test]
fn our_own_question_is_counted() {
    let mut modes = Modes::default();
    modes.note(b"\x1b[5n\x1b[005n\x1b[6n\x1b[?5n");
    assert_eq!((modes.take_asked(), modes.take_asked()), (2, 0));
}
