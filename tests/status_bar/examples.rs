//! Single cases, most of them of what the emulators of the model do not know.

use ai_jail::status_bar::{SMALLEST, Size, can_show};

use super::alacritty::Emulator;
use super::{bar, written};

const HOST: Size = Size { rows: 10, cols: 40 };

/// What the filter makes of `output` after the bar has been drawn.
fn filtered(output: &[u8]) -> Vec<u8> {
    let mut bar = bar(HOST);
    written(|out| bar.enter(out));
    written(|out| bar.filter(output, out))
}

/// The drawing alone, as it is done on a terminal in its initial state.
fn drawing() -> Vec<u8> {
    let with = filtered(b"\x1b[J");
    with.strip_prefix(b"\x1b[J").expect("the child's own first").to_vec()
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).escape_debug().to_string()
}

/// That `output` becomes exactly `expected`.
fn becomes(output: &[u8], expected: &[u8]) {
    assert_eq!(shown(&filtered(output)), shown(expected), "from {}", shown(output));
}

fn passes(output: &[u8]) {
    becomes(output, output);
    // The same byte by byte: nothing is drawn in between.
    let mut bar = bar(HOST);
    written(|out| bar.enter(out));
    let mut pieces = Vec::new();
    for byte in output {
        bar.filter(&[*byte], &mut pieces);
    }
    assert_eq!(shown(&pieces), shown(output));
}

#[test]
fn what_cannot_hurt_the_bar_passes_untouched() {
    passes(b"plain text\r\nmore \x1b[1;38:2::1:2:3mcolour\x1b[m\t\x07\x08");
    passes("漢字 e\u{301} 😀 \u{9b}1m".as_bytes());
    passes(b"\xff\xfe\xe6\xbc broken \xc3(");
    passes(b"\x1b[H\x1b[3;4H\x1b[K\x1b[2;5r\x1b[L\x1b[M\x1b[S\x1b[T\x1bM\x1b7\x1b8");
    passes(b"\x1b]0;title\x07\x1b]8;;http://x/\x1b\\link\x1b]8;;\x07\x1b]52;c;AAAA\x1b\\");
    passes(b"\x1b[?2004h\x1b[?1006h\x1b[?2026hx\x1b[?2026l\x1b[>1u\x1b[<u\x1b[6n\x1b[c\x1b[5 q");
    passes(b"\x1b[?25l\x1b[?1h\x1b=\x1b[4l\x1b[20l\x1b(0q\x1b(B\x0eq\x0f\x1bNx\x1b#6");
    passes(b"\x1b[?1$p\x1bP$qr\x1b\\\x1b[18t\x1b[14t");
}

#[test]
fn strings_pass_whole_and_nothing_is_drawn_in_them() {
    let sixel = [&b"\x1bPq"[..], &b"~".repeat(100_000), b"\x1b\\"].concat();
    let kitty = [&b"\x1b_Ga=T,f=100;"[..], &b"A".repeat(100_000), b"\x1b\\"].concat();
    let tmux = b"\x1bPtmux;\x1b\x1b]0;x\x07\x1b\x1b\\ still inside\x1b\\";
    for string in [&sixel[..], &kitty, tmux, b"\x1bXsos\x07\x1b\\", b"\x1bktitle\x1b\\"] {
        for length in [1, 2, 3, 1000] {
            let mut bar = bar(HOST);
            let mut out = written(|out| bar.enter(out));
            out.clear();
            // The bar is due all the time.
            bar.filter(b"\x1b[6", &mut out);
            for piece in [&b"H\x1b[J"[..], string].concat().chunks(length) {
                bar.filter(piece, &mut out);
                bar.set_newer(length == 2, &mut out);
            }
            bar.filter(b"\r", &mut out);
            let found = out.windows(string.len()).filter(|window| window == &string).count();
            assert_eq!(found, 1, "in pieces of {length}: {:.200}", shown(&out));
        }
    }
}

