//! The tables of the pages in docs/ are those of the code. `UPDATE_DOCS=1` writes them anew.

use std::fmt::Write;
use std::fs;

use ai_jail::policy::agents::AGENTS;
use ai_jail::policy::home::{Treatment, rows};
use ai_jail::policy::kept_env::KEPT;
use ai_jail::policy::moved::MOVED;
use ai_jail::policy::network::PRESETS;
use ai_jail::policy::place::Place;
use ai_jail::policy::{Os, asked, devices, display, env, macos, protect, secrets, shared, system};

/// A table of two columns. Equal reasons, in the order of their first, share a row.
fn grouped<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>, heads: [&str; 2]) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for (path, reason) in rows {
        let path = format!("`{path}`");
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, paths)) => paths.push(path),
            None => groups.push((reason, vec![path])),
        }
    }
    let mut text = format!("| {} | {} |\n|---|---|\n", heads[0], heads[1]);
    for (reason, paths) in groups {
        let _ = writeln!(text, "| {reason} | {} |", paths.join(" "));
    }
    text
}

fn home(treatment: Treatment) -> String {
    let rows = rows().filter(|row| row.treatment == treatment);
    grouped(rows.map(|row| (row.path, row.reason)), ["what", "below the home"])
}

fn system(tables: &[&[Place]]) -> String {
    let rows = tables.iter().flat_map(|table| table.iter());
    grouped(rows.map(|row| (row.path, row.reason)), ["what", "where"])
}

fn environment(when: env::DropWhen) -> String {
    let rows = env::DROPPED.iter().filter(|row| row.when == when);
    grouped(rows.map(|row| (row.name, row.reason)), ["why", "variables"])
}

fn presets() -> String {
    let rows = env::PRESET
        .iter()
        .map(|row| format!("| `{}={}` | {} |\n", row.name, row.value, row.reason));
    format!("| variable | why |\n|---|---|\n{}", rows.collect::<String>())
}

/// The tables of docs/display.md.
fn display_tables() -> Vec<(&'static str, String)> {
    let withheld = display::WITHHELD.iter().map(|door| (door.path, door.reason));
    vec![("withheld", grouped(withheld, ["what", "below `XDG_RUNTIME_DIR`"]))]
}

/// The tables of docs/agents.md.
fn agents_tables() -> Vec<(&'static str, String)> {
    let asked = asked::ASKED.iter().map(|asked| (asked.command, asked.reason));
    vec![
        ("agents", agents_table()),
        ("needs", needs_table()),
        ("started", started_table()),
        ("notes", notes()),
        ("asked", grouped(asked, ["what it does", "commands that begin so"])),
    ]
}

/// A row for each agent.
fn agents_table() -> String {
    let mut text = "| agent | in a script | its state | what moves its settings | a login by a \
                    variable |\n|---|---|---|---|---|\n"
        .to_owned();
    let words = |words: &mut dyn Iterator<Item = String>| {
        words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ")
    };
    for agent in AGENTS {
        let state = [&agent.directory].into_iter().chain(agent.state).map(|directory| {
            let (_, base, name) = directory.parts();
            ["~", base, name]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("/")
        });
        let variables = agent.variables.iter().map(|variable| variable.name.to_owned());
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} |",
            agent.name,
            agent.one_shot,
            words(&mut state.into_iter()),
            words(&mut variables.into_iter()),
            words(&mut agent.keys.iter().map(|key| (*key).to_owned())),
        );
    }
    text
}

/// What each needs of the network and of editors.
fn needs_table() -> String {
    let mut text =
        "| agent | hosts | updates of its own are off by | with an editor (ACP) | said by |\n\
                    |---|---|---|---|---|\n"
            .to_owned();
    for agent in AGENTS {
        let hosts: Vec<_> = agent.hosts.iter().map(|host| format!("`{host}`")).collect();
        let updates = agent.updates.map(|set| format!("`{}={}`", set.name, set.value));
        let acp = agent.acp.map(|words| format!("`{words}`"));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            agent.name,
            hosts.join(" "),
            updates.unwrap_or_default(),
            acp.unwrap_or_default(),
            agent.source,
        );
    }
    text
}

