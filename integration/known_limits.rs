//! What is known not to work in a jail, and which switch helps. `docs/layers.md` says the same.

use std::os::unix::fs::PermissionsExt;

use crate::harness::{Snapshot, Tty, World, has_program, program, skip};
use crate::probe::Question;

const MODES: [&[&str]; 2] = [&[], &["--lockdown"]];

/// Flags of a mode and one more.
fn and<'a>(mode: &[&'a str], flag: &'a str) -> Vec<&'a str> {
    [mode, &[flag]].concat()
}

#[test]
fn tracers_and_debuggers_need_no_seccomp() {
    for (tracer, words) in [
        ("strace", &["strace", "-o", "/dev/null", "true"][..]),
        ("gdb", &["gdb", "-nx", "-batch", "-return-child-result", "-ex", "run", "true"]),
    ] {
        if !has_program(tracer) {
            continue;
        }
        let world = World::new();
        let works = |said: &str| !said.contains("ptrace") && !said.contains("not permitted");
        let outside = world.outside(words).run();
        assert!(outside.code() == 0 && works(outside.err()), "{outside}");
        for mode in MODES {
            let inside = world.exec_with(mode, words).run();
            assert!(!works(inside.err()), "{tracer} {mode:?}: {inside}");
            let open = world.exec_with(and(mode, "--no-seccomp"), words).run();
            assert!(open.code() == 0 && works(open.err()), "{tracer} {mode:?}: {open}");
        }
    }
}

#[test]
fn no_switch_allows_a_sandbox_in_the_jail() {
    // Browsers, bubblewrap and rootless containers all begin with a user namespace.
    let sandbox = ["bwrap", "--unshare-user", "--ro-bind", "/", "/", "true"];
    let world = World::new();
    assert_eq!(world.outside(sandbox).run().code(), 0);
    for mode in MODES {
        assert_ne!(world.exec_with(mode, sandbox).run().code(), 0, "{mode:?}");
    }
    let help = world.outside(["bwrap", "--help"]).run();
    if !help.out().contains("--disable-userns") {
        return skip("this bubblewrap cannot forbid user namespaces itself, so --no-seccomp helps");
    }
    let off = ["--no-seccomp", "--no-landlock", "--no-rlimits"];
    for mode in MODES {
        assert_ne!(world.exec_with([mode, &off].concat(), sandbox).run().code(), 0, "{mode:?}");
    }
}

/// What fish would make on its first start is made for it.
#[test]
fn the_first_start_of_fish() {
    if !has_program("fish") {
        return;
    }
    for there in ["home/.config", "home/.local/share/tool"] {
        let world = World::new();
        world.directory(there);
        for arguments in [&["-c", "echo $HOME"][..], &["-i", "-c", "echo $HOME"]] {
            let words = [&["fish"][..], arguments].concat();
            let ended = world.exec(words).run();
            let home = format!("{}\n", world.home().display());
            assert_eq!((ended.ok(), ended.err()), (home.as_str(), ""), "{there} {arguments:?}");
        }
        // The history of the host's own is not the jail's to write.
        let history = world.home().join(".local/share/fish");
        let script = format!("echo x > {}/fish_history", history.display());
        assert_ne!(world.exec(["fish", "-c", &script]).run().code(), 0, "{there}");
        assert_eq!(std::fs::read_dir(history).expect("it is there").count(), 0, "{there}");
    }
}

/// Installers of other programs make fish's directory of settings, and fish writes thirty variables there when it is
/// first started in a terminal. For other commands the directory is read-only like what else shells run.
#[test]
fn the_first_start_of_fish_where_others_left_settings_for_it() {
    if !has_program("fish") {
        return;
    }
    let world = World::new();
    let settings = world.home().join(".config/fish");
    world.directory("home/.local/share/fish");
    world.file("home/.config/fish/conf.d/tool.fish", "echo tool");
    let before = Snapshot::of(&settings);
    let write = format!("echo x > {}/new", settings.display());
    assert_ne!(world.jail(["sh", "-c", &write]).run().code(), 0);
    let mut tty = Tty::jail(&world, ["fish"]);
    for (said, then) in [("first", "fish; exit"), ("second", "exit")] {
        tty.shows("tool");
        tty.types(&format!(
            "set -U said {said}; echo x > {}/conf.d/tool.fish; echo $said-(count *); {then}\r",
            settings.display()
        ));
        tty.shows(&format!("{said}-0"));
    }
    let (ended, shown) = tty.finish_showing();
    let shown = String::from_utf8_lossy(&shown);
    assert_eq!(ended.code(), 0, "{shown}");
    assert!(!shown.contains("error:"), "{shown}");
    assert!(shown.contains("Read-only file system"), "{shown}");
    before.is_unchanged();

    // The control: outside, fish writes there.
    let mut tty = Tty::run(&world, ["fish"]);
    tty.shows("tool");
    tty.types("exit\r");
    tty.finish();
    assert!(settings.join("fish_variables").exists());
}

