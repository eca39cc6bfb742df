//! A test that cannot run here says so and is counted; it never passes silently.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// The file that collects the lines, if somebody counts them.
const LOG: &str = "AI_JAIL_SKIP_LOG";

/// Says why the running test cannot run here.
///
/// # Panics
///
/// When the line cannot be written where it is counted.
pub fn skip(why: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED: {}: {why}", thread.name().unwrap_or("?"));
    eprintln!("{line}");
    if let Some(log) = std::env::var_os(LOG) {
        let mut file =
            OpenOptions::new().append(true).create(true).open(log).expect("the skip log");
        writeln!(file, "{line}").expect("the skip log");
    }
}

/// Whether this machine has a program; the test is skipped where it has not.
pub fn has_program(name: &str) -> bool {
    let found =
        super::world::PATH.split(':').any(|directory| Path::new(directory).join(name).exists());
    if !found {
        skip(&format!("there is no {name} here"));
    }
    found
}
