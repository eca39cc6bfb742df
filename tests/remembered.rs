//! What is remembered between runs, what is said of it, and how it is taken back.

use std::ffi::OsStr;
use std::fs;

use ai_jail::config::{self, ConfigError, trust};
use ai_jail::settings::Source;

use crate::support::{Scratch, cli, said};

impl Scratch {
    /// Remembers a run's command; gives the lines that say so.
    fn ended(&self, args: &[&str], status: u8, is_tracked: bool) -> Vec<String> {
        let cli = cli(args);
        let loaded = config::load(&self.paths, cli.clean).unwrap();
        let settings = config::resolve(&cli, &loaded);
        config::remember_command(&cli, &loaded, &settings, &self.paths, || is_tracked, status)
            .unwrap()
    }

    /// The command that a run without one has, and who says so.
    fn command(&self) -> (Vec<String>, Source) {
        let loaded = config::load(&self.paths, false).unwrap();
        let command = config::resolve(&cli(&[]), &loaded).command;
        let words = command.value.iter().map(|word| word.to_str().unwrap().to_owned());
        (words.collect(), command.source)
    }

    fn forget(&self, what: &str) -> Result<(), ConfigError> {
        let loaded = config::load(&self.paths, false).unwrap();
        config::forget(&loaded, &self.paths, OsStr::new(what)).map(|_| ())
    }

    /// Saves as a run does, with the maps as files keep them; gives the lines that say so.
    fn save(&self, args: &[&str]) -> Vec<String> {
        let cli = cli(args);
        let loaded = config::load(&self.paths, cli.clean).unwrap();
        let settings = config::resolve(&cli, &loaded);
        let cli = config::lasting(&cli, &loaded, &self.paths);
        config::save(&cli, &loaded, &settings, &self.paths).unwrap().news
    }

    fn forget_trust(&self) {
        let _ = fs::remove_dir_all(self.paths.trust_dir.as_ref().unwrap());
    }

