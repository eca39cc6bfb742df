//! The agents on a terminal.

use std::fs;

use crate::agents::{Agent, for_each_agent, path};
use crate::harness::{Call, Emulator, Model, Screen, Tty, World, program};
use crate::screens::are_the_same;

for_each_agent!(a_conversation, the_same_start_screen);

/// A session of a shell that runs `command` and notes the terminal's settings before and after.
fn session(world: &World, command: &str) -> Tty {
    let path = path();
    let path = path.to_str().expect("plain");
    let script = format!(
        "export PATH='{path}'; stty erase ^H werase ^Y; stty -g > before; {command}; \
         echo sta''tus $?; stty -g > after; echo en''d"
    );
    Tty::session(world, &script)
}

fn a_conversation(agent: &Agent) {
    let model = Model::start();
    let world = agent.world(&model);
    agent.has_been_started_before(&world);
    let note = world.project().join("note");
    let path = note.to_str().expect("plain").to_owned();
    model.tell([Call::Write { path, content: "typed for\n".into() }], "It is written.");

    let mut tty = session(&world, &format!("\"$AI_JAIL_BIN\" {}", agent.command));
    let mut emulator = Emulator::new();
    emulator.shows(&mut tty, agent.ready);
    emulator.still(&mut tty);
    tty.types("Please write");
    emulator.shows(&mut tty, "Please write");
    emulator.still(&mut tty);
    tty.types("\r");
    emulator.shows(&mut tty, "It is written.");
    assert_eq!(fs::read_to_string(&note).expect("the note"), "typed for\n");
    // The control: the terminal is in another mode meanwhile.
    assert_eq!(tty.settings().local & nix::libc::ICANON, 0);
    for key in agent.quit {
        emulator.still(&mut tty);
        tty.types(key);
    }
    emulator.shows(&mut tty, "end");
    tty.shows("status 0");
    let read = |name| fs::read_to_string(world.project().join(name)).expect("settings");
    assert_eq!(read("after"), read("before"), "{tty}");
    let screen = emulator.screen();
    assert_eq!(screen.modes, [false; 5], "{tty}");
}

/// The start screen, and the one with something typed; then the agent ends.
pub fn start(agent: &Agent, world: &World, words: &[&str]) -> [Screen; 2] {
    let path = format!("PATH={}", path().to_str().expect("plain"));
    let mut tty = Tty::run(world, [&["env", &path], words].concat());
    let mut emulator = Emulator::new();
    emulator.shows(&mut tty, agent.ready);
    let first = emulator.still(&mut tty);
    tty.types("Do nothing");
    emulator.shows(&mut tty, "Do nothing");
    let second = emulator.still(&mut tty);
    // What was typed goes first.
    tty.sends(&[0x7f; "Do nothing".len()]);
    for key in agent.quit {
        emulator.still(&mut tty);
        tty.types(key);
    }
    assert_eq!(tty.finish().code(), 0);
    [first, second]
}

fn the_same_start_screen(agent: &Agent) {
    let model = Model::start();
    let world = agent.world(&model);
    agent.has_been_started_before(&world);
    // What it says at its first start alone.
    start(agent, &world, &[agent.command]);
    let outside = start(agent, &world, &[agent.command]);
    let jail = program();
    let inside = start(agent, &world, &[jail.to_str().expect("plain"), agent.command]);
    // OpenCode proposes something else each time.
    let proposes =
        |step: usize, row: u16| outside[step].text[usize::from(row)].contains("Ask anything");
    are_the_same(&inside, &outside, |step, row| !proposes(step, row));
}
