//! Systems laid out in other ways: each is built here, as far as it matters, in a root of its own,
//! and a jail is made inside that.

use std::path::Path;

use crate::harness::{Run, World, has_program, program, skip};

/// A system with this machine's programs and a root directory of its own.
struct System {
    world: World,
    /// The options of the bubblewrap that builds it.
    options: Vec<String>,
    path: &'static str,
}

impl System {
    /// Nothing but the kernel's own places, a home and a project.
    fn new(path: &'static str) -> Self {
        let world = World::new();
        world.file("etc/passwd", "user:x:1:1::/home/user:/bin/sh\n");
        world.file("etc/group", "user:x:1:\n");
        let mut system = Self { world, options: Vec::new(), path };
        system.add(&["--unshare-pid", "--proc", "/proc", "--dev-bind", "/dev", "/dev"]);
        system.add(&["--ro-bind", "/sys", "/sys", "--tmpfs", "/run", "--tmpfs", "/tmp"]);
        let ours = program();
        system.add(&["--ro-bind", ours.to_str().expect("plain"), "/ai-jail"]);
        system.own("home", "/home/user");
        system.own("etc", "/etc");
        // The root directory of such a system is its user's own.
        system.add(&["--setenv", "BWRAP_BIN", "/usr/bin/bwrap"]);
        system
    }

    fn add(&mut self, options: &[&str]) {
        self.options.extend(options.iter().map(|option| (*option).to_owned()));
    }

    /// Shows a directory of the world.
    fn own(&mut self, source: &str, dest: &str) {
        let source = self.world.directory(source);
        self.add(&["--bind", source.to_str().expect("plain"), dest]);
    }

    /// This machine's programs and libraries, in `usr`, and the links of a merged system.
    fn merged(&mut self) {
        self.add(&["--ro-bind", "/usr", "/usr"]);
        for name in ["bin", "sbin", "lib", "lib64"] {
            if Path::new("/usr").join(name).exists() {
                self.add(&["--symlink", &format!("usr/{name}"), &format!("/{name}")]);
            }
        }
    }

    /// A command of the system itself: the control.
    fn outside(&self, command: &[&str]) -> Run {
        let mut words: Vec<&str> = self.options.iter().map(String::as_str).collect();
        words.extend(["--setenv", "HOME", "/home/user", "--setenv", "PATH", self.path]);
        words.extend(["--chdir", "/home/user/project", "--"]);
        words.extend(command);
        self.world.outside(["bwrap"].into_iter().chain(words))
    }

    /// A script in a jail on that system.
    fn inside(&self, script: &str) -> Run {
        self.outside(&["/ai-jail", "--exec", "--", "sh", "-c", script])
    }

    /// Both give the same.
    fn both(&self, script: &str) -> String {
        let control = self.outside(&["sh", "-c", script]).run();
        assert_eq!(self.inside(script).run().ok(), control.ok());
        control.ok().to_owned()
    }
}

const USUAL: &str = "/usr/bin:/bin";

#[test]
fn directories_in_place_of_the_links_to_usr() {
    let mut system = System::new(USUAL);
    system.add(&["--ro-bind", "/usr", "/usr"]);
    for name in ["bin", "sbin", "lib", "lib64"] {
        if Path::new("/usr").join(name).exists() {
            system.add(&["--ro-bind", &format!("/usr/{name}"), &format!("/{name}")]);
        }
    }
    assert_eq!(system.both("test -d /bin && test ! -L /bin && /bin/echo runs"), "runs\n");
    assert_ne!(system.inside("echo x > /bin/new").run().code(), 0);
}

#[test]
fn name_resolution_behind_links_into_run() {
    let mut system = System::new(USUAL);
    system.merged();
    system.world.file("run/resolve/stub-resolv.conf", "nameserver 127.0.0.53\n");
    system.world.file("run/resolve/secret", "secret");
    system.own("run/resolve", "/run/systemd/resolve");
    system.world.link("alternatives/resolv", "etc/resolv.conf");
    system.world.link("../../run/systemd/resolve/stub-resolv.conf", "etc/alternatives/resolv");
    assert_eq!(system.both("cat /etc/resolv.conf"), "nameserver 127.0.0.53\n");
    let secret = "cat /run/systemd/resolve/secret";
    assert_eq!(system.outside(&["sh", "-c", secret]).run().ok(), "secret", "the control");
    assert_ne!(system.inside(secret).run().code(), 0);
}

/// ssh wants each file that its settings include to be root's or its user's, and nobody's is refused.
#[test]
fn roots_settings_of_ssh() {
    let mut system = System::new(USUAL);
    system.merged();
    if !has_program("ssh") {
        return;
    }
    // An empty file of root's, which is nobody's in a user namespace.
    let pythons = std::fs::read_dir("/usr/lib").expect("there").flatten();
    let mut empty = pythons.map(|python| python.path().join("urllib/__init__.py"));
    let Some(empty) = empty.find(|file| file.metadata().is_ok_and(|file| file.len() == 0)) else {
        return skip("there is no empty file of Python's below /usr/lib");
    };
    let uid = nix::unistd::getuid();
    system.world.file("etc/passwd", format!("user:x:{uid}:{uid}::/home/user:/bin/sh\n"));
    system.world.file("etc/ssh/ssh_config", "Include ssh_config.d/*.conf\n");
    system.world.link(&empty, "etc/ssh/ssh_config.d/20-linked.conf");
    let script = "ssh -T -G localhost > /dev/null";
    let control = system.outside(&["sh", "-c", script]).run();
    assert!(control.err().contains("Bad owner or permissions"), "{control}");
    system.inside(script).run().ok();
}

