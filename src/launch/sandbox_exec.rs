//! Starting `sandbox-exec` with ourselves as the inner entry point; see its manual page.
//!
//! `sandbox-exec` enters the profile and becomes the program that it is given, so its process is
//! stage two's.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::process::{Command, Stdio};

use egress::listen::Role;
use nix::unistd::pipe;
use stage2::confinement::Confinement;
use stage2::spec::ENTRY_POINT;
use stage2::survivors::{Mark, Survivors};

use super::jail::{Cleanup, Handover, Jail};
use super::notice::Sink;
use super::temporary::Temporary;
use super::{descriptors, filter};
use crate::backend::seatbelt::{self, Profile};
use crate::error::Error;
use crate::plan::{EnvEdit, Inheritance, Places, Plan};

/// The parameter that holds the mark of the run's processes.
const MARK: &str = "AI_JAIL_RUN";

/// What a run needs behind any plan: puts the mark on its processes; see [`Mark`].
const RULE: &str = "\n(allow mach-lookup (global-name (param \"AI_JAIL_RUN\")))\n";

/// Starts it.
pub fn start(
    plan: &mut Plan,
    program: &Path,
    handover: Handover,
    sink: Sink,
) -> Result<(Jail, Option<filter::Running>), Error> {
    let filter = start_filter(plan, sink)?;
    let ourselves = std::env::current_exe().and_then(fs::canonicalize);
    let ourselves = ourselves.map_err(Error::system("our own path"))?;
    let mark = mark().map_err(Error::system("/dev/urandom"))?;
    // A pipe, because it is there without a file, and what is in it is in no argument.
    let (spec, writer) = pipe().map_err(Error::system("pipe"))?;
    descriptors::close_on_exec(&writer)?;
    let Places::MacOs(macos) = &plan.places else {
        return Err(Error::Foreign { builder: "sandbox-exec" });
    };
    let temporary = macos.own_temporary.as_deref().map(Temporary::make).transpose();
    let temporary = temporary.map_err(Error::system("a directory for temporary files"))?;
    let profile = marked(seatbelt::profile(macos, &plan.network), &mark);
    let arguments = arguments(profile, &ourselves, &spec);
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(&plan.directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    set_environment(&mut command, plan);
    let start = |error| Error::StartSandboxExec { path: program.to_path_buf(), error };
    let process = command.spawn().map_err(start)?;
    drop(spec);
    // Where nobody reads it the process has ended, and will say why.
    let _ = File::from(writer).write_all(handover.spec.to_json().as_bytes());
    let first = i32::try_from(process.id()).unwrap_or_default();
    let survivors = Survivors::of(first, Mark::new(&mark));
    Ok((handover.start(process, Cleanup::Processes(survivors, temporary))?, filter))
}

/// Starts the filter of the plan's network with its proxies on the loopback, which the jail shares.
fn start_filter(plan: &mut Plan, sink: Sink) -> Result<Option<filter::Running>, Error> {
    let Some(filter) = plan.network.filter() else { return Ok(None) };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listener = listener.map_err(Error::system("a listener for the network filter"))?;
    let address = listener.local_addr().map_err(Error::system("getsockname"))?;
    let mut filter = filter.clone();
    // What listens on the loopback here can be reached there.
    filter.publishes.retain(|forward| forward.listen != forward.target);
    let (mut running, ends) = filter::start(&filter, Confinement::Profile, sink)?;
    running.expect_listeners(ends, vec![(address.port(), Role::Proxy)]);
    running.take_listener(address.port(), listener.into());
    running.begin();
    plan.fall_back_to_proxies(address.port());
    Ok(Some(running))
}

/// A name that nobody else has.
fn mark() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("ai-jail.run.{:032x}", u128::from_ne_bytes(bytes)))
}

/// The profile with the [`RULE`] behind it.
fn marked(mut profile: Profile, mark: &str) -> Profile {
    profile.policy.push_str(RULE);
    profile.parameters.push((MARK.into(), mark.into()));
    profile
}

/// The whole command line, less the program's own name.
fn arguments(profile: Profile, ourselves: &Path, spec: &OwnedFd) -> Vec<OsString> {
    let Profile { policy, parameters } = profile;
    let mut words: Vec<OsString> = vec!["-p".into(), policy.into()];
    for (key, value) in parameters {
        let mut word = OsString::from(key);
        word.push("=");
        word.push(value);
        words.extend(["-D".into(), word]);
    }
    words.extend([ourselves.into(), ENTRY_POINT.into(), spec.as_raw_fd().to_string().into()]);
    words
}

/// bubblewrap has options for this; here it is ours to do.
fn set_environment(command: &mut Command, plan: &Plan) {
    if plan.facts.environment == Inheritance::Cleared {
        command.env_clear();
    }
    for edit in &plan.environment {
        match edit {
            EnvEdit::Set(name, value) | EnvEdit::Given(name, value) => command.env(name, value),
            EnvEdit::Unset(name, _) => command.env_remove(name),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt;

    #[test]
    fn the_command_line_is_exact_and_no_value_is_in_the_policy() {
        let odd = OsString::from_vec(b"/a (b)\" =\n\xff".to_vec());
        let profile = Profile {
            policy: "(version 1)".into(),
            parameters: vec![("PROJECT".into(), odd.clone()), ("EMPTY".into(), "".into())],
        };
        let (spec, _) = pipe().expect("a pipe");
        let number: OsString = spec.as_raw_fd().to_string().into();
        let mut project = OsString::from("PROJECT=");
        project.push(odd);
        let words = arguments(marked(profile, "m"), Path::new("/x/ai-jail"), &spec);
        let policy = format!("(version 1){RULE}");
        let flags = ["-p", &policy, "-D"].map(OsString::from);
        let rest = ["-D", "EMPTY=", "-D", "AI_JAIL_RUN=m", "/x/ai-jail", "__stage2"];
        let expected = flags.into_iter().chain([project]).chain(rest.map(OsString::from));
        assert_eq!(words, expected.chain([number]).collect::<Vec<_>>());
    }

    #[test]
    fn every_run_has_a_mark_of_its_own() {
        let (one, other) = (mark().expect("random"), mark().expect("random"));
        assert_ne!(one, other);
        assert_eq!(one.len(), "ai-jail.run.".len() + 32);
    }
}
