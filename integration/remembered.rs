//! What a run remembers: said in one line, taken back with the words in that line, and not done
//! for what did not run.

use std::fs;

use crate::harness::World;

#[test]
fn a_run_says_what_it_newly_remembers() {
    let world = World::new();
    world.directory("home/Documents");
    let file = world.project().join(".ai-jail");
    let text = || fs::read_to_string(&file).expect("it is there");
    let ended = world.jail(["--rw-map", "~/Documents", "true"]).run();
    let told = |what: &str, forget: &str| {
        format!(
            "ai-jail: remembered in .ai-jail: {what}; `ai-jail --forget {forget}` takes it back\n"
        )
    };
    let map = told("may read and write ~/Documents", "~/Documents");
    assert_eq!((ended.code(), &ended.news), (0, &vec![map, told("the command `true`", "command")]));
    assert!(text().contains("rw_maps = [\"~/Documents\"]\ncommand = [\"true\"]\n"), "{}", text());

    let again = world.jail(["--rw-map", "~/Documents", "true"]).run();
    assert_eq!((again.ok(), again.news.len()), ("", 0));

    world.jail(["--forget", "~/Documents"]).run();
    world.jail(["--forget", "command"]).run();
    assert!(!text().contains("Documents") && !text().contains("true"), "{}", text());
}

#[test]
fn what_did_not_run_is_not_remembered() {
    let world = World::new();
    world.file("home/project/plain", "");
    for (word, status) in [("staus", 127), ("./plain", 126)] {
        let ended = world.jail([word]).run();
        assert_eq!((ended.code(), ended.news.len()), (status, 0), "{ended}");
        let text = fs::read_to_string(world.project().join(".ai-jail")).expect("it is there");
        assert!(!text.contains(word), "{text}");
    }
    let ended = world.jail(["staus"]).run();
    ended.is_failure(127, &["did you mean `ai-jail status`?"]);
}

#[test]
fn a_file_that_git_tracks_stays_as_it_is() {
    let world = World::new();
    let file = world.file("home/project/.ai-jail", "no_gpu = true\n");
    world.outside(["git", "init", "-q", "."]).run().ok();
    world.outside(["git", "add", ".ai-jail"]).run().ok();
    let ended = world.jail(["printf", "x"]).run();
    assert_eq!(ended.ok(), "x");
    let line = "ai-jail: remembered in your own records: the command `printf x`";
    assert!(ended.news.len() == 1 && ended.news[0].starts_with(line), "{:?}", ended.news);
    assert_eq!(fs::read_to_string(file).expect("text"), "no_gpu = true\n");
    assert_eq!(world.jail([""; 0]).run().ok(), "x");
}

#[test]
fn a_jail_that_removes_the_file_opens_nothing() {
    let world = World::new();
    let file = world.project().join(".ai-jail");
    world.jail(["--no-gpu", "true"]).run().ok();
    fs::remove_file(&file).expect("as a command could, where the file is no mount");
    let ended = world.exec(["true"]).run();
    ended.is_failure(125, &["no longer says no_gpu = true", "--trust"]);
    world.exec_with(["--trust-once"], ["true"]).run().ok();
}
