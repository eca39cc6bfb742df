//! The merge matrix: each field × user file × project file × flag × lockdown × clean × init,
//! against what the specification says, on real files.

use ai_jail::fields::{BarStyle, List, Owner, Switch};
use ai_jail::settings::{MapSetting, Source};
use pretty_assertions::assert_eq;

use crate::support::{Outcome, Scratch, said};

const OPTIONAL: [Option<bool>; 3] = [None, Some(false), Some(true)];

/// What surrounds a field: the three flags that change what is saved.
#[derive(Clone, Copy, Debug)]
struct Around {
    lockdown: bool,
    clean: bool,
    init: bool,
}

impl Around {
    fn all() -> impl Iterator<Item = Self> {
        (0..8).map(|bits| Self {
            lockdown: bits & 1 != 0,
            clean: bits & 2 != 0,
            init: bits & 4 != 0,
        })
    }

    fn flags(self) -> Vec<&'static str> {
        let flags = [(self.lockdown, "--lockdown"), (self.clean, "--clean"), (self.init, "--init")];
        // Whether it is allowed is another test's question.
        let mut typed = vec!["--trust-once"];
        typed.extend(flags.iter().filter(|(on, _)| *on).map(|(_, flag)| *flag));
        typed
    }

    /// Whether this command line saves at all.
    fn saves(self, lockdown: bool) -> bool {
        self.init || !(lockdown || self.clean)
    }
}

fn line(name: &str, value: Option<bool>) -> String {
    value.map_or_else(String::new, |value| format!("{name} = {value}\n"))
}

/// The flag that makes a field of the file have this value.
fn flag(switch: Switch, value: bool) -> &'static str {
    match (switch, value) {
        (Switch::Lockdown, true) => "--lockdown",
        (Switch::Lockdown, false) => "--no-lockdown",
        (Switch::Landlock, true) => "--no-landlock",
        (Switch::Landlock, false) => "--landlock",
        (Switch::Seccomp, true) => "--no-seccomp",
        (Switch::Seccomp, false) => "--seccomp",
        (Switch::Rlimits, true) => "--no-rlimits",
        (Switch::Rlimits, false) => "--rlimits",
        (Switch::Gpu, true) => "--no-gpu",
        (Switch::Gpu, false) => "--gpu",
        (Switch::Docker, true) => "--no-docker",
        (Switch::Docker, false) => "--docker",
        (Switch::Display, true) => "--no-display",
        (Switch::Display, false) => "--display",
        (Switch::Mise, true) => "--no-mise",
        (Switch::Mise, false) => "--mise",
        (Switch::Protect, true) => "--no-protect",
        (Switch::Protect, false) => unreachable!("it has no twin"),
        (Switch::OwnHome, true) => "--own-home",
        (Switch::OwnHome, false) => "--no-own-home",
        (Switch::ClearEnv, true) => "--clear-env",
        (Switch::ClearEnv, false) => "--inherit-env",
        (Switch::StatusBar, _) => unreachable!("it is the user's own"),
    }
}

/// The switches that a project's file may hold.
fn of_projects() -> impl Iterator<Item = Switch> {
    let own = |switch: &Switch| switch.row().owner == Owner::Project;
    Switch::ALL.iter().copied().filter(own)
}

/// The value in the file's sense, and who decided it.
fn decided(switch: Switch, outcome: &Outcome) -> (bool, Source) {
    let setting = outcome.settings.switch(switch);
    let named_for_on = matches!(switch, Switch::Lockdown | Switch::OwnHome | Switch::ClearEnv);
    (setting.value == named_for_on, setting.source)
}

#[test]
fn every_switch() {
    for switch in of_projects() {
        for around in Around::all() {
            for user in OPTIONAL {
                for project in OPTIONAL {
                    for typed in OPTIONAL {
                        let twinless = switch == Switch::Protect && typed == Some(false);
                        let doubled = switch == Switch::Lockdown && around.lockdown;
                        if !twinless && !doubled {
                            one_switch(switch, around, user, project, typed);
                        }
                    }
                }
            }
        }
    }
}

