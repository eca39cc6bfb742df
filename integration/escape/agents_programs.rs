//! The real agents' programs that lie in their caches: outside they run what is there.

use std::fs;
use std::path::Path;

use super::attack::{ALL, found};
use crate::agents::further_table::COPILOT;
use crate::agents::{are_here, with_agents};
use crate::harness::{Ended, Model, World, skip};

/// Runs `attack` in a jail and looks whether `use_it` runs what was left; then the same with the
/// attack outside, which is the control.
fn attack(what: &str, world: &World, attack: &str, use_it: &dyn Fn() -> Ended) {
    let ran = world.home().join("ran");
    world.sh(&format!("({attack}) 2> /dev/null; true")).run().ok();
    let ended = use_it();
    assert!(!ran.exists(), "what the jail left ran on the host: {ended}");
    found(what, ALL, "EROFS, or a place of the jail's own");

    assert_eq!(world.outside(["sh", "-c", attack]).run().code(), 0);
    let ended = use_it();
    assert!(ran.exists(), "the control: {ended}");
}

/// The launcher runs the newest version of those that Copilot has fetched.
#[test]
fn a_newer_version_of_copilot() {
    const PLANT: &str = "for old in ~/.cache/copilot/pkg/linux-*; do mkdir -p $old/99.0.0 && \
                         echo '{\"version\": \"99.0.0\"}' > $old/99.0.0/package.json && \
                         for name in app index; do \
                         echo \"require('fs').writeFileSync('$HOME/ran', '')\" > \
                         $old/99.0.0/$name.js; done; done";
    if !are_here() {
        return;
    }
    let model = Model::start();
    let world = World::below("/var/tmp".as_ref());
    let with_model = |run| COPILOT.with_model(&model, run);
    model.tell([], "Noted.");
    let words = [&["copilot"], COPILOT.once, &["Say a word."]].concat();
    let first = with_model(world.outside(&words)).run();
    assert_eq!(first.code(), 0, "its first run fetches the version: {first}");
    let fetched = fs::read_dir(world.home().join(".cache/copilot/pkg")).expect("its versions");
    assert_ne!(fetched.count(), 0);
    attack("a newer version of Copilot CLI in its cache", &world, PLANT, &|| {
        with_model(world.outside(["copilot", "--version"])).run()
    });
}

/// It fetches ripgrep where the system has none, and runs it from its cache; so does Kilo, which is made
/// of the same.
#[test]
fn the_ripgrep_of_opencode() {
    const PLANT: &str = "mkdir -p ~/.cache/opencode/bin && cd ~/.cache/opencode/bin && \
                         printf '#!/bin/sh\\n: > ~/ran\\nexit 1\\n' > rg && chmod +x rg";
    if !are_here() {
        return;
    }
    if ["/usr/local/bin/rg", "/usr/bin/rg", "/bin/rg"].iter().any(|rg| Path::new(rg).exists()) {
        skip("the system's own ripgrep is run");
        return;
    }
    let world = World::below("/var/tmp".as_ref());
    world.directory("home/.cache");
    world.directory("home/.local/share/opencode");
    world.file("home/project/file", "a\n");
    attack("ripgrep in the cache of OpenCode", &world, PLANT, &|| {
        with_agents(world.outside(["opencode", "debug", "rg", "files"])).run()
    });
}
