//! Sockets that switches open, each by itself: the directories around them hold others.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::links::{self, Located};
use crate::policy::{Os, macos};

/// A socket that one of the switches opens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Door {
    /// Where it is.
    pub located: Located,
    /// What it is for.
    pub reason: &'static str,
}

/// Where Docker Desktop, Rancher Desktop and Colima have theirs, below the home.
const DOCKER_IN_HOME: &[&str] = &[
    ".docker/run/docker.sock",
    ".docker/desktop/docker.sock",
    ".rd/docker.sock",
    ".colima/default/docker.sock",
];

/// The Docker sockets: the system's, `$DOCKER_HOST`'s, the rootless and the desktop ones.
pub fn docker(environment: &Environment, home: Option<&Path>) -> Vec<Door> {
    let from_variable = environment
        .get("DOCKER_HOST")
        .and_then(|value| value.as_bytes().strip_prefix(b"unix://"))
        .map(|path| PathBuf::from(OsStr::from_bytes(path)));
    let rootless = environment.path("XDG_RUNTIME_DIR").map(|path| path.join("docker.sock"));
    let more = if Os::of_this_build() == Os::MacOs { macos::DOCKER } else { &[] };
    let of_virtual_machines =
        DOCKER_IN_HOME.iter().chain(more).filter_map(|path| Some(Some(home?.join(path))));
    let system = Some(PathBuf::from("/var/run/docker.sock"));
    let mut doors: Vec<Door> = Vec::new();
    let paths = [system, from_variable, rootless].into_iter().chain(of_virtual_machines);
    for path in paths.flatten() {
        let Some(door) = socket(&path, "Docker socket") else {
            continue;
        };
        if !doors.iter().any(|known| known.located.canonical == door.located.canonical) {
            doors.push(door);
        }
    }
    doors
}

/// The door at `path` if there is a socket.
pub fn socket(path: &Path, reason: &'static str) -> Option<Door> {
    let located = links::locate(path).ok()?;
    let is_socket = located.canonical.symlink_metadata().ok()?.file_type().is_socket();
    is_socket.then_some(Door { located, reason })
}