/// What starts each beside its own name.
fn started_table() -> String {
    let mut text = "| agent | programs | packages |\n|---|---|---|\n".to_owned();
    let words =
        |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ");
    for agent in AGENTS {
        let programs = [&[agent.command], agent.also].concat();
        let (name, packages) = (agent.name, words(agent.packages));
        let _ = writeln!(text, "| {name} | {} | {packages} |", words(&programs));
    }
    text
}

/// A line for each note, which `-v` says as well.
fn notes() -> String {
    let notes = AGENTS.iter().flat_map(|agent| agent.notes.iter().map(|note| (agent.name, note)));
    notes.fold(String::new(), |text, (name, note)| format!("{text}- {name}: {note}.\n"))
}

fn protected(rows: &'static [Place], place: &str) -> String {
    grouped(rows.iter().map(|row| (row.path, row.reason)), ["what", place])
}

/// What of the home stays read-only.
fn in_home(os: Os) -> impl Iterator<Item = (&'static str, &'static str)> {
    protect::home(os).map(|row| (row.path, row.reason))
}

/// The tables of docs/protected.md.
fn watched_tables() -> Vec<(&'static str, String)> {
    vec![
        (
            "watched in the home",
            grouped(
                protect::home_watched().map(|row| (row.path, row.reason)),
                ["what", "below the home"],
            ),
        ),
        ("state", protected(shared::STATE, "below the home")),
        ("watched in the project", protected(protect::PROJECT_WATCHED, "below the project")),
    ]
}

/// The table of docs/network.md.
fn network_tables() -> Vec<(&'static str, String)> {
    let mut text = "| preset | for | names |\n|---|---|---|\n".to_owned();
    for preset in PRESETS {
        let rules: Vec<_> = preset.rules.iter().map(|rule| format!("`{rule}`")).collect();
        let _ = writeln!(text, "| `@{}` | {} | {} |", preset.name, preset.reason, rules.join(" "));
    }
    vec![("presets", text)]
}

/// Every table by the name that its mark in docs/reference.md has.
fn tables() -> Vec<(&'static str, String)> {
    let devices = devices::GPU.iter().map(|device| (device.path, device.reason));
    let kept = KEPT.iter().filter(|row| row.in_lockdown);
    let kept: Vec<String> = kept.map(|row| format!("`{}`", row.name)).collect();
    vec![
        ("options", options()),
        ("system", system(&[system::ROOT, system::DEEPER, system::CHAINS])),
        ("masks", system(&[system::MASKS, system::PROC_MASKS])),
        ("lockdown masks", system(&[system::LOCKDOWN_MASKS])),
        ("devices", grouped(devices, ["what", "device"])),
        ("read-write", home(Treatment::ReadWrite)),
        ("copied", home(Treatment::Copied)),
        ("empty", home(Treatment::Empty)),
        ("private", home(Treatment::Private)),
        ("hidden", home(Treatment::Hidden)),
        ("protected", grouped(in_home(Os::Linux), ["what", "below the home"])),
        ("dropped", environment(env::DropWhen::Always)),
        ("preset", presets()),
        ("kept", format!("{}\n", kept.join(" "))),
    ]
}

/// The tables of docs/secrets.md.
fn secrets_tables() -> Vec<(&'static str, String)> {
    let rows = |rows: &'static [secrets::Row], heads| {
        grouped(rows.iter().map(|row| (row.glob, row.reason)), heads)
    };
    let kept = KEPT.iter().map(|row| (row.name, row.reason));
    vec![
        ("secrets", rows(secrets::SECRETS, ["what", "names"])),
        ("not secrets", rows(secrets::NOT_SECRET, ["what", "names"])),
        ("kept variables", grouped(kept, ["for", "variables"])),
        ("moved directories", moved()),
    ]
}

