//! The `status` view, whole.

use std::fs;

use ai_jail::config::{self, trust};
use ai_jail::host::facts::HostFacts;
use ai_jail::host::home::Home;
use ai_jail::host::{links, own_files};
use ai_jail::views::output;
use ai_jail::views::status::Overview;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::{Scratch, cli};

const HOST: HostFacts = HostFacts {
    gpu: true,
    docker: false,
    display: true,
    mise: true,
    mise_has_work: true,
    own_home: None,
};

fn report(scratch: &Scratch, args: &[&str]) -> Overview {
    report_on(&HOST, scratch, args)
}

fn report_on(host: &HostFacts, scratch: &Scratch, args: &[&str]) -> Overview {
    let cli = cli(&[args, &["status"]].concat());
    let loaded = config::load(&scratch.paths, cli.clean).unwrap();
    let verdict = trust::assess(&loaded, &cli, &scratch.paths);
    let settings = config::resolve(&cli, &loaded.restrained(&verdict));
    Overview::new(&scratch.paths, &loaded, &verdict, &settings, host, Vec::new())
}

fn text(scratch: &Scratch, args: &[&str]) -> String {
    let text = report(scratch, args).to_string();
    text.replace(scratch.home().to_str().unwrap(), "/home/me")
}

fn json(scratch: &Scratch, args: &[&str]) -> Value {
    let json = output::json(&report(scratch, args)).unwrap();
    let json = json.replace(scratch.home().to_str().unwrap(), "/home/me");
    serde_json::from_str(&json).unwrap()
}

#[test]
fn without_files_everything_is_a_default() {
    assert_eq!(
        text(&Scratch::new(), &[]),
        "\
project file  /home/me/work/project/.ai-jail (none)
user file     /home/me/.ai-jail (none)
trust         no file
command       bash                       default
network       host                       default
lockdown      off                        default
landlock      on                         default
seccomp       on                         default
rlimits       on                         default
protect       on                         default
own home      off                        default
gpu           on                         default
docker        off (not on this host)     default
display       on                         default
mise          on                         default
clear env     off                        default
status bar    off                        default
"
    );
}

#[test]
fn each_setting_names_its_source() {
    let scratch = Scratch::new()
        .with_user("no_mise = true\nstatus_bar_style = \"light\"\nro_maps = [\"~/books\"]\n")
        .with_project("command = [\"claude\", \"a b\"]\nrw_maps = [\"../other\"]\n");
    scratch.trust();
    assert_eq!(
        text(&scratch, &["--no-gpu"]),
        "\
project file  /home/me/work/project/.ai-jail
user file     /home/me/.ai-jail
trust         trusted
              allowed: runs `claude 'a b'` when no command is typed
              allowed: may read and write /home/me/work/other (written `../other`)
command       claude 'a b'               project file
map           ro ~/books                 user file
map           rw ../other                project file
network       host                       default
lockdown      off                        default
landlock      on                         default
seccomp       on                         default
rlimits       on                         default
protect       on                         default
own home      off                        default
gpu           off                        flag
docker        off (not on this host)     default
display       on                         default
mise          off                        user file
clear env     off                        default
status bar    light                      user file
"
    );
}

#[test]
fn what_is_not_trusted_is_listed_and_does_not_apply() {
    let scratch = Scratch::new().with_project(
        "command = [\"sh\", \"-c\", \"\\u001b[2J\"]\nno_seccomp = true\nno_gpu = true\n",
    );
    let text = text(&scratch, &[]);
    let part = "\
trust         not trusted
              not applied: runs `sh -c '\\u{1b}[2J'` when no command is typed
              not applied: runs without the system-call filter (no_seccomp = true)
              to allow it, type: ai-jail --trust
command       bash                       default
";
    assert!(text.contains(part), "{text}");
    assert!(text.contains("seccomp       on                         default\n"), "{text}");
    assert!(text.contains("gpu           off                        project file\n"), "{text}");
    let json = json(&scratch, &[]);
    assert_eq!(json["trust"]["verdict"], "not trusted");
    assert_eq!(json["trust"]["applied"], false);
    assert_eq!(json["trust"]["asks"].as_array().unwrap().len(), 2);
    assert_eq!(json["command"], json!({"value": ["bash"], "source": "default"}));
}

