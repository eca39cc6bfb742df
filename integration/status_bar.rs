//! The status bar, in a real terminal emulator: tmux.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;

use crate::harness::{Run, World, has_program, program, until};

/// A tmux server of its own with one window, in which an interactive shell runs.
struct Window<'world> {
    world: &'world World,
    rows: u16,
}

impl<'world> Window<'world> {
    /// `None` where there is no tmux.
    fn open(world: &'world World, rows: u16, cols: u16) -> Option<Self> {
        Self::open_with(world, rows, cols, &[])
    }

    fn open_with(world: &'world World, rows: u16, cols: u16, env: &[(&str, &str)]) -> Option<Self> {
        if !has_program("tmux") || !has_program("bash") {
            return None;
        }
        let window = Self { world, rows };
        // Rows scroll away into a history that can be looked at; nothing else of tmux is seen.
        let settings = "set -g status off\nset -g history-limit 1000\n\
                        set -s escape-time 0\nset -g default-terminal tmux-256color\n";
        let config = world.file("tmux.conf", settings);
        let (rows, cols) = (rows.to_string(), cols.to_string());
        let mut words = vec!["-f".to_owned(), config.to_str()?.to_owned()];
        words.extend(["new-session", "-d", "-x", &cols, "-y", &rows].map(str::to_owned));
        let program = program();
        let variables = [("AI_JAIL_BIN", program.to_str()?)];
        for (name, value) in variables.iter().chain(env) {
            words.extend(["-e".to_owned(), format!("{name}={value}")]);
        }
        words.push("exec env 'PS1=prompt> ' bash --norc --noprofile".to_owned());
        window.tmux(words).run().ok();
        window.shows("prompt>");
        Some(window)
    }

    fn socket(&self) -> PathBuf {
        self.world.root().join("tmux")
    }

    fn tmux<W: AsRef<std::ffi::OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Run {
        let socket = self.socket();
        let mut all = vec!["tmux".into(), "-S".into(), socket.into_os_string()];
        all.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self.world.outside(all)
    }

    /// Types; names such as `Enter` and `C-z` are keys.
    fn types(&self, keys: &[&str]) {
        self.tmux([&["send-keys"], keys].concat()).run().ok();
    }

    fn line(&self, text: &str) {
        self.types(&[text, "Enter"]);
    }

    /// The rows of the screen.
    fn screen(&self) -> Vec<String> {
        let shown = self.tmux(["capture-pane", "-p"]).run();
        let mut rows: Vec<_> = shown.out().lines().map(str::to_owned).collect();
        rows.resize(self.rows.into(), String::new());
        rows
    }

    /// The screen and what has scrolled out of it.
    fn everything(&self) -> String {
        self.tmux(["capture-pane", "-p", "-S", "-"]).run().out().to_owned()
    }

    fn bottom(&self) -> String {
        self.screen().pop().unwrap_or_default()
    }

    /// Waits until a row above the last shows a text.
    fn shows(&self, text: &str) {
        until(&format!("{text:?} is shown"), || {
            let screen = self.screen();
            screen[..screen.len() - 1].iter().any(|row| row.contains(text))
        });
    }

    /// Waits until the last row is the bar, and nothing above it.
    fn has_bar(&self) {
        until("the last row is the bar", || is_bar(&self.bottom()));
        let screen = self.screen();
        assert!(!screen[..screen.len() - 1].iter().any(|row| is_bar(row)), "{screen:#?}");
    }

    fn has_no_bar(&self) {
        until("there is no bar", || !self.screen().iter().any(|row| is_bar(row)));
    }

    fn resize(&mut self, rows: u16, cols: u16) {
        self.rows = rows;
        let (rows, cols) = (rows.to_string(), cols.to_string());
        self.tmux(["resize-window", "-x", &cols, "-y", &rows]).run().ok();
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        self.tmux(["kill-server"]).run();
    }
}

fn is_bar(row: &str) -> bool {
    row.starts_with(" ~/project ")
}

/// Types what starts a shell in a jail with a bar.
const START: &str = "\"$AI_JAIL_BIN\" -s env PS1=jail\\> bash --norc --noprofile";

