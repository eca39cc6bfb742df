//! What the doctor makes of its findings, on machines that are not this one.

use std::io;
use std::path::PathBuf;

use ai_jail::config::{self, Loaded};
use ai_jail::error::Error;
use ai_jail::fields::Switch;
use ai_jail::host::Stdio;
use ai_jail::host::bubblewrap::Details;
use ai_jail::host::machine::{Container, Landlock, Machine};
use ai_jail::remedies;
use ai_jail::views::doctor::{Builder, ConfigFile, Examination, Findings, Trial};
use ai_jail::views::output::{self, View};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use stage2::report::{Achieved, Layer};

use crate::support::cli;
use crate::troubleshooting::machine;

/// All is well.
fn findings() -> Findings {
    let file = |path: &str| ConfigFile { path: path.into(), read: Ok(false) };
    Findings {
        machine: machine(),
        directory: Ok("/home/me/project".into()),
        user_file: Some(file("/home/me/.ai-jail")),
        project_file: file("/home/me/project/.ai-jail"),
        untrusted: Vec::new(),
        settings: config::resolve(&cli(&["--doctor"]), &Loaded::default()),
        builder: Builder::Bubblewrap(Ok(bubblewrap(0, 0o100_755, "bubblewrap 0.13.1"))),
        network: Some(Ok(())),
        mise: Some("/usr/bin/mise".into()),
        stdio: [Stdio::Terminal; 3],
        term: Some("xterm".into()),
        trial: ran(Achieved::Enforced("Landlock ABI 6".into())),
    }
}

fn bubblewrap(uid: u32, mode: u32, version: &str) -> Details {
    let path = PathBuf::from("/usr/bin/bwrap");
    Details { canonical: path.clone(), path, uid, mode, version: Ok(version.into()) }
}

fn ran(landlock: Achieved) -> Trial {
    let layers = vec![(Layer::Landlock, landlock)];
    Trial::Ran { directory: "/home/me/project".into(), status: 0, layers }
}

fn failed(said: &str) -> Trial {
    Trial::Failed(Error::BwrapFailed { path: "/usr/bin/bwrap".into(), said: said.into() })
}

/// Status, found text and the remedy's name of one check.
fn check(report: &Examination, name: &str) -> (String, String, Option<String>) {
    let json: Value = serde_json::from_str(&output::json(report).expect("JSON")).expect("JSON");
    let checks = json["checks"].as_array().expect("a list");
    let check = checks.iter().find(|check| check["name"] == name);
    let check = check.unwrap_or_else(|| panic!("no {name}: {json:#}"));
    let text = |value: &Value| value.as_str().map(str::to_owned);
    (
        text(&check["status"]).expect("a status"),
        text(&check["found"]).expect("a text"),
        text(&check["remedy"]["name"]),
    )
}

#[test]
fn when_all_is_well() {
    let report = Examination::new(&findings());
    assert!(report.works);
    assert_eq!(
        report.text(false),
        "\
ok    directory         /home/me/project can be a project
ok    user file         none (/home/me/.ai-jail)
ok    project file      none (/home/me/project/.ai-jail)
ok    bubblewrap        /usr/bin/bwrap, bubblewrap 0.13.1
ok    its owner         root
ok    surroundings      no container, kernel 6.12.0
ok    namespaces        ordinary users may make them
ok    AppArmor          does not restrict user namespaces
ok    Landlock          ABI 6, all that a jail asks for
ok    seccomp           can filter system calls
ok    filtered network  can be had for every program
ok    terminal          standard input, output and error; TERM is xterm
ok    mise              /usr/bin/mise
ok    jail              started in /home/me/project, and ended well
ok    jail landlock     enforced: Landlock ABI 6
ai-jail works here
"
    );
    let json: Value = serde_json::from_str(&output::json(&report).expect("JSON")).expect("JSON");
    assert_eq!(json["works"], true);
    let layer = json!({ "layer": "landlock", "achieved": "enforced", "detail": "Landlock ABI 6" });
    assert_eq!(json["jail"], json!({ "status": 0, "layers": [layer] }));
}

