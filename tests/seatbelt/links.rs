//! Symbolic links (`integration/home_links.rs`): the kernel judges what a path leads to.

use std::path::Path;

use ai_jail::plan::Plan;

use super::machine::Mac;

#[test]
fn entries_that_are_links_lead_where_their_user_meant() {
    let mac = Mac::new();
    let settings = mac.file("home/dotfiles/vim/settings");
    let config = mac.file("home/dotfiles/config/configstore/settings");
    let letter = mac.file("home/dotfiles/letter");
    mac.link("dotfiles/vim", "home/.vim");
    mac.link("dotfiles/config", "home/.config");
    let jail = mac.jail::<&str>(&[]);
    let by_link = mac.home().join(".vim/settings");
    assert!(jail.reads(&by_link) && jail.reads(&settings) && jail.changes(&settings).is_empty());
    let by_link = mac.home().join(".config/configstore/settings");
    assert!(jail.reads(&by_link) && jail.writes(&by_link) && jail.writes(&config));
    assert!(!jail.reads(&letter));
    // The links themselves stay.
    for link in [".vim", ".config"] {
        let link = mac.home().join(link);
        assert!(!jail.removes(&link) && !jail.makes(&link, "SYMLINK"), "{}", link.display());
    }
}

#[test]
fn rows_below_a_link_are_where_it_leads() {
    let mac = Mac::new();
    mac.link("dotfiles/config", "home/.config");
    let hidden = mac.file("home/dotfiles/config/gh/hosts.yml");
    let absent = mac.home().join("dotfiles/config/gcloud/token");
    let held = mac.file("home/dotfiles/config/fish/config.fish");
    let jail = mac.jail::<&str>(&[]);
    assert!(jail.writes(mac.file("home/dotfiles/config/configstore/x")), "the control");
    assert!(!jail.reads(&hidden) && !jail.removes(hidden.parent().expect("gh")));
    assert!(!jail.reads(&absent) && !jail.makes(&absent, "REGULAR-FILE"));
    assert!(jail.reads(&held) && jail.changes(&held).is_empty());
    let not_there = mac.home().join("dotfiles/config/nvim/init.lua");
    assert!(!jail.makes(not_there, "REGULAR-FILE"));
}

#[test]
fn a_link_into_a_hidden_place_opens_nothing() {
    let mac = Mac::new();
    let key = mac.file("home/.ssh/key");
    let to_file = mac.link(".ssh/key", "home/.key");
    let to_directory = mac.link(".ssh", "home/.keys").join("key");
    let in_project = mac.link(&key, mac.project().join("key"));
    let jail = mac.jail::<&str>(&[]);
    for path in [&key, &to_file, &to_directory, &in_project] {
        assert!(!jail.reads(path) && !jail.writes(path), "{}", path.display());
    }
}

#[test]
fn a_hidden_entry_that_is_a_link_is_hidden_where_it_leads_too() {
    let mac = Mac::new();
    let key = mac.file("home/.store/ssh/key");
    mac.link(".store/ssh", "home/.ssh");
    let other = mac.file("home/.store/vim/settings");
    let jail = mac.jail::<&str>(&[]);
    assert!(jail.reads(&other));
    assert!(!jail.reads(&key) && !jail.reads(mac.home().join(".ssh/key")));
}

#[test]
fn a_link_to_more_than_an_entry_opens_nothing() {
    let mac = Mac::new();
    let document = mac.file("home/Documents/letter");
    mac.link(".", "home/.home");
    mac.link("..", "home/.parent");
    mac.link("/", "home/.root");
    mac.link("/private/var/run", "home/.run");
    let jail = mac.jail::<&str>(&[]);
    assert!(!jail.reads(&document) && !jail.reads(mac.home().join(".home/Documents/letter")));
    assert!(!jail.reads(mac.root()) && !jail.connects("/private/var/run/x"));
}

#[test]
fn a_link_that_a_jail_could_have_planted_opens_nothing() {
    let mac = Mac::new();
    let letter = mac.file("home/Documents/letter");
    let planted = mac.link(&letter, "home/.config/planted");
    mac.link(".config/planted", "home/.through");
    // A row below a writable one: an earlier jail could have put it there.
    mac.link(letter.parent().expect("Documents"), "home/.config/git");
    let jail = mac.jail::<&str>(&[]);
    for path in [&letter, &planted, &mac.home().join(".through")] {
        assert!(!jail.reads(path) && !jail.writes(path), "{}", path.display());
    }
}

#[test]
fn a_link_where_a_jail_saves_opens_nothing() {
    let mac = Mac::new();
    let letter = mac.file("home/Documents/letter");
    // The kernel may not tell what is renamed to such a name.
    for name in [".claude.json", ".claude.json.tmp", ".Claude.JSON.backup"] {
        mac.link(&letter, Path::new("home").join(name));
    }
    mac.link(&letter, "home/.claude.jsonx");
    let jail = mac.jail::<&str>(&[]);
    for name in [".claude.json", ".claude.json.tmp", ".Claude.JSON.backup"] {
        let told = jail.plan.withheld.iter().any(|item| item.path.ends_with(name));
        assert!(told && !jail.writes(mac.home().join(name)), "{name}");
    }
    // That one only its user can have made.
    assert!(jail.reads(mac.home().join(".claude.jsonx")) && !jail.writes(&letter));
}

#[test]
fn a_link_in_a_temporary_place_opens_nothing() {
    let mac = Mac::new();
    let agent = mac.file("run/agent.sock");
    let settings = mac.settings::<&str>(&[]);
    let mut host = mac.host(&settings);
    let link = ai_jail::host::links::Link {
        path: "/private/tmp/docker.sock".into(),
        target: agent.clone(),
    };
    let located = ai_jail::host::links::Located { canonical: agent.clone(), links: vec![link] };
    host.docker = vec![ai_jail::host::doors::Door { located, reason: "Docker socket" }];
    let jail = super::machine::Jail::new(Plan::new(&settings, &host).expect("a plan"));
    assert!(!jail.connects(&agent) && !jail.reads(&agent));
}

#[test]
fn a_project_by_another_name() {
    let mac = Mac::new();
    let file = mac.file(mac.project().join("file"));
    let link = mac.link("home/project", "other-name");
    let settings = mac.settings::<&str>(&[]);
    let mut host = mac.host(&settings);
    host.origin.named.clone_from(&link);
    host.origin.located = ai_jail::host::links::locate(&link).expect("it leads there");
    let plan = Plan::new(&settings, &host).expect("a plan");
    let jail = super::machine::Jail::new(plan);
    assert!(jail.writes(&file) && jail.writes(link.join("file")));
    assert!(!jail.removes(&link), "the other name stays");
    assert_eq!(jail.plan.directory, link);
}

#[test]
fn links_of_the_root_volume_lead_on() {
    let jail = Mac::new().jail::<&str>(&[]);
    for link in ["/etc", "/tmp", "/var"] {
        assert!(jail.reads(Path::new(link)), "{link}");
    }
}
