//! Told to by its model, an agent does its work, and nothing beside it.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use crate::agents::{Agent, for_each_agent, with_agents};
use crate::harness::{Call, Ended, Model, World};

for_each_agent!(does_its_work_and_no_more, ends_as_the_agent_ends);

/// The last word of the model.
const LAST_WORD: &str = "All of it was tried.";

/// What the model asks for, in this order.
const SHELL: [&str; 5] = [
    "make -s && ./built",
    "cat ~/.ssh/id_ed25519; cat ~/letter",
    "echo 'rw_maps = [\"/\"]' >> .ai-jail",
    // Claude Code would ask about a line that names the place.
    "sh plant",
    // The agent's own ancestors: in the jail its first process, on the host whoever started it.
    "kill -9 1 $(cat parent); echo went on",
];

/// A project with something to build, and things that are none of an agent's business.
fn furnish(world: &World, model: &Model) {
    world.file("home/.ssh/id_ed25519", "a private key\n");
    world.file("home/letter", "a private letter\n");
    world.file("home/project/.ai-jail", "# mine\n");
    world.file("home/project/plant", "echo 'echo planted' > .git/hooks/post-checkout\n");
    world.file("home/project/Makefile", "built: built.c\n\t@gcc -o built built.c\n");
    world.file(
        "home/project/built.c",
        "#include <stdio.h>\nint main(void) { puts(\"it was built\"); }\n",
    );
    let git = world.outside(["git", "init", "-q"]).run();
    assert_eq!(git.code(), 0, "{git}");
    let note = Call::Write {
        path: world.project().join("note").to_str().expect("plain").into(),
        content: "written by the agent\n".into(),
    };
    let shell = SHELL.map(|command| Call::Shell(command.into()));
    model.tell([note].into_iter().chain(shell), LAST_WORD);
}

/// Runs `program` with its process number in the file `parent`.
fn run(world: &World, program: &[&str], words: &[&str]) -> Ended {
    let script = "echo $$ > parent; exec \"$@\"";
    with_agents(world.outside([&["sh", "-c", script, "sh"], program, words].concat())).run()
}

fn does_its_work_and_no_more(agent: &Agent) {
    let model = Model::start();
    let world = agent.world(&model);
    furnish(&world, &model);
    let read = |name: &str| fs::read_to_string(world.root().join("home").join(name));
    let jail = crate::harness::program();
    let words = agent.words("Do as you like.");
    let ended = run(&world, &[jail.to_str().expect("plain")], &words);

    assert_eq!((ended.code(), ended.out().trim()), (0, LAST_WORD), "{ended}");
    let [_, built, secrets, settings, hook, killed] = &model.results()[..] else {
        panic!("{:?}", model.results())
    };
    assert_eq!(read("project/note").expect("the note"), "written by the agent\n");
    assert!(built.contains("it was built") && world.project().join("built").exists(), "{built}");
    assert_eq!(secrets.matches("No such file").count(), 2, "{secrets}");
    assert!(hook.contains("Read-only file system"), "{hook}");
    // The file is the project's, and gives nothing until its user agrees.
    assert!(read("project/.ai-jail").expect("settings").contains("rw_maps"), "{settings}");
    world.exec(["true"]).run().is_failure(125, &["not trusted"]);
    assert!(!world.project().join(".git/hooks/post-checkout").exists());
    assert!(killed.contains("went on"), "{killed}");

    // The control: the same agent with the same settings and the same model, outside.
    let model = Model::start();
    let world = agent.world(&model);
    furnish(&world, &model);
    let read = |name: &str| fs::read_to_string(world.root().join("home").join(name));
    // `env` stands between, so that there is a parent to be killed.
    let ended = run(&world, &["sh", "-c", "\"$@\"; exit 3", "sh"], &words);
    assert_eq!(ended.status.signal(), Some(9), "{ended}");
    let results = model.results_so_far();
    assert!(results[2].contains("a private key\na private letter"), "{results:?}");
    assert!(read("project/.ai-jail").expect("settings").contains("rw_maps"));
    assert!(world.project().join(".git/hooks/post-checkout").exists());
}

fn ends_as_the_agent_ends(agent: &Agent) {
    let model = Model::start();
    let world = agent.world(&model);
    let words = [agent.command, "--no-such-option"];
    let inside = with_agents(world.jail(words)).run();
    let outside = with_agents(world.outside(words)).run();
    assert_ne!(outside.code(), 0, "{outside}");
    assert_eq!(inside.code(), outside.code(), "{inside}");
    assert_eq!(inside.out(), outside.out());
}
