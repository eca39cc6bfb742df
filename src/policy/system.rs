//! The file system outside the home.

use std::path::Path;

use super::place::{Place, place as system};
use super::{Os, macos};

/// Entries of `/`: a symlink stays one, a directory is mounted read-only.
pub const ROOT: &[Place] = &[
    system("/usr", "programs and libraries"),
    system("/etc", "system settings"),
    system("/opt", "programs"),
    system("/sys", "kernel and device information"),
    system("/bin", "programs"),
    system("/sbin", "programs"),
    system("/lib*", "libraries"),
    system("/nix", "Nix store"),
    system("/gnu", "Guix store"),
];

/// Deeper places that some distributions keep programs in.
pub const DEEPER: &[Place] = &[
    system("/home/linuxbrew/.linuxbrew", "Homebrew on Linux"),
    system("/run/current-system", "NixOS and Guix system profile"),
    system("/run/opengl-driver", "NixOS graphics driver"),
    system("/var/guix/profiles", "Guix profiles"),
    // What package managers know, so that `dpkg -l`, `rpm -qa` and builds that ask them work. None
    // of these holds a secret: `/var/cache/debconf`, which can, and `/var/lib` as a whole are not
    // there.
    system("/var/lib/dpkg", "what Debian's package manager has installed"),
    system("/var/lib/apt/lists", "which packages Debian's archives have"),
    system("/var/lib/apt/extended_states", "what Debian's package manager has installed"),
    system("/var/lib/rpm", "what rpm has installed"),
    system("/var/lib/alternatives", "which of several programs of a name is in use"),
    system("/var/lib/pacman/local", "what pacman has installed"),
    system("/var/lib/pacman/sync", "which packages Arch's archives have"),
    system("/var/lib/portage", "what Portage has installed"),
    system("/var/db/pkg", "what Portage has installed"),
    system("/var/db/xbps", "what XBPS has installed"),
    // What packages make when they are installed, and programs read.
    system("/var/lib/texmf", "formats and fonts of TeX"),
    system("/var/lib/tex-common", "formats and fonts of TeX"),
    system("/var/lib/texlive", "formats and fonts of TeX"),
    system("/var/lib/ghc", "packages of the Haskell compiler"),
    system("/var/lib/haskell-packages", "packages of the Haskell compiler"),
    system("/var/lib/aspell", "dictionaries"),
    system("/var/lib/ispell", "dictionaries"),
    system("/var/lib/dictionaries-common", "dictionaries"),
    system("/var/lib/mecab", "dictionaries"),
    system("/var/lib/xml-core", "catalogues of SGML and XML"),
    system("/var/lib/sgml-base", "catalogues of SGML and XML"),
    system("/var/lib/gems", "libraries of Ruby"),
    system("/var/lib/emacs", "libraries of Emacs"),
    system("/var/lib/ca-certificates", "TLS certificates"),
    system("/var/cache/man", "index of the manual pages"),
    system("/var/cache/fontconfig", "index of the fonts"),
];

/// Files and directories that programs need and that distributions keep behind symlinks: where
/// the chain ends outside what is mounted, its end is mounted read-only.
pub const CHAINS: &[Place] = &[
    system("/etc/resolv.conf", "name resolution"),
    system("/etc/hosts", "name resolution"),
    system("/etc/nsswitch.conf", "name resolution"),
    system("/etc/localtime", "time zone"),
    system("/etc/ssl/certs", "TLS certificates"),
    system("/etc/ssl/cert.pem", "TLS certificates"),
    system("/etc/ssl/certs/ca-certificates.crt", "TLS certificates"),
    system("/etc/pki/tls/certs/ca-bundle.crt", "TLS certificates"),
    system("/etc/passwd", "user names"),
    system("/etc/group", "group names"),
];

/// What `/sys` shows too much of: an empty tmpfs over each.
pub const MASKS: &[Place] = &[
    system("/sys/firmware", "firmware and its variables"),
    system("/sys/kernel/security", "security modules"),
    system("/sys/kernel/debug", "kernel debugging"),
    system("/sys/fs/fuse", "other users' file systems"),
];

/// More masks in lockdown.
pub const LOCKDOWN_MASKS: &[Place] = &[
    system("/sys/module", "loaded modules"),
    system("/sys/devices/virtual/dmi", "the machine's identity"),
    system("/sys/class/net", "network interfaces"),
];

/// Files of `/proc` that tell of the host's user and belong to no process of the jail: an empty
/// file over each.
pub const PROC_MASKS: &[Place] = &[
    system("/proc/keys", "names of the user's keys in the kernel"),
    system("/proc/key-users", "how many keys each user has in the kernel"),
];

/// What of `/proc` the user root may write without any capability, because the permissions of
/// these files ask for no more than the user: read-only where root runs the jail. Through
/// `/proc/sys/kernel/core_pattern`, for one, the host would run a program as root.
pub const ROOT_SETTINGS: &[Place] = &[
    system("/proc/sys", "kernel settings, which root could change"),
    system("/proc/sysrq-trigger", "kernel commands, which root could give"),
    system("/proc/acpi", "hardware settings, which root could change"),
    system("/proc/scsi", "hardware settings, which root could change"),
    system("/proc/fs", "settings of file systems, which root could change"),
    system("/proc/mtrr", "hardware settings, which root could change"),
];

/// Sockets of the host's services that stay within reach outside lockdown, in what is mounted.
pub const SERVICES: &[Place] = &[system(
    "/nix/var/nix/daemon-socket/socket",
    "the Nix daemon, which builds in a sandbox of its own",
)];

/// What belongs to the kernel: nothing at or below these can be the project or the home.
const KERNEL: &[&str] = &["/proc", "/sys", "/dev"];

/// Places that the jail makes itself or that all programs share: they cannot be the project or
/// the home themselves, though a directory inside can.
const SHARED: &[&str] = &[
    "/",
    "/usr",
    "/etc",
    "/opt",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/run",
    "/tmp",
    "/var",
    "/var/run",
    "/var/tmp",
    "/nix",
    "/nix/store",
    "/gnu",
    "/gnu/store",
    "/home",
    "/boot",
];

/// Whether a canonical path is the system's own and can be neither home nor project.
pub fn is_taken(path: &Path) -> bool {
    is_taken_on(Os::of_this_build(), path)
}

/// The same on another system.
pub fn is_taken_on(os: Os, path: &Path) -> bool {
    let (shared, data_volume) = match os {
        Os::Linux => (&[][..], None),
        // What is on the data volume has a name without it.
        Os::MacOs => (macos::SHARED, Some("/System/Volumes/Data")),
    };
    KERNEL.iter().copied().chain(data_volume).any(|place| path.starts_with(place))
        || SHARED.iter().chain(shared).any(|place| path == Path::new(place))
}

/// Whether a place holds doors to the host, such as the sockets of its services: no symbolic link
/// of the home opens anything there.
pub fn holds_doors(os: Os, path: &Path) -> bool {
    let doors = match os {
        Os::Linux => &[][..],
        Os::MacOs => macos::DOORS,
    };
    path.starts_with("/run") || KERNEL.iter().chain(doors).any(|place| path.starts_with(place))
}