#[test]
fn apparmor_is_at_fault_only_where_the_jail_failed_for_it() {
    let mut findings = findings();
    findings.machine.apparmor_restricts = Some(1);
    let report = Examination::new(&findings);
    let (status, found, remedy) = check(&report, "AppArmor");
    assert_eq!((status.as_str(), remedy), ("ok", None));
    assert!(found.ends_with("jails work all the same"), "{found}");

    findings.trial = failed("setting up uid map: Permission denied");
    let report = Examination::new(&findings);
    assert!(!report.works);
    let name = Some(remedies::APPARMOR.name.to_owned());
    assert_eq!(
        (check(&report, "AppArmor").0.as_str(), check(&report, "AppArmor").2),
        ("failed", name.clone())
    );
    assert_eq!((check(&report, "jail").0.as_str(), check(&report, "jail").2), ("failed", name));
    let text = report.text(false);
    assert!(
        text.contains("      profile ai-jail-bwrap \"/usr/bin/bwrap\" flags=(unconfined) {\n"),
        "{text}"
    );

    findings.trial = failed("Can't find source path /x");
    assert_eq!(check(&Examination::new(&findings), "AppArmor").0, "warning");
}

#[test]
fn each_surrounding_is_named() {
    type Edit = fn(&mut Machine);
    let cases: [(Edit, &str, &remedies::Remedy); 6] = [
        (|machine| machine.inside_jail = true, "inside a jail", &remedies::NESTED),
        (|machine| machine.chroot = true, "a chroot", &remedies::CHROOT),
        (|machine| machine.container = Some(Container::Podman), "Podman", &remedies::CONTAINER),
        (|machine| machine.container = Some(Container::Flatpak), "Flatpak", &remedies::FLATPAK),
        (|machine| machine.covered_proc = true, "a part of /proc", &remedies::COVERED_PROC),
        (|machine| machine.wsl = Some(1), "WSL 1", &remedies::WSL1),
    ];
    for (edit, words, remedy) in cases {
        let mut findings = findings();
        edit(&mut findings.machine);
        assert_eq!(check(&Examination::new(&findings), "surroundings").0, "ok", "{words}");
        findings.trial = failed("anything else");
        let (status, found, name) = check(&Examination::new(&findings), "surroundings");
        assert!(found.contains(words), "{found}");
        assert_eq!((status.as_str(), name.as_deref()), ("warning", Some(remedy.name)), "{words}");
    }
    let mut findings = findings();
    findings.machine.wsl = Some(2);
    assert!(check(&Examination::new(&findings), "surroundings").1.starts_with("WSL 2"));
}

#[test]
fn what_the_kernel_lacks() {
    let cases = [
        (Landlock::Abi(3), "ABI 3, without limits on device ioctls, scopes"),
        (Landlock::Disabled, "not switched on"),
        (Landlock::Absent, "not in this kernel"),
    ];
    for (landlock, words) in cases {
        let mut findings = findings();
        findings.machine.landlock = landlock;
        let report = Examination::new(&findings);
        let (status, found, remedy) = check(&report, "Landlock");
        assert!(found.contains(words), "{found}");
        assert_eq!(
            (status.as_str(), remedy.as_deref()),
            ("warning", Some(remedies::LANDLOCK.name))
        );
        assert!(report.works, "jails are made without");
    }
    let mut findings = findings();
    findings.machine.seccomp = false;
    findings.machine.userns_clone = Some(0);
    findings.machine.forbidden = vec!["user.max_pid_namespaces"];
    assert_eq!(check(&Examination::new(&findings), "seccomp").0, "warning");
    let found = check(&Examination::new(&findings), "namespaces").1;
    assert!(found.contains("unprivileged_userns_clone"), "{found}");
    findings.machine.userns_clone = Some(1);
    let found = check(&Examination::new(&findings), "namespaces").1;
    assert!(found.contains("user.max_pid_namespaces is 0"), "{found}");
}

#[test]
fn what_a_layer_achieved() {
    let landlock = |findings: &Findings| check(&Examination::new(findings), "jail landlock").0;
    let mut findings = findings();
    findings.trial = ran(Achieved::Partial("Landlock ABI 3 lacks much".into()));
    assert_eq!(landlock(&findings), "warning");
    findings.trial = ran(Achieved::Skipped("the kernel has no Landlock".into()));
    assert_eq!(landlock(&findings), "warning");
    findings.settings.turn(Switch::Landlock, false);
    assert_eq!(landlock(&findings), "ok", "it was switched off");
    findings.trial = ran(Achieved::Failed("it broke".into()));
    assert_eq!(landlock(&findings), "failed");
    assert!(!Examination::new(&findings).works);
}

