//! The strict mode: nothing can be changed, and nobody is talked to.

use std::path::Path;

use ai_jail::plan::EnvEdit;
use ai_jail::policy::Os;
use ai_jail::policy::home::{Treatment, rows_on};
use ai_jail::policy::macos::{DEVICES, SYSTEM, TEMPORARY_VARIABLES};

use super::evaluator::Request;
use super::machine::{CACHES, Mac, OWN_TEMPORARY, TEMPORARY};
use super::operations::OPERATIONS;

const WORDS: &[&str] = &["--lockdown"];

/// Everything that changes a file.
fn writing() -> impl Iterator<Item = &'static str> {
    let names = OPERATIONS.iter().map(|(name, _)| *name);
    names.filter(|name| {
        name.starts_with("file-write") || ["file-link", "file-clone", "file-mknod"].contains(name)
    })
}

/// What can be written is gone afterwards, as on Linux.
#[test]
fn no_file_can_be_written() {
    let mac = Mac::new();
    mac.file("home/.config/tool/settings");
    let file = mac.file(mac.project().join("file"));
    let jail = mac.jail(WORDS);
    assert!(mac.jail::<&str>(&[]).writes(&file), "the control");
    let places =
        [TEMPORARY, CACHES, "/private/tmp", "/private/var/tmp", "/usr/local/bin", "/", "/dev"];
    let rows = rows_on(Os::MacOs).map(|row| mac.home().join(row.path));
    let places = places.iter().map(Into::into).chain(rows).chain([mac.project().to_path_buf()]);
    for place in places {
        for path in [place.clone(), place.join("x")] {
            for operation in writing() {
                let request = Request { path: Some(path.clone().into()), ..Request::default() };
                assert!(!jail.allows(operation, &request), "{operation} {}", path.display());
            }
        }
    }
}

#[test]
fn one_line_of_the_profile_lets_files_be_written() {
    let mac = Mac::new();
    let jail = mac.jail(WORDS);
    let parameters = &jail.profile.parameters;
    let (key, _) = parameters.iter().find(|(_, value)| value == OWN_TEMPORARY).expect("it");
    // Devices are used; the words for places that can be written occur for the jail's own alone.
    let calls = jail.profile.policy.lines().filter(|line| !line.starts_with("(define"));
    let writing = ["(jail-write ", "(jail-replace ", "(jail-sockets "];
    let calls = calls.filter(|line| writing.iter().any(|word| line.starts_with(word)));
    let own = ["write", "sockets"].map(|word| format!("(jail-{word} (param \"{key}\"))"));
    assert_eq!(calls.collect::<Vec<_>>(), own);
    let file = Path::new(OWN_TEMPORARY).join("x");
    assert!(jail.writes(&file) && jail.reads(&file) && jail.removes(&file) && jail.listens(&file));
}

#[test]
fn devices_work() {
    let mac = Mac::new();
    let jail = mac.jail(WORDS);
    // By their own names: some are links where this test runs.
    for device in DEVICES {
        let ask = |operation| {
            let request = Request { path: Some(device.path.into()), ..Request::default() };
            jail.allows(operation, &request)
        };
        let may = (ask("file-read-data"), ask("file-write-data"));
        assert_eq!(may, (true, device.writable), "{}", device.path);
        assert!(!ask("file-write-create") && !ask("file-write-unlink"), "{}", device.path);
    }
    for other in ["/dev/disk0", "/dev/rdisk0", "/dev/bpf0", "/dev/mem", "/dev/ttys003"] {
        assert!(!jail.reads(other) && !jail.writes(other), "{other}");
    }
    // A terminal that was opened in the jail: the kernel gives an extension with it.
    let extension = Some("com.apple.sandbox.pty");
    let own = Request { path: Some("/dev/ttys003".into()), extension, ..Request::default() };
    assert!(jail.allows("file-read-data", &own) && jail.allows("file-write-data", &own));
    assert!(jail.allows("pseudo-tty", &Request::default()));
}