fn one_switch(
    switch: Switch,
    around: Around,
    user: Option<bool>,
    project: Option<bool>,
    typed: Option<bool>,
) {
    let name = switch.row().field;
    let case = format!("{name} {around:?}: user {user:?}, project {project:?}, typed {typed:?}");
    let scratch = Scratch::new().with_user(&line(name, user)).with_project(&line(name, project));
    let mut args = around.flags();
    args.extend(typed.map(|value| flag(switch, value)));
    let outcome = scratch.run(&args).unwrap();

    let file = project.filter(|_| !around.clean);
    let (value, source) = [
        (typed, Source::Flag),
        (file, Source::ProjectFile),
        (user, Source::UserFile),
        (Some(false), Source::Default),
    ]
    .into_iter()
    .find_map(|(value, source)| Some((value?, source)))
    .unwrap();
    let lockdown = around.lockdown || (switch == Switch::Lockdown && value);
    let withheld = matches!(
        switch,
        Switch::Gpu | Switch::Docker | Switch::Display | Switch::Mise | Switch::ClearEnv
    );
    let expected = if lockdown && withheld { (true, Source::Flag) } else { (value, source) };
    assert_eq!(decided(switch, &outcome), expected, "{case}");

    let remembered = typed.filter(|_| switch != Switch::Protect).or(file);
    let mut expected = line(name, project);
    if around.saves(lockdown) {
        expected = line(name, remembered);
        if around.lockdown {
            expected.push_str("lockdown = true\n");
        }
    }
    let text = scratch.project().unwrap();
    let (mut lines, mut expected) = (said(&text), said(&expected));
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected, "{case}");
    assert_eq!(scratch.user().unwrap(), line(name, user), "{case}");
}

#[test]
fn the_command() {
    let line = |word: Option<&str>| {
        word.map_or_else(String::new, |word| format!("command = [\"{word}\"]\n"))
    };
    for around in Around::all() {
        for user in [None, Some("u")] {
            for project in [None, Some("p")] {
                for typed in [None, Some("t")] {
                    let case = format!("{around:?}: {user:?}, {project:?}, {typed:?}");
                    let scratch =
                        Scratch::new().with_user(&line(user)).with_project(&line(project));
                    let mut args = around.flags();
                    args.extend(typed);
                    let outcome = scratch.run(&args).unwrap();
                    let file = project.filter(|_| !around.clean);
                    let (word, source) = match (typed, file, user) {
                        (Some(word), ..) => (word, Source::Flag),
                        (_, Some(word), _) => (word, Source::ProjectFile),
                        (.., Some(word)) => (word, Source::UserFile),
                        _ => ("bash", Source::Default),
                    };
                    let command = outcome.settings.command;
                    assert_eq!((&*command.value, command.source), (&[word.into()][..], source));
                    let expected =
                        if around.saves(around.lockdown) { typed.or(file) } else { project };
                    let text = scratch.project().unwrap();
                    let mut lines = said(&text);
                    lines.retain(|line| *line != "lockdown = true");
                    let expected = line(expected);
                    assert_eq!(lines, said(&expected), "{case}");
                    assert_eq!(scratch.user().unwrap(), line(user), "{case}");
                }
            }
        }
    }
}

/// One row: what the files and the command line say, what the project's file says then, and
/// the maps of the run in order, each `source access text`.
struct MapRow {
    user: &'static str,
    project: &'static str,
    typed: &'static [&'static str],
    saved: &'static [&'static str],
    maps: &'static [&'static str],
}

