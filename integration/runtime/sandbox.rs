//! What the profile keeps away, tried behind the real `sandbox-exec`. Each denial has its control:
//! the same act outside.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use ai_jail::policy::home::{Treatment, rows};

use crate::harness::World;

/// Prints what can be done at each path: `r` its content can be read, `w` it can be changed.
const TRY: &str = r#"for path; do
        may=
        if test -d "$path"; then
            ls "$path" > /dev/null 2>&1 && may=r
            (: > "$path/.probe") 2> /dev/null && rm -f "$path/.probe" && may=${may}w
        else
            head -c 1 "$path" > /dev/null 2>&1 && may=r
            (: >> "$path") 2> /dev/null && may=${may}w
        fi
        echo "$may"
    done"#;

/// What a jail may do at each path, after the control: outside all of it can be done.
fn may(world: &World, flags: &[&str], paths: &[String]) -> Vec<String> {
    let words = ["sh", "-c", TRY, "sh"].map(String::from).into_iter().chain(paths.iter().cloned());
    let words: Vec<String> = words.collect();
    let outside = world.outside(&words).run();
    assert_eq!(outside.ok().lines().filter(|may| *may == "rw").count(), paths.len(), "{outside}");
    let inside = world.exec_with(flags, &words).run();
    inside.ok().lines().map(str::to_owned).collect()
}

pub fn the_project_can_be_written() {
    let world = World::new();
    world.file("home/project/old", "old");
    let script = "echo new > new && mv old moved && mkdir deep && cp new deep && rm new && cat moved deep/new";
    assert_eq!(world.sh(script).run().ok(), "oldnew\n");
    assert_eq!(fs::read_to_string(world.project().join("deep/new")).expect("written"), "new\n");
}

/// Each row of the table, as a directory with a file in it.
pub fn the_home_is_as_its_table_says() {
    let world = World::new();
    let mut expected = Vec::new();
    let mut paths = Vec::new();
    for row in rows().filter(|row| !row.path.contains('*')) {
        let may = match row.treatment {
            Treatment::ReadWrite => "rw",
            Treatment::ReadOnly => "r",
            Treatment::Hidden => "",
            // Empty ones and copies have their own meaning on macOS: docs/macos.md.
            _ => continue,
        };
        let file = world.file(format!("home/{}/file", row.path), "content");
        paths.push(file.to_str().expect("text").to_owned());
        expected.push((row.path, may));
    }
    assert!(paths.len() > 50, "the control");
    let found = may(&world, &[], &paths);
    let wrong: Vec<_> = expected
        .iter()
        .zip(&found)
        // A row below a hidden or a writable one has the nearest's access.
        .filter(|((_, may), found)| may != found)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

pub fn hidden_places_are_denied() {
    let world = World::new();
    let places =
        [".ssh", ".aws", ".gnupg", "Library/Keychains", "Library/Mail", "Library/Messages"];
    let paths: Vec<String> = places
        .iter()
        .map(|place| world.file(format!("home/{place}/secret"), "secret"))
        .map(|path| path.to_str().expect("text").to_owned())
        .collect();
    assert_eq!(may(&world, &[], &paths), vec![""; paths.len()]);
    // Through a link, through another spelling of a volume that ignores case, and by moving what is
    // above.
    world.link("../.ssh/secret", "home/project/link");
    assert_ne!(world.sh("cat link").run().code(), 0);
    assert_ne!(world.sh("cat ~/.SSH/secret").run().code(), 0);
    assert_ne!(world.sh("mv ~/.ssh ~/.cache/moved && cat ~/.cache/moved/secret").run().code(), 0);
    assert_eq!(world.outside(["cat", "link"]).run().ok(), "secret", "the control");
}

pub fn nothing_else_can_be_written() {
    let world = World::new();
    let beside = world.file("home/beside/file", "content");
    let dot = world.file("home/.zshrc", "content");
    let paths = [beside, dot].map(|path| path.to_str().expect("text").to_owned());
    let found = may(&world, &[], &paths);
    assert!(found.iter().all(|may| !may.contains('w')), "{found:?}");
    assert_ne!(world.sh("echo x > /Users/Shared/.ai-jail-probe").run().code(), 0);
    for place in ["/private/tmp", "/private/var/tmp"] {
        let script = format!("echo x > {place}/.ai-jail-probe-$$");
        assert_ne!(world.sh(&script).run().code(), 0, "{place}");
        let script = format!("{script} && rm {place}/.ai-jail-probe-$$");
        world.outside(["sh", "-c", &script]).run().ok();
    }
    let temporary = "file=$(mktemp) && echo x > \"$file\" && rm \"$file\" && echo well";
    assert_eq!(world.sh(temporary).run().ok(), "well\n");
}

pub fn lockdown_changes_no_file_and_talks_to_nobody() {
    let world = World::new();
    let file = world.file("home/project/file", "content");
    let paths = [file.to_str().expect("text").to_owned()];
    assert_eq!(may(&world, &["--lockdown"], &paths), ["r"]);

    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the control connects");
        let _ = stream.read(&mut [0; 16]);
        let _ = stream.write_all(b"answer");
    });
    let ask = format!("echo ask | nc -w 2 127.0.0.1 {port}");
    assert_ne!(world.sh_with(["--lockdown"], &ask).run().out(), "answer");
    // By default the network is the host's: the control.
    assert_eq!(world.sh(&ask).run().out(), "answer");
    server.join().expect("the server");
}

pub fn lockdown_clears_the_environment() {
    let world = World::new();
    let ended = world.exec_with(["--lockdown"], ["env"]).env("SECRET_TOKEN", "x").run();
    assert!(!ended.ok().contains("SECRET_TOKEN"), "{ended}");
    assert!(ended.out().lines().any(|line| line == "AI_JAIL=1"), "{ended}");
    let usual = world.exec(["env"]).env("SECRET_TOKEN", "x").run();
    assert!(usual.ok().contains("SECRET_TOKEN=x"), "the control: {usual}");
}

pub fn a_jail_in_a_jail_is_refused_with_one_message() {
    let world = World::new();
    let program = crate::harness::program();
    let inner = [program.as_os_str(), "--exec".as_ref(), "--".as_ref(), "true".as_ref()];
    world.exec(inner).run().is_failure(125, &["sandbox_apply", "inside a jail already"]);
}
