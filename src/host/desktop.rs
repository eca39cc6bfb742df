//! The sockets of the display, of audio and of Docker.
//!
//! Each socket is mounted by itself: the whole `XDG_RUNTIME_DIR` would hand over the session
//! bus, and with it the host (`systemd-run --user`).

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::Environment;
use super::links::{self, Located};

/// A file or socket that one of the switches opens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Door {
    /// Where it is.
    pub located: Located,
    /// What it is for.
    pub reason: &'static str,
}

/// X11, Wayland and audio, where present.
pub fn display(environment: &Environment) -> Vec<Door> {
    let runtime = environment.path("XDG_RUNTIME_DIR");
    let in_runtime = |name: &OsStr| runtime.map(|directory| directory.join(name));
    let x11 = environment.get("DISPLAY").and_then(x11_socket);
    let wayland = environment.get("WAYLAND_DISPLAY").and_then(in_runtime);
    let pulse = runtime.map(|directory| directory.join("pulse/native"));
    let mut doors: Vec<Door> = [(x11, "X11"), (wayland, "Wayland"), (pulse, "audio")]
        .into_iter()
        .filter_map(|(path, reason)| socket(&path?, reason))
        .collect();
    // The cookie is of use only with a display.
    if let Some(cookie) = environment.path("XAUTHORITY").filter(|_| !doors.is_empty()) {
        if let Ok(located) = links::locate(cookie) {
            doors.push(Door { located, reason: "X11 authority" });
        }
    }
    doors
}

/// `:1`, `:1.0` and `unix:1` name a socket in `/tmp/.X11-unix`; anything else is a network
/// display.
fn x11_socket(display: &OsStr) -> Option<PathBuf> {
    let text = display.to_str()?;
    let number = text.strip_prefix("unix").unwrap_or(text).strip_prefix(':')?;
    let number = number.split('.').next()?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| PathBuf::from(format!("/tmp/.X11-unix/X{number}")))
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
    let of_virtual_machines = DOCKER_IN_HOME.iter().filter_map(|path| Some(Some(home?.join(path))));
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
fn socket(path: &Path, reason: &'static str) -> Option<Door> {
    let located = links::locate(path).ok()?;
    let is_socket = located.canonical.symlink_metadata().ok()?.file_type().is_socket();
    is_socket.then_some(Door { located, reason })
}