const MAP_ROWS: &[MapRow] = &[
    MapRow { user: "", project: "", typed: &[], saved: &[], maps: &[] },
    MapRow {
        user: "rw_maps = ['/u']",
        project: "ro_maps = ['/p']",
        typed: &["--map", "/f", "--rw-map", "/g"],
        saved: &["ro_maps = ['/p', \"/f\"]", "rw_maps = [\"/g\"]"],
        maps: &["user rw /u", "project ro /p", "flag rw /g", "flag ro /f"],
    },
    MapRow {
        user: "",
        project: "ro_maps = ['/p', '/q']",
        typed: &["--map", "/p/", "--map", "/p"],
        saved: &["ro_maps = ['/p', '/q']"],
        maps: &["project ro /q", "flag ro /p"],
    },
    MapRow {
        user: "",
        project: "ro_maps = ['/p', '/q']",
        typed: &["--rw-map", "/p"],
        saved: &["ro_maps = ['/q']", "rw_maps = [\"/p\"]"],
        maps: &["project ro /q", "flag rw /p"],
    },
    MapRow {
        user: "",
        project: "rw_maps = ['p']",
        typed: &["--map", "./p"],
        saved: &["rw_maps = []", "ro_maps = [\"./p\"]"],
        maps: &["flag ro ./p"],
    },
    MapRow {
        user: "",
        project: "",
        typed: &["--map", "/x", "--rw-map", "/x"],
        saved: &["ro_maps = [\"/x\"]"],
        maps: &["flag ro /x"],
    },
    MapRow {
        user: "ro_maps = ['~/x', 'rel']",
        project: "rw_maps = ['~/x', 'rel']",
        typed: &[],
        saved: &["rw_maps = ['~/x', 'rel']"],
        maps: &["user ro rel", "project rw ~/x", "project rw rel"],
    },
    MapRow {
        user: "",
        project: "ro_maps = ['/a:/b', '/a']",
        typed: &["--rw-map", "/a:/c"],
        saved: &["ro_maps = ['/a:/b', '/a']", "rw_maps = [\"/a:/c\"]"],
        maps: &["project ro /a:/b", "project ro /a", "flag rw /a:/c"],
    },
];

fn shown(map: &MapSetting) -> String {
    let source = match map.source {
        Source::UserFile => "user",
        Source::UserCommand => "table",
        Source::ProjectFile => "project",
        Source::Flag => "flag",
        Source::Default | Source::Remembered => unreachable!("no map is a default"),
    };
    let access = if map.writable { "rw" } else { "ro" };
    format!("{source} {access} {}", map.text.to_str().unwrap())
}

#[test]
fn maps() {
    for row in MAP_ROWS {
        for around in Around::all() {
            let case = format!("{around:?}: {} {:?}", row.project, row.typed);
            let scratch = Scratch::new().with_user(row.user).with_project(row.project);
            let args = [&around.flags()[..], row.typed].concat();
            let outcome = scratch.run(&args).unwrap();
            let maps: Vec<_> = outcome.settings.maps.iter().map(shown).collect();
            let text = scratch.project().unwrap();
            let mut lines = said(&text);
            lines.retain(|line| *line != "lockdown = true");
            if around.clean {
                assert!(maps.iter().all(|map| !map.starts_with("project")), "{case}");
            } else {
                assert_eq!(maps, row.maps, "{case}");
            }
            if !around.saves(around.lockdown) {
                assert_eq!(text, row.project, "{case}");
            } else if around.clean {
                let old = |line: &&&str| line.contains('\'');
                assert_eq!(lines.iter().find(old), None, "{case}");
            } else {
                assert_eq!(lines, row.saved, "{case}");
            }
            assert_eq!(scratch.user().unwrap(), row.user, "{case}");
        }
    }
}

