//! An interactive bash gets mise's hook, which follows the directory.

use crate::harness::{Tty, World, has_program};

fn world() -> Option<World> {
    if !has_program("mise") || !has_program("bash") {
        return None;
    }
    let world = World::new();
    world.file("home/project/mise.toml", "[env]\nWHERE = \"project\"\nOUTER = \"set\"\n");
    world.file("home/project/inner/mise.toml", "[env]\nWHERE = \"inner\"\n");
    world.file("home/.bashrc", "PS1='prompt> '; OWN=bashrc\n");
    Some(world)
}

/// A bash in the jail, at its prompt.
fn bash(world: &World, words: &str) -> Tty {
    let mut tty = Tty::session(world, &format!("\"$AI_JAIL_BIN\" --exec {words}; echo status $?"));
    tty.shows("prompt> ");
    // Waits for an answer, because each answer must come from the last question.
    tty.types("echo \"at $((6 * 7))\"\n");
    tty.shows("at 42");
    tty
}

fn asks(tty: &mut Tty, command: &str, answer: &str) {
    tty.types(&format!(
        "{command}; echo \"<$WHERE|$OUTER|$OWN|$NUMBER>\"; NUMBER=$((NUMBER + 1))\n"
    ));
    tty.shows(answer);
}

#[test]
fn changing_the_directory_changes_the_environment() {
    let Some(world) = world() else { return };
    let mut tty = bash(&world, "");
    asks(&mut tty, ":", "<project|set|bashrc|>");
    asks(&mut tty, "cd inner", "<inner|set|bashrc|1>");
    asks(&mut tty, "cd /tmp", "<||bashrc|2>");
    asks(&mut tty, "cd ~/project", "<project|set|bashrc|3>");
    tty.types("exit 5\n");
    tty.shows("status 5");
    tty.finish();
    let bashrc = std::fs::read_to_string(world.home().join(".bashrc")).expect("still there");
    assert_eq!(bashrc, "PS1='prompt> '; OWN=bashrc\n", "it is as it was");
}

/// The user's own line for that is enough; the hook must not run twice.
#[test]
fn a_bashrc_that_activates_mise_by_itself_is_left_alone() {
    let Some(world) = world() else { return };
    world.file("home/.bashrc", "PS1='prompt> '; OWN=bashrc; eval \"$(mise activate bash)\"\n");
    let mut tty = bash(&world, "bash");
    asks(&mut tty, "cd inner", "<inner|set|bashrc|>");
    tty.types("echo \"hooks: ${#chpwd_functions[@]}\"\n");
    tty.shows("hooks: 1");
    tty.types("exit\n");
    tty.finish();
}

/// Only a bash of its own: one with arguments is as it is anywhere, with the environment of the
/// directory that it started in.
#[test]
fn a_bash_with_arguments_gets_the_environment_instead() {
    let Some(world) = world() else { return };
    let mut tty = bash(&world, "-- bash --rcfile ~/.bashrc -i");
    asks(&mut tty, ":", "<project|set|bashrc|>");
    asks(&mut tty, "cd /tmp", "<project|set|bashrc|1>");
    tty.types("exit\n");
    tty.finish();
    let script = world.exec(["bash"]).input("echo \"$WHERE\"\n").run();
    assert_eq!(script.ok(), "project\n");
}