fn started(window: &Window) {
    window.line(START);
    window.shows("jail>");
    window.has_bar();
}

#[test]
fn the_last_row_is_the_bars_and_the_command_has_the_others() {
    let world = World::new();
    let Some(window) = Window::open(&world, 24, 80) else { return };
    started(&window);
    let version = env!("CARGO_PKG_VERSION");
    let bottom = window.bottom();
    assert!(bottom.starts_with(" ~/project env 'PS1=jail>' bash"), "{bottom}");
    assert!(bottom.trim_end().ends_with(version), "{bottom}");
    window.line("stty size; echo \"rows: $LINES\"");
    window.shows("23 80");
    window.shows("rows: 23");
    window.line("seq -f 'number %g' 100");
    window.shows("number 100");
    window.has_bar();
    // The bar has not scrolled away with the rest.
    let everything = window.everything();
    assert!((1..=100).all(|number| everything.contains(&format!("number {number}\n"))));
    assert_eq!(everything.lines().filter(|row| is_bar(row)).count(), 1, "{everything}");
}

#[test]
fn it_survives_what_programs_do_to_a_terminal() {
    let world = World::new();
    let Some(window) = Window::open(&world, 24, 80) else { return };
    started(&window);
    for (number, act) in [
        "clear",
        "reset",
        "tput reset",
        "printf '\\033[2J\\033[3J\\033[H'",
        "printf '\\033[J'",
        "printf '\\033[r'; seq 60",
        "printf '\\033[5;10r\\033[10;1H'; seq 60; printf '\\033[r'",
        "tput smcup; seq 60; tput rmcup",
        "printf '\\033#8'",
        "printf '\\033[!p'; seq 60",
        "printf '\\033[999;999Hx'",
        "tput sc; tput cup 3 3; clear; echo x; tput rc",
        "printf '\\033[?6h\\033[?6l\\033[H'",
    ]
    .iter()
    .enumerate()
    {
        window.line(&format!("{act}; echo 'do''ne {number}'"));
        window.shows(&format!("done {number}"));
        window.has_bar();
    }
}

#[test]
fn beside_full_screen_programs() {
    let world = World::new();
    let Some(mut window) = Window::open(&world, 24, 80) else { return };
    let lines: Vec<_> = (1..=200).map(|number| format!("line {number}\n")).collect();
    world.file("home/project/text", lines.concat());
    started(&window);
    if has_program("less") {
        window.line("less text");
        window.shows("line 22");
        window.has_bar();
        window.types(&["G"]);
        window.shows("line 200");
        window.has_bar();
        window.types(&["q"]);
        window.shows("jail>");
        window.has_bar();
    }
    if has_program("vim") {
        window.line("vim -u NONE -N text");
        window.shows("line 22");
        window.has_bar();
        window.types(&[":split", "Enter", "G"]);
        window.shows("line 200");
        window.resize(30, 100);
        window.has_bar();
        window.resize(12, 60);
        window.has_bar();
        window.types(&[":qa!", "Enter"]);
        window.shows("jail>");
        window.has_bar();
        window.line("seq -f 'after %g' 50");
        window.shows("after 50");
        window.has_bar();
    }
}

#[test]
fn it_follows_the_windows_size() {
    let world = World::new();
    let Some(mut window) = Window::open(&world, 24, 80) else { return };
    started(&window);
    window.line("seq 50");
    for (rows, cols) in [(30, 80), (10, 80), (10, 40), (24, 120), (5, 20)] {
        window.resize(rows, cols);
        window.has_bar();
        let size = format!("{} {cols}", rows - 1);
        until("the command sees the size", || {
            window.line("stty size");
            window.screen().contains(&size)
        });
        window.has_bar();
    }
    // Too small, and back.
    window.resize(3, 20);
    until("the command has all rows", || {
        window.line("stty size");
        window.screen().iter().any(|row| row == "3 20")
    });
    window.has_no_bar();
    window.resize(24, 80);
    window.has_bar();
}

#[test]
fn at_the_end_the_terminal_is_whole_again() {
    let world = World::new();
    let Some(window) = Window::open(&world, 24, 80) else { return };
    for end in ["exit", "kill -9 $$"] {
        window.line("clear");
        started(&window);
        window.line("echo last words");
        window.shows("last words");
        window.line(end);
        window.has_no_bar();
        window.shows("last words");
        window.line("seq 60");
        until("all rows scroll", || window.bottom().starts_with("prompt>"));
    }
}

