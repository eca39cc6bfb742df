//! The file system outside the home, and sockets.

use std::path::{Path, PathBuf};

use ai_jail::host::links::Located;
use ai_jail::host::maps::Map;
use ai_jail::plan::EnvEdit;
use ai_jail::policy::macos::{MASKS, SYSTEM, TEMPORARY_MASKS};
use ai_jail::policy::place::Place;
use ai_jail::settings::{MapSetting, Source};

use super::evaluator::Request;
use super::machine::{CACHES, Jail, Mac, OWN_TEMPORARY, TEMPORARY};

/// Where a row is, below a directory: `ssh-*` becomes `ssh-sample`.
fn sample(directory: &Path, row: &Place) -> PathBuf {
    directory.join(row.path.replace('*', "sample"))
}

#[test]
fn every_row_of_the_system_is_read_only() {
    let jail = Mac::new().jail::<&str>(&[]);
    for row in SYSTEM {
        for path in [PathBuf::from(row.path), Path::new(row.path).join("deep/file")] {
            assert!(jail.reads(&path) && jail.runs(&path), "{}", path.display());
            assert!(jail.changes(&path).is_empty(), "{}", path.display());
            assert!(!jail.makes(&path, "DIRECTORY") && !jail.connects(&path), "{}", path.display());
        }
    }
}

/// A second name for a file that may only be read would be a name by which it could be written.
#[test]
fn what_may_not_be_written_gets_no_second_name() {
    let mac = Mac::new();
    let mapped = mac.file("beside/file");
    let own = mac.project().join("file");
    let asks = |jail: &Jail, path: &Path| {
        ["file-link", "file-clone"].map(|operation| {
            let request = Request { path: Some(path.into()), ..Request::default() };
            jail.allows(operation, &request)
        })
    };
    let map: &[&std::ffi::OsStr] = &["--map".as_ref(), mapped.as_os_str()];
    for words in [map, &["--lockdown".as_ref()]] {
        let settings = mac.settings(words);
        let mut host = mac.host(&settings);
        host.ourselves = Some(mac.home().join("tools/ai-jail"));
        let jail = Jail::new(ai_jail::plan::Plan::new(&settings, &host).expect("a plan"));
        let ourselves = mac.home().join("tools/ai-jail");
        assert!(jail.runs(&ourselves), "the control");
        for path in [&ourselves, &mapped] {
            assert_eq!(asks(&jail, path), [false; 2], "{}", path.display());
        }
        for row in SYSTEM {
            let place = Path::new(row.path);
            for path in [place.to_path_buf(), place.join("deep/file")] {
                assert_eq!(asks(&jail, &path), [false; 2], "{}", path.display());
            }
        }
        let is_writable = !jail.plan.facts.is_strict();
        assert_eq!(asks(&jail, &own), [is_writable; 2], "the project");
    }
}

#[test]
fn every_mask_of_the_system_shows_nothing() {
    let jail = Mac::new().jail::<&str>(&[]);
    for row in MASKS {
        let path = sample(Path::new("/"), row);
        for path in [path.clone(), path.join("PG_VERSION")] {
            assert!(!jail.reads(&path) && !jail.sees(&path), "{}", path.display());
            assert!(jail.changes(&path).is_empty() && !jail.connects(&path), "{}", path.display());
        }
    }
    assert!(jail.reads("/opt/homebrew/var/homebrew/linked"), "the control");
}

#[test]
fn what_has_no_row_is_not_there() {
    let jail = Mac::new().jail::<&str>(&[]);
    for path in [
        "/Library/Keychains/System.keychain",
        "/Library/Application Support/Some App/data",
        "/Library/Logs/x",
        "/Network/x",
        "/Users/Shared/x",
        "/Users/somebody/Documents/letter",
        "/Volumes/Backup/x",
        "/cores/core.1",
        "/private/var/db/dslocal/nodes/Default/users/somebody.plist",
        "/private/var/db/SystemPolicy",
        "/private/var/folders/zz/somebody/T/x",
        "/private/var/log/system.log",
        "/private/var/root/x",
        "/private/var/run/docker.sock",
        "/private/var/vm/swapfile0",
    ] {
        assert!(!jail.reads(path) && !jail.sees(path) && !jail.runs(path), "{path}");
        assert!(jail.changes(path).is_empty() && !jail.connects(path), "{path}");
    }
    for directory in ["/Users", "/Library", "/private", "/private/var", "/private/var/db"] {
        assert!(!jail.reads(directory), "{directory}: its names");
    }
}

