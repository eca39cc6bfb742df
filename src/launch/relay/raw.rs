//! Raw mode of the caller's terminal, which is ended on every way out.
//!
//! There is one such terminal in a process, and a panic must find it: so it is kept here.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use stage2::sys::terminal;
use stage2::terminal::Attributes;

use crate::launch::bar;

static RAW: Mutex<Option<Raw>> = Mutex::new(None);
static HOOK: Once = Once::new();

/// A terminal that is, or was, in raw mode.
struct Raw {
    terminal: OwnedFd,
    /// Its settings before.
    before: Attributes,
    /// The settings that were made.
    made: Attributes,
    /// Whether it is ours to set back.
    active: bool,
}

fn lock() -> MutexGuard<'static, Option<Raw>> {
    RAW.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts a terminal into raw mode, from whatever it is set to now: a shell may have changed that
/// while we were stopped.
pub fn enter(terminal: BorrowedFd) -> io::Result<()> {
    HOOK.call_once(set_back_on_panic);
    let mut state = lock();
    let now = terminal::attributes(terminal)?;
    let before = match state.take() {
        // Somebody stopped us before we could set it back, and nobody else did.
        Some(last) if last.made == now => last.before,
        _ => now,
    };
    let made = before.raw();
    let copy = terminal.try_clone_to_owned()?;
    terminal::set_attributes(terminal, &made)?;
    *state = Some(Raw { terminal: copy, before, made, active: true });
    Ok(())
}

/// Sets the terminal back to what it was, if it is in raw mode. One that is gone needs nothing.
pub fn leave() {
    let mut state = lock();
    if let Some(raw) = state.as_mut().filter(|raw| raw.active) {
        raw.active = false;
        let _ = terminal::set_attributes(&raw.terminal, &raw.before);
    }
}

/// The terminal is another job's now, and no longer ours to set.
pub fn forget() {
    if let Some(raw) = lock().as_mut() {
        raw.active = false;
    }
}

/// Sets the terminal back before a panic is told: in raw mode the text runs down the screen in
/// steps.
fn set_back_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = std::io::Write::write_all(&mut std::io::stdout(), bar::emergency());
        leave();
        report(panic);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::pty::openpty;
    use std::os::fd::AsFd;

    /// One test, because there is one state.
    #[test]
    fn raw_mode_ends_on_every_way_out() {
        let pty = openpty(None, None).expect("a terminal");
        let terminal = pty.slave.as_fd();
        let settings = || terminal::attributes(terminal).expect("a terminal");
        let before = settings();

        enter(terminal).expect("raw mode");
        assert_eq!(settings(), before.raw());
        leave();
        assert_eq!(settings(), before);

        enter(terminal).expect("raw mode");
        let panicked = std::panic::catch_unwind(|| panic!("a bug"));
        assert!(panicked.is_err());
        assert_eq!(settings(), before, "the hook has set it back");

        // Stopped in raw mode and resumed, with nobody between.
        enter(terminal).expect("raw mode");
        enter(terminal).expect("raw mode again");
        leave();
        assert_eq!(settings(), before);

        // Another job has the terminal meanwhile.
        enter(terminal).expect("raw mode");
        forget();
        let mut others = before.clone();
        others.local ^= nix::libc::ECHO;
        terminal::set_attributes(terminal, &others).expect("settings");
        leave();
        assert_eq!(settings(), others, "it was not ours");
        enter(terminal).expect("raw mode");
        leave();
        assert_eq!(settings(), others, "what it was before the last time");
    }
}
