//! A command that is not found gives 127, one that cannot be executed 126, each with a message
//! that says where it was looked for and what would help.

use crate::harness::World;

const NOT_FOUND: i32 = 127;
const NOT_EXECUTABLE: i32 = 126;

#[test]
fn a_name_that_is_nowhere_on_the_path() {
    let world = World::new();
    let path = "/usr/bin:/bin:/no/such/place";
    let ended = world.exec(["no-such-program", "argument"]).env("PATH", path).run();
    ended.is_failure(NOT_FOUND, &["no-such-program", "not found", path]);
}

/// Such a name used to be answered with "did you mean" and the very same name.
#[test]
fn an_agent_that_is_not_installed_is_to_be_installed() {
    let world = World::new();
    world.directory("home/bin");
    let path = format!("{}:/usr/bin:/bin", world.home().join("bin").display());
    let looked = format!("ai-jail: qodercli: not found in the jail\n  looked in {path}\n");
    let advice =
        "  Qoder is not installed here: install it outside the jail, then type this again\n";
    let ended = world.exec(["qodercli"]).env("PATH", &path).run();
    assert_eq!((ended.code(), ended.err()), (NOT_FOUND, &*format!("{looked}{advice}")));

    // The control: once it is there, it runs.
    world.script("home/bin/qodercli", "#!/bin/sh\necho honk\n");
    assert_eq!(world.exec(["qodercli"]).env("PATH", &path).run().ok(), "honk\n");
}

#[test]
fn a_path_where_nothing_is() {
    let world = World::new();
    for name in ["./missing", "/no/such/program", "missing/program"] {
        let ended = world.exec([name]).run();
        ended.is_failure(NOT_FOUND, &[name, "not found"]);
    }
}

#[test]
fn a_file_without_execute_permission() {
    let world = World::new();
    world.file("home/project/plain", "#!/bin/sh\necho ran\n");
    let ended = world.exec(["./plain"]).run();
    ended.is_failure(NOT_EXECUTABLE, &["./plain", "execute permission"]);
}

#[test]
fn a_directory() {
    let world = World::new();
    world.directory("home/project/directory");
    for name in ["./directory", "/usr/bin", "/"] {
        let ended = world.exec([name]).run();
        ended.is_failure(NOT_EXECUTABLE, &[name, "directory"]);
    }
}

#[test]
fn a_script_whose_interpreter_is_nowhere() {
    let world = World::new();
    world.script("home/project/script", "#!/no/such/interpreter -x\n");
    let ended = world.exec(["./script"]).run();
    ended.is_failure(NOT_EXECUTABLE, &["./script", "/no/such/interpreter"]);
}

#[test]
fn a_script_without_an_interpreter_line_runs_as_everywhere() {
    // execvp(3) hands it to the shell.
    let world = World::new();
    world.script("home/project/script", "echo \"$0 $1\"\n");
    assert_eq!(world.outside(["env", "./script", "x"]).run().ok(), "./script x\n");
    assert_eq!(world.exec(["./script", "x"]).run().ok(), "./script x\n");
}

#[test]
fn the_statuses_are_those_of_a_shell() {
    let world = World::new();
    world.file("home/project/plain", "");
    world.directory("home/project/directory");
    for name in ["./plain", "./directory", "./missing", "no-such-program"] {
        let control = world.outside(["sh", "-c", name]).run();
        assert_eq!(world.exec([name]).run().code(), control.code(), "{name}");
    }
}

#[test]
fn the_search_goes_past_what_cannot_be_executed() {
    let world = World::new();
    world.directory("home/project/one/tool");
    world.file("home/project/two/tool", "#!/bin/sh\necho plain\n");
    world.script("home/project/three/tool", "#!/bin/sh\necho \"$0\"\n");
    let at = |name: &str| world.project().join(name).to_str().expect("plain").to_owned();
    let path = [&at("one"), &at("two"), &at("three"), "/usr/bin:/bin"].map(ToString::to_string);

    let ended = world.exec(["tool"]).env("PATH", path.join(":")).run();
    assert_eq!(ended.ok(), format!("{}/tool\n", at("three")));

    let only_plain = format!("{}:/usr/bin:/bin", at("two"));
    let ended = world.exec(["tool"]).env("PATH", only_plain).run();
    ended.is_failure(NOT_EXECUTABLE, &["tool", &at("two")]);
}

#[test]
fn a_name_of_nothing() {
    let world = World::new();
    world.exec([""]).run().is_failure(NOT_FOUND, &["not found"]);
}

#[test]
fn an_interpreter_that_only_the_host_has_names_the_flag_that_maps_it() {
    let world = World::new();
    let interpreter = world.script("home/tools/interpreter", "#!/bin/sh\necho interpreted\n");
    let script = format!("#!{}\n", interpreter.display());
    world.script("home/project/script", script);
    assert_eq!(world.outside(["./script"]).run().ok(), "interpreted\n");

    let ended = world.exec(["./script"]).run();
    let name = interpreter.to_str().expect("plain");
    ended.is_failure(NOT_EXECUTABLE, &["./script", name, "--map"]);

    let ended = world.exec_with(["--map", "~/tools"], ["./script"]).run();
    assert_eq!(ended.ok(), "interpreted\n");
}

#[test]
fn a_command_that_only_the_host_has_names_the_flag_that_maps_it() {
    let world = World::new();
    // A jail could have put the link there, so it opens nothing.
    let tool = world.script("home/private/tool", "#!/bin/sh\necho ran\n");
    let link = world.link(&tool, "home/.cache/bin/tool");
    let path = format!("{}:/usr/bin:/bin", link.parent().expect("bin").display());
    assert_eq!(world.outside(["tool"]).env("PATH", &path).run().ok(), "ran\n");

    let ended = world.exec(["tool"]).env("PATH", &path).run();
    ended.is_failure(NOT_FOUND, &["tool", "not found", "--map"]);
}
