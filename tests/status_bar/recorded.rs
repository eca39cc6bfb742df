//! Output of real programs on a terminal of 23 rows and 80 columns, cut at every byte.

use ai_jail::status_bar::Size;

use super::alacritty::Emulator;
use super::{bar, written};

const HOST: Size = Size { rows: 24, cols: 80 };

/// Splitting a window, scroll regions, inserting and deleting lines, another program inside.
const VIM: &[u8] = include_bytes!("recordings/vim");
/// The alternate screen, reverse index.
const LESS: &[u8] = include_bytes!("recordings/less");
/// `clear`, `tput sc` and `rc`, a scroll region, `reset`.
const BASH: &[u8] = include_bytes!("recordings/bash");
/// Panes: scroll regions all the time.
const TMUX: &[u8] = include_bytes!("recordings/tmux");

/// After `output`, in two reads that are cut here and in pieces of this length, there is no
/// difference.
fn same(output: &[u8], cut: usize, length: usize) {
    let mut bar = bar(HOST);
    let (mut plain, mut with_bar) = (Emulator::new(bar.child_size()), Emulator::new(HOST));
    let mut filtered = written(|out| bar.enter(out));
    let start = b"\x1b[H";
    bar.filter(start, &mut filtered);
    let (first, second) = output.split_at(cut);
    for piece in first.chunks(length).chain(second.chunks(length)) {
        bar.filter(piece, &mut filtered);
    }
    plain.feed(&[start, output].concat());
    with_bar.feed(&filtered);
    with_bar.snapshot(1).must_be(&plain.snapshot(0));
    let row = with_bar.row(23);
    assert!(
        row.starts_with(" ~/work/project agent --fast ") && row.ends_with(" 1.2.3 ↑ "),
        "{row}"
    );
}

fn same_wherever_cut(output: &[u8]) {
    for length in [1, 2, 3, 7, 64] {
        same(output, 0, length);
    }
    // The whole of it at every place takes too long where nothing is optimised.
    for cut in (0..output.len()).step_by(output.len() / 40 + 1) {
        same(output, cut, output.len());
    }
}

#[test]
fn vim() {
    same_wherever_cut(VIM);
}

#[test]
fn less() {
    same_wherever_cut(LESS);
}

#[test]
fn bash() {
    same_wherever_cut(BASH);
}

#[test]
fn tmux() {
    same_wherever_cut(TMUX);
}

#[test]
#[should_panic(expected = "text")]
fn one_cell_of_difference_is_noticed() {
    let (mut plain, mut other) = (Emulator::new(HOST), Emulator::new(HOST));
    plain.feed(VIM);
    other.feed(VIM);
    other.feed(b"\x1b7\x1b[17;33Hx\x1b8");
    other.snapshot(0).must_be(&plain.snapshot(0));
}

#[test]
#[should_panic(expected = "row 16, column 32")]
fn one_attribute_of_difference_is_noticed() {
    let (mut plain, mut other) = (Emulator::new(HOST), Emulator::new(HOST));
    plain.feed(b"\x1b[17;33Hx\x1b[H");
    other.feed(b"\x1b[17;33H\x1b[3mx\x1b[m\x1b[H");
    other.snapshot(0).must_be(&plain.snapshot(0));
}
