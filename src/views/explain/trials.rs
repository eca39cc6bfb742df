//! `--explain`: the plan that a run would have, and those it would have with other words.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::{Access, Answer, Change, Changes, Explanation, Question, answer, network, variable};
use crate::cli::{Action, Cli};
use crate::config::{self, trust::Verdict};
use crate::error::Error;
use crate::fields::{List, Switch};
use crate::host::concealed::Concealed;
use crate::host::held::LookFor;
use crate::host::{Host, links, look, maps};
use crate::plan::Plan;
use crate::planned::Planned;
use crate::policy::own::SETTINGS_FILE;
use crate::settings::Settings;
use crate::start::Start;
use crate::views::output;

/// What the jail sees at `typed`.
///
/// # Errors
///
/// There can be no jail, or standard output does not take it.
pub fn show(start: &Start, cli: &Cli, typed: &OsStr) -> Result<(), Error> {
    let (settings, Planned { host, plan }) = plan_of(start, cli)?;
    let question = question(start, typed);
    if let (Some(name), None) = (variable::read(typed), &question.on_host) {
        let environment = &start.origin.environment;
        let other = |cli: &Cli| Some(plan_of(start, cli).ok()?.1.plan);
        let answer = variable::Answer::new(environment, cli, &plan, other, name);
        return output::show(&answer, cli.json);
    }
    let asked = typed.to_str().filter(|_| question.on_host.is_none());
    if let Some(asked) = asked.and_then(network::Question::read) {
        return output::show(&network::Answer::new(&asked, &plan.network), cli.json);
    }
    let answer = answer(&plan, &look::look, &question.path);
    let changes = Trials {
        start,
        cli,
        settings: &settings,
        question: &question,
        answer,
        concealed: &host.concealed,
    }
    .run(typed);
    let mut explanation = Explanation::new(&plan, &look::look, &question, changes);
    if let Verdict::Untrusted(asked) = &start.verdict {
        explanation = explanation.untrusted(asked.items.iter().map(ToString::to_string).collect());
    }
    if !cli.exec && !settings.is_on(Switch::Lockdown) && is_future_file(start, &question) {
        explanation = explanation
            .note("a run without --exec makes this file first, and it is read-only then");
    }
    if is_reported(&plan, &host, explanation.leads_to()) {
        explanation =
            explanation.note("the host may run it: a run without --exec says so if it changes");
    }
    output::show(&explanation, cli.json)
}

/// The settings and the plan of a run with this command line, without what nobody has agreed to.
fn plan_of(start: &Start, cli: &Cli) -> Result<(Settings, Planned), Error> {
    let verdict = config::trust::assess(&start.loaded, cli, &start.paths);
    let settings = config::resolve(cli, &start.loaded.restrained(&verdict));
    let planned = Planned::new(start.origin.clone(), &settings)?;
    Ok((settings, planned))
}

/// Whether a run with a further map would have a file in its jail. A map of what holds the home is
/// never what somebody wants.
pub fn is_shown_by(start: &Start, cli: &Cli, map: &Path, file: &Path) -> bool {
    if start.origin.home.canonical().starts_with(map) {
        return false;
    }
    let mut cli = cli.clone();
    cli.typed.list_mut(List::RoMaps).push(map.into());
    plan_of(start, &cli).is_ok_and(|(_, Planned { plan, .. })| {
        let gives = answer(&plan, &look::look, file);
        gives.readable && gives.exists != Some(false)
    })
}

/// Whether a run reports a change of a place of the jail.
fn is_reported(plan: &Plan, host: &Host, place: &Path) -> bool {
    let on_host = plan.mount_of(place).and_then(|mount| mount.host_path(place));
    plan.watched(host)
        .iter()
        .any(|item| item.look_for == LookFor::Changes && on_host.as_ref() == Some(&item.path))
}

/// What was asked, as a path of this host.
fn question(start: &Start, typed: &OsStr) -> Question {
    let origin = &start.origin;
    let path = maps::expand(typed, &origin.named, Some(origin.home.path()));
    let on_host = links::locate(&path).ok().and_then(|located| {
        let found = look::look(&located.canonical)?;
        Some((located, found))
    });
    Question { path, home: origin.home.real().map(Into::into), on_host }
}

/// The project's own settings, which a first run writes.
fn is_future_file(start: &Start, question: &Question) -> bool {
    question.on_host.is_none() && question.path == start.origin.named.join(SETTINGS_FILE)
}

/// Other command lines, tried on the plan.
struct Trials<'a> {
    start: &'a Start,
    cli: &'a Cli,
    settings: &'a Settings,
    question: &'a Question,
    answer: Answer,
    concealed: &'a Concealed,
}

/// The glob that fits one place of the project and nothing else.
fn literal_glob(below: &Path) -> OsString {
    let mut glob = vec![b'/'];
    for byte in below.as_os_str().as_bytes() {
        if matches!(byte, b'*' | b'?' | b'[' | b'\\') {
            glob.push(b'\\');
        }
        glob.push(*byte);
    }
    OsString::from_vec(glob)
}

