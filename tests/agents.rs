//! The rows of the agents.

use std::path::Path;

use ai_jail::policy::Os;
use ai_jail::policy::agents::AGENTS;
use ai_jail::policy::home::{Treatment, find};

/// What is made for an agent's state would otherwise be read-only, or hidden.
#[test]
fn every_directory_of_their_state_is_one_that_jails_write_to() {
    for agent in AGENTS {
        for directory in [&agent.directory].into_iter().chain(agent.state) {
            let (_, base, name) = directory.parts();
            let path = Path::new(base).join(name);
            for os in [Os::Linux, Os::MacOs] {
                let mut rows = path.ancestors().filter_map(|path| find(os, path));
                let row = rows.next().expect("a row of the home");
                assert_eq!(row.treatment, Treatment::ReadWrite, "{}: {path:?}", agent.name);
            }
        }
    }
}

/// A script that is told of it can type it.
#[test]
fn every_one_shot_form_begins_with_the_command() {
    for agent in AGENTS {
        assert_eq!(agent.one_shot.split(' ').next(), Some(agent.command));
        assert!(agent.one_shot.ends_with(" PROMPT"), "{}", agent.one_shot);
    }
}