/// The lists that are no maps: of each the user's entries come before the project's and those
/// before the typed ones, one that is there already moves, and what was typed is remembered where
/// the row says.
#[test]
fn lists() {
    for &list in List::ALL.iter().filter(|list| !list.is_map()) {
        let row = list.row();
        let of_project = row.owner == Owner::Project;
        let line = |entries: &str| match entries {
            "" => String::new(),
            entries => format!("{} = [{entries}]\n", row.field),
        };
        let flag = format!("--{}", row.flag.long);
        // A number is a port, a glob and a name of a variable; a host's name is none.
        let own = |text: &str| match list {
            List::AllowHosts => text.replace('7', "u").replace('8', "p").replace('9', "f"),
            _ => text.to_owned(),
        };
        for around in Around::all() {
            for (user, project, typed, decided, saved) in [
                ("", "", &[][..], &[][..], ""),
                ("'7'", "'8'", &["9"], &["user 7", "project 8", "flag 9"], "'8', \"9\""),
                ("'7', '8'", "'8'", &["8"], &["user 7", "flag 8"], "'8'"),
                ("'7'", "'7'", &[], &["project 7"], "'7'"),
                ("", "'8'", &["9", "9"], &["project 8", "flag 9"], "'8', \"9\""),
            ] {
                let [user, project, saved] = [user, project, saved].map(own);
                let typed: Vec<_> = typed.iter().copied().map(own).collect();
                let decided: Vec<_> = decided.iter().copied().map(own).collect();
                let case = format!("{flag} {around:?}: {user} {project} {typed:?}");
                let project = if of_project { project } else { String::new() };
                let scratch = Scratch::new().with_user(&line(&user)).with_project(&line(&project));
                let mut args = around.flags();
                args.extend(typed.iter().flat_map(|entry| [&flag, entry].map(String::as_str)));
                let outcome = scratch.run(&args).unwrap();
                let entries = outcome.settings.list(list).iter().map(|entry| {
                    let who = match entry.source {
                        Source::UserFile => "user",
                        Source::ProjectFile => "project",
                        Source::Flag => "flag",
                        other => panic!("{other:?}"),
                    };
                    format!("{who} {}", entry.value.to_str().unwrap())
                });
                let entries: Vec<String> = entries.collect();
                if of_project && !around.clean {
                    assert_eq!(entries, decided, "{case}");
                }
                assert_eq!(scratch.user().unwrap(), line(&user), "{case}");
                let text = scratch.project().unwrap();
                let mut lines = said(&text);
                lines.retain(|line| *line != "lockdown = true");
                if !of_project {
                    assert!(lines.is_empty(), "{case}: a value is never saved");
                } else if around.saves(around.lockdown) && !around.clean {
                    assert_eq!(lines, said(&line(&saved)), "{case}");
                } else if !around.saves(around.lockdown) {
                    assert_eq!(text, line(&project), "{case}");
                }
            }
        }
    }
}

/// `[commands.NAME]` of the user's file: scalars override that file and nothing else, lists append.
#[test]
fn a_table_for_one_command() {
    let user = "no_gpu = true\nmask = ['u']\nro_maps = ['/u']\n\n[commands.make]\nno_gpu = false\n\
                no_docker = true\nclear_env = true\nmask = ['m']\nenv_pass = ['KEY']\n\
                ro_maps = ['/m']\nstatus_bar_style = 'light'\n";
    let scratch = Scratch::new().with_user(user);
    let by_path = scratch.run(&["--exec", "/usr/bin/make"]).unwrap().settings;
    let other = scratch.run(&["--exec", "ls"]).unwrap().settings;
    let make = scratch.run(&["--exec", "make", "-j2"]).unwrap().settings;
    for settings in [&make, &by_path] {
        let gpu = settings.switch(Switch::Gpu);
        assert_eq!((gpu.value, gpu.source), (true, Source::UserCommand));
        assert!(!settings.is_on(Switch::Docker) && settings.is_on(Switch::ClearEnv));
        let masks = settings.list(List::Mask).iter();
        let masks: Vec<_> = masks.map(|entry| (entry.value.to_str(), entry.source)).collect();
        assert_eq!(masks, [(Some("u"), Source::UserFile), (Some("m"), Source::UserCommand)]);
        assert_eq!(settings.list(List::EnvPass)[0].value, "KEY");
        let maps: Vec<_> = settings.maps.iter().map(shown).collect();
        assert_eq!(maps, ["user ro /u", "table ro /m"]);
        assert_eq!(settings.status_bar.value, Some(BarStyle::Light));
    }
    assert!(!other.is_on(Switch::Gpu) && other.is_on(Switch::Docker));
    assert!(other.list(List::EnvPass).is_empty() && !other.is_on(Switch::ClearEnv));
    assert_eq!(other.list(List::Mask).len(), 1);
    // Files and flags of the project are stronger.
    let scratch = scratch.with_project("no_gpu = true\n");
    assert!(!scratch.run(&["--exec", "make"]).unwrap().settings.is_on(Switch::Gpu));
    let typed = scratch.run(&["--exec", "--gpu", "--docker", "make"]).unwrap().settings;
    assert!(typed.is_on(Switch::Gpu) && typed.is_on(Switch::Docker));
    // The command of a file has its table as well.
    let scratch = scratch.with_user(&format!("command = ['make']\n{user}"));
    assert!(scratch.run(&["--exec"]).unwrap().settings.is_on(Switch::ClearEnv));
    assert_eq!(scratch.user().unwrap(), format!("command = ['make']\n{user}"));
    // A choice that the user's file remembers leaves the tables as they are.
    scratch.run(&["-s", "true"]).unwrap();
    let text = scratch.user().unwrap();
    assert!(text.contains("no_status_bar = false\n\n[commands.make]\n"), "{text}");
}