impl Trials<'_> {
    /// All that changes the answer, the shortest first.
    fn run(&self, typed: &OsStr) -> Changes {
        let mut changes = Changes::default();
        if !self.start.verdict.applies() {
            self.add(&mut changes, &["--trust"], |cli| cli.trust_once = true);
        }
        if self.settings.is_on(Switch::Lockdown) {
            self.add(&mut changes, &["--no-lockdown"], |_| {});
        }
        // A map opens one place; a switch may open every one of its kind, so it comes first only where
        // it gives what it is for.
        let is_door = self.answer.access != Access::ReadOnly;
        if is_door {
            self.switches(&mut changes);
        }
        self.exceptions(&mut changes);
        if self.answer.access != Access::Fresh {
            self.maps(&mut changes, typed);
        }
        if !is_door {
            self.switches(&mut changes);
        }
        changes
    }

    /// The switches that decide which places a jail has, turned over.
    fn switches(&self, changes: &mut Changes) {
        for &switch in Switch::ALL.iter().filter(|switch| switch.row().opens_places) {
            let on = !self.settings.is_on(switch);
            if let Some(flag) = switch.flag(on) {
                let words = [format!("--{}", flag.long)];
                self.add(changes, &words, |cli| cli.typed.set_switch(switch, Some(on)));
            }
        }
    }

    /// Exceptions to masks and denials, by exactly the place that is held.
    fn exceptions(&self, changes: &mut Changes) {
        let Some((located, _)) = &self.question.on_host else { return };
        let mut places = self.concealed.places.iter();
        let held = places.find(|place| located.canonical.starts_with(&place.path));
        let project = &self.start.origin.project;
        let Some(below) = held.and_then(|place| place.path.strip_prefix(project).ok()) else {
            return;
        };
        let glob = literal_glob(below);
        for list in [List::MaskExceptions, List::DenyPathExceptions] {
            let flag = OsString::from(format!("--{}", list.row().flag.long));
            self.add(changes, &[flag, glob.clone()], |cli| {
                cli.typed.list_mut(list).push(glob.clone());
            });
        }
    }

    /// Maps of the path: as it was typed or, where links may not be followed, of what it leads to.
    fn maps(&self, changes: &mut Changes, typed: &OsStr) {
        let Some((located, _)) = &self.question.on_host else {
            changes.refused =
                Some("the host has nothing there; make the file or directory first".into());
            return;
        };
        let before = changes.flags.len();
        for name in [typed, located.canonical.as_os_str()] {
            let read_only = self.add(changes, &[OsStr::new("--map"), name], |cli| {
                cli.typed.list_mut(List::RwMaps).retain(|map| map != name);
                cli.typed.list_mut(List::RoMaps).push(name.to_owned());
            });
            let writable = self.add(changes, &[OsStr::new("--rw-map"), name], |cli| {
                cli.typed.list_mut(List::RoMaps).retain(|map| map != name);
                cli.typed.list_mut(List::RwMaps).push(name.to_owned());
            });
            let refused = read_only.or(writable).filter(|_| changes.flags.len() == before);
            if refused.is_none() && changes.refused.is_none() {
                return;
            }
            changes.refused = changes.refused.take().or(refused);
        }
        if changes.flags.len() > before {
            changes.refused = None;
        }
    }

    /// Tries one command line and notes it where it gives something that nothing shorter gives.
    /// In lockdown nothing can be added, so each trial leaves that first. Gives the reason for
    /// which there can be no such jail.
    fn add<W: AsRef<OsStr>>(
        &self,
        changes: &mut Changes,
        words: &[W],
        edit: impl FnOnce(&mut Cli),
    ) -> Option<String> {
        let mut cli = self.cli.clone();
        let mut flags: Vec<_> = words.iter().map(|word| word.as_ref().to_owned()).collect();
        if self.settings.is_on(Switch::Lockdown) {
            cli.typed.set_switch(Switch::Lockdown, Some(false));
            if flags != ["--no-lockdown"] {
                flags.insert(0, "--no-lockdown".into());
            }
        }
        edit(&mut cli);
        // A run: what a view leaves out of its plan would be left out here too.
        cli.action = Action::Run;
        match plan_of(self.start, &cli) {
            Ok((_, Planned { plan, .. })) => {
                let gives = answer(&plan, &look::look, &self.question.path);
                let is_new = !gives.is_like(&self.answer)
                    && !changes.flags.iter().any(|change| gives.is_like(&change.gives));
                if is_new {
                    changes.flags.push(Change { flags, gives });
                }
                None
            }
            Err(Error::Map { why, hint, .. }) => Some(format!("{why}; {hint}")),
            Err(error) => Some(error.to_string()),
        }
    }
}