#[test]
fn a_scroll_region_never_includes_the_bar() {
    let draw = drawing();
    for reset in ["\x1b[r", "\x1b[;r", "\x1b[0;0r", "\x1b[1r", "\x1b[1;10r", "\x1b[1;999r"] {
        becomes(reset.as_bytes(), b"\x1b[1;9r");
    }
    becomes(b"\x1b[3;12r", b"\x1b[3;9r");
    // No region at all, for a terminal of nine rows.
    becomes(b"\x1b[9;10r", b"");
    becomes(b"\x1b[5;5r", b"");
    // Not DECSTBM, though it ends like it.
    passes(b"\x1b[?1r");
    becomes(b"\x1b#8", &[b"\x1b#8\x1b[H", &draw[..]].concat());
    // What resets the region.
    for reset in ["\x1bc", "\x1b[!p", "\x1b[?3l", "\x1b[?1049h", "\x1b[?47h"] {
        becomes(reset.as_bytes(), &[reset.as_bytes(), &draw].concat());
    }
}

#[test]
fn no_movement_ends_in_the_bars_row() {
    becomes(b"\x1b[10;5H", b"\x1b[9;5H");
    becomes(b"\x1b[999;999f", b"\x1b[9;999f");
    becomes(b"\x1b[10d", b"\x1b[9d");
    becomes(b"\x1b[H\x1b[999B", b"\x1b[H\x1b[8B");
    becomes(b"\x1b[9;1H\x1b[B\x1b[2E\x1b[e", b"\x1b[9;1H\r");
    // Where the cursor is unknown, as at the start, it is in the last row all the same.
    becomes(b"\x1b[999B", b"\x1b[9d");
    becomes(b"\x1b[999C\x1b[999B\x1b[6n", b"\x1b[999C\x1b[9d\x1b[6n");
    // Below a scroll region no line feed scrolls, and none may leave the child's screen.
    becomes(b"\x1b[2;5r\x1b[9;1Ha\n\x0b\x1bD\x1bEb\n", b"\x1b[2;5r\x1b[9;1Ha\rb");
    becomes(b"\x1b[2;5r\x1b[9;40Hab", b"\x1b[2;5r\x1b[9;40Ha\rb");
    // In it, or with none, they are the terminal's.
    passes(b"\x1b[2;5r\x1b[5;1Ha\n\x1b[8;1H\n");
    passes(b"\x1b[9;1Ha\n\n\x1b[9;40Hab");
}

#[test]
fn control_characters_in_a_sequence_count_before_it() {
    becomes(b"\x1b[2\r;3H", b"\r\x1b[2;3H");
    becomes(b"\x1b[\n99\x08;3H", b"\n\x08\x1b[9;3H");
    // What is cut short has no meaning but these.
    becomes(b"\x1b[2\r\x1b[1mx", b"\r\x1b[1mx");
    becomes(b"\x1b[2\x18x", b"\x18x");
}

#[test]
fn a_saved_cursor_survives_the_bar() {
    let draw = drawing();
    // Nothing drawn in between: the terminal's own.
    passes(b"\x1b[3;4H\x1b[1m\x1b7\x1b[H\x1b8\x1b[s\x1b[u");
    // Drawn in between: written out.
    let mut bar = bar(HOST);
    written(|out| bar.enter(out));
    let mut out = Vec::new();
    bar.filter(b"\x1b[3;4H\x1b[1;4:3;38;5;7;48;2;1;2;3;58:5:9m\x1b)0\x0e\x1b7", &mut out);
    bar.filter(b"\x1b[m\x1b)B\x0f\x1b[H\x1b[J", &mut out);
    assert!(out.ends_with(&draw));
    let restored = written(|out| bar.filter(b"\x1b8", out));
    let expected = b"\x0e\x1b[3;4H\x1b[0;1;4:3;38;5;7;48;2;1;2;3;58:5:9m\x1b)0";
    assert_eq!(shown(&restored), shown(expected));
    // Never saved: home, as on a terminal just reset.
    becomes(b"\x1b[5;5H\x1b8", b"\x1b[5;5H\x1b[1;1H\x1b[0m");
}

