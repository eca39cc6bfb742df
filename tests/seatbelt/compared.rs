//! What other programs' published policies decide, beside ours: each difference has a reason, and
//! docs/macos.md says it. The facts were read off those policies, which that page names.

use std::fmt::Write as _;

use super::evaluator::Request;
use super::machine::{CACHES, Jail, Mac};

/// One question.
struct Row {
    what: &'static str,
    operation: &'static str,
    about: About,
    /// What Codex's policy says with a workspace that can be written and the network on.
    codex: bool,
    /// What Chromium's policy for its network service says.
    chromium: bool,
    /// Why ours differs from either.
    reason: &'static str,
}

/// What it is about.
enum About {
    Nothing,
    /// A path; `~` and `.` are the home and the project.
    Path(&'static str),
    Name(&'static str),
    Address,
    Socket(&'static str, i64),
    OwnProcess,
}

use About::{Address, Name, Nothing, OwnProcess, Path, Socket};

const fn row(
    what: &'static str,
    operation: &'static str,
    about: About,
    [codex, chromium]: [bool; 2],
    reason: &'static str,
) -> Row {
    Row { what, operation, about, codex, chromium, reason }
}

const BOTH: [bool; 2] = [true, true];
const CODEX: [bool; 2] = [true, false];
const CHROMIUM: [bool; 2] = [false, true];
const NEITHER: [bool; 2] = [false, false];

const BROWSER: &str = "a part of a browser runs no tools";
const HIDDEN: &str = "what is not given is not there, as on Linux";
const KEYS: &str = "it gives out passwords and tokens; no jail reads the Keychain";

const ROWS: &[Row] = &[
    row("read a system library", "file-read-data", Path("/usr/lib/libobjc.A.dylib"), BOTH, ""),
    row("read `/etc/passwd`", "file-read-data", Path("/private/etc/passwd"), BOTH, ""),
    row("read `/dev/urandom`", "file-read-data", Path("/dev/urandom"), BOTH, ""),
    row("read the project", "file-read-data", Path("./file"), CODEX, BROWSER),
    row("read keys (`~/.ssh`)", "file-read-data", Path("~/.ssh/key"), CODEX, HIDDEN),
    row("read documents", "file-read-data", Path("~/Documents/letter"), CODEX, HIDDEN),
    row(
        "ask whether a document is there",
        "file-read-metadata",
        Path("~/Documents/letter"),
        BOTH,
        HIDDEN,
    ),
    row(
        "read the Keychain's files",
        "file-read-data",
        Path("~/Library/Keychains/login.keychain-db"),
        BOTH,
        KEYS,
    ),
    row("write the project", "file-write-data", Path("./file"), CODEX, BROWSER),
    row(
        "write the project's commits",
        "file-write-data",
        Path("./.git/objects/x"),
        NEITHER,
        "agents commit; hooks and settings of git are held apart",
    ),
    row("write the project's hooks", "file-write-data", Path("./.git/hooks/x"), NEITHER, ""),
    row(
        "write agents' and tools' state",
        "file-write-data",
        Path("~/.cargo/registry/x"),
        NEITHER,
        "package managers and agents save there, as on Linux",
    ),
    row(
        "write `/tmp`",
        "file-write-data",
        Path("/private/tmp/x"),
        CODEX,
        "the host's programs keep files and sockets there; `TMPDIR` names the jail's own",
    ),
    row("write the user's caches", "file-write-data", Path(CACHES), BOTH, ""),
    row("write to programs on `PATH`", "file-write-data", Path("/usr/local/bin/x"), NEITHER, ""),
    row("write to `/dev/null`", "file-write-data", Path("/dev/null"), CODEX, BROWSER),
    row(
        "register probes (`/dev/dtracehelper`)",
        "file-ioctl",
        Path("/dev/dtracehelper"),
        CHROMIUM,
        "every program with probes tries; nothing of the host is given by it",
    ),
    row(
        "write to a terminal of another window",
        "file-write-data",
        Path("/dev/ttys001"),
        CODEX,
        "text on it could be taken for somebody else's; the jail opens its own",
    ),
    row("make a terminal", "pseudo-tty", Nothing, CODEX, BROWSER),
    row("start processes", "process-fork", Nothing, CODEX, BROWSER),
    row("run `/usr/bin/env`", "process-exec", Path("/usr/bin/env"), CODEX, BROWSER),
    row(
        "run a program that is not given",
        "process-exec",
        Path("~/Documents/program"),
        CODEX,
        HIDDEN,
    ),
    row(
        "run setuid programs, as `ps` outside of the sandbox",
        "forbidden-exec-sugid",
        Path("/bin/ps"),
        CODEX,
        "nothing runs outside of the jail; `ps` would show the host's processes",
    ),
    row("signal another process of the sandbox", "signal", OwnProcess, CODEX, BROWSER),
    row("signal a process of the host", "signal", Nothing, NEITHER, ""),
    row("look into a process of the sandbox", "process-info-pidinfo", OwnProcess, CODEX, BROWSER),
    row("look into a process of the host", "process-info-pidinfo", Nothing, NEITHER, ""),
    row("connect anywhere by TCP and UDP", "network-outbound", Address, BOTH, ""),
    row(
        "the resolver's socket",
        "network-outbound",
        Path("/private/var/run/mDNSResponder"),
        BOTH,
        "",
    ),
    row("a Unix socket in the project", "network-outbound", Path("./socket"), CODEX, BROWSER),
    row(
        "the ssh agent's socket",
        "network-outbound",
        Path("/private/tmp/com.apple.launchd.x/Listeners"),
        CODEX,
        "it signs with the user's keys",
    ),
    row("sockets for the state of the network", "system-socket", Socket("AF_SYSTEM", 2), BOTH, ""),
    row("sockets for routes", "system-socket", Socket("AF_ROUTE", 0), BOTH, ""),
    row("names of users", "mach-lookup", Name("com.apple.system.opendirectoryd.libinfo"), BOTH, ""),
    row(
        "groups of users",
        "mach-lookup",
        Name("com.apple.system.opendirectoryd.membership"),
        BOTH,
        "",
    ),
    row("where temporary files are", "mach-lookup", Name("com.apple.bsd.dirhelper"), BOTH, ""),
    row(
        "the resolver's service",
        "mach-lookup",
        Name("com.apple.dnssd.service"),
        NEITHER,
        "libraries look it up besides the socket",
    ),
    row(
        "name servers",
        "mach-lookup",
        Name("com.apple.SystemConfiguration.DNSConfiguration"),
        BOTH,
        "",
    ),
    row(
        "settings of the network",
        "mach-lookup",
        Name("com.apple.SystemConfiguration.configd"),
        BOTH,
        "",
    ),
    row("trust in certificates", "mach-lookup", Name("com.apple.trustd.agent"), BOTH, ""),
    row(
        "trust in certificates, of the system",
        "mach-lookup",
        Name("com.apple.trustd"),
        NEITHER,
        "frameworks ask the user's service or this one",
    ),
    row("whether certificates were revoked", "mach-lookup", Name("com.apple.ocspd"), BOTH, ""),
    row("URLSession's connections", "mach-lookup", Name("com.apple.networkd"), BOTH, ""),
    row("securityd: the Keychain", "mach-lookup", Name("com.apple.SecurityServer"), BOTH, KEYS),
    row("Kerberos tickets", "mach-lookup", Name("com.apple.GSSCred"), CHROMIUM, KEYS),
    row(
        "the system's log",
        "mach-lookup",
        Name("com.apple.logd"),
        CHROMIUM,
        "libraries log, and some wait for it",
    ),
    row(
        "syslog",
        "mach-lookup",
        Name("com.apple.system.logger"),
        CHROMIUM,
        "libraries log, and some wait for it",
    ),
    row(
        "notices of changes (`notify(3)`)",
        "mach-lookup",
        Name("com.apple.system.notification_center"),
        CHROMIUM,
        "libraries drop stale caches by it",
    ),
    row(
        "memory of those notices",
        "ipc-posix-shm-read-data",
        Name("apple.shm.notification_center"),
        CHROMIUM,
        "libraries drop stale caches by it",
    ),
    row(
        "settings' service",
        "mach-lookup",
        Name("com.apple.cfprefsd.agent"),
        CODEX,
        "Foundation asks it for the language",
    ),
    row(
        "settings of Safari",
        "user-preference-read",
        Name("com.apple.Safari"),
        CODEX,
        "other applications' settings hold names of files and people",
    ),
    row(
        "changes of files as they come",
        "mach-lookup",
        Name("com.apple.FSEvents"),
        NEITHER,
        "watchers of build tools and agents",
    ),
    row(
        "keep the machine awake",
        "mach-lookup",
        Name("com.apple.PowerManagement.control"),
        CODEX,
        BROWSER,
    ),
    row("the device for that", "iokit-open", Name("RootDomainUserClient"), CODEX, BROWSER),
    row(
        "backups",
        "mach-lookup",
        Name("com.apple.backupd.sandbox.xpc"),
        CHROMIUM,
        "nothing in a jail excludes files from backups",
    ),
    row(
        "starting applications",
        "mach-lookup",
        Name("com.apple.coreservices.launchservicesd"),
        NEITHER,
        "",
    ),
    row("the clipboard", "mach-lookup", Name("com.apple.pasteboard.1"), NEITHER, ""),
    row("opening with LaunchServices", "lsopen", Nothing, NEITHER, ""),
    row("Apple events", "appleevent-send", Nothing, NEITHER, ""),
    row("jobs of launchd", "job-creation", Nothing, NEITHER, ""),
    row("number of processors", "sysctl-read", Name("hw.ncpu"), BOTH, ""),
    row("the host's name", "sysctl-read", Name("kern.hostname"), BOTH, ""),
    row("interfaces of the network", "sysctl-read", Name("net.routetable.0.0.3.0"), BOTH, ""),
    row("size of memory", "sysctl-read", Name("hw.memsize"), CODEX, BROWSER),
    row("the processor's name", "sysctl-read", Name("machdep.cpu.brand_string"), CODEX, BROWSER),
    row("use of swap space", "sysctl-read", Name("vm.swapusage"), NEITHER, "Node and Go report it"),
    row(
        "when the machine started",
        "sysctl-read",
        Name("kern.boottime"),
        NEITHER,
        "uptime(1), os.uptime() of Node",
    ),
    row(
        "arguments of the kernel",
        "sysctl-read",
        Name("kern.bootargs"),
        CHROMIUM,
        "a workaround of Chromium's",
    ),
    row(
        "any process by its number",
        "sysctl-read",
        Name("kern.proc.pid.1"),
        CODEX,
        "processes of the host are none of the jail's business",
    ),
    row("all processes", "sysctl-read", Name("kern.proc.all"), NEITHER, ""),
    row(
        "compare processors' code (the JVM)",
        "sysctl-write",
        Name("kern.grade_cputype"),
        CODEX,
        BROWSER,
    ),
    row("statistics of the machine", "mach-host-special-port-set", Nothing, CODEX, BROWSER),
    row("semaphores", "ipc-posix-sem-open", Nothing, CODEX, BROWSER),
    row("shared memory of any name", "ipc-posix-shm-read-data", Name("/any"), NEITHER, ""),
    row(
        "shared memory of Python's",
        "ipc-posix-shm-write-create",
        Name("/psm_12345678"),
        NEITHER,
        "multiprocessing fails without",
    ),
    row(
        "notices of the Keychain",
        "ipc-posix-shm-read-data",
        Name("com.apple.AppleDatabaseChanged"),
        CHROMIUM,
        KEYS,
    ),
];

fn ours(mac: &Mac, jail: &Jail, row: &Row) -> bool {
    let request = match row.about {
        Nothing => Request::default(),
        Path(path) => {
            let path = match (path.strip_prefix("~/"), path.strip_prefix("./")) {
                (Some(below), _) => mac.home().join(below),
                (_, Some(below)) => mac.project().join(below),
                _ => path.into(),
            };
            Request { path: Some(path.into()), ..Request::default() }
        }
        Name(name) => Request { name: Some(name), ..Request::default() },
        Address => Request { address: Some(("example.org", 443)), ..Request::default() },
        Socket(domain, protocol) => {
            Request { socket: Some((domain, protocol)), ..Request::default() }
        }
        OwnProcess => Request { same_sandbox: true, ..Request::default() },
    };
    jail.allows(row.operation, &request)
}

/// A project with something of git in it: what is held is known by looking.
fn world() -> (Mac, Jail) {
    let mac = Mac::new();
    for name in ["HEAD", "config", "hooks/x", "objects/x", "refs/x"] {
        mac.file(mac.project().join(".git").join(name));
    }
    let jail = mac.jail::<&str>(&[]);
    (mac, jail)
}

#[test]
fn each_difference_has_a_reason() {
    let (mac, jail) = world();
    for row in ROWS {
        let ours = ours(&mac, &jail, row);
        let differs = ours != row.codex || ours != row.chromium;
        assert_eq!(differs, !row.reason.is_empty(), "{}: ours is {ours}", row.what);
    }
}

#[test]
fn what_neither_allows_is_rare() {
    let (mac, jail) = world();
    let more = ROWS.iter().filter(|row| !row.codex && !row.chromium && ours(&mac, &jail, row));
    assert_eq!(more.count(), 8, "each such row is a decision of ours alone");
}

/// The table of docs/macos.md.
pub fn table() -> String {
    let (mac, jail) = world();
    let word = |allowed| if allowed { "yes" } else { "no" };
    let mut text =
        "| what | Codex | Chromium | ai-jail | why |\n|---|---|---|---|---|\n".to_owned();
    for row in ROWS.iter().filter(|row| !row.reason.is_empty()) {
        let ours = word(ours(&mac, &jail, row));
        let (codex, chromium) = (word(row.codex), word(row.chromium));
        let _ = writeln!(text, "| {} | {codex} | {chromium} | {ours} | {} |", row.what, row.reason);
    }
    let equal: Vec<_> =
        ROWS.iter().filter(|row| row.reason.is_empty()).map(|row| row.what).collect();
    let _ = writeln!(text, "\nAll three agree on {} more: {}.", equal.len(), equal.join("; "));
    text
}
