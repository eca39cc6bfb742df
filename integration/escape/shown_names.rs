//! Names chosen by a stranger, in everything that the front and stage two print.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use super::attack::found;
use crate::harness::World;

/// Clears the screen, sets the title (7-bit and 8-bit), reverses the reading order, hides.
const NAME: &str = "p\x1b[2J\u{9b}31m\u{202e}\u{2066}\u{200b}\x07\x08\r\u{85}";

/// Nothing that a terminal would obey, as text or as bytes.
fn is_clean(what: &str, text: &[u8]) {
    for chunk in text.utf8_chunks() {
        assert!(
            chunk.invalid().is_empty(),
            "{what}: a byte that is not UTF-8: {:?}",
            chunk.invalid()
        );
        let bad = chunk.valid().chars().find(|char| {
            let format = matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            *char != '\n' && (char.is_control() || format)
        });
        assert_eq!(bad, None, "{what}: {}", chunk.valid());
    }
}

fn name() -> OsString {
    let mut bytes = NAME.as_bytes().to_vec();
    bytes.extend([0x9b, 0xff]);
    OsString::from_vec(bytes)
}

#[test]
fn a_name_is_never_obeyed() {
    let world = World::with_project(&std::env::temp_dir(), Path::new("home").join(name()));
    let inside = |file: &str| world.project().join(file).into_os_string();
    world.script(inside("script"), "#!/no/such/interpreter\n");
    world.file(inside("plain"), "");
    world.directory(inside("directory"));
    world.directory(Path::new("home").join(format!(".{NAME}")));
    let script = |word: &str| OsString::from(word);
    let map = |flag: &str, path: OsString| vec![script(flag), path, script("true")];
    let command = |path: OsString| vec![script("--exec"), script("--"), path];
    let mut absent = inside("absent");
    absent.push(name());
    let views: Vec<Vec<OsString>> = vec![
        vec!["--dry-run".into(), "--".into(), name()],
        vec!["--dry-run=json".into(), "--".into(), name()],
        vec!["status".into()],
        vec!["--json".into(), "status".into()],
        vec!["-v".into(), "--exec".into(), "true".into()],
        vec!["--init".into(), "--map".into(), inside("directory")],
        map("--map", absent.clone()),
        map("--rw-map", absent.clone()),
        vec!["--lockdown".into(), "--map".into(), absent.clone(), "true".into()],
        command(name()),
        command(absent),
        command(inside("script")),
        command(inside("plain")),
        command(inside("directory")),
    ];
    for words in views {
        let ended = world.jail(&words).run();
        is_clean(&format!("{words:?}: output"), &ended.stdout);
        is_clean(&format!("{words:?}: errors"), &ended.stderr);
    }
    // The environment has a say too.
    for (variable, value) in [("BWRAP_BIN", name()), ("PATH", inside("bin")), ("HOME", name())] {
        let ended = world.exec(["true"]).env(variable, value).run();
        is_clean(variable, &ended.stderr);
    }
    found("names with escape sequences in what is printed", &[], "escaped");
}

#[test]
fn a_configuration_is_never_obeyed() {
    let world = World::new();
    let quoted = "\\u001b[2J\\u009b31m\\u202e";
    let hostile = [
        format!("command = [\"sh\", \"-c\", \"{quoted}\"]\n"),
        format!("ro_maps = [\"/{quoted}\"]\n"),
        format!("\"{quoted}\" = true\n"),
        format!("rw_maps = [\"{NAME}\"\n"),
        format!("lockdown = \"{NAME}\"\n"),
        format!("# {NAME}\nlockdown = 7\n"),
        format!("{NAME}\n"),
    ];
    for text in hostile {
        world.file("home/project/.ai-jail", &text);
        for words in [
            &[][..],
            &["true"],
            &["--exec", "true"],
            &["status"],
            &["--json", "status"],
            &["--trust"],
        ] {
            let ended = world.jail(words).run();
            is_clean(&text, &ended.stdout);
            is_clean(&text, &ended.stderr);
        }
    }
    found("a configuration with escape sequences in what is printed", &[], "escaped");
}

/// What `--dry-run` prints can be pasted: with a name like this it is one place, not a program.
#[test]
fn the_pasted_command_of_a_hostile_project() {
    let world = World::with_project(&std::env::temp_dir(), Path::new("home").join(name()));
    world.file(world.project().join("file"), "x");
    let printed = world.jail(["--dry-run", "--", "cat", "file"]).run();
    let file = world.file("pasted", &printed.stdout);
    assert_eq!(world.outside(["sh".as_ref(), file.as_os_str()]).run().ok(), "x");
}

/// No answer of a program's name waits for ever.
#[test]
fn a_command_that_is_a_fifo() {
    let world = World::new();
    world.outside(["sh", "-c", "mkfifo fifo && chmod +x fifo"]).run().ok();
    world.exec(["./fifo"]).run().is_failure(126, &["cannot execute"]);
}