#[test]
fn the_project_and_the_system_can_be_read_and_the_home_cannot() {
    let mac = Mac::new();
    let file = mac.file(mac.project().join("deep/file"));
    for row in rows_on(Os::MacOs).filter(|row| row.treatment == Treatment::ReadWrite) {
        mac.directory(mac.home().join(row.path));
    }
    let jail = mac.jail(WORDS);
    assert!(jail.reads(&file) && jail.runs(&file));
    for row in SYSTEM {
        assert!(jail.reads(row.path), "{}", row.path);
    }
    for row in rows_on(Os::MacOs) {
        let path = mac.home().join(row.path);
        assert!(!jail.reads(&path) && !jail.sees(&path), "{}", row.path);
    }
    assert!(!jail.reads("/private/tmp/x") && !jail.reads(Path::new(TEMPORARY).join("x")));
}

#[test]
fn there_is_nobody_to_talk_to() {
    let mac = Mac::new();
    let socket = mac.project().join("socket");
    let open = mac.jail::<&str>(&[]);
    let jail = mac.jail(WORDS);
    assert!(open.connects(&socket) && open.listens(&socket), "the control");
    let sockets =
        ["/private/var/run/mDNSResponder", "/private/var/run/docker.sock", "/private/tmp/x"];
    for path in sockets.iter().map(Path::new).chain([socket.as_path()]) {
        assert!(!jail.connects(path) && !jail.listens(path), "{}", path.display());
    }
    for operation in ["network-outbound", "network-inbound", "network-bind"] {
        for host in ["localhost", "example.org"] {
            let request = Request { address: Some((host, 443)), ..Request::default() };
            assert!(open.allows(operation, &request), "the control: {operation}");
            assert!(!jail.allows(operation, &request), "{operation} {host}");
        }
        assert!(!jail.allows(operation, &Request::default()), "{operation}");
    }
    for name in ["com.apple.SystemConfiguration.configd", "com.apple.trustd", "com.apple.networkd"]
    {
        let request = Request { name: Some(name), ..Request::default() };
        assert!(open.allows("mach-lookup", &request), "the control: {name}");
        assert!(!jail.allows("mach-lookup", &request), "{name}");
    }
    // Pairs of sockets between parent and child are no network.
    let pair = Request { socket: Some(("AF_UNIX", 0)), ..Request::default() };
    assert!(jail.allows("system-socket", &pair));
}

#[test]
fn maps_are_ignored_and_told() {
    let mac = Mac::new();
    let file = mac.file("beside/file");
    let jail = mac.jail(&["--lockdown".as_ref(), "--rw-map".as_ref(), file.as_os_str()]);
    assert!(!jail.reads(&file) && !jail.writes(&file));
    assert!(jail.plan.warnings.iter().any(|warning| warning.contains("beside/file")));
}

#[test]
fn the_environment_is_that_of_linux() {
    let mut mac = Mac::new();
    mac.set("TOKEN", "secret");
    mac.set("LANG", "en_GB.UTF-8");
    mac.set("DYLD_INSERT_LIBRARIES", "/evil.dylib");
    let jail = mac.jail(WORDS);
    let names = jail.plan.environment.iter().map(|edit| match edit {
        EnvEdit::Set(name, _) | EnvEdit::Given(name, _) | EnvEdit::Unset(name, _) => {
            name.to_str().expect("plain")
        }
    });
    // Beside Linux's stand those that lead to the jail's own temporary directory.
    let temporary = |name: &&str| TEMPORARY_VARIABLES.iter().all(|row| row.name != *name);
    assert_eq!(names.filter(temporary).collect::<Vec<_>>(), ["AI_JAIL", "HOME", "LANG", "PATH"]);
    assert!(jail.plan.facts.is_strict() && jail.plan.facts.is_alone());
}

#[test]
fn nothing_is_replaced_or_written_back() {
    let mac = Mac::new();
    let file = mac.file("home/.claude.json");
    let jail = mac.jail(WORDS);
    assert!(!jail.reads(&file) && !jail.writes(&file));
    assert!(!jail.makes(mac.home().join(".claude.json.tmp"), "REGULAR-FILE"));
    assert!(jail.plan.write_back.is_empty());
}