#[test]
fn the_data_volume_is_no_way_round() {
    let mac = Mac::new();
    let key = mac.file("home/.ssh/key");
    let jail = mac.jail(&["--map".as_ref(), mac.home().as_os_str()]);
    // The kernel takes these for the same names without the volume; where it did not, they would
    // open nothing either.
    let volume = Path::new("/System/Volumes/Data");
    let same = volume.join(key.strip_prefix("/").expect("absolute"));
    for path in [same, volume.join("Users/somebody/x"), volume.join("private/var/root")] {
        assert!(!jail.reads(&path) && !jail.sees(&path), "{}", path.display());
    }
    assert!(jail.reads("/System/Volumes/Preboot/Cryptexes/OS/usr/lib/libobjc.A.dylib"));
    assert!(!jail.reads("/System/Volumes/Preboot/x") && !jail.reads("/System/Volumes/VM/x"));
}

/// The host's temporary places.
const SHARED: [&str; 2] = ["/private/tmp", "/private/var/tmp"];
const USERS: [&str; 2] = [TEMPORARY, CACHES];

#[test]
fn a_jail_has_a_temporary_directory_of_its_own() {
    let mac = Mac::new();
    for words in [&[][..], &["--lockdown"]] {
        let jail = mac.jail(words);
        let file = Path::new(OWN_TEMPORARY).join("deep/file");
        assert!(jail.reads(&file) && jail.writes(&file) && jail.removes(&file), "{words:?}");
        assert!(jail.makes(&file, "SYMLINK") && jail.runs(&file) && jail.links(&file));
        assert!(jail.listens(&file) && jail.connects(&file), "{words:?}");
        // Its maker removes it, and nothing else stands in its place.
        assert!(!jail.removes(OWN_TEMPORARY) && !jail.makes(OWN_TEMPORARY, "SYMLINK"));
        let others = ["/private/tmp/ai-jail-2-0123456789ab/x", "/private/tmp/ai-jail-1"];
        for other in others {
            assert!(!jail.reads(other) && !jail.sees(other) && !jail.connects(other), "{other}");
        }
        for (name, value) in [
            ("TMPDIR", OWN_TEMPORARY.to_owned()),
            ("TMPPREFIX", format!("{OWN_TEMPORARY}/zsh")),
            ("TMUX_TMPDIR", OWN_TEMPORARY.to_owned()),
            ("CLAUDE_CODE_TMPDIR", OWN_TEMPORARY.to_owned()),
        ] {
            let edit = EnvEdit::Set(name.into(), value.into());
            let of_name = |edit: &&EnvEdit| match edit {
                EnvEdit::Set(known, _) | EnvEdit::Given(known, _) | EnvEdit::Unset(known, _) => {
                    known == name
                }
            };
            let edits: Vec<_> = jail.plan.environment.iter().filter(of_name).collect();
            assert_eq!(edits, [&edit]);
        }
    }
}

#[test]
fn the_hosts_temporary_places_are_closed() {
    let mac = Mac::new();
    for words in [&[][..], &["--lockdown"]] {
        let jail = mac.jail(words);
        for place in SHARED {
            let file = Path::new(place).join("x");
            assert!(!jail.reads(place) && !jail.reads(&file) && !jail.sees(&file), "{place}");
            assert!(jail.changes(&file).is_empty() && !jail.makes(&file, "SYMLINK"), "{place}");
            assert!(!jail.listens(&file) && !jail.connects(&file), "{place}");
        }
    }
}

