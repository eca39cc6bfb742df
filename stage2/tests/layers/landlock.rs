//! The rules as the running kernel enforces them.

use std::fs::{self, File};
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, getpid};
use stage2::landlock;
use stage2::os_bytes::BytePath;
use stage2::report::Achieved;
use stage2::spec::PathAccess::{Device, ReadOnly, ReadWrite};
use stage2::spec::{Landlock, PathAccess, PathRule};
use tempfile::TempDir;

use crate::checks::{say, skipped};
use crate::child::errno;

/// The kernel's Landlock ABI, or 0; says that `test` is skipped below `needed`.
fn abi_reaches(needed: i32, test: &str) -> bool {
    let abi = landlock::abi().unwrap_or(0);
    if abi < needed {
        skipped(test, &format!("needs Landlock ABI {needed}, this kernel has {abi}"));
    }
    abi >= needed
}

/// Applies rules; older kernels do less, and then the layer must say so.
fn restrict(rules: &[(&Path, PathAccess)], deny_tcp: bool, stdio: &[RawFd]) {
    let rule = |(path, access): &(&Path, PathAccess)| PathRule {
        path: BytePath(path.to_path_buf()),
        access: *access,
    };
    let wanted = Landlock { rules: rules.iter().map(rule).collect(), deny_tcp };
    let achieved = landlock::apply_keeping(&Some(wanted), stdio);
    match (achieved, landlock::abi().unwrap_or(0)) {
        (Achieved::Enforced(_), 6..) | (Achieved::Partial(_), 1..6) => {}
        (other, abi) => panic!("ABI {abi}: {other:?}"),
    }
}

/// A directory with a writable place, a read-only one and one that no rule names.
struct Places {
    directory: TempDir,
}

impl Places {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        for place in ["writable/a", "writable/b", "read-only", "elsewhere"] {
            fs::create_dir_all(directory.path().join(place)).unwrap();
        }
        let places = Self { directory };
        for file in ["writable/a/file", "read-only/file", "elsewhere/file"] {
            fs::write(places.at(file), "content").unwrap();
        }
        fs::copy("/usr/bin/true", places.at("elsewhere/true")).unwrap();
        places
    }

    fn at(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn restrict(&self) {
        restrict(
            &[
                (&self.at("writable"), ReadWrite),
                (&self.at("read-only"), ReadOnly),
                (&self.at("not there"), ReadWrite),
                (Path::new("/usr"), ReadOnly),
                (Path::new("/lib"), ReadOnly),
                (Path::new("/lib64"), ReadOnly),
                (Path::new("/proc"), ReadOnly),
                (Path::new("/dev"), Device),
            ],
            false,
            &[],
        );
    }

    /// The result of `act` without the layer, and with it, each on fresh places.
    fn compare<T>(act: impl Fn(&Self) -> io::Result<T>) -> (String, String) {
        let outside = {
            let places = Self::new();
            say(|| errno(act(&places)))
        };
        let places = Self::new();
        let inside = say(|| {
            places.restrict();
            errno(act(&places))
        });
        (outside, inside)
    }
}

fn allowed<T>(what: &str, act: impl Fn(&Places) -> io::Result<T>) {
    let (outside, inside) = Places::compare(act);
    assert_eq!((outside.as_str(), inside.as_str()), ("ok", "ok"), "{what}");
}

fn denied<T>(what: &str, errno: &str, act: impl Fn(&Places) -> io::Result<T>) {
    let (outside, inside) = Places::compare(act);
    assert_eq!((outside.as_str(), inside.as_str()), ("ok", errno), "{what}");
}

#[test]
fn writable_places_are_writable() {
    if !abi_reaches(1, "writable_places_are_writable") {
        return;
    }
    allowed("read", |p| fs::read(p.at("writable/a/file")));
    allowed("write", |p| fs::write(p.at("writable/a/file"), "new"));
    allowed("create", |p| fs::write(p.at("writable/new"), "new"));
    allowed("mkdir", |p| fs::create_dir(p.at("writable/new")));
    allowed("symlink", |p| symlink("a", p.at("writable/new")));
    allowed("socket", |p| UnixListener::bind(p.at("writable/new")));
    allowed("remove", |p| fs::remove_file(p.at("writable/a/file")));
    allowed("rmdir", |p| fs::remove_dir(p.at("writable/b")));
    allowed("list", |p| fs::read_dir(p.at("writable")));
    allowed("rename", |p| fs::rename(p.at("writable/a/file"), p.at("writable/a/new")));
}

#[test]
fn moves_and_links_between_directories_work() {
    if !abi_reaches(2, "moves_and_links_between_directories_work") {
        return;
    }
    allowed("rename a file", |p| fs::rename(p.at("writable/a/file"), p.at("writable/b/file")));
    allowed("rename a directory", |p| fs::rename(p.at("writable/a"), p.at("writable/b/a")));
    allowed("hard link", |p| fs::hard_link(p.at("writable/a/file"), p.at("writable/b/file")));
}

