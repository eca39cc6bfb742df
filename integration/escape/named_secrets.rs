//! Secrets that no table names: by what their own name says, by the variable that names them, as a copy
//! of a place that is hidden.

use std::path::PathBuf;

use super::attack::{ALL, found};
use crate::harness::World;

const TITLE: &str = "a secret in the home";
const SECRET: &str = "a line that nobody may read";

/// Places where tools keep secrets.
const CANDIDATES: &str = include_str!("candidates/secrets");

/// Those that a jail has, because tools in it need what stands beside the secret (docs/protected.md).
const SHOWN: [&str; 2] = [".config/npm/npmrc", ".expo/state.json"];

/// The files among `paths` that can be read in a jail.
fn readable(world: &World, paths: &[PathBuf], set: &[(&str, PathBuf)]) -> Vec<PathBuf> {
    let script = "for path; do grep -q 'nobody may read' \"$path\" 2> /dev/null && echo \"$path\"; done; true";
    let words = ["sh", "-c", script, "sh"].map(PathBuf::from);
    let mut run = world.exec(words.iter().chain(paths));
    for (name, value) in set {
        run = run.env(name, value);
    }
    run.run().ok().lines().map(PathBuf::from).collect()
}

#[test]
fn where_tools_are_known_to_keep_them() {
    let world = World::new();
    let lines = CANDIDATES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let paths = lines.filter_map(|line| line.split('|').next());
    let paths: Vec<PathBuf> =
        paths.map(|path| world.file(format!("home/{path}"), SECRET)).collect();
    assert!(paths.len() > 80, "{}", paths.len());
    let shown = SHOWN.map(|path| world.home().join(path));
    assert_eq!(readable(&world, &paths, &[]), shown);
    found(TITLE, ALL, "not there, or empty");
}

#[test]
fn where_their_names_say_so() {
    let world = World::new();
    let hidden = [
        ".tool-credentials",
        ".tool_history",
        ".tool.key",
        ".ssh.bak/id",
        ".gnupg-old/key",
        ".config/tool-token",
        ".local/state/tool_history",
        ".local/share/tool-secrets/x",
    ];
    let plain = [".toolrc", ".keyboard", ".config/autokey/x", ".config/tool/token"];
    let files = |names: &[&str]| -> Vec<PathBuf> {
        names.iter().map(|name| world.file(format!("home/{name}"), SECRET)).collect()
    };
    let (hidden, plain) = (files(&hidden), files(&plain));
    assert_eq!(readable(&world, &hidden, &[]), [] as [PathBuf; 0]);
    // The control, and what the rule is not about.
    assert_eq!(readable(&world, &plain, &[]), plain);
}

#[test]
fn where_a_variable_says_so() {
    let world = World::new();
    let directory = world.directory("home/.tools");
    let sample = |name: &str| world.file(format!("home/.tools/{name}"), SECRET);
    let secrets = [
        ("KUBECONFIG", sample("clusters"), directory.join("clusters")),
        ("AWS_SHARED_CREDENTIALS_FILE", sample("aws"), directory.join("aws")),
        ("PGPASSFILE", sample("pg"), directory.join("pg")),
        ("GNUPGHOME", sample("gpg/x"), directory.join("gpg")),
        ("AZURE_CONFIG_DIR", sample("azure/x"), directory.join("azure")),
        ("PASSWORD_STORE_DIR", sample("store/x"), directory.join("store")),
        ("GH_CONFIG_DIR", sample("gh/hosts.yml"), directory.join("gh")),
        ("CARGO_HOME", sample("cargo/credentials.toml"), directory.join("cargo")),
    ];
    let paths: Vec<PathBuf> = secrets.iter().map(|(_, path, _)| path.clone()).collect();
    let set: Vec<_> = secrets.iter().map(|(name, _, value)| (*name, value.clone())).collect();
    // The control: without the variables they are settings like any other.
    assert_eq!(readable(&world, &paths, &[]), paths);
    assert_eq!(readable(&world, &paths, &set), [] as [PathBuf; 0]);
    // A variable may be a stranger's word, and hides nothing of the project, nor the home.
    let own = world.file("home/project/kubeconfig", SECRET);
    let set = [("KUBECONFIG", own.clone()), ("GNUPGHOME", world.home())];
    let toolrc = world.file("home/.toolrc", SECRET);
    assert_eq!(readable(&world, &[own.clone(), toolrc.clone()], &set), [own, toolrc]);
}

/// What the host lacks has no mask: what a jail puts there is reported, a link that catches the next
/// login among it.
#[test]
fn where_the_host_has_nothing_yet() {
    let world = World::new();
    for directory in ["home/.cargo", "home/.config", "home/.gem"] {
        world.directory(directory);
    }
    for (place, target) in [
        (".cargo/credentials.toml", "project/caught"),
        (".gem/credentials", "project/caught"),
        (".config/gcloud", "project/caught"),
    ] {
        let script = format!("ln -s ~/{target} ~/{place}");
        let ended = world.jail(["--no-mise", "sh", "-c", &script]).run();
        let line = ended.err().lines().find(|line| line.contains(place)).unwrap_or_default();
        assert!(line.contains("appeared in this run"), "{place}: {ended}");
        // The next login would be written where jails read it.
        let next = world.exec(["true"]).run();
        let remove = format!("rm {}", world.home().join(place).display());
        next.is_failure(125, &["a jail could have made it", &remove]);
        found(
            "a link where a secret will be kept, left for the next login",
            ALL,
            "refused, status 125",
        );
        std::fs::remove_file(world.home().join(place)).expect("the link");
        world.exec(["true"]).run().ok();
    }
    // A link that leads where no jail reads anything is nobody's trap.
    world.link(world.directory("home/Documents"), "home/.config/gcloud");
    world.exec(["true"]).run().ok();
    // The user may say that jails have what it leads to.
    let own = world.file("home/project/credentials", "");
    world.link(&own, "home/.cargo/credentials.toml");
    world.exec(["true"]).run().is_failure(125, &["type --map"]);
    world.exec_with(["--map", own.to_str().expect("plain")], ["true"]).run().ok();
}

/// The host logs in while a jail runs that has no mask there.
#[test]
fn what_the_host_writes_there_while_a_jail_runs() {
    let world = World::new();
    world.directory("home/.cargo");
    let wait = "echo ready; until test -e go; do sleep 0.01; done";
    let running = world.jail(["--no-mise", "sh", "-c", wait]).start();
    running.says("ready");
    let token = world.file("home/.cargo/credentials.toml", SECRET);
    world.file("home/project/go", "");
    let ended = running.finish();
    let is_told =
        |line: &str| line.contains(".cargo/credentials.toml") && line.contains("appeared");
    assert!(ended.err().lines().any(is_told), "{ended}");
    // From the next run on it is hidden.
    assert_eq!(readable(&world, &[token], &[]), [] as [PathBuf; 0]);
}