#[test]
fn a_terminated_run_takes_the_bar_along() {
    let world = World::new();
    let Some(window) = Window::open(&world, 24, 80) else { return };
    started(&window);
    window.line("trap '' TERM; kill -TERM $PPID; echo ig''nored");
    window.shows("ignored");
    window.has_bar();
    // The shell itself would ignore the signal.
    let sleep = format!("1000.{}", std::process::id());
    window.line(&format!("trap - TERM; exec sleep {sleep}"));
    until("it sleeps", || {
        let found = crate::harness::processes_with(&sleep);
        found.iter().any(|process| process.words[0] == "sleep")
    });
    let front = crate::harness::processes_with("PS1=jail>");
    let front = front.iter().find(|process| process.words.iter().any(|word| word == "-s"));
    let front = front.expect("the front runs");
    nix::sys::signal::kill(front.pid, nix::sys::signal::Signal::SIGTERM).expect("it runs");
    window.has_no_bar();
    window.line("seq 60");
    until("all rows scroll", || window.bottom().starts_with("prompt>"));
}

#[test]
fn ctrl_z_takes_it_away_and_fg_brings_it_back() {
    let world = World::new();
    let Some(window) = Window::open(&world, 24, 80) else { return };
    window.line("\"$AI_JAIL_BIN\" -s sh -c 'echo run''ning; sleep 1000; echo wo''ken; sleep 1000'");
    window.shows("running");
    window.has_bar();
    window.types(&["C-z"]);
    window.shows("Stopped");
    window.has_no_bar();
    window.line("seq 60");
    until("all rows scroll", || window.bottom().starts_with("prompt>"));
    window.line("fg");
    window.has_bar();
    window.types(&["C-c"]);
    window.has_no_bar();
}

#[test]
fn the_choice_is_remembered_in_the_users_file() {
    let world = World::new();
    let Some(window) = Window::open(&world, 24, 80) else { return };
    let user_file = || fs::read_to_string(world.home().join(".ai-jail")).unwrap_or_default();
    let run = |flags: &str| {
        window.line(&format!("clear; \"$AI_JAIL_BIN\" {flags} sh -c 'echo st''arted; read line'"));
        window.shows("started");
    };
    let end = || {
        window.line("");
        window.shows("prompt>");
        window.has_no_bar();
    };
    run("");
    window.has_no_bar();
    end();
    run("--status-bar=light");
    window.has_bar();
    end();
    assert!(user_file().contains("status_bar_style = \"light\""), "{}", user_file());
    run("");
    window.has_bar();
    end();
    // Direct execution has none, and changes nothing, whatever is typed.
    for flags in ["--exec", "--exec -s=dark", "--exec --no-status-bar"] {
        let before = user_file();
        run(flags);
        window.has_no_bar();
        end();
        assert_eq!(user_file(), before, "{flags}");
    }
    run("--no-status-bar");
    window.has_no_bar();
    end();
    run("");
    window.has_no_bar();
    end();
    let project = fs::read_to_string(world.project().join(".ai-jail")).expect("saved");
    assert!(!project.contains("status_bar"), "{project}");
}

#[test]
fn a_click_on_it_does_not_reach_the_command() {
    let world = World::new();
    let Some(window) = Window::open(&world, 12, 60) else { return };
    // In the last row of the command, in the bar's, and a key to end with.
    let asked = "stty -icanon -echo; printf '\\033[?1000;1006h'; echo asked; cat -v";
    window.line(&format!("clear; $AI_JAIL_BIN -s -- sh -c \"{asked}\""));
    window.shows("asked");
    window.has_bar();
    window.types(&["-l", "\x1b[<0;1;11M\x1b[<0;2;12M\x1b[<0;3;12m\x1b[Aend"]);
    window.shows("end");
    assert!(
        window.screen().iter().any(|row| row == "^[[<0;1;11M^[[<0;3;11m^[[Aend"),
        "{:#?}",
        window.screen()
    );
}