#[test]
fn saved_attributes_are_those_that_are_left() {
    for (set, left) in [
        ("1;2;3;4;5;7;8;9;53", "1;2;3;5;7;8;9;53;4"),
        ("1;22;3;23;4;24;5;25;7;27;8;28;9;29;53;55", ""),
        ("4:3;4:0", ""),
        ("21", "4:2"),
        ("31;44;39;49", ""),
        ("91;102", "91;102"),
        ("38;5;1;48;5;2;58;5;3", "38;5;1;48;5;2;58:5:3"),
        ("38:5:1;48:2:1:2:3;58:2::4:5:6", "38;5;1;48;2;1;2;3;58:2::4:5:6"),
        ("58;5;3;59", ""),
        ("1;31;0;3", "3"),
        ("1;31;;3", "3"),
        ("38;5", ""),
        ("38;7;1", "1"),
    ] {
        let mut bar = bar(HOST);
        written(|out| bar.enter(out));
        written(|out| bar.filter(format!("\x1b[H\x1b[{set}m\x1b7\x1b[J").as_bytes(), out));
        let restored = written(|out| bar.filter(b"\x1b8", out));
        let left = if left.is_empty() { String::new() } else { format!(";{left}") };
        assert_eq!(shown(&restored), shown(format!("\x1b[1;1H\x1b[0{left}m").as_bytes()), "{set}");
    }
}

#[test]
fn a_saved_cursor_whose_row_nobody_knows_is_restored_by_moving() {
    let mut bar = bar(HOST);
    written(|out| bar.enter(out));
    written(|out| bar.filter(b"  \x1b7\r\x1b[2A\x1b[J", out));
    let restored = written(|out| bar.filter(b"\x1b8", out));
    assert_eq!(shown(&restored), shown(b"\x1b[2B\x1b[3G\x1b[0m"));
}

#[test]
fn the_state_that_no_save_covers_is_put_back() {
    let state = b"\x1b[?6h\x1b[?69h\x1b[2;30s\x1b)0\x0e\x1b(U\x1b[4h\x1b]8;id=1;http://x/\x1b\\";
    let drawn = filtered(&[state, &b"\x1b[J"[..]].concat());
    let drawn = shown(&drawn);
    for (before, after) in [
        ("\x1b]8;;\x1b\\", "\x1b]8;id=1;http://x/\x1b\\\x1b8"),
        ("\x1b[?69l", "\x1b[?69h\x1b[2;30s"),
        ("\x1b[?6l", "\x1b[?6h"),
        ("\x0f", "\x0e"),
        ("\x1b(B", "\x1b(U"),
        ("\x1b[4l", "\x1b[4h"),
        ("\x1b[?7l", "\x1b[?7h"),
    ] {
        let row = drawn.find("~/work").unwrap();
        let (before, after) = (shown(before.as_bytes()), shown(after.as_bytes()));
        assert!(drawn[..row].rfind(&before) > drawn.rfind(&shown(b"\x1b[J")), "{before}: {drawn}");
        assert!(drawn[row..].contains(&after), "{after}: {drawn}");
    }
    // A terminal that does not wrap is not made to.
    assert!(!shown(&filtered(b"\x1b[?7l\x1b[J")).contains(&shown(b"\x1b[?7h")));
}

