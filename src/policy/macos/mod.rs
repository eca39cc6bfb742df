//! What macOS has beside the tables of all systems. Paths are those the kernel judges by: without
//! links, so `/private/etc` and not `/etc`.

pub mod home;
pub mod protect;

use std::path::{Component, Path, PathBuf};

use super::place::{Place, place as system};
use super::variable::{DropWhen, Variable};

/// Links of the root volume, with what they lead to; `hier(7)`, `/etc/synthetic.conf`.
pub const LINKS: &[(&str, &str, &str)] = &[
    ("/etc", "private/etc", "other name of the system's settings"),
    ("/tmp", "private/tmp", "other name of the temporary files"),
    ("/var", "private/var", "other name of the system's data"),
    ("/run", "private/var/run", "other name of what runs, where Nix has it"),
];

/// Read-only, whether it is there or not.
pub const SYSTEM: &[Place] = &[
    system("/bin", "programs"),
    system("/sbin", "programs"),
    system("/usr", "programs and libraries; Homebrew on Intel"),
    system("/opt", "programs: Homebrew, MacPorts"),
    system("/nix", "Nix store"),
    system("/System", "programs and libraries"),
    system("/System/Volumes/Preboot/Cryptexes", "libraries that are updated apart"),
    system("/Applications", "programs; Xcode, for git and compilers"),
    system("/Library/Apple", "libraries; Rosetta"),
    system("/Library/Developer", "command line tools, for git and compilers"),
    system("/Library/Frameworks", "programs and libraries"),
    system("/Library/Java", "Java"),
    system("/Library/Perl", "libraries"),
    system("/Library/Python", "libraries"),
    system("/Library/Ruby", "libraries"),
    system("/Library/TeX", "programs"),
    system("/Library/Fonts", "fonts"),
    system("/Library/Preferences", "system settings"),
    system("/Library/Managed Preferences", "system settings"),
    system("/Library/Application Support/ClaudeCode", "what an administrator asks of Claude Code"),
    system("/private/etc", "system settings"),
    system("/private/var/select", "which shell /bin/sh is"),
    system("/private/var/db/xcode_select_link", "which Xcode is in use"),
    system("/private/var/db/timezone", "time zone"),
    system("/private/var/db/dyld", "cache of the loader"),
    system("/private/var/db/oah", "programs that Rosetta has translated"),
    system("/private/var/db/DarwinDirectory/local/recordStore.data", "user and group names"),
    system("/private/var/run/resolv.conf", "name resolution"),
    system("/private/var/run/current-system", "nix-darwin's system profile"),
];

/// Refused but for what [`SYSTEM`] names in it. The data volume is there, and where the kernel
/// knew a place of the user by its path there, that shall open nothing.
pub const VOLUMES: Place = system("/System/Volumes", "other names of the user's files");

/// What [`SYSTEM`] would show too much of; a name may end in `*`.
pub const MASKS: &[Place] = &[
    system("/opt/homebrew/var/postgres*", "databases"),
    system("/opt/homebrew/var/mysql*", "databases"),
    system("/opt/homebrew/var/mongodb*", "databases"),
    system("/opt/homebrew/var/db", "databases"),
    system("/usr/local/var/postgres*", "databases"),
    system("/usr/local/var/mysql*", "databases"),
    system("/usr/local/var/mongodb*", "databases"),
    system("/usr/local/var/db", "databases"),
    system("/opt/local/var/db/postgres*", "databases"),
    system("/opt/local/var/db/mysql*", "databases"),
];

/// A device and what may be done with it.
pub struct Device {
    /// An absolute path.
    pub path: &'static str,
    /// Whether it can be written to.
    pub writable: bool,
    /// Why it is there.
    pub reason: &'static str,
}

const fn device(path: &'static str, writable: bool, reason: &'static str) -> Device {
    Device { path, writable, reason }
}

/// Devices that every jail has, in lockdown too. Terminals are in `backend/seatbelt/base.sbpl`:
/// which ones, only the kernel can say.
pub const DEVICES: &[Device] = &[
    device("/dev/null", true, "basic device"),
    device("/dev/zero", true, "basic device"),
    device("/dev/random", false, "random numbers"),
    device("/dev/urandom", false, "random numbers"),
    device("/dev/tty", true, "the command's own terminal"),
    device("/dev/fd", true, "the command's own descriptors"),
    device("/dev/stdin", true, "the command's own descriptors"),
    device("/dev/stdout", true, "the command's own descriptors"),
    device("/dev/stderr", true, "the command's own descriptors"),
    device("/dev/dtracehelper", true, "every program with probes opens it when it starts"),
];

