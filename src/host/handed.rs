//! Pipes of the caller's shell that the command's words name, as `<(…)` makes them.

use std::ffi::OsString;
use std::fs;
use std::os::fd::{AsFd, RawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use nix::sys::stat::fstat;
use stage2::sys;

use crate::settings::{Setting, Source};

/// Where a shell says that a descriptor is: `fd(4)`, `proc_pid_fd(5)`.
const PLACES: [&str; 2] = ["/dev/fd/", "/proc/self/fd/"];

/// What may stand before such a path in a word: `--file=<(…)`, `@<(…)` of curl.
const BEFORE: [char; 4] = ['=', '@', ':', ','];

/// The descriptors that a command's words name, less the three that every command has, with the path
/// of each.
pub fn named(words: &[OsString]) -> impl Iterator<Item = (RawFd, &str)> {
    words.iter().filter_map(|word| word.to_str()).filter_map(|word| {
        PLACES.iter().find_map(|place| {
            let start = word.rfind(place)?;
            let (before, path) = word.split_at(start);
            let number: u16 = path.strip_prefix(place)?.parse().ok()?;
            let is_word = before.is_empty() || before.ends_with(BEFORE);
            (is_word && number > 2).then_some((number.into(), path))
        })
    })
}

/// Those of them that are pipes of the caller's. Nothing else is handed on: a directory leads to
/// the host's files, and a socket to its programs. A command of a file names no descriptor: nobody
/// has opened one for it.
pub fn pipes(command: &Setting<Vec<OsString>>) -> Vec<RawFd> {
    if command.source != Source::Flag {
        return Vec::new();
    }
    let mut found: Vec<RawFd> = named(&command.value).map(|(number, _)| number).collect();
    found.sort_unstable();
    found.dedup();
    // Only the caller's outlive an exec: what this process opens is closed by one.
    found.retain(|number| sys::outlives_exec(*number) && is_pipe(*number) == Some(true));
    found
}

/// Whether a descriptor is a pipe without a name: one with a name is a file of a directory, which
/// Landlock lets nobody open who may not open that.
fn is_pipe(descriptor: RawFd) -> Option<bool> {
    let status = fs::metadata(format!("/dev/fd/{descriptor}")).ok()?;
    let (pipe, _) = nix::unistd::pipe().ok()?;
    let nameless = fstat(pipe.as_fd()).ok()?.st_dev;
    Some(status.file_type().is_fifo() && i128::from(status.dev()) == i128::from(nameless))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::fd::AsRawFd;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn descriptors_of_a_shell_are_known_by_their_names() {
        let words = words(&[
            "cat",
            "/dev/fd/63",
            "/dev/fd/0",
            "/proc/self/fd/11",
            "/dev/fd/x",
            "a/dev/fd/9",
            "--file=/dev/fd/62",
            "@/dev/fd/61",
            "/dev/fd/60/passwd",
        ]);
        let named: Vec<_> = named(&words).collect();
        let expected =
            [(63, "/dev/fd/63"), (11, "/proc/self/fd/11"), (62, "/dev/fd/62"), (61, "/dev/fd/61")];
        assert_eq!(named, expected);
    }

    #[test]
    fn pipes_are_handed_on_and_nothing_else() {
        let (pipe, _other) = nix::unistd::pipe().expect("a pipe");
        let (socket, _peer) = std::os::unix::net::UnixStream::pair().expect("sockets");
        let directory = File::open("/").expect("a directory");
        sys::close_on_exec(pipe.as_raw_fd()).expect("it is open");
        let numbers = [pipe.as_raw_fd(), socket.as_raw_fd(), directory.as_raw_fd()];
        let value: Vec<OsString> =
            numbers.iter().map(|number| format!("/dev/fd/{number}").into()).collect();
        let command = |source| Setting { value: value.clone(), source };
        assert_eq!(pipes(&command(Source::Flag)), [0; 0], "one of this program's own");
        for number in numbers {
            sys::keep_on_exec(number).expect("it is open");
        }
        assert_eq!(pipes(&command(Source::Flag)), [pipe.as_raw_fd()]);
        assert_eq!(pipes(&command(Source::ProjectFile)), [0; 0]);
    }
}