/// A program of i386 that ends with status 42: the ELF header, one program header, the code.
#[cfg(target_arch = "x86_64")]
fn program_of_32_bits() -> Vec<u8> {
    const BASE: u32 = 0x0804_8000;
    const HEADERS: u32 = 52 + 32;
    // mov eax, 1 (exit); mov ebx, 42; int 0x80
    let code = [0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80];
    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let half = |file: &mut Vec<u8>, value: u16| file.extend(value.to_le_bytes());
    let word = |file: &mut Vec<u8>, value: u32| file.extend(value.to_le_bytes());
    // ET_EXEC, EM_386, then version, entry, program headers, no sections, no flags.
    half(&mut file, 2);
    half(&mut file, 3);
    for value in [1, BASE + HEADERS, 52, 0, 0] {
        word(&mut file, value);
    }
    for value in [52, 32, 1, 0, 0, 0] {
        half(&mut file, value);
    }
    // PT_LOAD of the whole file, to be read and executed.
    let size = HEADERS + 12;
    for value in [1, 0, BASE, BASE, size, size, 5, 0x1000] {
        word(&mut file, value);
    }
    file.extend(code);
    file
}

#[cfg(target_arch = "x86_64")]
#[test]
fn programs_of_32_bits_need_no_seccomp() {
    const SIGSYS: i32 = 128 + 31;
    let world = World::new();
    let program = world.file("home/project/old", program_of_32_bits());
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(program, mode).expect("chmod");
    let run = ["sh", "-c", "./old; exit $?"];
    let outside = world.outside(run).run();
    if outside.code() != 42 {
        return skip("this kernel runs no programs of 32 bits");
    }
    for mode in MODES {
        assert_eq!(world.exec_with(mode, run).run().code(), SIGSYS, "{mode:?}");
        assert_eq!(world.exec_with(and(mode, "--no-seccomp"), run).run().code(), 42, "{mode:?}");
    }
}

#[test]
fn restrictions_of_a_programs_own_still_work() {
    // Landlock and seccomp only add up: what uses them alone works as outside.
    let world = World::new();
    let outside = world.ask_outside(&[Question::Restrict]);
    assert_eq!(outside, ["ok ok"]);
    for mode in MODES {
        assert_eq!(world.ask(mode, &[Question::Restrict]), outside, "{mode:?}");
    }
}

/// Hidden places are known by their path, and root's mount gives them one more. A link to the place
/// opens nothing (`home_links`), nor does a map of what is above (`maps`).
#[test]
fn root_a_hidden_place_that_root_mounted_elsewhere() {
    let world = World::new();
    world.file("home/.ssh/key", "secret");
    world.directory("home/.elsewhere");
    let script = "mount --bind \"$HOME/.ssh\" \"$HOME/.elsewhere\" || exit 99; cat \"$HOME/.elsewhere/key\"; \
                  \"$0\" --exec -- sh -c 'cat ~/.ssh/key; cat ~/.elsewhere/key'; \
                  \"$0\" --exec --lockdown -- sh -c 'cat ~/.elsewhere/key'; umount \"$HOME/.elsewhere\"";
    let program = program();
    let words = ["unshare", "--mount", "sh", "-c", script].map(std::ffi::OsStr::new);
    let ended = world.outside(words.into_iter().chain([program.as_os_str()])).run();
    if ended.code() == 99 {
        return skip("root may not mount here");
    }
    assert_eq!(ended.out(), "secretsecret", "{ended}");
    assert_eq!(ended.err().matches("No such file").count(), 2, "{ended}");
}