/// Temporary places that all users share, closed: the host's programs have sockets there by which
/// they take commands, and files of other work. A jail has a directory of its own, see
/// [`OWN_TEMPORARY`].
pub const TEMPORARY: &[Place] = &[
    system("/private/tmp", "the host's temporary files; TMPDIR names the jail's own"),
    system("/private/var/tmp", "the host's temporary files; TMPDIR names the jail's own"),
];

/// The reason for the directory that each jail has for temporary files and sockets of its own. It
/// lies in the first of [`TEMPORARY`], because the path of a Unix socket has room for 104 bytes and
/// [`user_places`] take half of them.
pub const OWN_TEMPORARY: &str = "the jail's own temporary files, removed when the jail ends";

/// A variable that names a directory of the jail's own, or what is below.
#[derive(Debug)]
pub struct OwnVariable {
    /// The name.
    pub name: &'static str,
    /// What follows the directory in the value.
    pub below: &'static str,
    /// Who reads it.
    pub reason: &'static str,
}

const fn variable(name: &'static str, below: &'static str, reason: &'static str) -> OwnVariable {
    OwnVariable { name, below, reason }
}

/// The variables that lead programs to the jail's own temporary directory, set in every jail.
pub const TEMPORARY_VARIABLES: &[OwnVariable] = &[
    variable("TMPDIR", "", "most programs"),
    variable("TMPPREFIX", "/zsh", "here-documents of zsh, which are in /tmp otherwise"),
    variable("TMUX_TMPDIR", "", "tmux in the jail: its socket is in /tmp otherwise"),
    variable("CLAUDE_CODE_TMPDIR", "", "Claude Code, which uses /tmp otherwise"),
];

/// Where each user has a directory for temporary files (`T`) and for caches (`C`), two levels
/// down; `confstr(3)`.
const FOLDERS: &str = "/private/var/folders";

