//! The model: a terminal without a bar, one row smaller.

use std::num::NonZeroU16;

use ai_jail::status_bar::Size;
use proptest::prelude::*;

use super::alacritty::Emulator;
use super::child::{Op, ops, ops_of_origin, render};
use super::{bar, pieces, written};

/// Feeds the same output to a terminal of the child's size and, through the bar, to one of the
/// host's; the child must not see a difference.
pub fn same(host: Size, ops: &[Op], cuts: &[u16]) {
    let mut bar = bar(host);
    let child = bar.child_size();
    let (mut plain, mut with_bar) = (Emulator::new(child), Emulator::new(host));
    // The child's first row is known from here on.
    let output = [b"\x1b[H".to_vec(), render(ops, child.rows)].concat();
    let mut filtered = written(|out| bar.enter(out));
    for piece in pieces(&output, cuts) {
        bar.filter(piece, &mut filtered);
    }
    // What was cut short is still held back. (The emulator gets no pieces: it loses characters
    // after one that is cut.)
    let end = b"\x18\x1b\\";
    bar.filter(end, &mut filtered);
    plain.feed(&[&output, &end[..]].concat());
    with_bar.feed(&filtered);
    with_bar.snapshot(1).must_be(&plain.snapshot(0));
    // A full row makes the bar wait.
    if !plain.is_full() {
        assert!(with_bar.row(child.rows).contains("/project "), "{:?}", with_bar.row(child.rows));
    }
    // What is not seen yet: a full row, character sets.
    let probe = b"lqk\x0elqk\x0f\r";
    plain.feed(probe);
    with_bar.feed(&written(|out| bar.filter(probe, out)));
    with_bar.snapshot(1).must_be(&plain.snapshot(0));
    assert!(with_bar.row(child.rows).contains("/project "), "{:?}", with_bar.row(child.rows));
}

/// The same against an emulator that restores the origin mode.
fn same_with_origin(host: Size, ops: &[Op], cuts: &[u16]) {
    let mut bar = bar(host);
    let child = bar.child_size();
    let output = [b"\x1b[H".to_vec(), render(ops, child.rows)].concat();
    let mut filtered = written(|out| bar.enter(out));
    for piece in pieces(&output, cuts) {
        bar.filter(piece, &mut filtered);
    }
    // In column 0 no row is full.
    let end = b"\r";
    bar.filter(end, &mut filtered);
    let cells = |count| NonZeroU16::new(count).unwrap();
    let emulator = |size: Size| vt100::Parser::new(cells(size.rows), cells(size.cols), 100);
    let (mut plain, mut with_bar) = (emulator(child), emulator(host));
    plain.process(&[&output, &end[..]].concat());
    with_bar.process(&filtered);
    let (plain, with_bar) = (plain.screen(), with_bar.screen());
    let rows = |screen: &vt100::Screen| -> Vec<String> { screen.rows(0, child.cols).collect() };
    let (seen, bar_row) = (rows(with_bar), rows(with_bar).pop().unwrap_or_default());
    assert_eq!(seen[..seen.len() - 1], rows(plain));
    assert!(bar_row.contains("/project "), "{bar_row:?}");
    assert_eq!(with_bar.cursor_position(), plain.cursor_position(), "{seen:#?}");
    for (row, col) in (0..child.rows).flat_map(|row| (0..child.cols).map(move |col| (row, col))) {
        assert_eq!(with_bar.cell(row, col), plain.cell(row, col), "row {row}, column {col}");
    }
    assert_eq!(with_bar.attributes_formatted(), plain.attributes_formatted());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_child_sees_no_difference(
        ops in ops(),
        cuts in proptest::collection::vec(any::<u16>(), 0..30),
        rows in 4..10_u16,
        cols in 16..24_u16,
    ) {
        same(Size { rows, cols }, &ops, &cuts);
    }

    #[test]
    fn nor_where_the_origin_mode_is_restored(
        ops in ops_of_origin(),
        cuts in proptest::collection::vec(any::<u16>(), 0..30),
        rows in 4..10_u16,
        cols in 16..24_u16,
    ) {
        same_with_origin(Size { rows, cols }, &ops, &cuts);
    }
}