#[test]
fn nothing_is_drawn_where_it_would_be_taken_for_something_else() {
    let draw = drawing();
    // The next character is of G2; the terminal speaks VT52; the row is full.
    becomes(b"\x1b[J\x1bN", b"\x1b[J\x1bN");
    becomes(b"\x1b[J\x1bNx", &[b"\x1b[J\x1bNx", &draw[..]].concat());
    becomes(b"\x1b[J\x1b[?2l", b"\x1b[J\x1b[?2l");
    becomes(b"\x1b[J\x1b[?2l\x1bJ\x1b<", &[b"\x1b[J\x1b[?2l\x1bJ\x1b<", &draw[..]].concat());
    becomes(b"\x1b[1;40Hx\x1b[J", b"\x1b[1;40Hx\x1b[J");
    becomes(b"\x1b[1;40Hx\x1b[J\r", &[b"\x1b[1;40Hx\x1b[J\r", &draw[..]].concat());
    // Due before the character that fills the row: drawn before it.
    becomes(b"\x1b[1;39H\x1b[Jxy", &[b"\x1b[1;39H\x1b[Jx", &draw[..], b"y"].concat());
}

#[test]
fn a_full_row_stays_full_where_drawing_cannot_wait() {
    let draw = drawing();
    becomes(b"\x1b[1;40Hx\x1b[!py", &[b"\x1b[1;40Hx\x1b[!p", &draw[..], b"\r\ny"].concat());
}

#[test]
fn the_scrollback_keeps_no_bar() {
    let output = filtered(b"\x1b[H\x1b[2J");
    let output = shown(&output);
    let blanked = shown(b"\x1b7\x1b[10;1H\x1b[0m\x1b[2K\x1b8\x1b[2J");
    assert!(output.contains(&blanked), "{output}");
    // Nor from a full row.
    let output = shown(&filtered(b"\x1b[1;40Hx\x1b[2J"));
    assert!(output.contains(&blanked), "{output}");
    // On the alternate screen nothing is kept.
    assert!(!shown(&filtered(b"\x1b[?1049h\x1b[2J")).contains("[2K"));
}

#[test]
fn a_terminal_that_is_too_small_gets_everything_as_it_is() {
    let output = b"\x1b[r\x1b[99;99H\x1b[99B\x1b[J\x1b[2J\x1b[?1049h\x1bc\x1b[5;6r\n\x1b8";
    for host in [
        Size { rows: 3, cols: 80 },
        Size { rows: 24, cols: 15 },
        Size { rows: 1, cols: 1 },
        Size { rows: 0, cols: 0 },
    ] {
        let mut bar = bar(host);
        assert_eq!(bar.child_size(), host);
        written(|out| bar.enter(out));
        let out = written(|out| bar.filter(output, out));
        assert_eq!(shown(&out), shown(output), "{host:?}");
    }
    let Size { rows, cols } = SMALLEST;
    assert_eq!(bar(SMALLEST).child_size(), Size { rows: rows - 1, cols });
}

#[test]
fn leaving_gives_the_terminal_back() {
    let mut bar = bar(HOST);
    let mut terminal = Emulator::new(HOST);
    terminal.feed(&written(|out| bar.enter(out)));
    terminal.feed(&written(|out| bar.filter(b"\x1b[3;5r\x1b[7;1Hlast words", out)));
    assert!(terminal.row(9).contains("project"));
    terminal.feed(&written(|out| bar.leave(out)));
    let left = terminal.snapshot(0);
    assert_eq!(left.cursor, (6, 10));
    assert_eq!(terminal.row(9).trim(), "");
    // All ten rows scroll.
    terminal.feed(&b"\r\n".repeat(4));
    assert_eq!(terminal.row(5).trim(), "last words");
    // Nothing more is written, whatever comes.
    assert_eq!(written(|out| bar.leave(out)), b"");
    assert_eq!(written(|out| bar.set_newer(false, out)), b"");
    // Back again, as after `fg`: the child's region is as it left it.
    terminal.feed(&written(|out| bar.enter(out)));
    assert!(terminal.row(9).contains("project"));
    terminal.feed(&written(|out| bar.filter(b"\x1b[3;1Hc\r\nd\r\ne\r\nf", out)));
    assert_eq!(terminal.row(2).trim(), "d");
}