#[test]
fn a_terminal_that_cannot_show_one_is_told_so() {
    let world = World::new();
    let Some(window) = Window::open(&world, 24, 80) else { return };
    window.line("TERM=dumb \"$AI_JAIL_BIN\" -s stty size");
    window.shows("no status bar: a terminal of the kind \"dumb\" cannot show one");
    window.shows("24 80");
    window.has_no_bar();
    // Remembered, it is not said again.
    window.line("clear; TERM=dumb \"$AI_JAIL_BIN\" sh -c 'echo sec''ond'");
    window.shows("second");
    assert!(!window.screen().iter().any(|row| row.contains("no status bar")));
}

#[test]
fn the_name_of_a_project_is_shown_and_not_obeyed() {
    let world = World::with_project(&std::env::temp_dir(), "home/a\u{1b}[31m\u{1b}]0;owned\u{7}漢");
    let Some(window) = Window::open(&world, 24, 80) else { return };
    window.line("\"$AI_JAIL_BIN\" -s sh -c 'echo st''arted; read line'");
    window.shows("started");
    let expected = r" ~/a\u{1b}[31m\u{1b}]0;owned\u{7}漢 sh -c";
    until("the name is shown", || window.bottom().starts_with(expected));
    let title = window.tmux(["display-message", "-p", "#{pane_title}"]).run();
    assert!(!title.out().contains("owned"));
}

/// A server that says that there is a newer version, and how often it was asked.
fn releases() -> (String, std::sync::mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a server");
    let url = format!("http://{}/", listener.local_addr().expect("its address"));
    let (asked, requests) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let body = r#"{"tag_name":"v999.0.0"}"#;
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
            let _ = asked.send(());
        }
    });
    (url, requests)
}

#[test]
fn a_newer_version_is_marked_and_asked_for_once_a_day() {
    if !has_program("curl") {
        return;
    }
    let world = World::new();
    let (url, requests) = releases();
    let env = [("AI_JAIL_UPDATE_URL", url.as_str())];
    let Some(window) = Window::open_with(&world, 24, 80, &env) else { return };
    let run = |words: &str| {
        window.line(&format!("clear; {words} sh -c 'echo st''arted; read line'"));
        window.shows("started");
        window.has_bar();
    };
    let end = || {
        window.line("");
        window.shows("prompt>");
        window.has_no_bar();
    };
    // Nobody asks where nobody wants to know.
    run("CI=true \"$AI_JAIL_BIN\" -s");
    end();
    run("AI_JAIL_NO_UPDATE_CHECK=1 \"$AI_JAIL_BIN\" -s");
    end();
    window.line("clear; \"$AI_JAIL_BIN\" --exec -s true; echo do''ne");
    window.shows("done");
    assert!(requests.try_recv().is_err());
    // While the command runs the mark appears.
    run("\"$AI_JAIL_BIN\"");
    until("the mark is shown", || window.bottom().trim_end().ends_with('↑'));
    end();
    assert!(requests.try_recv().is_ok());
    // Next time it is known from the start.
    run("\"$AI_JAIL_BIN\"");
    assert!(window.bottom().trim_end().ends_with('↑'), "{}", window.bottom());
    end();
    assert!(requests.try_recv().is_err(), "asked twice");
    // The jail sees nothing of where that is kept.
    let kept = world.home().join(".local/share/ai-jail/newest");
    assert!(kept.exists());
    let seen = world.exec(["ls", kept.to_str().expect("plain")]).run();
    assert_ne!(seen.code(), 0, "{seen}");
}

#[test]
fn inside_screen() {
    if !has_program("screen") {
        return;
    }
    let world = World::new();
    let Some(window) = Window::open(&world, 24, 80) else { return };
    window.line(
        "SCREENDIR=$HOME/.screens screen -c /dev/null env 'PS1=prompt> ' bash --norc --noprofile",
    );
    until("screen has started", || window.screen()[0].starts_with("prompt>"));
    started(&window);
    window.line("stty size; seq 60");
    window.shows("60");
    window.has_bar();
    window.line("clear; echo cl''eared");
    window.shows("cleared");
    window.has_bar();
    window.line("exit");
    window.has_no_bar();
    window.line("exit");
}