/// A row for each variable that names a directory.
fn moved() -> String {
    let mut text = "| variable | what | access | known by |\n|---|---|---|---|\n".to_owned();
    for row in MOVED {
        let below = if row.below.is_empty() { String::new() } else { format!("/{}", row.below) };
        let access = if row.writable { "read and write" } else { "read" };
        let signs = row.signs.iter().map(|sign| format!("`{sign}`")).collect::<Vec<_>>();
        let (variable, signs) = (row.variable, signs.join(" "));
        let _ = writeln!(text, "| `${variable}{below}` | {} | {access} | {signs} |", row.reason);
    }
    text
}

/// A row for each option of the command line, as `--help` has them.
fn options() -> String {
    let mut definition = ai_jail::cli::definition();
    definition.build();
    let mut text = "| option | meaning |\n|---|---|\n".to_owned();
    for option in definition.get_arguments() {
        let Some(long) = option.get_long() else { continue };
        let short = option.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
        let values = option.get_num_args().unwrap_or_else(|| 0.into());
        let names: Vec<&str> = option
            .get_value_names()
            .unwrap_or_default()
            .iter()
            .map(clap::builder::Str::as_str)
            .collect();
        let value = match (values.min_values(), values.takes_values()) {
            (_, false) => String::new(),
            (0, true) => format!("[={}]", names.join(" ")),
            (_, true) => format!(" {}", names.join(" ")),
        };
        let help = option.get_help().map(ToString::to_string).unwrap_or_default();
        let help = help.replace('\n', " ").replace('|', "\\|").replace('<', "\\<");
        let _ = writeln!(text, "| {short}`--{long}{value}` | {help} |");
    }
    text
}

fn home_on_macos(treatment: Treatment) -> String {
    let rows = macos::home::HOME.iter().filter(|row| row.treatment == treatment);
    grouped(rows.map(|row| (row.path, row.reason)), ["what", "below the home"])
}

/// The tables of docs/macos.md.
fn macos_tables() -> Vec<(&'static str, String)> {
    let places = "below `/private/tmp`, `/private/var/tmp` and your own";
    let rows = |rows: &'static [Place]| rows.iter().map(|row| (row.path, row.reason));
    let variables = macos::TEMPORARY_VARIABLES;
    let variables = variables.iter().map(|row| (row.name, row.reason));
    let caches = macos::OWN_CACHE_VARIABLES.iter().map(|row| (row.name, row.reason));
    let dropped = macos::DROPPED.iter().map(|row| (row.name, row.reason));
    vec![
        ("system", system(&[macos::SYSTEM])),
        ("masks", system(&[macos::MASKS])),
        ("read-write", home_on_macos(Treatment::ReadWrite)),
        ("read-only", home_on_macos(Treatment::ReadOnly)),
        ("hidden", home_on_macos(Treatment::Hidden)),
        ("protected", protected(macos::protect::HOME, "below the home")),
        ("temporary", grouped(rows(macos::TEMPORARY_MASKS), ["what", places])),
        ("own-home", grouped(caches, ["tool", "variables"])),
        ("own-temporary", grouped(variables, ["who reads it", "variables"])),
        ("dropped", grouped(dropped, ["why", "variables"])),
        ("compared", crate::seatbelt::compared::table()),
    ]
}

#[test]
fn the_tables_are_those_of_the_code() {
    compare("docs/reference.md", tables());
    compare("docs/display.md", display_tables());
    compare("docs/agents.md", agents_tables());
    compare("docs/protected.md", watched_tables());
    compare("docs/macos.md", macos_tables());
    compare("docs/network.md", network_tables());
    compare("docs/secrets.md", secrets_tables());
}

fn compare(page: &str, tables: Vec<(&str, String)>) {
    // At run time: the tests may run elsewhere than they were built.
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo");
    let file = std::path::Path::new(&root).join(page);
    let mut text = fs::read_to_string(&file).expect(page);
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    for (name, table) in tables {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
        let start = text.find(&open).unwrap_or_else(|| panic!("no {open}")) + open.len();
        let end = text.find(&close).unwrap_or_else(|| panic!("no {close}"));
        if update {
            text.replace_range(start..end, &table);
        } else {
            pretty_assertions::assert_str_eq!(&text[start..end], table, "{page}: {name}");
        }
    }
    if update {
        fs::write(&file, text).expect(page);
    }
}