#[test]
fn read_only_places_stay_as_they_are() {
    if !abi_reaches(3, "read_only_places_stay_as_they_are") {
        return;
    }
    allowed("read", |p| fs::read(p.at("read-only/file")));
    allowed("list", |p| fs::read_dir(p.at("read-only")));
    denied("write", "EACCES", |p| fs::write(p.at("read-only/file"), "new"));
    denied("append", "EACCES", |p| File::options().append(true).open(p.at("read-only/file")));
    denied("truncate", "EACCES", |p| {
        nix::unistd::truncate(&p.at("read-only/file"), 0).map_err(io::Error::from)
    });
    denied("create", "EACCES", |p| fs::write(p.at("read-only/new"), "new"));
    denied("mkdir", "EACCES", |p| fs::create_dir(p.at("read-only/new")));
    denied("symlink", "EACCES", |p| symlink("file", p.at("read-only/new")));
    denied("remove", "EACCES", |p| fs::remove_file(p.at("read-only/file")));
    denied("rename", "EACCES", |p| fs::rename(p.at("read-only/file"), p.at("read-only/new")));
    denied("move out", "EACCES", |p| fs::rename(p.at("read-only/file"), p.at("writable/new")));
    denied("move in", "EACCES", |p| fs::rename(p.at("writable/a/file"), p.at("read-only/new")));
    // As a second name in a writable place the file could be written.
    denied("link out", "EXDEV", |p| fs::hard_link(p.at("read-only/file"), p.at("writable/new")));
}

#[test]
fn what_no_rule_names_is_closed() {
    if !abi_reaches(1, "what_no_rule_names_is_closed") {
        return;
    }
    denied("read", "EACCES", |p| fs::read(p.at("elsewhere/file")));
    denied("list", "EACCES", |p| fs::read_dir(p.at("elsewhere")));
    denied("create", "EACCES", |p| fs::write(p.at("elsewhere/new"), "new"));
    denied("read through a link", "EACCES", |p| {
        symlink(p.at("elsewhere/file"), p.at("writable/link"))?;
        fs::read(p.at("writable/link"))
    });
}

#[test]
fn programs_run_where_they_may_be_read() {
    if !abi_reaches(1, "programs_run_where_they_may_be_read") {
        return;
    }
    allowed("a program of the system", |_| Command::new("/usr/bin/true").status());
    denied("a program from elsewhere", "EACCES", |p| Command::new(p.at("elsewhere/true")).status());
}

#[test]
fn a_rule_for_a_single_file_covers_that_file() {
    if !abi_reaches(1, "a_rule_for_a_single_file_covers_that_file") {
        return;
    }
    let places = Places::new();
    let said = say(|| {
        let file = places.at("elsewhere/file");
        restrict(&[(&file, ReadWrite)], false, &[]);
        let write = errno(fs::write(&file, "new"));
        format!("{write} {}", errno(fs::write(places.at("elsewhere/new"), "new")))
    });
    assert_eq!(said, "ok EACCES");
}

#[test]
fn devices_keep_their_ioctls() {
    if !abi_reaches(5, "devices_keep_their_ioctls") {
        return;
    }
    let terminal = || {
        let pty = File::options().read(true).custom_flags(libc::O_NOCTTY).open("/dev/ptmx")?;
        let mut number: libc::c_int = 0;
        // SAFETY: the kernel writes one int.
        let result = unsafe { libc::ioctl(pty.as_raw_fd(), libc::TIOCGPTN, &raw mut number) };
        Errno::result(result).map_err(io::Error::from)
    };
    allowed("a new terminal", move |_| terminal());
    let read_only = say(|| {
        restrict(&[(Path::new("/dev"), ReadOnly)], false, &[]);
        errno(terminal())
    });
    assert_eq!(read_only, "EACCES");
    // Writing to a device truncates nothing, but shells open it so.
    allowed("the null device", |_| fs::write("/dev/null", "gone"));
    denied("a new device entry", "EACCES", |_| {
        let name = format!("/dev/shm/ai-jail-test-{}", getpid());
        fs::write(&name, "")?;
        fs::remove_file(name)
    });
}

#[test]
fn tcp_is_denied_where_asked_for() {
    if !abi_reaches(4, "tcp_is_denied_where_asked_for") {
        return;
    }
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = outside.local_addr().unwrap();
    let attack = |deny_tcp| {
        say(move || {
            if let Some(deny_tcp) = deny_tcp {
                restrict(&[], deny_tcp, &[]);
            }
            let bind = errno(TcpListener::bind("127.0.0.1:0"));
            let connect = errno(TcpStream::connect(address));
            format!("{bind} {connect} {}", errno(UdpSocket::bind("127.0.0.1:0")))
        })
    };
    assert_eq!(attack(None), "ok ok ok");
    assert_eq!(attack(Some(false)), "ok ok ok");
    assert_eq!(attack(Some(true)), "EACCES EACCES ok");
}

