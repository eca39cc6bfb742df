//! Dot entries of the home that are file systems of the kind whose files a program makes up (FUSE),
//! where that program is gone, answers to another user alone, or does not answer at all.
//!
//! bubblewrap cannot mount such a place, and whoever asks about one may wait for ever.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::home::Entry;

/// How long a file system may take to say what its root is.
const PATIENCE: Duration = Duration::from_secs(2);

/// An entry that the jail does without.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unanswered {
    /// Where it is mounted.
    pub path: PathBuf,
    /// What asking about it came to.
    pub why: String,
}

/// Takes the entries out that nobody answers for.
pub fn take_out(entries: &mut Vec<Entry>) -> Vec<Unanswered> {
    let mounts = made_up(&fs::read("/proc/self/mountinfo").unwrap_or_default());
    let is_in = |entry: &Entry, mount: &Path| entry.located.canonical.starts_with(mount);
    let concerned = mounts.into_iter().filter(|mount| entries.iter().any(|it| is_in(it, mount)));
    let found: Vec<Unanswered> =
        concerned.filter_map(|path| ask(&path).err().map(|why| Unanswered { path, why })).collect();
    entries.retain(|entry| !found.iter().any(|it| is_in(entry, &it.path)));
    found
}

/// Asks about a file system's root, in a thread of its own: a call that waits for an answer cannot
/// be taken back.
fn ask(path: &Path) -> Result<(), String> {
    let (sender, answer) = mpsc::channel();
    let asked = path.to_path_buf();
    let ask = move || drop(sender.send(asked.metadata().map(drop)));
    let started = thread::Builder::new().spawn(ask);
    started.map_err(|error| error.to_string())?;
    match answer.recv_timeout(PATIENCE) {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer".into()),
    }
}

/// The mount points of FUSE; `proc_pid_mountinfo(5)`.
fn made_up(table: &[u8]) -> Vec<PathBuf> {
    let mount_point = |line: &[u8]| {
        let mut fields = line.split(|byte| *byte == b' ');
        let place = unescaped(fields.nth(4)?);
        // After any number of optional fields.
        fields.find(|field| *field == b"-")?;
        let kind = fields.next()?;
        (kind == b"fuse" || kind.starts_with(b"fuse.")).then_some(place)
    };
    table.split(|byte| *byte == b'\n').filter_map(mount_point).collect()
}

/// A name as the kernel writes it, with `\040` for a space.
fn unescaped(name: &[u8]) -> PathBuf {
    let mut bytes = Vec::new();
    let mut rest = name;
    while let [first, after @ ..] = rest {
        let digits = after.get(..3).filter(|_| *first == b'\\');
        let code = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 8).ok()) {
            bytes.push(byte);
            rest = &after[3..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    OsString::from_vec(bytes).into()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::made_up;

    #[test]
    fn only_fuse_and_by_its_real_name() {
        let table = b"22 1 8:1 / / rw,noatime shared:1 - ext4 /dev/sda1 rw\n\
                      90 22 0:55 / /home/me/.a\\040b\\134c rw - fuse.sshfs host:/ rw,user_id=1\n\
                      91 22 0:56 / /home/me/.plain rw shared:5 master:1 - fuse x rw\n\
                      92 22 0:57 / /sys/fs/fuse/connections rw - fusectl fusectl rw\n";
        let expected = ["/home/me/.a b\\c", "/home/me/.plain"].map(PathBuf::from);
        assert_eq!(made_up(table), expected);
    }
}
