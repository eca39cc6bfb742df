//! The user's maps (`integration/maps.rs`).

use ai_jail::error::Error;

use super::machine::Mac;

/// The words of maps.
fn map<'a>(flag: &'a str, path: &'a std::path::Path) -> [&'a std::ffi::OsStr; 2] {
    [flag.as_ref(), path.as_os_str()]
}

#[test]
fn read_only_and_read_write() {
    let mac = Mac::new();
    let (one, other) = (mac.file("beside/one/file"), mac.file("beside/other/file"));
    let (first, second) = (one.parent().expect("one"), other.parent().expect("other"));
    assert!(!mac.jail::<&str>(&[]).reads(&one), "the control");
    let words = [map("--map", first), map("--rw-map", second)].concat();
    let jail = mac.jail(&words);
    assert!(jail.reads(&one) && jail.changes(&one).is_empty());
    assert!(jail.reads(&other) && jail.writes(&other) && jail.removes(&other));
    assert!(jail.makes(second.join("new"), "SYMLINK"), "it is the user's own place");
    // As a mount point: not removed itself.
    assert!(!jail.removes(second) && !jail.removes(first));
    assert!(!jail.reads(mac.root().join("beside")), "what is beside them has no names");
}

#[test]
fn a_map_of_the_whole_home_shows_all_but_what_is_hidden() {
    let mac = Mac::new();
    let hidden = [
        mac.file("home/.ssh/key"),
        mac.file("home/.config/gcloud/token"),
        mac.file("home/Library/Keychains/login.keychain-db"),
        mac.file("home/Library/Application Support/Google/Chrome/Default/Cookies"),
        mac.file("home/Library/Messages/chat.db"),
        mac.file("home/.zsh_history"),
        mac.home().join("Library/Application Support/1Password-new/data"),
        mac.home().join(".netrc"),
    ];
    let shown = [mac.file("home/Documents/letter"), mac.file("home/Library/Fonts/font")];
    for flag in ["--map", "--rw-map"] {
        // Records of trust would be in it: then it is refused as a whole.
        let words = map(flag, mac.home());
        let Ok(jail) = mac.try_jail(&words) else {
            assert_eq!(flag, "--rw-map");
            continue;
        };
        for path in &hidden {
            assert!(!jail.reads(path) && !jail.sees(path), "{flag} {}", path.display());
            assert!(!jail.writes(path) && !jail.makes(path, "REGULAR-FILE"), "{}", path.display());
        }
        assert!(shown.iter().all(|path| jail.reads(path)));
    }
}

#[test]
fn a_writable_map_of_a_parent_lets_nothing_hidden_be_moved() {
    let mac = Mac::new();
    let key = mac.file("home/Library/Application Support/Exodus/seed");
    let library = mac.home().join("Library");
    let jail = mac.jail(&map("--rw-map", &library));
    assert!(jail.writes(mac.file("home/Library/Fonts/font")), "the control");
    let aside = mac.project().join("aside");
    for path in key.ancestors().take_while(|path| *path != mac.home()) {
        assert!(!jail.renames(path, &aside) && !jail.removes(path), "{}", path.display());
    }
    let file = library.join("Keychains/login.keychain-db");
    assert!(
        !jail.makes(&file, "REGULAR-FILE") && !jail.makes(library.join("Keychains"), "DIRECTORY")
    );
}

#[test]
fn the_command_line_opens_a_hidden_place_by_its_name() {
    let mac = Mac::new();
    let (key, other) = (mac.file("home/.ssh/known_hosts"), mac.file("home/.ssh/id_ed25519"));
    let chain = mac.file("home/Library/Keychains/login.keychain-db");
    let jail = mac.jail(&[map("--map", &key), map("--map", &chain)].concat());
    assert!(jail.reads(&key) && jail.reads(&chain) && jail.changes(&key).is_empty());
    assert!(!jail.reads(&other) && !jail.reads(key.parent().expect(".ssh")));
    let directory = mac.home().join(".ssh");
    let jail = mac.jail(&map("--rw-map", &directory));
    assert!(jail.reads(&other) && jail.writes(&other));
}

#[test]
fn a_configuration_opens_no_hidden_place() {
    let mac = Mac::new();
    let key = mac.file("home/.ssh/id_ed25519");
    let trash = mac.file("home/.Trash/letter");
    mac.configure("ro_maps = [\"~/.ssh\", \"~/.Trash\"]\nrw_maps = [\"~/.ssh/id_ed25519\"]\n");
    let jail = mac.jail::<&str>(&[]);
    for path in [&key, &trash] {
        assert!(!jail.reads(path) && !jail.writes(path) && !jail.sees(path), "{}", path.display());
    }
    assert_eq!(jail.plan.warnings.len(), 3, "{:?}", jail.plan.warnings);
}

#[test]
fn a_map_inside_the_project_has_its_own_access() {
    let mac = Mac::new();
    let file = mac.file(mac.project().join("vendor/lib/file"));
    let vendor = mac.project().join("vendor");
    let build = mac.directory(vendor.join("build"));
    for words in [
        [map("--map", &vendor), map("--rw-map", &build)].concat(),
        [map("--rw-map", &build), map("--map", &vendor)].concat(),
    ] {
        let jail = mac.jail(&words);
        assert!(jail.reads(&file) && jail.changes(&file).is_empty());
        assert!(!jail.removes(&vendor) && !jail.renames(&vendor, mac.project().join("aside")));
        assert!(jail.makes(build.join("x"), "REGULAR-FILE"));
        assert!(jail.writes(mac.project().join("beside")));
    }
}

#[test]
fn a_place_has_no_other_name() {
    let mac = Mac::new();
    let file = mac.file("beside/file");
    let text = format!("{}:/opt/elsewhere", file.display());
    let Err(Error::Map { why, .. }) = mac.try_jail(&["--map", &text]) else {
        panic!("macOS has no mounts of a jail's own");
    };
    assert!(why.contains("macOS"), "{why}");
    mac.configure(&format!("ro_maps = [\"{text}\"]\n"));
    let jail = mac.jail::<&str>(&[]);
    assert!(!jail.reads(&file) && jail.plan.warnings.len() == 1, "{:?}", jail.plan.warnings);
}

#[test]
fn what_holds_the_trust_records_is_not_mapped_for_writing() {
    let mac = Mac::new();
    mac.file("home/.local/share/ai-jail/trust/record");
    let share = mac.home().join(".local/share");
    assert!(mac.try_jail(&map("--rw-map", &share)).is_err());
    let jail = mac.jail(&map("--map", &share));
    assert!(!jail.reads(share.join("ai-jail/trust/record")));
}

#[test]
fn a_device() {
    let mac = Mac::new();
    let path = std::path::Path::new("/dev/full");
    assert!(!mac.jail::<&str>(&[]).writes(path), "the control");
    let jail = mac.jail(&map("--rw-map", path));
    assert!(jail.writes(path) && !jail.removes(path) && !jail.makes(path, "REGULAR-FILE"));
}
