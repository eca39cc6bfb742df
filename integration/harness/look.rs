//! What a jail sees at a path, and what it may do there: tried, not asked.

use std::ffi::OsStr;

use super::World;
use super::run::Run;

/// What was found at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Seen {
    /// Nothing.
    Absent,
    /// A directory with nothing in it, and whether something could be put there.
    Empty { writable: bool },
    /// A directory with something in it, and whether more could be put there.
    Directory { writable: bool },
    /// A file, whether its content could be read, and whether it could be opened for writing.
    File { readable: bool, writable: bool },
}

/// Tries each argument; one line each.
const TRY: &str = r#"
    for path; do
        if test -d "$path"; then
            kind=directory
            test -z "$(ls -A "$path" 2>&1)" && kind=empty
            probe="$path/.probe"
            (: > "$probe") 2> /dev/null && rm "$probe" && kind="$kind w"
        elif test -e "$path"; then
            kind=file
            head -c 1 "$path" > /dev/null 2>&1 && kind="$kind r"
            (: >> "$path") 2> /dev/null && kind="$kind w"
        else
            kind=absent
        fi
        echo "$kind"
    done"#;

impl World {
    /// What a jail with these flags sees.
    pub fn look_with<F: AsRef<OsStr>, P: AsRef<OsStr>>(
        &self,
        flags: impl IntoIterator<Item = F>,
        paths: impl IntoIterator<Item = P>,
    ) -> Vec<Seen> {
        let run = self.exec_with(flags, words(paths));
        parse(run)
    }

    /// What a jail sees.
    pub fn look<P: AsRef<OsStr>>(&self, paths: impl IntoIterator<Item = P>) -> Vec<Seen> {
        parse(self.exec(words(paths)))
    }

    /// What is there outside: the control.
    pub fn look_outside<P: AsRef<OsStr>>(&self, paths: impl IntoIterator<Item = P>) -> Vec<Seen> {
        parse(self.outside(words(paths)))
    }
}

/// The command that tries the paths.
fn words<P: AsRef<OsStr>>(paths: impl IntoIterator<Item = P>) -> Vec<std::ffi::OsString> {
    let command = ["sh", "-c", TRY, "sh"].map(Into::into).into_iter();
    command.chain(paths.into_iter().map(|path| path.as_ref().to_owned())).collect()
}

fn parse(run: Run) -> Vec<Seen> {
    let ended = run.run();
    let line = |line: &str| {
        let mut words = line.split(' ');
        let kind = words.next().expect("a kind");
        let rest: Vec<&str> = words.collect();
        let (readable, writable) = (rest.contains(&"r"), rest.contains(&"w"));
        match kind {
            "absent" => Seen::Absent,
            "empty" => Seen::Empty { writable },
            "directory" => Seen::Directory { writable },
            "file" => Seen::File { readable, writable },
            other => panic!("{other}: {ended}"),
        }
    };
    ended.ok().lines().map(line).collect()
}
