//! The keys to X11 displays: the jail has the one that fits, and nobody sees it on the way.

use crate::harness::{Run, X11, add_key, processes_with, reached};

/// No flags.
const NONE: [&str; 0] = [];

#[test]
fn the_jail_has_no_other_key() {
    let Some(x11) = X11::new() else { return };
    let other = "00112233445566778899aabbccddeeff";
    for display in [":4711", "192.0.2.1:0", "elsewhere/unix:4711"] {
        add_key(&x11.world, &x11.keys, display, other);
    }
    let list = ["xauth", "-n", "list"];
    let outside = x11.session(x11.world.outside(list)).run();
    assert_eq!(outside.ok().matches(other).count(), 3, "the control");
    let number = x11.inner_number();
    let key = &x11.key;
    let expected = format!(
        "ai-sandbox/unix:{number}  MIT-MAGIC-COOKIE-1  {key}\n\
         #ffff##:{number}  MIT-MAGIC-COOKIE-1  {key}\n"
    );
    assert_eq!(x11.exec(NONE, list).run().ok(), expected);
}

#[test]
fn the_file_of_keys_is_hidden_wherever_it_is() {
    let Some(x11) = X11::new() else { return };
    for place in ["home/.Xauthority", "home/.config/keys", "home/project/keys"] {
        let file = x11.world.file(place, std::fs::read(&x11.keys).expect("keys"));
        let set = |run: Run| match place {
            "home/.Xauthority" => x11.session(run).without("XAUTHORITY"),
            _ => x11.session(run).env("XAUTHORITY", &file),
        };
        let client = set(x11.world.exec(["xdpyinfo"])).run();
        assert_eq!(reached(&client), Some(x11.inner()), "{place}");
        let path = file.to_str().expect("plain");
        let script = "cat \"$0\" 2> /dev/null | wc -c";
        let words = ["sh", "-c", script, path];
        let outside = set(x11.world.outside(words)).run();
        assert_ne!(outside.ok().trim(), "0", "the control");
        for flags in [&[][..], &["--no-display"], &["--lockdown"]] {
            let inside = set(x11.world.exec_with(flags, words)).run();
            assert_eq!(inside.ok().trim(), "0", "{place} {flags:?}");
        }
        // Asked for by its name, it is the user's own decision.
        let named = set(x11.world.exec_with(["--map", path], words)).run();
        assert_eq!(named.ok(), outside.ok(), "{place}");
        std::fs::remove_file(file).expect("ours");
    }
}

#[test]
fn the_key_is_nowhere_to_be_read() {
    let Some(x11) = X11::new() else { return };
    let key = &x11.key;
    let raw: Vec<u8> = (0..key.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&key[at..at + 2], 16).expect("digits"))
        .collect();
    let shows = |text: &[u8]| {
        text.windows(raw.len()).any(|part| part == raw)
            || String::from_utf8_lossy(text).contains(key.as_str())
    };
    assert!(shows(&std::fs::read(&x11.keys).expect("keys")), "the control");
    for words in [
        &["--dry-run", "--", "true"][..],
        &["--dry-run=json", "--", "true"],
        &["-v", "--", "true"],
        &["status"],
        &["status", "--json"],
    ] {
        let ended = x11.session(x11.world.jail(words)).run();
        assert_eq!(ended.code(), 0, "{ended}");
        assert!(!shows(&ended.stdout) && !shows(&ended.stderr), "{words:?}");
    }
    // Nor in the arguments or the environment of any process of the jail.
    let marker = format!("marker{}", x11.number);
    let script = "xdpyinfo > /dev/null && echo there; env; exec sleep 1000";
    let jail = x11.exec(NONE, ["sh", "-c", script, &marker]).start();
    jail.says("there\n");
    jail.says("XAUTHORITY=");
    assert!(!shows(jail.output().as_bytes()));
    let processes = processes_with(&marker);
    assert!(!processes.is_empty(), "the control");
    for process in std::fs::read_dir("/proc").expect("/proc").flatten() {
        for file in ["cmdline", "environ"] {
            // Those of others cannot be read, and need not be.
            let text = std::fs::read(process.path().join(file)).unwrap_or_default();
            assert!(!shows(&text), "{}", process.path().display());
        }
    }
}

#[test]
fn the_pasted_command_has_the_display_without_the_key() {
    let Some(x11) = X11::new() else { return };
    let words = ["--dry-run", "--", "sh", "-c", "echo $DISPLAY; ls /tmp/.X11-unix; xdpyinfo"];
    let printed = x11.session(x11.world.jail(words)).run();
    assert_eq!(printed.code(), 0, "{printed}");
    assert!(printed.err().contains("keys to the X11 display are not printed"), "{printed}");
    let file = x11.world.file("pasted", &printed.stdout);
    let ended = x11.session(x11.world.outside(["sh".as_ref(), file.as_os_str()])).run();
    assert_eq!(ended.out(), format!(":{0}\nX{0}\n", x11.inner_number()), "{ended}");
    assert!(ended.err().contains("uthorization"), "it is reached, and refuses: {ended}");
}

#[test]
fn a_damaged_file_of_keys_harms_nothing() {
    let Some(x11) = X11::new() else { return };
    let whole = std::fs::read(&x11.keys).expect("keys");
    let noise: Vec<u8> =
        (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for bytes in [&whole[..whole.len() - 1], b"", b"\x01", &noise] {
        let file = x11.world.file("damaged", bytes);
        let ended = x11.exec(NONE, ["sh", "-c", "echo ran; echo ${XAUTHORITY-unset}"]);
        assert_eq!(ended.env("XAUTHORITY", &file).run().ok(), "ran\nunset\n");
    }
    // A whole entry before the damage counts.
    let file = x11.world.file("damaged", [&whole[..], b"\x01\x00\xff"].concat());
    let ended = x11.exec(NONE, ["xdpyinfo"]).env("XAUTHORITY", &file).run();
    assert_eq!(reached(&ended), Some(x11.inner()));
}