#[test]
fn bubblewraps_of_all_kinds() {
    let cases = [
        (0, 0o100_755, "bubblewrap 0.8.0", "ok", "ok"),
        (0, 0o104_755, "bubblewrap 0.12.0", "ok", "ok"),
        (0, 0o100_755, "bubblewrap 1.0", "ok", "ok"),
        (0, 0o100_755, "bubblewrap 0.4.1", "failed", "ok"),
        (0, 0o100_755, "no idea", "warning", "ok"),
        (0, 0o100_755, "", "warning", "ok"),
        (1000, 0o100_755, "bubblewrap 0.13.1", "ok", "warning"),
        (0, 0o100_775, "bubblewrap 0.13.1", "ok", "warning"),
    ];
    for (uid, mode, version, status, owner) in cases {
        let mut findings = findings();
        findings.builder = Builder::Bubblewrap(Ok(bubblewrap(uid, mode, version)));
        let report = Examination::new(&findings);
        assert_eq!(check(&report, "bubblewrap").0, status, "{version}");
        assert_eq!(check(&report, "its owner").0, owner, "{uid} {mode:o}");
        let costs = check(&report, "bubblewrap").1.contains("each mount costs more");
        assert_eq!(costs, version.contains("0.8") || version.contains("0.12"), "{version}");
    }
    let mut findings = findings();
    let error = io::Error::from_raw_os_error(8);
    let details = Details { version: Err(error), ..bubblewrap(0, 0o755, "") };
    findings.builder = Builder::Bubblewrap(Ok(details));
    let (status, _, remedy) = check(&Examination::new(&findings), "bubblewrap");
    assert_eq!((status.as_str(), remedy.as_deref()), ("failed", Some(remedies::NOT_RUN.name)));
}

#[test]
fn nothing_in_it_is_obeyed_by_a_terminal() {
    let mut findings = findings();
    findings.directory = Ok("/home/\x1b[2Jme".into());
    findings.mise = Some("/\u{202e}mise".into());
    findings.term = Some("\x1b]0;x\x07".into());
    findings.builder = Builder::Bubblewrap(Ok(bubblewrap(0, 0o755, "bubblewrap \x1b[31m")));
    let report = Examination::new(&findings);
    for text in [report.text(false), output::json(&report).expect("JSON")] {
        assert!(!text.contains(['\x1b', '\x07', '\u{202e}']), "{text}");
    }
    assert!(report.text(true).starts_with("\x1b[32mok  \x1b[0m  directory"));
}

#[test]
fn on_a_mac_only_what_counts_there_is_looked_at() {
    let mut findings = findings();
    findings.builder = Builder::SandboxExec(Ok("/usr/bin/sandbox-exec".into()));
    findings.machine.kernel = "25.0.0".into();
    let skipped = Achieved::Skipped("not on this system".into());
    let layers = vec![
        (Layer::Profile, Achieved::Enforced("in a sandbox".into())),
        (Layer::Landlock, skipped.clone()),
        (Layer::Seccomp, skipped),
    ];
    let directory = PathBuf::from("/Users/me/project");
    findings.trial = Trial::Ran { directory, status: 0, layers };
    let report = Examination::new(&findings);
    assert!(report.works);
    assert_eq!(
        report.text(false),
        "\
ok    directory         /home/me/project can be a project
ok    user file         none (/home/me/.ai-jail)
ok    project file      none (/home/me/project/.ai-jail)
ok    sandbox-exec      /usr/bin/sandbox-exec
ok    surroundings      no sandbox, kernel 25.0.0
ok    filtered network  can be had for every program
ok    terminal          standard input, output and error; TERM is xterm
ok    mise              /usr/bin/mise
ok    jail              started in /Users/me/project, and ended well
ok    jail profile      enforced: in a sandbox
ok    jail landlock     not applied: not on this system
ok    jail seccomp      not applied: not on this system
ai-jail works here
"
    );
}

#[test]
fn another_sandbox_around_a_mac_s_is_at_fault_where_the_jail_failed_for_it() {
    let mut findings = findings();
    findings.builder = Builder::SandboxExec(Ok("/usr/bin/sandbox-exec".into()));
    findings.machine.sandboxed = true;
    let said = "sandbox_apply: Operation not permitted";
    let path = "/usr/bin/sandbox-exec".into();
    findings.trial = Trial::Failed(Error::SandboxExecFailed { path, said: said.into() });
    let report = Examination::new(&findings);
    assert!(!report.works);
    let name = Some(remedies::SANDBOXED.name.to_owned());
    let (status, found, remedy) = check(&report, "surroundings");
    assert_eq!((&*status, &*found, remedy), ("failed", "inside another sandbox", name.clone()));
    let (status, found, remedy) = check(&report, "jail");
    assert_eq!((&*status, remedy), ("failed", name));
    assert!(found.contains("sandbox-exec says: sandbox_apply"), "{found}");
}
