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

/// All processes with a word that contains `marker`.
pub fn processes_with(marker: &str) -> Vec<Process> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .filter_map(|entry| {
            let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?);
            let text = fs::read(entry.path().join("cmdline")).ok()?;
            let words: Vec<String> = text
                .split(|byte| *byte == 0)
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect();
            let has_marker = words.iter().any(|word| word.contains(marker));
            has_marker.then_some(Process { pid, words })
        })
        .collect()
}
