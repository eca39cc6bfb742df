//! What of this machine decides whether a jail can be made here. Looked up where a launch has
//! failed, and by `--doctor`: a launch that goes well does not pay for it.

use std::fs;
use std::path::Path;

use super::environment::Environment;
use crate::policy::env::MARKER;

/// Something that runs this as a guest of its own kernel's user space.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Container {
    /// Docker.
    Docker,
    /// Podman.
    Podman,
    /// A Flatpak application.
    Flatpak,
    /// A pod of Kubernetes.
    Kubernetes,
    /// Any other that follows systemd's container interface.
    Other,
}

impl Container {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "Docker",
            Self::Podman => "Podman",
            Self::Flatpak => "Flatpak",
            Self::Kubernetes => "Kubernetes",
            Self::Other => "a container",
        }
    }
}

/// What the kernel has of Landlock.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Landlock {
    /// This version of its interface.
    Abi(i32),
    /// Built in and not switched on at boot.
    Disabled,
    /// Nothing.
    Absent,
    /// It could not be asked.
    Unknown(String),
}

/// The facts.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub struct Machine {
    /// The kernel's release.
    pub kernel: String,
    /// Whether the user is root.
    pub root: bool,
    /// Whether this is inside a jail of ours.
    pub inside_jail: bool,
    /// Whether another sandbox of macOS is around us.
    pub sandboxed: bool,
    /// Whether the root directory is not the one of the mount namespace.
    pub chroot: bool,
    /// Whether the kernel has user namespaces at all.
    pub user_namespaces: bool,
    /// `kernel.apparmor_restrict_unprivileged_userns`.
    pub apparmor_restricts: Option<u64>,
    /// `kernel.unprivileged_userns_clone`.
    pub userns_clone: Option<u64>,
    /// The limits of `/proc/sys/user` that are 0, by name.
    pub forbidden: Vec<&'static str>,
    /// Whether something is mounted over a part of `/proc`.
    pub covered_proc: bool,
    /// The container.
    pub container: Option<Container>,
    /// The version of WSL.
    pub wsl: Option<u8>,
    /// Landlock.
    pub landlock: Landlock,
    /// Whether a filter can deny system calls.
    pub seccomp: bool,
}

/// What a jail needs of namespaces.
const LIMITS: &[&str] = &[
    "user.max_user_namespaces",
    "user.max_mnt_namespaces",
    "user.max_pid_namespaces",
    "user.max_ipc_namespaces",
    "user.max_uts_namespaces",
    "user.max_net_namespaces",
];

/// Directories that the kernel keeps in `/proc` for others to mount on: a mount there covers
/// nothing.
const MOUNT_POINTS: &[&str] = &["/proc/sys/fs/binfmt_misc", "/proc/fs/nfsd"];

impl Machine {
    /// Looks everything up.
    pub fn probe(environment: &Environment) -> Self {
        let mounts = mount_points();
        let kernel = release();
        Self {
            root: nix::unistd::geteuid().is_root(),
            inside_jail: environment.get(MARKER).is_some_and(|value| value == "1"),
            sandboxed: stage2::sys::processes::in_sandbox() == Some(true),
            // The list has only what can be reached from the root directory.
            chroot: !mounts.is_empty() && !mounts.iter().any(|place| place == "/"),
            user_namespaces: Path::new("/proc/self/ns/user").exists(),
            apparmor_restricts: setting("kernel.apparmor_restrict_unprivileged_userns"),
            userns_clone: setting("kernel.unprivileged_userns_clone"),
            forbidden: LIMITS.iter().copied().filter(|name| setting(name) == Some(0)).collect(),
            covered_proc: mounts.iter().any(|place| covers_proc(place)),
            container: container(environment),
            wsl: wsl(&kernel),
            landlock: landlock(),
            seccomp: read("/proc/sys/kernel/seccomp/actions_avail")
                .is_some_and(|actions| actions.split(' ').any(|action| action == "errno")),
            kernel,
        }
    }
}

#[cfg(target_os = "linux")]
fn release() -> String {
    read("/proc/sys/kernel/osrelease").unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn release() -> String {
    let name = nix::sys::utsname::uname();
    name.map(|name| name.release().to_string_lossy().into_owned()).unwrap_or_default()
}

/// A small file of the kernel's.
fn read(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}

/// The value of a kernel setting, if the kernel has it.
fn setting(name: &str) -> Option<u64> {
    read(&format!("/proc/sys/{}", name.replace('.', "/")))?.parse().ok()
}

/// Where something is mounted; `proc_pid_mountinfo(5)`.
fn mount_points() -> Vec<String> {
    let table = read("/proc/self/mountinfo").unwrap_or_default();
    table.lines().filter_map(|line| Some(line.split(' ').nth(4)?.to_owned())).collect()
}

fn covers_proc(place: &str) -> bool {
    place.starts_with("/proc/") && !MOUNT_POINTS.contains(&place)
}

/// The marks that each leaves; systemd's container interface for the others.
fn container(environment: &Environment) -> Option<Container> {
    let exists = |path: &str| Path::new(path).exists();
    if exists("/.flatpak-info") {
        Some(Container::Flatpak)
    } else if exists("/run/.containerenv") {
        Some(Container::Podman)
    } else if environment.get("KUBERNETES_SERVICE_HOST").is_some() {
        Some(Container::Kubernetes)
    } else if exists("/.dockerenv") {
        Some(Container::Docker)
    } else if exists("/run/systemd/container") || environment.get("container").is_some() {
        Some(Container::Other)
    } else {
        None
    }
}

/// WSL names itself in the kernel's release: `4.4.0-19041-Microsoft`, and since version 2
/// `5.15.90.1-microsoft-standard-WSL2`.
fn wsl(kernel: &str) -> Option<u8> {
    if kernel.ends_with("-Microsoft") {
        Some(1)
    } else if kernel.contains("microsoft") {
        Some(2)
    } else {
        None
    }
}

#[cfg(target_os = "linux")]
fn landlock() -> Landlock {
    use nix::errno::Errno;
    match stage2::landlock::abi() {
        Ok(abi) => Landlock::Abi(abi),
        Err(Errno::EOPNOTSUPP) => Landlock::Disabled,
        Err(Errno::ENOSYS) => Landlock::Absent,
        Err(errno) => Landlock::Unknown(errno.to_string()),
    }
}

#[cfg(not(target_os = "linux"))]
fn landlock() -> Landlock {
    Landlock::Absent
}
