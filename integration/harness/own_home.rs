//! All tests a second time, with a home of the jails' own: `OWN_HOME=1 integration/test`.
//!
//! Every jail that says nothing else gets `--own-home`. After each that ran by itself nothing in the host's home
//! differs, but for the state of the agent that ran.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ai_jail::policy::agents::AGENTS;

use super::identity::identities;
use super::skip::skip;

/// Tests that say nothing here, by the beginning of their names, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("escape::hard_links::a_date", NO_PLACE),
    ("escape::hard_links::a_file", NO_PLACE),
    ("escape::host_sockets::in_a_mounted_place_under_another_name", NO_PLACE),
    ("escape::host_sockets::in_mounted_places_of_the_home", NO_PLACE),
    ("escape::moved_aside::a_hidden_file_in_a_writable_directory", NO_PLACE),
    ("escape::named_secrets::where_the_host_has_nothing_yet", NO_PLACE),
    ("escape::named_secrets::where_tools_are_known_to_keep_them", NO_PLACE),
    ("escape::planted_links::a_display_socket", NO_PLACE),
    ("escape::planted_links::a_docker_socket", NO_PLACE),
    ("escape::planted_links::certificates_and_keys", NO_PLACE),
    ("escape::planted_links::entries_of_the_home", NO_PLACE),
    ("escape::planted_programs::a_bubblewrap_in_a_place_of_the_home", NO_PLACE),
    ("escape::planted_programs::a_bubblewrap_in_a_writable_place_of_the_home", NO_PLACE),
    ("escape::planted_programs::a_link_to_a_bubblewrap", NO_PLACE),
    ("escape::programs_on_path::a_directory_", NO_PLACE),
    ("escape::programs_on_path::what_", NO_PLACE),
    ("escape::keys_of_servers::a_client_in_the_jail_has_a_place_of_its_own", "caches begin empty"),
    ("escape::host_sockets::that_are_not_in_the_kernels_list", HOST_WRITES),
    ("escape::named_secrets::what_the_host_writes_there_while_a_jail_runs", HOST_WRITES),
    ("escape::planted_programs::a_bubblewrap_in_a_place_that_is_mapped_read_write", HOST_WRITES),
    ("escape::kernel_files::root_any_file", "it takes long, and none of its files is in a home"),
    ("escape::races::", HOST_WRITES),
    ("escape::session_bus::a_real_bus", NO_PLACE),
    ("escape::shadows::compiled_code_that_appears", NO_PLACE),
    ("escape::shared_places::", NO_PLACE),
    (
        "escape::specification::stage_two_started_by_hand",
        "the words of stage two stand behind the flag",
    ),
    ("escape::survey::", NO_PLACE),
    ("escape::setuid::root_", "another user starts it, who may not read the script in front of it"),
];

const NO_PLACE: &str = "it begins in a place of the host's home, where these jails cannot write";
const HOST_WRITES: &str = "the host writes in its home while the jail runs";

/// Flags with which ai-jail or a jail writes in the host's home as it was told to.
const OPENS: [&str; 3] = ["--no-own-home", "--rw-map", "--bootstrap"];

/// Whether this is that pass.
pub fn is_on() -> bool {
    std::env::var_os("OWN_HOME").is_some_and(|value| value == "1")
}

/// Ends the test's process here, counted as skipped, where the pass has nothing to ask of it. nextest runs
/// each test in a process of its own.
pub fn leave_out() {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or_default();
    let row = LEFT_OUT.iter().find(|(test, _)| is_on() && name.starts_with(test));
    if let Some((_, why)) = row {
        skip(&format!("with a home of the jails' own: {why}"));
        std::process::exit(0);
    }
}

/// A program that starts the one under test with the flag in front of all others, beside that.
pub fn in_front_of(program: &Path) -> PathBuf {
    let path = program.with_file_name("ai-jail-with-own-home");
    if !path.exists() {
        let script = format!("#!/bin/sh\nexec '{}' --own-home \"$@\"\n", program.display());
        // Many tests begin at once: each finds a whole file or none.
        let new = path.with_extension(std::process::id().to_string());
        fs::write(&new, script).expect("a script beside the program");
        fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).expect("a script");
        fs::rename(&new, &path).expect("a script");
    }
    path
}

/// A home that no jail may change.
pub struct Kept {
    home: PathBuf,
    projects: Vec<PathBuf>,
    /// What may differ, below the home.
    state: Vec<PathBuf>,
    before: BTreeMap<PathBuf, [i64; 4]>,
}

impl Kept {
    /// The home as it is, before a jail with these words; `None` where the words open something of the
    /// host's, or are for no jail.
    pub fn look(home: &Path, projects: Vec<PathBuf>, words: &[OsString]) -> Option<Self> {
        if !is_on() || words.iter().any(|word| OPENS.iter().any(|flag| word == flag)) {
            return None;
        }
        let runs = |command: &str| words.iter().any(|word| Path::new(word).ends_with(command));
        let mut state: Vec<PathBuf> = Vec::new();
        for agent in AGENTS {
            // What a jail could make, and ai-jail therefore makes first.
            let own = agent.own.iter().chain(agent.own_files).map(|row| row.path);
            state.extend(
                own.chain(agent.programs.iter().map(|place| place.path)).map(PathBuf::from),
            );
            if runs(agent.command) {
                state.extend(agent.home.iter().map(|row| row.path.into()));
                let directories = agent.state.iter().chain([&agent.directory]);
                state.extend(directories.map(|directory| {
                    let (_, above, name) = directory.parts();
                    Path::new(above).join(name)
                }));
            }
        }
        let home = home.to_path_buf();
        let before = identities(&home, &projects);
        Some(Self { home, projects, state, before })
    }

    /// Whether it is still so.
    ///
    /// # Panics
    ///
    /// Where something differs.
    pub fn assert_kept(&self) {
        let after = identities(&self.home, &self.projects);
        let paths = self.before.keys().chain(after.keys());
        let differs = paths.filter(|path| self.before.get(*path) != after.get(*path));
        let is_state = |path: &Path| {
            let below = path.strip_prefix(&self.home).unwrap_or(path);
            self.state.iter().any(|state| below.starts_with(state) || state.starts_with(below))
        };
        let differs: Vec<_> = differs.filter(|path| !is_state(path)).collect();
        assert!(differs.is_empty(), "a jail with a home of its own changed {differs:#?}");
    }
}