#[test]
fn abstract_sockets_outside_are_out_of_reach() {
    if !abi_reaches(6, "abstract_sockets_outside_are_out_of_reach") {
        return;
    }
    let name = format!("ai-jail-test-{}", getpid());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let attack = || errno(UnixStream::connect_addr(&address));
    assert_eq!(say(attack), "ok");
    let said = say(|| {
        restrict(&[], false, &[]);
        let own = SocketAddr::from_abstract_name(format!("{name}-own")).unwrap();
        let _listener = UnixListener::bind_addr(&own).unwrap();
        format!("{} {}", attack(), errno(UnixStream::connect_addr(&own)))
    });
    assert_eq!(said, "EPERM ok");
}

/// PID 1 restricts itself and then forks the command: one domain, in which it must be able to
/// forward signals, and the command to signal its own children.
#[test]
fn signals_stay_inside_and_work_there() {
    if !abi_reaches(6, "signals_stay_inside_and_work_there") {
        return;
    }
    let outside = getpid();
    let attack = move || errno(kill(outside, None));
    assert_eq!(say(attack), "ok");
    let said = say(move || {
        restrict(&[(Path::new("/"), ReadOnly)], false, &[]);
        // The command signals its child, and PID 1.
        let script = "sleep 9 & kill $! && kill -0 \"$0\"";
        let status =
            Command::new("/bin/sh").args(["-c", script, &getpid().to_string()]).status().unwrap();
        assert!(status.success(), "{status}");
        // PID 1 signals the command.
        let mut command = Command::new("/bin/sleep").arg("9").spawn().unwrap();
        let pid = Pid::from_raw(command.id().try_into().unwrap());
        let forwarded = errno(kill(pid, nix::sys::signal::SIGKILL));
        command.wait().unwrap();
        format!("{} {forwarded}", attack())
    });
    assert_eq!(said, "EPERM ok");
}

/// `echo > /dev/stderr` opens the file behind standard error once more.
#[test]
fn standard_output_can_be_opened_again_in_its_mode() {
    if !abi_reaches(3, "standard_output_can_be_opened_again_in_its_mode") {
        return;
    }
    let places = Places::new();
    let attempt = |keep: bool| {
        let log = File::options().append(true).open(places.at("elsewhere/file")).unwrap();
        let directory = File::open(places.at("elsewhere")).unwrap();
        say(move || {
            let all: [RawFd; 2] = [log.as_raw_fd(), directory.as_raw_fd()];
            let kept = if keep { all.as_slice() } else { &[] };
            restrict(&[(Path::new("/proc"), ReadOnly)], false, kept);
            let again = format!("/proc/self/fd/{}", log.as_raw_fd());
            let write = errno(File::options().write(true).truncate(true).open(&again));
            let read = errno(File::open(&again));
            let list = errno(fs::read_dir(format!("/proc/self/fd/{}", directory.as_raw_fd())));
            format!("{write} {read} {list}")
        })
    };
    assert_eq!(attempt(false), "EACCES EACCES EACCES");
    // Not for reading, and never what lies beneath a directory.
    assert_eq!(attempt(true), "ok EACCES EACCES");
}

#[test]
fn pipes_and_closed_descriptors_are_no_obstacle_as_standard_output() {
    if !abi_reaches(1, "pipes_and_closed_descriptors_are_no_obstacle_as_standard_output") {
        return;
    }
    let said = say(|| {
        let (_reader, writer) = nix::unistd::pipe().unwrap();
        let (socket, _other) = UnixStream::pair().unwrap();
        let kept = [writer.as_raw_fd(), socket.as_raw_fd(), 999];
        restrict(&[(Path::new("/proc"), ReadOnly)], false, &kept);
        let again = format!("/proc/self/fd/{}", writer.as_raw_fd());
        errno(File::options().write(true).open(again))
    });
    assert_eq!(said, "ok");
}

/// A process under a file-system ruleset may not mount: it could put other files at a path.
#[test]
fn root_mounts_cannot_be_changed() {
    use nix::mount::{MsFlags, mount};
    const NAME: &str = "root_mounts_cannot_be_changed";
    if !crate::checks::is_root(NAME) || !abi_reaches(1, NAME) {
        return;
    }
    let places = Places::new();
    let attack = |restrict: bool| {
        say(|| {
            nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNS).unwrap();
            mount(
                None::<&str>,
                "/",
                None::<&str>,
                MsFlags::MS_REC | MsFlags::MS_PRIVATE,
                None::<&str>,
            )
            .unwrap();
            if restrict {
                places.restrict();
            }
            let target = places.at("writable");
            errno(mount(
                Some(&places.at("elsewhere")),
                &target,
                None::<&str>,
                MsFlags::MS_BIND,
                None::<&str>,
            ))
        })
    };
    assert_eq!(attack(false), "ok");
    assert_eq!(attack(true), "EPERM");
}

#[test]
fn switched_off_is_skipped_and_closes_nothing() {
    let places = Places::new();
    let said = say(|| {
        assert!(matches!(landlock::apply(&None), Achieved::Skipped(_)));
        errno(fs::write(places.at("elsewhere/new"), "new"))
    });
    assert_eq!(said, "ok");
}
