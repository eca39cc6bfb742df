//! The terminal changes its size.

use ai_jail::status_bar::Size;
use proptest::prelude::*;

use super::alacritty::Emulator;
use super::child::{ops, render};
use super::{bar, written};

/// A shell's screen: lines, a prompt, nothing below.
fn lines(count: u16) -> Vec<u8> {
    let mut lines: Vec<String> = (0..count).map(|line| format!("line {line}\r\n")).collect();
    lines.push("$ ".into());
    lines.concat().into()
}

/// What is seen of a shell in terminals of these sizes, with and without a bar.
fn shell(count: u16, sizes: &[Size]) {
    let mut bar = bar(sizes[0]);
    let (mut plain, mut with_bar) = (Emulator::new(bar.child_size()), Emulator::new(sizes[0]));
    with_bar.feed(&written(|out| bar.enter(out)));
    let output = lines(count);
    plain.feed(&output);
    with_bar.feed(&written(|out| bar.filter(&output, out)));
    for size in &sizes[1..] {
        with_bar.resize(*size);
        with_bar.feed(&written(|out| bar.resize(*size, out)));
        plain.resize(bar.child_size());
        assert!(with_bar.row(size.rows - 1).contains("/project "), "{size:?}");
        with_bar.snapshot(1).must_be(&plain.snapshot(0));
    }
    // And scrolling is as it should be.
    for _ in 0..30 {
        plain.feed(b"more\r\n");
        with_bar.feed(&written(|out| bar.filter(b"more\r\n", out)));
    }
    with_bar.snapshot(1).must_be(&plain.snapshot(0));
}

fn rows(rows: u16) -> Size {
    Size { rows, cols: 40 }
}

#[test]
fn a_shell_with_a_full_screen() {
    shell(50, &[rows(24), rows(23), rows(10), rows(11), rows(30), rows(4), rows(24)]);
}

#[test]
fn a_shell_with_an_almost_empty_screen() {
    shell(2, &[rows(24), rows(30), rows(12), rows(11), rows(24)]);
}

#[test]
fn a_shell_in_a_terminal_that_gets_wider() {
    let size = |rows, cols| Size { rows, cols };
    shell(50, &[size(24, 40), size(24, 60), size(20, 80), size(24, 90)]);
    shell(2, &[size(24, 20), size(24, 30), size(30, 40)]);
}

/// The terminal itself breaks the bar's row in two before anybody can remove it, and may scroll by
/// one row for it.
#[test]
fn a_shell_in_a_terminal_that_gets_narrower() {
    for count in [2, 10, 50] {
        let sizes = [(24, 80), (24, 40), (24, 17), (20, 16), (24, 60)];
        let mut bar = bar(Size { rows: 24, cols: 80 });
        let mut terminal = Emulator::new(Size { rows: 24, cols: 80 });
        terminal.feed(&written(|out| bar.enter(out)));
        terminal.feed(&written(|out| bar.filter(&lines(count), out)));
        for (rows, cols) in sizes {
            let size = Size { rows, cols };
            terminal.resize(size);
            terminal.feed(&written(|out| bar.resize(size, out)));
            assert!(terminal.row(rows - 1).contains("/project "), "{size:?}");
            let all = terminal.snapshot(1).text();
            let seen: Vec<_> =
                all.iter().map(|row| row.trim()).filter(|row| !row.is_empty()).collect();
            let written = String::from_utf8(lines(count)).unwrap();
            assert_eq!(seen, written.lines().map(str::trim).collect::<Vec<_>>(), "{size:?}");
        }
    }
}

#[test]
fn too_small_and_back() {
    let host = rows(24);
    let mut bar = bar(host);
    let mut terminal = Emulator::new(host);
    terminal.feed(&written(|out| bar.enter(out)));
    terminal.feed(&written(|out| bar.filter(&lines(30), out)));
    terminal.resize(rows(3));
    terminal.feed(&written(|out| bar.resize(rows(3), out)));
    assert_eq!(bar.child_size(), rows(3));
    assert!((0..3).all(|row| !terminal.row(row).contains("project")));
    terminal.feed(&written(|out| bar.filter(b"\r\none\r\ntwo\r\nthree", out)));
    assert_eq!(terminal.row(2).trim(), "three");
    terminal.resize(host);
    terminal.feed(&written(|out| bar.resize(host, out)));
    assert_eq!(bar.child_size(), rows(23));
    let all = terminal.snapshot(0).text();
    assert_eq!(all.iter().filter(|row| row.contains("project")).count(), 1, "{all:#?}");
    assert!(terminal.row(23).contains("/project "));
}

