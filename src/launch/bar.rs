//! The status bar of a run: whether there is one, and its part in the traffic between the terminals.

use std::sync::atomic::{AtomicBool, Ordering};

use stage2::terminal::Size;

use super::notice::{Notice, Sink};
use crate::host::Host;
use crate::plan::{self, Plan};
use crate::settings::{Settings, Source};
use crate::status_bar::{self, Bar, Labels, Theme, can_show};
use crate::text::visible_words;
use crate::update::{self, Check};

/// A bar is on the terminal.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// What was asked for.
#[derive(Debug)]
pub struct Wanted {
    theme: Theme,
    labels: Labels,
    check: Option<Check>,
}

impl Wanted {
    /// Decides, and starts the check for a newer version if that is due.
    ///
    /// Nothing may be inheritable yet, nor any signal blocked: the check is a process that outlives
    /// what it must not hold.
    pub fn decide(settings: &Settings, host: &Host, plan: &Plan, sink: Sink) -> Option<Self> {
        let style = settings.status_bar.value?;
        if plan.terminal != plan::Terminal::Own {
            return None;
        }
        let environment = &host.origin.environment;
        let term = environment.get("TERM").unwrap_or_default();
        if !can_show(&term.to_string_lossy()) {
            // A remembered wish is not worth a word at every launch.
            if settings.status_bar.source == Source::Flag {
                sink(&Notice::NoBar(term.into()));
            }
            return None;
        }
        let colour = environment.get("NO_COLOR").is_none_or(std::ffi::OsStr::is_empty);
        let news = update::start(environment, host.origin.home.real());
        let labels = Labels {
            project: Labels::path(&host.origin.named, host.origin.home.real()),
            command: visible_words(&settings.command.value),
            version: update::OURS.to_owned(),
            newer: news.newer,
        };
        Some(Self { theme: Theme::of(style, colour), labels, check: news.check })
    }

    /// The bar for a terminal of this size, and the check whose outcome it will show.
    pub fn build(self, size: Size) -> (Bar, Option<Check>) {
        (Bar::new(self.theme, &self.labels, cells(size)), self.check)
    }
}

/// A window's size in cells.
pub fn cells(size: Size) -> status_bar::Size {
    status_bar::Size { rows: size.rows, cols: size.columns }
}

/// The part of a window that is the command's.
pub fn without_bar(bar: &Bar, window: Size) -> Size {
    let rows = bar.child_size().rows;
    let height = u32::from(window.height) * u32::from(rows) / u32::from(window.rows.max(1));
    Size { rows, height: u16::try_from(height).unwrap_or(window.height), ..window }
}

/// Notes that the terminal has a bar, or no longer.
pub fn set_shown(shown: bool) {
    SHOWN.store(shown, Ordering::Relaxed);
}

/// What gives a terminal its last row back when nothing else can: cancels whatever sequence is
/// open, and removes the scroll region.
pub fn emergency() -> &'static [u8] {
    if SHOWN.load(Ordering::Relaxed) { b"\x18\x1b7\x1b[r\x1b8" } else { b"" }
}