/// mktemp(1), clang and xcrun ask the system for these two, whatever `TMPDIR` says.
#[test]
fn the_users_temporary_files_can_be_written_and_have_no_sockets() {
    let jail = Mac::new().jail::<&str>(&[]);
    for place in USERS {
        let file = Path::new(place).join("deep/file");
        assert!(jail.reads(&file) && jail.writes(&file) && jail.removes(&file), "{place}");
        assert!(jail.makes(&file, "SYMLINK") && jail.runs(&file), "{place}");
        assert!(!jail.listens(&file) && !jail.connects(&file), "{place}");
        assert!(!jail.removes(place), "{place}");
    }
    let user = Path::new(TEMPORARY).parent().expect("the user's");
    for other in ["0", "X", "T2", "C.other"] {
        let file = user.join(other).join("x");
        assert!(!jail.reads(&file) && !jail.writes(&file), "{other}");
    }
}

/// Programs that take commands on a socket: nobody can list them all.
#[test]
fn the_hosts_programs_take_no_commands() {
    let mut mac = Mac::new();
    let sockets = [
        "Alacritty-501-1234.sock",
        "yabai_me.socket",
        "bobko.aerospace-me.sock",
        "tmux-501/default",
        "kitty-1234",
        "nvim.me/x/nvim.1.0",
        "something-new",
    ];
    for place in SHARED.into_iter().chain(USERS) {
        let paths = sockets.map(|name| Path::new(place).join(name));
        for found in [Vec::new(), paths.to_vec()] {
            mac.sockets = found;
            for words in [&[][..], &["--lockdown"]] {
                let jail = mac.jail(words);
                assert!(jail.connects(Path::new(OWN_TEMPORARY).join("x")), "the control");
                for path in &paths {
                    assert!(!jail.connects(path), "{}", path.display());
                }
            }
        }
    }
}

/// A map of a temporary place opens its files and no socket; one of something in it opens both.
#[test]
fn maps_of_temporary_places() {
    let mac = Mac::new();
    let settings = mac.settings::<&str>(&[]);
    let jail = |path: &str| {
        let mut host = mac.host(&settings);
        let source = Located { canonical: path.into(), links: Vec::new() };
        let setting = MapSetting { text: path.into(), writable: true, source: Source::Flag };
        host.maps = vec![Map {
            setting,
            named: path.into(),
            source,
            dest: None,
            device: false,
            file: false,
            copyable: false,
        }];
        Jail::new(ai_jail::plan::Plan::new(&settings, &host).expect("a plan"))
    };
    for place in SHARED.into_iter().chain(USERS) {
        let file = Path::new(place).join("socket");
        let jail = jail(place);
        assert!(jail.writes(&file) && !jail.connects(&file), "{place}");
    }
    let above = jail("/private/var");
    assert!(above.writes("/private/var/other/x"));
    for place in ["/private/var/tmp", "/private/var/other", TEMPORARY] {
        assert!(!above.connects(Path::new(place).join("socket")), "{place}");
    }
    let jail = jail("/private/tmp/postgres");
    let socket = "/private/tmp/postgres/.s.PGSQL.5432";
    assert!(jail.writes(socket) && jail.connects(socket) && !jail.sees("/private/tmp/x"));
}

#[test]
fn the_users_own_need_a_name_of_the_right_kind() {
    let mut mac = Mac::new();
    mac.set("TMPDIR", "/Users/somebody/Documents");
    mac.user_temporary = Some("/Users/somebody/Documents".into());
    let jail = mac.jail::<&str>(&[]);
    for path in [TEMPORARY, CACHES, "/Users/somebody/Documents", "/Users/somebody/C"] {
        assert!(!jail.reads(path) && !jail.writes(path), "{path}");
    }
    let dropped = format!("{:?}", jail.plan.environment);
    assert!(dropped.contains("TMPDIR"), "{dropped}");
}