#[test]
fn wsl() {
    let mut system = System::new(USUAL);
    system.merged();
    system.world.file("wsl/resolv.conf", "nameserver 10.255.255.254\n");
    system.world.file("c/Users/user/secret", "secret");
    system.own("wsl", "/mnt/wsl");
    system.own("c", "/mnt/c");
    system.world.link("/mnt/wsl/resolv.conf", "etc/resolv.conf");
    system.add(&["--setenv", "WSL_INTEROP", "/run/WSL/1_interop"]);
    assert_eq!(system.both("cat /etc/resolv.conf"), "nameserver 10.255.255.254\n");
    assert_eq!(system.inside("ls /mnt/c; echo \"$WSL_INTEROP\"").run().out(), "\n");
}

/// The shell and more as one file that needs no libraries, for systems without `/lib`.
const STATIC: &str = "/bin/busybox";

/// Where Debian keeps the libraries of x86-64, and the loader among them.
const LIBRARIES: &str = "lib/x86_64-linux-gnu";
const LOADER: &str = "ld-linux-x86-64.so.2";

/// Whether a system can be built whose programs do not find their libraries in the usual places.
fn can_do_without_libraries() -> bool {
    let loader = Path::new("/usr").join(LIBRARIES).join(LOADER);
    if !loader.exists() {
        skip(&format!("there is no {} here", loader.display()));
    }
    loader.exists() && has_program("busybox")
}

/// The shell and more, in one directory.
fn static_programs(system: &System, directory: &str) {
    let busybox = system.world.directory(directory).join("busybox");
    std::fs::copy(STATIC, busybox).expect("a copy");
    for name in ["sh", "cat", "echo", "ls"] {
        system.world.link("busybox", format!("{directory}/{name}"));
    }
}

/// bubblewrap with its libraries named, as the store of a package manager has it.
fn wrapped_bubblewrap(system: &mut System, store: &str) {
    system.add(&["--ro-bind", "/usr", &format!("/{store}/debian")]);
    let usr = format!("/{store}/debian");
    let script = format!(
        "#!/bin/sh\nexec {usr}/{LIBRARIES}/{LOADER} --library-path {usr}/{LIBRARIES} \
         {usr}/bin/bwrap \"$@\"\n"
    );
    system.world.script("store/bwrap/bin/bwrap", script);
    system.world.directory("store/debian");
}

#[test]
fn nixos() {
    if !can_do_without_libraries() {
        return;
    }
    let mut system = System::new("/run/current-system/sw/bin");
    static_programs(&system, "store/abc-system/sw/bin");
    system.world.link("../../../bwrap/bin/bwrap", "store/abc-system/sw/bin/bwrap");
    system.add(&["--setenv", "BWRAP_BIN", "/run/current-system/sw/bin/bwrap"]);
    system.world.file("store/def-etc/ssl/certs/ca-bundle.crt", "certificates\n");
    system.world.file("store/def-etc/hosts", "127.0.0.1 localhost\n");
    system.own("store", "/nix/store");
    wrapped_bubblewrap(&mut system, "nix/store");
    system.world.link("/nix/store/def-etc", "etc/static");
    system.world.link("/etc/static/hosts", "etc/hosts");
    system.world.link("/etc/static/ssl/certs/ca-bundle.crt", "etc/ssl/certs/ca-certificates.crt");
    system.add(&["--symlink", "/nix/store/abc-system", "/run/current-system"]);
    system.add(&["--symlink", "/run/current-system/sw/bin/sh", "/bin/sh"]);
    // A jail's file of names has a line more, for the jail's own name.
    let script = "cat /etc/ssl/certs/ca-certificates.crt; read -r line </etc/hosts; echo \"$line\"; \
                  ls /run/current-system";
    assert_eq!(system.both(script), "certificates\n127.0.0.1 localhost\nsw\n");
    assert_eq!(system.both("/bin/sh -c 'echo runs'"), "runs\n");
}

#[test]
fn guix() {
    if !can_do_without_libraries() {
        return;
    }
    let mut system = System::new("/run/current-system/profile/bin:/home/user/.guix-profile/bin");
    static_programs(&system, "store/abc-profile/bin");
    system.world.link("../../bwrap/bin/bwrap", "store/abc-profile/bin/bwrap");
    system.add(&["--setenv", "BWRAP_BIN", "/run/current-system/profile/bin/bwrap"]);
    system.world.script("store/def-tool/bin/tool", "#!/bin/sh\necho tool\n");
    system.own("store", "/gnu/store");
    wrapped_bubblewrap(&mut system, "gnu/store");
    system.add(&["--dir", "/run/current-system"]);
    system.add(&["--symlink", "/gnu/store/abc-profile", "/run/current-system/profile"]);
    system.add(&["--symlink", "/run/current-system/profile/bin/sh", "/bin/sh"]);
    let profiles = "/var/guix/profiles/per-user/user";
    system.add(&["--symlink", "/gnu/store/def-tool", &format!("{profiles}/guix-profile-1")]);
    system.add(&["--symlink", "guix-profile-1", &format!("{profiles}/guix-profile")]);
    system.world.link(format!("{profiles}/guix-profile"), "home/.guix-profile");
    assert_eq!(system.both("tool; ls ~/.guix-profile/"), "tool\nbin\n");
}

#[test]
fn homebrew() {
    let mut system = System::new("/home/linuxbrew/.linuxbrew/bin:/usr/bin:/bin");
    system.merged();
    system.world.script("brew/Cellar/tool/1/bin/tool", "#!/bin/sh\necho tool\n");
    system.world.link("../Cellar/tool/1/bin/tool", "brew/bin/tool");
    system.own("brew", "/home/linuxbrew/.linuxbrew");
    assert_eq!(system.both("tool"), "tool\n");
    assert_ne!(system.inside("echo x > /home/linuxbrew/.linuxbrew/bin/tool").run().code(), 0);
}
