//! What the bar's row shows.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ai_jail::status_bar::{Bar, Labels, Size, Theme};
use proptest::prelude::*;

use super::alacritty::Emulator;
use super::{labels, written};

/// The row of a terminal this wide.
fn row(labels: &Labels, cols: u16) -> String {
    let host = Size { rows: 5, cols };
    let mut bar = Bar::new(Theme::Dark, labels, host);
    let mut terminal = Emulator::new(host);
    terminal.feed(&written(|out| bar.enter(out)));
    terminal.row(4)
}

#[test]
fn everything_where_there_is_room() {
    let shown = row(&labels(), 60);
    assert_eq!(shown, " ~/work/project agent --fast                        1.2.3 ↑ ");
}

#[test]
fn a_narrow_terminal_shortens_the_command_then_the_path_from_the_left() {
    let labels = labels();
    assert_eq!(row(&labels, 38), " ~/work/project agent --fast  1.2.3 ↑ ");
    assert_eq!(row(&labels, 35), " ~/work/project agent --f… 1.2.3 ↑ ");
    assert_eq!(row(&labels, 32), " ~/work/project         1.2.3 ↑ ");
    assert_eq!(row(&labels, 22), " …ork/project 1.2.3 ↑ ");
    assert_eq!(row(&labels, 20), " ~/work/project   ↑ ");
    assert_eq!(row(&labels, 16), " …rk/project  ↑ ");
}

#[test]
fn without_a_newer_version_there_is_no_mark() {
    let labels = Labels { newer: false, ..labels() };
    assert_eq!(row(&labels, 40), " ~/work/project agent --fast      1.2.3 ");
    assert_eq!(row(&labels, 16), " ~/work/project ");
}

#[test]
fn wide_characters_take_two_cells() {
    let labels = Labels { project: "~/漢字/プロジェクト".into(), ..labels() };
    assert_eq!(row(&labels, 50), " ~/漢字/プロジェクト agent --fast         1.2.3 ↑ ");
    assert_eq!(row(&labels, 25), " …/プロジェクト  1.2.3 ↑ ");
}

#[test]
fn nothing_in_a_name_is_obeyed() {
    let labels = Labels {
        project: "/tmp/\x1b[2J\x1b]0;owned\x07\u{9b}31m\u{202e}x".into(),
        command: "sh -c 'a\nb\r\t\x7f'".into(),
        ..labels()
    };
    let shown = row(&labels, 110);
    assert!(
        shown.starts_with(
            r" /tmp/\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}x sh -c 'a\nb\r\t\u{7f}' "
        ),
        "{shown}"
    );
}

#[test]
fn the_home_is_a_tilde() {
    let path = |path: &str| Labels::path(Path::new(path), Some(Path::new("/home/me")));
    assert_eq!(path("/home/me/a/b"), "~/a/b");
    assert_eq!(path("/home/me"), "~");
    assert_eq!(path("/home/meeting"), "/home/meeting");
    assert_eq!(path("/srv/x"), "/srv/x");
    assert_eq!(Labels::path(Path::new("/home/me/a"), None), "/home/me/a");
    let odd = Path::new(OsStr::from_bytes(b"/srv/\xff\x1b"));
    assert_eq!(Labels::path(odd, None), r"/srv/\xff\u{1b}");
}

#[test]
fn each_theme_is_its_own() {
    let bytes = |theme| {
        let mut bar = Bar::new(theme, &labels(), Size { rows: 5, cols: 40 });
        String::from_utf8(written(|out| bar.enter(out))).unwrap()
    };
    let (dark, light, plain) = (bytes(Theme::Dark), bytes(Theme::Light), bytes(Theme::Plain));
    assert!(dark.contains("48;5;236m") && !dark.contains("48;5;253m"));
    assert!(light.contains("48;5;253m") && !light.contains("48;5;236m"));
    assert!(plain.contains("\x1b[0;7m") && !plain.contains("38;5") && !plain.contains("48;5"));
    // The mark is green: 114 and 28 are, in the palette of 256 colours.
    assert!(dark.contains("38;5;114;48;5;236m ↑ ") && light.contains("38;5;28;48;5;253m ↑ "));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any labels in any width: exactly one row, and nothing else has changed.
    #[test]
    fn any_labels(
        project in any::<String>(),
        command in any::<String>(),
        version in "[0-9.]{0,20}",
        newer in any::<bool>(),
        cols in 16..200_u16,
    ) {
        let labels = Labels { project, command, version, newer };
        let host = Size { rows: 5, cols };
        let mut bar = Bar::new(Theme::Dark, &labels, host);
        let (mut terminal, mut fresh) = (Emulator::new(host), Emulator::new(host));
        terminal.feed(&written(|out| bar.enter(out)));
        fresh.feed(b"\x1b[1;4r");
        terminal.snapshot(1).must_be(&fresh.snapshot(1));
        prop_assert!(terminal.is_one_background(4));
    }
}