#[test]
fn every_mask_of_the_temporary_places() {
    let mac = Mac::new();
    let jail = mac.jail::<&str>(&[]);
    for place in USERS.map(Path::new) {
        for row in TEMPORARY_MASKS {
            let path = sample(place, row);
            for path in [path.clone(), path.join("Listeners")] {
                assert!(!jail.reads(&path) && !jail.sees(&path), "{}", path.display());
                assert!(jail.changes(&path).is_empty(), "{}", path.display());
                assert!(!jail.makes(&path, "DIRECTORY"), "{}", path.display());
                assert!(!jail.connects(&path) && !jail.listens(&path), "{}", path.display());
            }
        }
    }
}

#[test]
fn sockets_of_the_host_that_were_found() {
    let mut mac = Mac::new();
    let in_tmp = format!("{TEMPORARY}/x/socket");
    let in_project = mac.project().join("socket");
    let in_home = mac.file("home/.config/tool/socket");
    mac.sockets = vec![in_tmp.clone().into(), in_home.clone(), in_project.clone()];
    let jail = mac.jail::<&str>(&[]);
    assert!(jail.reads(format!("{TEMPORARY}/x/other")), "the control");
    assert!(!jail.connects(&in_tmp) && !jail.reads(&in_tmp) && !jail.removes(&in_tmp));
    assert!(!jail.removes(format!("{TEMPORARY}/x")), "it stays in its place");
    assert!(!jail.connects(&in_home));
    assert!(jail.connects(&in_project), "there the user works with them");
}

/// A jail on a host with a Docker socket.
fn with_docker(mac: &Mac, words: &[&str], socket: &Path) -> Jail {
    let settings = mac.settings(words);
    let mut host = mac.host(&settings);
    let located = ai_jail::host::links::locate(socket).expect("it is there");
    host.docker = vec![ai_jail::host::doors::Door { located, reason: "Docker socket" }];
    Jail::new(ai_jail::plan::Plan::new(&settings, &host).expect("a plan"))
}

#[test]
fn docker() {
    let mac = Mac::new();
    let socket = mac.file("home/.docker/run/docker.sock");
    let beside = mac.home().join(".docker/run/other.sock");
    let jail = with_docker(&mac, &[], &socket);
    assert!(jail.connects(&socket) && !jail.connects(&beside));
    for words in [&["--no-docker"][..], &["--lockdown"]] {
        let jail = with_docker(&mac, words, &socket);
        assert!(!jail.connects(&socket) && !jail.reads(&socket), "{words:?}");
    }
    // One that is kept in the project: there sockets are reached otherwise.
    let socket = mac.file(mac.project().join("docker.sock"));
    assert!(with_docker(&mac, &[], &socket).connects(&socket));
    let jail = with_docker(&mac, &["--no-docker"], &socket);
    assert!(!jail.connects(&socket) && !jail.reads(&socket));
    assert!(jail.connects(mac.project().join("other.sock")), "the control");
}

#[test]
fn docker_outside_the_home() {
    let mac = Mac::new();
    let socket = mac.file("run/docker.sock");
    let jail = with_docker(&mac, &[], &socket);
    assert!(jail.connects(&socket) && !jail.connects(mac.root().join("run/other.sock")));
    assert!(!with_docker(&mac, &["--no-docker"], &socket).connects(&socket));
}

#[test]
fn sockets_in_maps() {
    let mac = Mac::new();
    let socket = mac.file("beside/postgres/.s.PGSQL.5432");
    assert!(!mac.jail::<&str>(&[]).connects(&socket), "the control");
    let map = socket.parent().expect("a directory").as_os_str();
    assert!(mac.jail(&["--map".as_ref(), map]).connects(&socket));
}

#[test]
fn places_that_can_be_no_project() {
    for place in [
        "/Users",
        "/Applications",
        "/private/tmp",
        "/System/Volumes/Data/Users/u/p",
        "/opt/homebrew",
    ] {
        let mac = Mac::new();
        let settings = mac.settings::<&str>(&[]);
        let mut host = mac.host(&settings);
        host.origin.project = place.into();
        let error = ai_jail::plan::Plan::new(&settings, &host).expect_err(place);
        assert!(matches!(error, ai_jail::error::Error::Project { .. }), "{error}");
    }
}