#[test]
fn leaving_in_the_midst_of_a_string_cancels_it() {
    let mut bar = bar(HOST);
    written(|out| bar.enter(out));
    assert_eq!(written(|out| bar.filter(b"\x1b]0;tit", out)), b"\x1b]0;tit");
    assert!(written(|out| bar.leave(out)).starts_with(b"\x18\x1b7"));
    // Its rest would now be text.
    written(|out| bar.enter(out));
    assert_eq!(written(|out| bar.filter(b"le\x07x", out)), b"x");
}

#[test]
fn leaving_lets_go_of_half_a_character() {
    let mut bar = bar(HOST);
    written(|out| bar.enter(out));
    assert_eq!(written(|out| bar.filter(b"\xe6\xbc", out)), b"");
    assert!(written(|out| bar.leave(out)).starts_with(b"\xe6\xbc\x1b7"));
}

#[test]
fn at_the_start_the_last_row_is_made_free() {
    let mut terminal = Emulator::new(HOST);
    for line in 0..12 {
        terminal.feed(format!("line {line}\r\n").as_bytes());
    }
    terminal.feed(b"$ ai-jail");
    let mut bar = bar(HOST);
    terminal.feed(&written(|out| bar.enter(out)));
    assert_eq!(terminal.row(8).trim(), "$ ai-jail");
    assert_eq!(terminal.snapshot(0).cursor, (8, 9));
    assert!(terminal.row(9).contains("project"));
    // What scrolls away is in the scrollback, row by row.
    terminal.feed(&written(|out| bar.filter(&b"\r\nmore".repeat(20), out)));
    let all = terminal.snapshot(1).text();
    let kept: Vec<_> =
        all.iter().map(|row| row.trim()).filter(|row| row.starts_with("line")).collect();
    assert_eq!(kept.len(), 12);
    assert!(!all.iter().any(|row| row.contains("project")), "{all:#?}");
}

#[test]
fn the_mark_appears_when_it_is_known() {
    let mut labels = super::labels();
    labels.newer = false;
    let mut bar = ai_jail::status_bar::Bar::new(ai_jail::status_bar::Theme::Light, &labels, HOST);
    let mut terminal = Emulator::new(HOST);
    terminal.feed(&written(|out| bar.enter(out)));
    assert!(!terminal.row(9).contains('↑'));
    terminal.feed(&written(|out| bar.set_newer(true, out)));
    assert!(terminal.row(9).ends_with(" 1.2.3 ↑ "), "{:?}", terminal.row(9));
    // In the midst of a string it waits.
    terminal.feed(&written(|out| bar.filter(b"\x1b]0;", out)));
    assert_eq!(written(|out| bar.set_newer(false, out)), b"");
    terminal.feed(&written(|out| bar.filter(b"\x07", out)));
    assert!(!terminal.row(9).contains('↑'));
}

#[test]
fn some_terminals_show_no_bar() {
    for term in
        ["xterm", "xterm-256color", "screen", "tmux-256color", "linux", "alacritty", "vt100"]
    {
        assert!(can_show(term), "{term}");
    }
    for term in ["", "dumb", "unknown", "emacs", "dumb-emacs-ansi"] {
        assert!(!can_show(term), "{term}");
    }
}

/// Alacritty does not home it, and one row down would then be the bar's.
#[test]
fn the_origin_mode_homes_the_cursor_on_every_terminal() {
    becomes(b"\x1b[?6h", b"\x1b[?6h\x1b[H");
    becomes(b"\x1b[?6l", b"\x1b[?6l\x1b[H");
    let mut bar = bar(HOST);
    let mut emulator = Emulator::new(HOST);
    emulator.feed(&written(|out| bar.enter(out)));
    let output = [&b"\n".repeat(20)[..], b"\x1b[?6l\x1b[every wide"].concat();
    emulator.feed(&written(|out| bar.filter(&output, out)));
    assert!(emulator.row(HOST.rows - 1).contains("/project "), "{:?}", emulator.row(9));
}
