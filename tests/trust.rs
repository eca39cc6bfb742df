//! What takes trust, who gives it, and how far it reaches.

use std::fs;
use std::os::unix::fs::symlink;

use ai_jail::config::{self, ConfigError, trust};
use ai_jail::fields::{Owner, Switch};
use pretty_assertions::assert_eq;

use crate::support::{Scratch, cli, said};

fn is_stopped(scratch: &Scratch, args: &[&str]) -> bool {
    match scratch.run(args) {
        Ok(_) => false,
        Err(ConfigError::Untrusted { .. }) => true,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_only_tightens_always_applies() {
    for file in [
        "",
        "# nothing\n",
        "lockdown = true\n",
        "no_gpu = true\nno_docker = true\nno_display = true\nno_mise = true\n",
        "no_landlock = false\nno_seccomp = false\nno_rlimits = false\nno_protect = false\n",
        "ro_maps = [\".\", \"sub\", \"sub/./deeper\", \"missing\"]\n",
        "no_gpu = false\nlockdown = false\n",
        "command = [\"bash\"]\n",
        // Lockdown ignores maps.
        "lockdown = true\nrw_maps = [\"/\"]\n",
    ] {
        let scratch = Scratch::new().with_project(file);
        fs::create_dir_all(scratch.paths.project_dir.join("sub/deeper")).unwrap();
        assert!(!is_stopped(&scratch, &["--exec"]), "{file}");
    }
}

#[test]
fn each_thing_that_loosens_takes_trust() {
    for file in [
        "no_landlock = true\n",
        "no_seccomp = true\n",
        "no_rlimits = true\n",
        "no_protect = true\n",
        "command = [\"claude\"]\n",
        "command = [\"bash\", \"-c\", \"evil\"]\n",
        "rw_maps = [\"/\"]\n",
        "ro_maps = [\"/\"]\n",
        "ro_maps = [\"~\"]\n",
        "ro_maps = [\"~/.ssh\"]\n",
        "ro_maps = [\"..\"]\n",
        "ro_maps = [\"sub/../..\"]\n",
        "ro_maps = [\"missing/../..\"]\n",
        "ro_maps = [\"out\"]\n",
        "ro_maps = [\"out/deeper\"]\n",
        "ro_maps = [\"loop\"]\n",
        "ro_maps = [\"sub:/usr/bin\"]\n",
        "ro_maps = [\"/etc:/mnt\"]\n",
        // It could lift the protection of what the host runs later.
        "rw_maps = [\".git/hooks\"]\n",
    ] {
        let scratch = Scratch::new().with_project(file);
        let dir = &scratch.paths.project_dir;
        fs::create_dir(dir.join("sub")).unwrap();
        symlink(scratch.outside("elsewhere"), dir.join("out")).unwrap();
        symlink("loop", dir.join("loop")).unwrap();
        for args in [&["--exec"][..], &[], &["--dry-run"]] {
            assert!(is_stopped(&scratch, args), "{file} {args:?}");
        }
        assert_eq!(scratch.project().as_deref(), Some(file));
        assert_eq!(scratch.trust().len(), 1, "{file}");
        assert!(!is_stopped(&scratch, &["--exec"]), "{file}");
    }
}

#[test]
fn each_switch_loosens_against_a_stricter_user_and_only_then() {
    for switch in Switch::ALL.iter().filter(|switch| switch.row().owner == Owner::Project) {
        let row = switch.row();
        let (name, loose) = (row.field, switch.written(row.loose));
        for (user, project, stopped) in [
            (Some(!loose), Some(loose), true),
            (None, Some(loose), loose),
            (Some(loose), Some(loose), false),
            (Some(!loose), Some(!loose), false),
            (Some(loose), Some(!loose), false),
            (None, Some(!loose), false),
            (Some(!loose), None, false),
        ] {
            let text = |value: Option<bool>| {
                value.map_or_else(String::new, |value| format!("{name} = {value}\n"))
            };
            let scratch = Scratch::new().with_user(&text(user)).with_project(&text(project));
            let what = format!("{name}: user {user:?}, project {project:?}");
            assert_eq!(is_stopped(&scratch, &["--exec", "true"]), stopped, "{what}");
        }
    }
}

/// A project may take away what it likes. What it takes back of the user's masks has to be agreed
/// to, and its own exceptions to its own masks do not.
#[test]
fn a_project_may_mask_and_not_unmask() {
    for (mask, except) in [("mask", "mask_exceptions"), ("deny_paths", "deny_path_exceptions")] {
        let own = format!("{mask} = [\".env\"]\n");
        let excepts = format!("{except} = [\"*\"]\n");
        for (user, project, stopped) in [
            ("", &own, false),
            ("", &format!("{own}{excepts}"), false),
            (&own[..], &own, false),
            (&own, &excepts, true),
            (&own, &format!("{own}{excepts}"), true),
            (&format!("[commands.make]\n{own}"), &excepts, true),
            (&format!("[commands.ls]\n{own}"), &excepts, false),
        ] {
            let scratch = Scratch::new().with_user(user).with_project(project);
            assert_eq!(is_stopped(&scratch, &["--exec", "make"]), stopped, "{user} {project}");
        }
        // What the user types counts as the user's.
        let scratch = Scratch::new().with_project(&excepts);
        let flags = if mask == "mask" {
            ["--mask", "--mask-except"]
        } else {
            ["--deny-path", "--deny-path-except"]
        };
        assert!(is_stopped(&scratch, &["--exec", flags[0], ".env", "make"]));
        assert!(!is_stopped(&scratch, &["--exec", flags[0], ".env", flags[1], "*", "make"]));
        let scratch = Scratch::new().with_user(&own).with_project(&excepts);
        let words = scratch.trust();
        assert!(words[0].contains(&format!("what fits `*` ({except})")), "{words:?}");
        assert!(!is_stopped(&scratch, &["--exec", "make"]));
    }
}

#[test]
fn what_is_typed_needs_no_trust() {
    for (file, flags) in [
        ("no_landlock = true\n", &["--landlock"][..]),
        ("no_seccomp = true\n", &["--no-seccomp"]),
        ("no_protect = true\n", &["--no-protect"]),
        ("rw_maps = [\"/data/\"]\n", &["--rw-map", "/data"]),
        ("rw_maps = [\"/data\"]\n", &["--map", "/data"]),
        ("rw_maps = [\"/\"]\nno_gpu = true\n", &["--lockdown"]),
        ("command = [\"evil\"]\n", &["--", "good"]),
        ("rw_maps = [\"/\"]\nno_seccomp = true\n", &["--clean"]),
    ] {
        let scratch = Scratch::new().with_project(file);
        let args = [&["--exec"], flags].concat();
        assert!(!is_stopped(&scratch, &args), "{file} {flags:?}");
    }
    // Typed without a command, lockdown still does not run a stranger's.
    let scratch = Scratch::new().with_project("command = [\"evil\"]\nno_seccomp = true\n");
    assert!(is_stopped(&scratch, &["--lockdown"]));
    assert!(is_stopped(&scratch, &["--lockdown", "good"]));
}

#[test]
fn a_command_of_the_users_own_is_no_news() {
    let scratch = Scratch::new()
        .with_user("command = [\"claude\"]\n")
        .with_project("command = [\"claude\"]\n");
    assert!(!is_stopped(&scratch, &[]));
    let scratch = scratch.with_project("command = [\"bash\"]\n");
    assert!(is_stopped(&scratch, &[]));
}

#[test]
fn the_message_names_the_requests_and_the_one_command() {
    let scratch = Scratch::new().with_project(
        "command = [\"sh\", \"-c\", \"x\\u001b[2J\"]\nrw_maps = [\"~/.ssh\"]\nno_seccomp = true\n",
    );
    let text = scratch.run(&[]).unwrap_err().to_string();
    let file = scratch.paths.project_file.display();
    let home = scratch.home().display();
    assert_eq!(
        text,
        format!(
            "{file} is not trusted. It asks for more than a project gets by itself:\n  \
             - runs `sh -c 'x\\u{{1b}}[2J'` when no command is typed\n  \
             - may read and write {home}/.ssh (written `~/.ssh`)\n  \
             - runs without the system-call filter (no_seccomp = true)\n\
             if that is what you want, type: ai-jail --trust\n\
             (for one run without remembering, as in CI: --trust-once or AI_JAIL_TRUST_ONCE=1)"
        )
    );
}

#[test]
fn the_prompt_remembers_yes_and_not_once() {
    let text = "rw_maps = [\"/data\"]\n";
    for (answer, runs, remembered) in [
        ("y\n", true, true),
        ("YES\r\n", true, true),
        ("o\n", true, false),
        ("once\n", true, false),
        ("n\n", false, false),
        ("\n", false, false),
        ("", false, false),
        ("yess\n", false, false),
        (&"y".repeat(1000), false, false),
    ] {
        let scratch = Scratch::new().with_project(text);
        let (outcome, question) = scratch.answered(&[], Some(answer));
        assert_eq!(outcome.is_ok(), runs, "{answer:?}");
        assert!(question.contains("may read and write /data"), "{question}");
        assert_eq!(!is_stopped(&scratch, &["--exec"]), remembered, "{answer:?}");
    }
}

#[test]
fn exec_and_dry_run_never_ask() {
    let scratch = Scratch::new().with_project("no_seccomp = true\n");
    for args in [&["--exec"][..], &["--dry-run"], &["--dry-run=json"]] {
        let (outcome, question) = scratch.answered(args, Some("y\n"));
        assert!(matches!(outcome, Err(ConfigError::Untrusted { .. })));
        assert_eq!(question, "");
    }
}

#[test]
fn trust_once_records_nothing() {
    let scratch = Scratch::new().with_project("command = [\"make\"]\n");
    let outcome = scratch.run(&["--trust-once"]).unwrap();
    assert_eq!(outcome.settings.command.value, ["make"]);
    assert!(is_stopped(&scratch, &[]));
}

#[test]
fn the_next_question_says_what_is_new() {
    let scratch = Scratch::new().with_project("rw_maps = [\"/data\"]\n");
    scratch.trust();
    let scratch = scratch.with_project("rw_maps = [\"/data\"]\nno_seccomp = true\n");
    let text = scratch.run(&[]).unwrap_err().to_string();
    assert!(text.contains("\n  - may read and write /data\n"), "{text}");
    assert!(text.contains("\n  - new: runs without the system-call filter"), "{text}");
    let scratch = scratch.with_project("# more words\nrw_maps = [\"/data\"]\n");
    let text = scratch.run(&[]).unwrap_err().to_string();
    assert!(text.contains("You allowed the same once"), "{text}");
}

#[test]
fn own_saves_carry_trust_on() {
    let scratch = Scratch::new();
    // New: what was typed is remembered, and so is the agreement to it.
    scratch.run(&["--rw-map", "/data", "--no-seccomp", "claude"]).unwrap();
    assert!(!is_stopped(&scratch, &[]));
    // Trusted before: still trusted with the next flag.
    scratch.run(&["--map", "/opt", "claude", "-p"]).unwrap();
    assert!(!is_stopped(&scratch, &[]));
    // A file of a stranger's that asked for nothing: the typed map is the user's own.
    let scratch = Scratch::new().with_project("# team\nno_gpu = true\n");
    scratch.run(&["--map", "/data", "claude"]).unwrap();
    assert!(!is_stopped(&scratch, &[]));
    // What stands there already becomes known by being typed.
    let scratch = Scratch::new().with_project("command = [\"claude\"]\n");
    scratch.run(&["claude"]).unwrap();
    assert!(!is_stopped(&scratch, &[]));
}

#[test]
fn own_saves_never_bless_what_a_stranger_wrote() {
    let stranger = "rw_maps = [\"/\"]\nno_seccomp = true\n";
    // --init is not stopped, because it runs nothing; nor does it make trusted.
    let scratch = Scratch::new().with_project(stranger);
    let outcome = scratch.run(&["--init", "--map", "/data"]).unwrap();
    assert!(scratch.project().unwrap().contains("/data"));
    assert_eq!(outcome.saved.warnings.len(), 1, "{outcome:?}");
    assert!(is_stopped(&scratch, &[]));
    // Nor does a run that was let through once.
    for args in [
        &["--trust-once", "--map", "/data", "claude"][..],
        &["--init", "--lockdown"],
        &["--init", "--no-lockdown"],
        &["--init"],
    ] {
        let scratch = Scratch::new().with_project(stranger);
        scratch.run(args).unwrap();
        assert!(is_stopped(&scratch, &["--no-lockdown"]), "{args:?}");
    }
    // A stranger's switch that matters to nobody today is not blessed on the way: the user's
    // own file may become stricter tomorrow.
    let scratch = Scratch::new().with_project("no_docker = false\n");
    scratch.run(&["--map", "/data", "claude"]).unwrap();
    assert!(is_stopped(&scratch, &["claude"]));
    let scratch = scratch.with_user("no_docker = true\n");
    assert!(is_stopped(&scratch, &["claude"]));
    // Nor is a stranger's command that was replaced where the file could not be written.
    let scratch = Scratch::new().with_project("command = [\"evil\"]\n");
    let file = &scratch.paths.project_file;
    let mut permissions = fs::metadata(file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(file, permissions).unwrap();
    scratch.run(&["good"]).unwrap();
    assert!(is_stopped(&scratch, &[]));
}

#[test]
fn an_agreement_covers_only_what_was_shown() {
    // The map matters, the command does not (another is typed): both are shown, because both
    // would be trusted.
    let scratch = Scratch::new().with_project("command = [\"evil\"]\nrw_maps = [\"/data\"]\n");
    let (_, question) = scratch.answered(&["good"], Some("n\n"));
    assert!(question.contains("runs `evil`"), "{question}");
    assert!(question.contains("Allow all 2?"), "{question}");
}

#[test]
fn the_views_show_what_would_apply() {
    let scratch =
        Scratch::new().with_user("lockdown = true\ncommand = [\"claude\"]\n").with_project(
            "lockdown = false\nno_seccomp = true\nno_gpu = true\ncommand = [\"evil\"]\n\
             rw_maps = [\"/\"]\nro_maps = [\"sub\"]\n",
        );
    fs::create_dir(scratch.paths.project_dir.join("sub")).unwrap();
    let cli = cli(&["status"]);
    let loaded = config::load(&scratch.paths, false).unwrap();
    let verdict = trust::assess(&loaded, &cli, &scratch.paths);
    assert!(!verdict.applies());
    let settings = ai_jail::config::resolve(&cli, &loaded.restrained(&verdict));
    assert_eq!(settings.command.value, ["claude"]);
    assert!(
        settings.is_on(Switch::Lockdown)
            && settings.is_on(Switch::Seccomp)
            && !settings.is_on(Switch::Gpu)
    );
    let maps: Vec<_> = settings.maps.iter().map(|map| map.text.to_str()).collect();
    assert_eq!(maps, [Some("sub")]);
}

#[test]
fn without_a_home_only_once_is_possible() {
    let scratch = Scratch::new().with_project("no_seccomp = true\n").homeless();
    let text = scratch.run(&[]).unwrap_err().to_string();
    assert!(text.contains("type --trust-once"), "{text}");
    assert!(!text.contains("ai-jail --trust\n"), "{text}");
    let loaded = config::load(&scratch.paths, false).unwrap();
    let error = trust::confirm(&loaded, &cli(&["--trust"]), &scratch.paths).unwrap_err();
    assert!(matches!(error, ConfigError::NoTrustStore));
    scratch.run(&["--trust-once", "--exec"]).unwrap();
    // The prompt does not offer to remember.
    let (outcome, question) = scratch.answered(&[], Some("y\n"));
    assert!(outcome.is_err() && !question.contains("[y]es"), "{question}");
    // A save says that the next run will ask.
    let scratch = Scratch::new().homeless();
    let outcome = scratch.run(&["claude"]).unwrap();
    assert_eq!(said(&scratch.project().unwrap()), ["command = [\"claude\"]"]);
    assert_eq!(outcome.saved.warnings.len(), 1, "{outcome:?}");
    let outcome = scratch.run(&["claude"]).unwrap();
    assert_eq!(outcome.saved.warnings.len(), 0, "{outcome:?}");
}
