//! The mouse in the bar's row.

use ai_jail::status_bar::{Bar, Size};

use super::{bar, written};

/// The child has nine rows.
const HOST: Size = Size { rows: 10, cols: 40 };

fn child_asked(output: &[u8]) -> Bar {
    let mut bar = bar(HOST);
    written(|out| bar.enter(out));
    written(|out| bar.filter(output, out));
    bar
}

/// What the child gets, once it has written `asked`, of what is typed.
fn gets(asked: &[u8], typed: &[u8]) -> String {
    let bar = child_asked(asked);
    let bytes = written(|out| bar.filter_typed(typed, out));
    String::from_utf8_lossy(&bytes).escape_debug().to_string()
}

#[track_caller]
fn becomes(asked: &[u8], typed: &[u8], expected: &[u8]) {
    let expected = String::from_utf8_lossy(expected).escape_debug().to_string();
    assert_eq!(gets(asked, typed), expected);
}

const SGR: &[u8] = b"\x1b[?1002;1006h";
const OLDEST: &[u8] = b"\x1b[?1000h";

#[test]
fn a_click_on_the_bar_is_nobodys() {
    becomes(SGR, b"a\x1b[<0;3;10Mb", b"ab");
    becomes(SGR, b"\x1b[<64;3;10M\x1b[<65;3;10M", b"");
    becomes(OLDEST, b"a\x1b[M #*b", b"ab");
}

#[test]
fn a_click_elsewhere_is_the_childs() {
    becomes(
        SGR,
        b"\x1b[<0;3;9M\x1b[<0;3;9m\x1b[<35;3;9M",
        b"\x1b[<0;3;9M\x1b[<0;3;9m\x1b[<35;3;9M",
    );
    becomes(OLDEST, b"\x1b[M #)", b"\x1b[M #)");
}

#[test]
fn a_button_that_is_let_go_on_the_bar_was_let_go_in_the_last_row() {
    becomes(SGR, b"\x1b[<0;3;10m", b"\x1b[<0;3;9m");
    becomes(SGR, b"\x1b[<32;3;10M", b"\x1b[<32;3;9M");
    becomes(OLDEST, b"\x1b[M##*", b"\x1b[M##)");
    // Moving over the bar with no button held.
    becomes(b"\x1b[?1003;1006h", b"\x1b[<35;3;10M", b"");
}

#[test]
fn without_the_mouse_everything_passes() {
    let typed = b"\x1b[<0;3;10M\x1b[M #*";
    becomes(b"", typed, typed);
    becomes(b"\x1b[?1002;1006h\x1b[?1002l", typed, typed);
    becomes(b"\x1b[?1002;1006h\x1bc", typed, typed);
    // Pixels, whose rows are unknown.
    becomes(b"\x1b[?1002;1006;1016h", typed, typed);
}

#[test]
fn keys_pass_at_once_and_what_is_no_report_passes() {
    for typed in
        [&b"\x1b"[..], b"\x1b[", b"\x1b[A", b"\x1b[<0;3;1", b"\x1b[<;;M", b"\x1b[<0;3;99999999M"]
    {
        becomes(SGR, typed, typed);
    }
    becomes(OLDEST, b"\x1b[M #", b"\x1b[M #");
}

#[test]
fn without_a_bar_there_is_no_such_row() {
    let mut bar = child_asked(SGR);
    written(|out| bar.leave(out));
    let typed = b"\x1b[<0;3;10M";
    assert_eq!(written(|out| bar.filter_typed(typed, out)), typed);
}
