//! A run: from the command line to the status that it ends with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::agent_state;
use crate::cli::Cli;
use crate::config::{self, Saved};
use crate::error::Error;
use crate::failure::Failure;
use crate::fields::List;
use crate::host::agent::Absent;
use crate::host::agent_links::Part;
use crate::host::builder::Builder;
use crate::host::{Environment, Host, concealed, tracked};
use crate::launch::{self, Ended, Notice};
use crate::messages;
use crate::plan::Plan;
use crate::planned::Planned;
use crate::policy::own_home::PROJECT;
use crate::review::{self, Review};
use crate::settings::Settings;
use crate::start::Start;
use crate::views::not_run::Lookup;
use crate::views::{agent_links, announcement, dry_run, explain, lacking, progress};

/// How often a launch is tried while the host replaces what would be mounted. Of launches beside a
/// program that replaces a file without pause about one in ten fails.
const TRIES: u32 = 12;

/// How long the first pause is before another try; each later one is longer by as much.
const PAUSE: Duration = Duration::from_millis(2);

/// A status beyond this one is that of a signal.
const SIGNALLED: u8 = 128;

/// Runs the command in its jail.
///
/// # Errors
///
/// There was no jail.
pub fn run(cli: &Cli, environment: Environment) -> Result<u8, Failure> {
    let start = Start::new(cli, environment)?;
    start.pass_gate(cli)?;
    let settings = config::resolve(cli, &start.loaded);
    let planned = Planned::new(start.origin.clone(), &settings)?;
    let builder = Builder::find(&planned.host)?;
    if let Some(form) = cli.dry_run {
        dry_run::show(form, &planned, &builder, cli)?;
        return Ok(0);
    }
    let is_new = start.loaded.project.text.is_none() && start.loaded.remembered.command.is_none();
    let is_first = is_new && !cli.exec;
    // Only now, when the jail is known to be possible: a typing error is not worth remembering.
    let (Planned { host, plan }, saved) = prepare(cli, &start, &settings, planned)?;
    announcement::tell(cli, &host, &plan, &saved);
    if is_first && settings.list(List::Mask).is_empty() {
        announcement::tell_secrets(&concealed::unmasked_secrets(&host.origin.project));
    }
    if !cli.exec {
        tell_lacking(&start, &host, &plan);
    }
    // Those who capture a script's output want nothing but errors there.
    let is_reviewed = !cli.exec || cli.verbose;
    let review = is_reviewed.then(|| Review::begin(&host, &plan));
    let would_show = |map: &Path, file: &Path| explain::is_shown_by(&start, cli, map, file);
    let lookup = Lookup::new(&plan, &host, &would_show);
    let sink = |notice: &Notice| {
        if is_reviewed || !notice.is_remark() {
            progress::tell(notice, &lookup, cli.verbose);
        }
    };
    let terminal = plan.terminal;
    let held = review.as_ref().map(Review::held);
    let ended = try_launch(plan, &settings, &host, &builder, held, &sink)?;
    let Ended { status, interrupted, .. } = ended;
    config::note_changes(&start.loaded, &start.paths);
    if let Some(review) = &review {
        review::lines(review.findings(ended)).iter().for_each(messages::warning);
    }
    remember_command(cli, &start, &settings, status);
    if interrupted {
        launch::interrupt::pass_on(terminal);
    }
    Ok(status)
}

/// Launches the plan. A program of the host that saves one of the mounted files in this moment puts
/// a new file in its place, and the old one can be mounted no more: then the host is probed and the
/// plan made once more, as often as [`TRIES`] says.
fn try_launch(
    plan: Plan,
    settings: &Settings,
    host: &Host,
    builder: &Builder,
    held: Option<&[PathBuf]>,
    sink: launch::Sink,
) -> Result<Ended, Error> {
    let launch = |plan, host: &Host| launch::run(plan, Some(settings), host, builder, held, sink);
    let mut outcome = launch(plan, host);
    for turn in 1..TRIES {
        let Err(Error::Source { .. }) = outcome else { break };
        std::thread::sleep(PAUSE * turn);
        let Planned { host, plan } = Planned::new(host.origin.clone(), settings)?;
        outcome = launch(plan, &host);
    }
    outcome
}

/// Remembers the command, now that it has run. Those who capture a script's output want nothing
/// but errors, and `--exec` remembers nothing.
fn remember_command(cli: &Cli, start: &Start, settings: &Settings, status: u8) {
    let Start { origin, paths, loaded, .. } = start;
    let is_tracked = || tracked::has_settings(&origin.project);
    match config::remember_command(cli, loaded, settings, paths, is_tracked, status) {
        // Whoever ends a run by a signal may have a terminal that takes nothing any more: to wait
        // for that would keep the run from its end.
        Ok(_) if status > SIGNALLED => {}
        Ok(lines) => lines.iter().for_each(messages::note),
        Err(error) => messages::warning(error),
    }
}

