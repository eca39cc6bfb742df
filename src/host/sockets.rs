//! The Unix sockets on which the host's programs listen, by path.
//!
//! A read-only mount does not keep anybody from connecting to a socket in it, and until Landlock's
//! ABI 9 no layer does. Those that lie in a mounted directory are found here, so that the plan
//! can mask them: an input method or an editor's server in `~/.cache` is a way out.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// The kernel's list, `proc_pid_net(5)`. It holds what shares our network namespace, and paths
/// as they were when the socket was bound.
const LIST: &str = "/proc/net/unix";

/// `__SO_ACCEPTCON` in the flags: somebody listens.
const LISTENS: u32 = 1 << 16;

/// `SOCK_DGRAM`: there is nothing to listen for, everybody may send.
const DATAGRAM: u32 = 2;

/// Where most sockets are, and where a jail has only what its user chose.
const ELSEWHERE: &[&str] = &["/run", "/var/run", "/tmp"];

/// All of them outside `ELSEWHERE`, or in `project`; canonical.
pub fn listening(project: &Path) -> Vec<PathBuf> {
    let list = fs::read(LIST).unwrap_or_default();
    // Each connection has a line with its server's path.
    let paths: BTreeSet<&Path> = list.split(|byte| *byte == b'\n').filter_map(path).collect();
    let is_elsewhere = |path: &Path| ELSEWHERE.iter().any(|place| path.starts_with(place));
    let wanted = |path: &&Path| path.starts_with(project) || !is_elsewhere(path);
    paths.into_iter().filter(wanted).filter_map(canonical).collect()
}

/// The absolute path in a line of the list, if a server is behind it.
fn path(line: &[u8]) -> Option<&Path> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let slash = memchr::memchr(b'/', line)?;
    let (fields, path) = line.split_at(slash);
    // Number, references, protocol, flags, type, state, inode.
    let mut fields = std::str::from_utf8(fields).ok()?.split_ascii_whitespace();
    let number = |field: Option<&str>| u32::from_str_radix(field?, 16).ok();
    let flags = number(fields.nth(3))?;
    let kind = number(fields.next())?;
    // An abstract name or a relative path may have a slash in it, but something before.
    let is_absolute = fields.count() == 2;
    let serves = flags & LISTENS != 0 || kind == DATAGRAM;
    (is_absolute && serves).then(|| Path::new(OsStr::from_bytes(path)))
}

/// Where a socket's path leads; `None` where it is gone.
fn canonical(path: &Path) -> Option<PathBuf> {
    let canonical = fs::canonicalize(path).ok()?;
    canonical.symlink_metadata().ok()?.file_type().is_socket().then_some(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_servers_are_told_from_others() {
        let line = |text: &'static str| path(text.as_bytes());
        let path = Some(Path::new("/home/me/a b"));
        assert_eq!(line("Num       RefCount Protocol Flags    Type St Inode Path"), None);
        assert_eq!(
            line("0000000000000000: 00000002 00000000 00010000 0001 01 123 /home/me/a b"),
            path
        );
        assert_eq!(
            line("0000000000000000: 00000002 00000000 00010000 0005 01   7 /home/me/a b"),
            path
        );
        assert_eq!(
            line("0000000000000000: 00000002 00000000 00000000 0002 01 123 /home/me/a b"),
            path
        );
        // A connection, one without a name, an abstract name, a relative path.
        assert_eq!(
            line("0000000000000000: 00000003 00000000 00000000 0001 03 123 /home/me/a b"),
            None
        );
        assert_eq!(line("0000000000000000: 00000003 00000000 00000000 0002 01 123"), None);
        assert_eq!(
            line("0000000000000000: 00000002 00000000 00010000 0001 01 123 @/tmp/.X11-unix/X0"),
            None
        );
        assert_eq!(
            line("0000000000000000: 00000002 00000000 00010000 0001 01 123 run/socket"),
            None
        );
    }
}