/// What the user's file says, the flag, the bar of the run, what the file says then.
type BarRow = (&'static [&'static str], &'static str, Option<BarStyle>, &'static [&'static str]);

#[test]
fn the_status_bar() {
    const OFF: &str = "no_status_bar = true";
    const ON: &str = "no_status_bar = false";
    const DARK: &str = "status_bar_style = \"dark\"";
    const LIGHT: &str = "status_bar_style = \"light\"";
    let (dark, light) = (Some(BarStyle::Dark), Some(BarStyle::Light));
    let rows: &[BarRow] = &[
        (&[], "", None, &[]),
        (&[], "-s", dark, &[ON]),
        (&[], "-s=light", light, &[ON, LIGHT]),
        (&[], "--no-status-bar", None, &[OFF]),
        (&[OFF], "", None, &[OFF]),
        (&[OFF], "-s", dark, &[ON]),
        (&[ON], "", dark, &[ON]),
        (&[LIGHT], "", light, &[LIGHT]),
        (&[LIGHT], "-s", light, &[LIGHT, ON]),
        (&[LIGHT], "-s=dark", dark, &[DARK, ON]),
        (&[LIGHT], "--no-status-bar", None, &[LIGHT, OFF]),
        (&[LIGHT, OFF], "", None, &[LIGHT, OFF]),
        (&[LIGHT, OFF], "-s", light, &[LIGHT, ON]),
    ];
    for (user, typed, style, saved) in rows {
        for around in Around::all() {
            let case = format!("{around:?}: {user:?} {typed}");
            let scratch = Scratch::new().with_user(&user.join("\n"));
            let mut args = around.flags();
            args.extend(Some(*typed).filter(|typed| !typed.is_empty()));
            let outcome = scratch.run(&args).unwrap();
            assert_eq!(outcome.settings.status_bar.value, *style, "{case}");
            let expected = if around.saves(around.lockdown) { saved } else { user };
            assert_eq!(said(&scratch.user().unwrap()), *expected, "{case}");
            let project = scratch.project().unwrap_or_default();
            assert!(!project.contains("status_bar"), "{case}");
        }
    }
}

/// Lockdown written in either file counts as lockdown: nothing is saved but by `--init`.
#[test]
fn lockdown_from_a_file_saves_nothing_either() {
    for (user, project) in [("lockdown = true\n", ""), ("", "lockdown = true\n")] {
        let scratch = Scratch::new().with_user(user).with_project(project);
        scratch.run(&["--no-gpu", "-s", "claude"]).unwrap();
        assert_eq!(scratch.project().as_deref(), Some(project));
        assert_eq!(scratch.user().as_deref(), Some(user));
        scratch.run(&["--init", "--no-gpu"]).unwrap();
        assert_eq!(scratch.project(), Some(format!("{project}no_gpu = true\n")));
        scratch.run(&["--no-lockdown", "--no-mise", "true"]).unwrap();
        assert!(scratch.project().unwrap().contains("lockdown = false\n"));
    }
}