/// Makes what the host has to have before the launch: the directories of the agent's state, and what no
/// jail may make there. Where something is new the host is probed and the plan made once more: twice on
/// an agent's first run, and hardly ever after.
fn prepare(
    cli: &Cli,
    start: &Start,
    settings: &Settings,
    planned: Planned,
) -> Result<(Planned, Saved), Failure> {
    let Start { loaded, paths, .. } = start;
    let lasting = config::lasting_before_run(cli, loaded, paths, &planned.plan.only_typed);
    let saved = config::save(&lasting, loaded, settings, paths)?;
    let new_state = make_agent_state(cli, &planned.host);
    let again = |planned: Planned, is_new: bool| {
        if is_new { Planned::new(planned.host.origin, settings) } else { Ok(planned) }
    };
    let planned = again(planned, new_state)?;
    // The directory of the records is hidden only where it is.
    let new_records = make_own_home(&planned.host, &planned.plan)?;
    let new_records = remember_written(cli, start, &planned) || new_records;
    let is_new = make_absent(&planned.host) || new_records;
    Ok((again(planned, is_new)?, saved))
}

/// Makes what the agent that is run keeps its state in, where it is not there yet; says whether
/// there is something new.
fn make_agent_state(cli: &Cli, host: &Host) -> bool {
    let Some((agent, home)) = host.agent.as_ref().zip(host.origin.home.real()) else {
        return false;
    };
    let (made, failed) = agent_state::make_all(home, &agent.missing);
    progress::agent(agent, &made, &failed, cli);
    !made.is_empty()
}

/// Makes the directories of the jails' own home that the jail will have; says whether the records
/// that they are in had no directory yet.
fn make_own_home(host: &Host, plan: &Plan) -> Result<bool, Error> {
    let Some((own, home)) = host.own_home.as_ref().zip(host.origin.home.real()) else {
        return Ok(false);
    };
    let is_new = !host.trust_records.as_deref().is_some_and(Path::is_dir);
    for directory in &plan.own {
        let made = match directory.strip_prefix(home) {
            Ok(below) => agent_state::make(home, below),
            Err(_) => std::fs::create_dir_all(directory),
        };
        made.map_err(|error| Error::OwnHome { path: directory.clone(), error })?;
    }
    // For people: the directory's name is a number.
    if let Some(directory) = own.root.parent().filter(|_| !plan.own.is_empty()) {
        let project = host.origin.project.as_os_str().as_encoded_bytes();
        let _ = std::fs::write(directory.join(PROJECT), project);
    }
    Ok(is_new)
}

/// Puts on record where the jail will write; says whether the records had no directory yet.
fn remember_written(cli: &Cli, start: &Start, planned: &Planned) -> bool {
    let Planned { host, plan } = planned;
    let is_new = !host.trust_records.as_deref().is_some_and(Path::is_dir);
    match config::remember_written(&host.written, &plan.writes, &start.paths) {
        Ok(remembered) => {
            if remembered && cli.verbose {
                messages::note(
                    "remembered where this jail can write: no run follows symbolic links there; \
                     `ai-jail status` names the file, and removing that file forgets all such places",
                );
            }
            remembered && is_new
        }
        Err(error) => {
            // Without a home nothing is ever on record, and nothing of it is followed either.
            if host.origin.home.real().is_some() && !cli.exec {
                messages::warning(error);
            }
            false
        }
    }
}

/// Makes what no jail may make, and what the command cannot on its first start; says whether there is
/// something new. Where the user cannot make it, no jail can.
fn make_absent(host: &Host) -> bool {
    let make = |absent: &&Absent| agent_state::make(&absent.base, &absent.place).is_ok();
    host.absent.iter().filter(make).count() > 0
}

/// What the environment or the agent's settings lead to and the jail does not have, once in a project.
fn tell_lacking(start: &Start, host: &Host, plan: &Plan) {
    let (lacking, links) = (plan.lacking(host), plan.lacking_links(host));
    let named = lacking.iter().map(|named| named.path.clone());
    let linked = links.iter().filter(|link| link.part == Part::Other);
    let places = named.chain(linked.map(|link| link.path.clone())).collect();
    let new = config::told::news(&start.paths, places);
    let agent = host.agent.as_ref().map_or("", |agent| agent.row.name);
    let home = &host.origin.home;
    let linked = agent_links::others(agent, &links, &new, home.real());
    let told = lacking::lines(&lacking, &new, |named| named.whole(home.canonical()));
    told.into_iter().chain(linked).for_each(messages::warning);
}