/// The user's own temporary directory and the one of caches beside it, where `named` is the first.
pub fn user_places(named: &Path) -> Option<[(PathBuf, &'static str); 2]> {
    let temporary: PathBuf = real(named).components().collect();
    let components: Vec<_> = temporary.strip_prefix(FOLDERS).ok()?.components().collect();
    let is_plain = components.iter().all(|name| matches!(name, Component::Normal(_)));
    let is_own = is_plain && components.len() == 3 && temporary.ends_with("T");
    let cache = temporary.with_file_name("C");
    let reasons = [
        "your temporary files, the host's too; its sockets are not reached",
        "your programs' caches, the host's too; their sockets are not reached",
    ];
    is_own.then_some([(temporary, reasons[0]), (cache, reasons[1])])
}

/// The reason for the directory that the jails of a project have for caches of their own.
pub const OWN_CACHES: &str = "caches of the jails' own, kept between runs";

/// With a home of the jails' own: variables that lead tools to it, each with the path below it. macOS
/// shows no place under another name, so what has no variable here is read-only.
pub const OWN_CACHE_VARIABLES: &[OwnVariable] = &[
    variable("XDG_CACHE_HOME", "/.cache", "tools that keep to the XDG directories, uv, Poetry"),
    variable("XDG_STATE_HOME", "/.local/state", "tools that keep to the XDG directories"),
    variable("npm_config_cache", "/.npm", "npm"),
    variable("YARN_CACHE_FOLDER", "/.yarn/cache", "Yarn"),
    variable("npm_config_store_dir", "/.local/share/pnpm/store", "pnpm"),
    variable("BUN_INSTALL_CACHE_DIR", "/.bun/install/cache", "Bun"),
    variable("DENO_DIR", "/.cache/deno", "Deno"),
    variable("PIP_CACHE_DIR", "/.cache/pip", "pip"),
    variable("GOCACHE", "/.cache/go-build", "Go"),
    variable("GOMODCACHE", "/go/pkg/mod", "Go's modules"),
    variable("CARGO_HOME", "/.cargo", "cargo"),
    variable("GRADLE_USER_HOME", "/.gradle", "Gradle"),
];

/// What of the temporary places is no jail's business; a name may end in `*`. Below each of
/// [`user_places`], and of [`TEMPORARY`] where a map opens those.
pub const TEMPORARY_MASKS: &[Place] = &[
    system("com.apple.launchd.*", "sockets of the host's services: the ssh agent, the display"),
    system("com.apple.QuickLook.thumbnailcache", "names and small pictures of other files"),
    system("com.apple.Safari*", "browser cache"),
    system("com.apple.WebKit*", "browser cache"),
    system("com.google.Chrome*", "browser cache"),
    system("org.mozilla.*", "browser cache"),
    system("com.brave.Browser*", "browser cache"),
    system("com.microsoft.edgemac*", "browser cache"),
    system("company.thebrowser.Browser*", "browser cache"),
    system("com.apple.mail*", "mail"),
    system("com.apple.MobileSMS*", "messages"),
    system("com.apple.iChat*", "messages"),
    system("com.apple.Notes*", "private data"),
    system("com.apple.Photos*", "private data"),
    system("com.apple.photolibraryd*", "private data"),
];

/// A link of the root volume at the head of a path, followed: variables of the environment name
/// places as people do.
pub fn real(path: &Path) -> PathBuf {
    let follow = |(name, target, _): &(&str, &str, &str)| {
        Some(Path::new("/").join(target).join(path.strip_prefix(name).ok()?))
    };
    LINKS.iter().find_map(follow).unwrap_or_else(|| path.to_path_buf())
}

/// Places that all programs share: they cannot be the project or the home themselves, though a
/// directory inside can.
pub const SHARED: &[&str] = &[
    "/Applications",
    "/Library",
    "/System",
    "/System/Volumes",
    "/System/Volumes/Data",
    "/System/Volumes/Data/Users",
    "/Users",
    "/Volumes",
    "/cores",
    "/private",
    "/private/etc",
    "/private/tmp",
    "/private/var",
    "/private/var/folders",
    "/private/var/run",
    "/private/var/tmp",
    "/usr/local",
    "/opt/homebrew",
    "/opt/local",
];

/// What holds doors to the host, as `/run` does on Linux.
pub const DOORS: &[&str] = &["/private/var/run", "/dev", "/System/Volumes"];

/// Where Docker's socket is beside the places of all systems, below the home.
pub const DOCKER: &[&str] =
    &[".orbstack/run/docker.sock", ".lima/docker/sock/docker.sock", ".colima/docker.sock"];

/// Variables that are dropped besides.
pub const DROPPED: &[Variable] = &[
    Variable { name: "DYLD_*", when: DropWhen::Always, reason: "loads code into every program" },
    Variable { name: "SECURITYSESSIONID", when: DropWhen::Always, reason: "keyring" },
    Variable {
        name: "Apple_PubSub_Socket_Render",
        when: DropWhen::Always,
        reason: "socket of a service of the host",
    },
];

#[cfg(test)]
mod tests {
    use super::{Path, real, user_places};

    #[test]
    fn the_users_own_places() {
        let places = user_places(Path::new("/var/folders/zz/zyxvpxvq6csfxvn_n0/T/"));
        let places = places.map(|places| places.map(|(path, _)| path));
        let base = Path::new("/private/var/folders/zz/zyxvpxvq6csfxvn_n0");
        assert_eq!(places, Some([base.join("T"), base.join("C")]));
    }

    #[test]
    fn a_directory_of_any_other_kind_is_none() {
        for tmpdir in [
            "/tmp",
            "/var/folders",
            "/var/folders/zz/x",
            "/var/folders/zz/x/0",
            "/var/folders/zz/x/T/deeper",
            "/var/folders/zz/../T",
            "/var/folders/x/T",
            "/Users/u/T",
            "/private/var/foldersx/a/b/T",
        ] {
            assert_eq!(user_places(Path::new(tmpdir)), None, "{tmpdir}");
        }
    }

    #[test]
    fn links_of_the_root_volume() {
        for (name, expected) in [
            ("/tmp/x", "/private/tmp/x"),
            ("/var", "/private/var"),
            ("/variable", "/variable"),
            ("/Users/u/tmp", "/Users/u/tmp"),
        ] {
            assert_eq!(real(Path::new(name)), Path::new(expected));
        }
    }
}
