//! The processes of a jail, found from outside by a word in their arguments.

use std::fs;

use nix::unistd::Pid;

/// A process of this machine.
#[derive(Debug)]
pub struct Process {
    /// Its number here.
    pub pid: Pid,
    /// Its arguments.
    pub words: Vec<String>,
}

impl Process {
    /// The state letter of `proc_pid_stat(5)`: `T` is stopped, `Z` a zombie.
    pub fn state(&self) -> Option<char> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        stat.rsplit(')').next()?.trim_start().chars().next()
    }

    /// The process that started it.
    pub fn parent(&self) -> Option<Pid> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        let field = stat.rsplit(')').next()?.split_whitespace().nth(1)?;
        field.parse().ok().map(Pid::from_raw)
    }
}

/// A process and all that it has started, as far as they still have their parents.
pub fn family(head: Pid) -> Vec<Process> {
    let all = processes();
    let mut family = vec![head];
    let mut known = 0;
    while known < family.len() {
        known = family.len();
        let is_child = |process: &&Process| {
            !family.contains(&process.pid)
                && process.parent().is_some_and(|parent| family.contains(&parent))
        };
        let children: Vec<Pid> = all.iter().filter(is_child).map(|process| process.pid).collect();
        family.extend(children);
    }
    all.into_iter().filter(|process| family.contains(&process.pid)).collect()
}

/// All processes with a word that contains `marker`.
pub fn processes_with(marker: &str) -> Vec<Process> {
    let has_marker = |process: &Process| process.words.iter().any(|word| word.contains(marker));
    processes().into_iter().filter(has_marker).collect()
}

/// All processes of this machine.
fn processes() -> Vec<Process> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .filter_map(|entry| {
            let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?);
            let text = fs::read(entry.path().join("cmdline")).ok()?;
            let words: Vec<String> = text
                .split(|byte| *byte == 0)
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect();
            Some(Process { pid, words })
        })
        .collect()
}