#[test]
fn lockdown_says_what_it_withholds() {
    let scratch = Scratch::new().with_project("lockdown = true\nrw_maps = [\"/data\"]\n");
    let text = text(&scratch, &["--gpu"]);
    for line in [
        "trust         not needed\n",
        "map           rw /data (ignored: lockdown) project file\n",
        "lockdown      on                         project file\n",
        "gpu           off (lockdown)             project file\n",
        "mise          off (lockdown)             project file\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let json = json(&scratch, &[]);
    assert_eq!(json["maps_ignored"], true);
    let map = json!([{"path": "/data", "access": "rw", "source": "project file"}]);
    assert_eq!(json["maps"], map);
}

#[test]
fn json_has_everything_and_nothing_raw() {
    let scratch =
        Scratch::new().with_project("ro_maps = [\"a\\u009b\\u202e\"]\nno_docker = true\n");
    fs::create_dir(scratch.paths.project_dir.join("a\u{9b}\u{202e}")).unwrap();
    let raw = output::json(&report(&scratch, &[])).unwrap();
    assert!(!raw.contains(['\u{9b}', '\u{202e}']), "{raw}");
    let json = json(&scratch, &[]);
    assert_eq!(json["maps"][0]["path"], "a\u{9b}\u{202e}");
    let file = json!({"path": "/home/me/work/project/.ai-jail", "present": true});
    assert_eq!(json["project_file"], file);
    let docker = json!({"value": false, "source": "project file", "host": false});
    assert_eq!(json["switches"]["docker"], docker);
    assert_eq!(json["switches"]["landlock"], json!({"value": true, "source": "default"}));
    assert_eq!(json["lockdown"], json!({"value": false, "source": "default"}));
    assert_eq!(json["status_bar"], json!({"style": null, "source": "default"}));
}

#[test]
fn a_mise_without_work_is_told_from_one_that_runs() {
    let idle = HostFacts { mise_has_work: false, ..HOST };
    let row = |host: &HostFacts, args: &[&str]| {
        let text = report_on(host, &Scratch::new(), args).to_string();
        text.lines().find(|line| line.starts_with("mise ")).expect("a row").to_owned()
    };
    assert_eq!(row(&HOST, &[]), "mise          on                         default");
    assert_eq!(row(&idle, &[]), "mise          on (nothing to do here)    default");
    assert_eq!(row(&idle, &["--no-mise"]), "mise          off                        flag");
    assert_eq!(row(&idle, &["--lockdown"]), "mise          off (lockdown)             flag");
    let json = output::json(&report_on(&idle, &Scratch::new(), &[])).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    let expected = json!({ "value": true, "source": "default", "host": true, "idle": true });
    assert_eq!(json["switches"]["mise"], expected);
}

#[test]
fn what_lies_on_this_machine_is_told_with_its_size() {
    let scratch = Scratch::new().with_user("no_gpu = true\n");
    scratch.run(&["--map", "/opt"]).unwrap();
    let located = links::locate(scratch.home()).unwrap();
    let home = Home::Real { named: scratch.home().to_owned(), located };
    let kept = own_files::find(&home);
    let counts: Vec<_> = kept.iter().map(|kept| (kept.files, kept.bytes > 0)).collect();
    assert_eq!(counts, [(1, true), (1, true)], "{kept:?}");
    let text = report(&scratch, &[]).with_kept(kept).to_string();
    let text = text.replace(scratch.home().to_str().unwrap(), "/home/me");
    let part = "on disk       /home/me/.ai-jail: 1 file, 14 bytes\n";
    assert!(text.contains(part), "{text}");
    assert!(text.contains("/home/me/.local/share/ai-jail/trust: 1 file, "), "{text}");
    let none = Home::Substitute { path: "/home/you".into(), why: "it is not there".into() };
    assert_eq!(own_files::find(&none), []);
}