    fn asks(&self, args: &[&str]) -> Vec<String> {
        let cli = cli(args);
        let loaded = config::load(&self.paths, cli.clean).unwrap();
        match trust::assess(&loaded, &cli, &self.paths) {
            trust::Verdict::Untrusted(asked) => {
                asked.items.iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[test]
fn a_command_that_did_not_run_is_not_remembered() {
    let scratch = Scratch::new();
    for status in [126, 127] {
        assert_eq!(scratch.ended(&["staus"], status, false), [""; 0], "{status}");
    }
    assert_eq!(scratch.project(), None);
    // One that ended badly ran all the same.
    let lines = scratch.ended(&["claude", "-c"], 1, false);
    let line = "remembered in .ai-jail: the command `claude -c`; `ai-jail --forget command` takes \
                it back";
    assert_eq!(lines, [line]);
    assert_eq!(scratch.command(), (vec!["claude".into(), "-c".into()], Source::ProjectFile));
    assert_eq!(scratch.ended(&["claude", "-c"], 0, false), [""; 0], "it is no news twice");
}

#[test]
fn a_command_with_a_descriptor_of_the_shell_is_not_remembered() {
    let scratch = Scratch::new();
    assert_eq!(scratch.ended(&["diff", "/dev/fd/63", "/dev/fd/62"], 0, false), [""; 0]);
    assert_eq!(scratch.project(), None);
    let remembered = scratch.ended(&["cat", "/dev/fd/0"], 0, false);
    assert_eq!(remembered.len(), 1, "every command has standard input");
}

#[test]
fn a_new_start_is_trusted_although_it_tightens_less() {
    let scratch = Scratch::new();
    scratch.save(&["--init", "--no-gpu", "--map", "."]);
    scratch.save(&["--clean", "--init", "--no-docker"]);
    assert_eq!(scratch.asks(&[]), [""; 0]);
    // The control: whoever else takes something out is asked about.
    let text = scratch.project().unwrap().replace("no_docker = true\n", "");
    fs::write(&scratch.paths.project_file, text).unwrap();
    assert_eq!(scratch.asks(&[]).len(), 1);
}

#[test]
fn a_file_of_others_keeps_its_command() {
    let file = "command = [\"npm\", \"test\"]\n";
    for (text, is_tracked) in [(file, false), ("no_gpu = true\n", true)] {
        let scratch = Scratch::new().with_project(text);
        let lines = scratch.ended(&["codex"], 0, is_tracked);
        assert!(lines[0].starts_with("remembered in your own records: the command `codex`"));
        assert_eq!(scratch.project().unwrap(), text);
        assert_eq!(scratch.command(), (vec!["codex".into()], Source::Remembered));
        // The own command needs no trust, and the file's does not matter beside it.
        assert_eq!(scratch.asks(&[]), [""; 0]);
        scratch.forget("command").unwrap();
        assert_ne!(scratch.command().1, Source::Remembered);
    }
    // In another project it is unknown, and a record that others could write is none.
    let scratch = Scratch::new().with_project(file);
    scratch.ended(&["codex"], 0, false);
    let records = scratch.home().join(".local/share/ai-jail/commands");
    let record = fs::read_dir(&records).unwrap().next().unwrap().unwrap().path();
    let mut permissions = fs::metadata(&record).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o666);
    fs::set_permissions(&record, permissions).unwrap();
    assert_eq!(scratch.command().1, Source::ProjectFile);
}

#[test]
fn maps_are_saved_as_short_as_they_can_be_written() {
    let scratch = Scratch::new();
    let (home, project) = (scratch.home().to_owned(), scratch.paths.project_dir.clone());
    let outside = scratch.outside("data");
    for name in ["sub", "~odd"] {
        fs::create_dir(project.join(name)).unwrap();
    }
    fs::create_dir(home.join("Documents")).unwrap();
    let shown = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let cases = [
        (shown(&home.join("Documents")), "~/Documents".to_owned()),
        (shown(&project.join("sub")), "sub".to_owned()),
        (shown(&project.join("~odd")), "./~odd".to_owned()),
        (shown(&project), ".".to_owned()),
        (format!("{}:/data", shown(&home.join("Documents"))), "~/Documents:/data".to_owned()),
        (shown(&outside), shown(&outside)),
        ("../other".to_owned(), "../other".to_owned()),
    ];
    for (typed, saved) in cases {
        let _ = fs::remove_file(&scratch.paths.project_file);
        scratch.forget_trust();
        let lines = scratch.save(&["--map", &typed]);
        let text = scratch.project().unwrap();
        assert_eq!(said(&text), [format!("ro_maps = [\"{saved}\"]")], "{typed}");
        assert!(lines[0].contains(&format!("may read {saved}; ")), "{lines:?}");
        assert_eq!(scratch.asks(&[]), [""; 0], "what was typed is trusted: {typed}");
    }
}

#[test]
fn a_map_in_another_spelling_is_no_second_map() {
    let scratch = Scratch::new();
    let long = scratch.home().join("Documents");
    fs::create_dir(&long).unwrap();
    let long = long.to_str().unwrap();
    let scratch = scratch.with_project("");
    assert_eq!(scratch.save(&["--map", "~/Documents"]).len(), 1);
    assert_eq!(scratch.save(&["--map", long]), [""; 0]);
    scratch.save(&["--rw-map", long]);
    let text = scratch.project().unwrap();
    assert_eq!(said(&text), ["ro_maps = []", "rw_maps = [\"~/Documents\"]"]);
}

#[test]
fn what_was_remembered_is_taken_back() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.home().join("Documents")).unwrap();
    let full = scratch.home().join("Documents");
    scratch.save(&["--init", "--no-gpu", "--rw-map", "~/Documents", "--lockdown", "claude"]);
    scratch.save(&["--init", "-s"]);
    for (what, gone) in [
        (full.to_str().unwrap(), "Documents"),
        ("--no-gpu", "no_gpu"),
        ("lockdown", "lockdown"),
        ("command", "claude"),
    ] {
        let before = scratch.project().unwrap();
        assert!(before.contains(gone), "{before}");
        scratch.forget(what).unwrap();
        let after = scratch.project().unwrap();
        assert!(!said(&after).concat().contains(gone), "{what}: {after}");
        assert!(after.starts_with(config::PROJECT_HEADER), "{what}: {after}");
        assert_eq!(scratch.asks(&[]), [""; 0], "{what}: the rest is agreed to as before");
    }
    assert_eq!(said(&scratch.project().unwrap()), ["rw_maps = []"]);
    scratch.forget("status-bar").unwrap();
    assert_eq!(said(&scratch.user().unwrap()), [""; 0]);
    for what in ["gpu", "command", "~/Documents", "/nowhere"] {
        assert!(matches!(scratch.forget(what), Err(ConfigError::NotRemembered { .. })), "{what}");
    }
}

#[test]
fn comments_stay_where_a_field_is_taken_out() {
    let text = "# mine\nno_gpu = true\n# of docker\nno_docker = true # aside\n# the end\n";
    let scratch = Scratch::new().with_project(text);
    scratch.forget("gpu").unwrap();
    let rest = "# mine\n# of docker\nno_docker = true # aside\n# the end\n";
    assert_eq!(scratch.project().unwrap(), rest);
    scratch.forget("docker").unwrap();
    assert_eq!(scratch.project().unwrap(), "# mine\n# of docker\n# the end\n");
}

#[test]
fn a_file_that_tightens_less_than_before_asks() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.paths.project_dir.join("fixed")).unwrap();
    scratch.run(&["--no-gpu", "--no-docker", "--map", "fixed"]).unwrap();
    let agreed = scratch.project().unwrap();
    assert_eq!(scratch.asks(&[]), [""; 0]);

    // Whoever changed it; the whole file may be gone.
    let lines = [
        ("no_gpu = true\n", "no longer says no_gpu = true"),
        ("ro_maps = [\"fixed\"]\n", "no longer says ro_maps = \"fixed\""),
    ];
    for (line, lost) in lines {
        fs::write(&scratch.paths.project_file, agreed.replace(line, "")).unwrap();
        assert_eq!(scratch.asks(&["true"]), [lost]);
        assert!(scratch.run(&["true"]).is_err());
        assert_eq!(scratch.asks(&["--clean", "true"]), [""; 0]);
    }
    fs::remove_file(&scratch.paths.project_file).unwrap();
    assert_eq!(scratch.asks(&["true"]).len(), 3);
    assert_eq!(scratch.asks(&["--gpu", "--docker", "--rw-map", "fixed", "true"]), [""; 0]);

    // For one run, and nothing is agreed to by that.
    scratch.run(&["--trust-once"]).unwrap();
    assert_eq!(scratch.asks(&["true"]).len(), 3);

    // More of it needs no word.
    fs::write(&scratch.paths.project_file, format!("{agreed}no_mise = true\n")).unwrap();
    assert_eq!(scratch.asks(&["true"]), [""; 0]);

    // What is agreed to anew is agreed to.
    fs::write(&scratch.paths.project_file, "no_gpu = true\n").unwrap();
    assert_eq!(scratch.trust().len(), 2);
    assert_eq!(scratch.asks(&["true"]), [""; 0]);
}

#[test]
fn what_was_lost_stays_strict_in_the_views() {
    let scratch = Scratch::new();
    scratch.run(&["--no-gpu", "true"]).unwrap();
    fs::remove_file(&scratch.paths.project_file).unwrap();
    let cli = cli(&["status"]);
    let loaded = config::load(&scratch.paths, false).unwrap();
    let verdict = trust::assess(&loaded, &cli, &scratch.paths);
    let settings = config::resolve(&cli, &loaded.restrained(&verdict));
    assert!(!settings.is_on(ai_jail::fields::Switch::Gpu));
}