#[test]
fn a_resize_while_the_other_screen_is_shown() {
    let host = rows(24);
    let mut bar = bar(host);
    let (mut plain, mut with_bar) = (Emulator::new(bar.child_size()), Emulator::new(host));
    with_bar.feed(&written(|out| bar.enter(out)));
    let mut both = |bytes: &[u8], size: Option<Size>, bar: &mut ai_jail::status_bar::Bar| {
        if let Some(size) = size {
            with_bar.resize(size);
            with_bar.feed(&written(|out| bar.resize(size, out)));
            plain.resize(bar.child_size());
        }
        plain.feed(bytes);
        with_bar.feed(&written(|out| bar.filter(bytes, out)));
        with_bar.snapshot(1).must_be(&plain.snapshot(0));
        let last = bar.child_size().rows;
        assert!(with_bar.row(last).contains("/project "));
    };
    both(&lines(50), None, &mut bar);
    both(b"\x1b[?1049h\x1b[H\x1b[2Jeditor", None, &mut bar);
    both(b"\x1b[H\x1b[2Jeditor", Some(rows(23)), &mut bar);
    both(b"\x1b[H\x1b[2Jeditor", Some(rows(12)), &mut bar);
    both(b"\x1b[?1049l", None, &mut bar);
    both(b"more\r\nand more\r\n", None, &mut bar);
    both(b"\x1b[?1049h\x1b[H\x1b[2Jeditor", None, &mut bar);
    both(b"\x1b[H\x1b[2Jeditor", Some(rows(30)), &mut bar);
    both(b"\x1b[?1049l", None, &mut bar);
    both(&b"more\r\n".repeat(40), None, &mut bar);
}

#[test]
fn a_resize_in_the_midst_of_a_string_waits_for_its_end() {
    let mut bar = bar(rows(24));
    written(|out| bar.enter(out));
    written(|out| bar.filter(b"\x1b]0;tit", out));
    assert_eq!(written(|out| bar.resize(rows(12), out)), b"");
    assert_eq!(bar.child_size(), rows(11));
    let out = written(|out| bar.filter(b"le\x07", out));
    let out = String::from_utf8_lossy(&out);
    assert!(out.starts_with("le\x07\x1b7\x1b[r") && out.contains("\x1b[12;1H"), "{out:?}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever was there before: after any sizes, a child that draws its screen anew, as children
    /// do when the size changes, has it to itself.
    #[test]
    fn any_sizes(
        before in ops(),
        sizes in proptest::collection::vec((0..12_u16, 0..40_u16, any::<u8>()), 1..6),
        after in ops(),
    ) {
        let host = Size { rows: 8, cols: 20 };
        let mut bar = bar(host);
        let mut with_bar = Emulator::new(host);
        with_bar.feed(&written(|out| bar.enter(out)));
        // Without backgrounds: the emulator forgets to reset rows that have nothing else.
        let output = String::from_utf8_lossy(&render(&before, bar.child_size().rows))
            .replace("\x1b[48;2;1;2;3m", "")
            .replace(";104m", "m")
            .into_bytes();
        with_bar.feed(&written(|out| bar.filter(&output, out)));
        for (rows, cols, cut) in sizes {
            // The emulator has at least these.
            let size = Size { rows: rows.max(1), cols: cols.max(2) };
            let cut = output.len() * usize::from(cut) / 256;
            with_bar.feed(&written(|out| bar.filter(&output[..cut], out)));
            with_bar.resize(size);
            with_bar.feed(&written(|out| bar.resize(size, out)));
            with_bar.feed(&written(|out| bar.filter(&output[cut..], out)));
        }
        let size = Size { rows: 9, cols: 24 };
        with_bar.resize(size);
        with_bar.feed(&written(|out| bar.resize(size, out)));
        let mut plain = Emulator::new(bar.child_size());
        // Out of any string, out of the alternate screen, all reset, the history forgotten.
        let reset = b"\x18\x1b\\\x1b[?2026lx\x1bc\x1b[3J";
        let output = [&reset[..], &render(&after, bar.child_size().rows), b"\x18\x1b\\\r"].concat();
        plain.feed(&output);
        with_bar.feed(&written(|out| bar.filter(&output, out)));
        let (mut seen, mut expected) = (with_bar.snapshot(1), plain.snapshot(0));
        // What came before was answered too.
        seen.replies.clear();
        expected.replies.clear();
        seen.must_be(&expected);
        assert!(with_bar.row(8).contains("/project "), "{:?}", with_bar.row(8));
    }
}
