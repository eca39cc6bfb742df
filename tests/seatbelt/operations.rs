//! The operations that a kernel asks a profile about, as far as profiles here name them: a name
//! that is not in these lists stops the evaluation, as it stops `sandbox-exec`. They are those of
//! the policies named in docs/macos.md and of Apple's own in `/System/Library/Sandbox/Profiles`.

/// With the filters that say something of them.
pub const OPERATIONS: &[(&str, Kind)] = &[
    ("appleevent-send", Kind::Other),
    ("authorization-right-obtain", Kind::Other),
    ("device-camera", Kind::Other),
    ("device-microphone", Kind::Other),
    ("distributed-notification-post", Kind::Other),
    ("file-clone", Kind::File),
    ("file-ioctl", Kind::File),
    ("file-issue-extension", Kind::File),
    ("file-link", Kind::File),
    ("file-map-executable", Kind::File),
    ("file-mknod", Kind::File),
    ("file-mount", Kind::File),
    ("file-read-data", Kind::File),
    ("file-read-metadata", Kind::File),
    ("file-read-xattr", Kind::File),
    ("file-revoke", Kind::File),
    ("file-test-existence", Kind::File),
    ("file-write-acl", Kind::File),
    ("file-write-create", Kind::File),
    ("file-write-data", Kind::File),
    ("file-write-flags", Kind::File),
    ("file-write-mode", Kind::File),
    ("file-write-owner", Kind::File),
    ("file-write-setugid", Kind::File),
    ("file-write-times", Kind::File),
    ("file-write-unlink", Kind::File),
    ("file-write-xattr", Kind::File),
    ("forbidden-exec-sugid", Kind::File),
    ("iokit-get-properties", Kind::Iokit),
    ("iokit-open", Kind::Iokit),
    ("iokit-set-properties", Kind::Iokit),
    ("ipc-posix-sem-create", Kind::Ipc),
    ("ipc-posix-sem-open", Kind::Ipc),
    ("ipc-posix-shm-read-data", Kind::Ipc),
    ("ipc-posix-shm-read-metadata", Kind::Ipc),
    ("ipc-posix-shm-write-create", Kind::Ipc),
    ("ipc-posix-shm-write-data", Kind::Ipc),
    ("ipc-posix-shm-write-unlink", Kind::Ipc),
    ("ipc-sysv-msg", Kind::Other),
    ("ipc-sysv-sem", Kind::Other),
    ("ipc-sysv-shm", Kind::Other),
    ("job-creation", Kind::Other),
    ("lsopen", Kind::Other),
    ("mach-bootstrap", Kind::Other),
    ("mach-host-exception-port-set", Kind::Other),
    ("mach-host-special-port-set", Kind::Other),
    ("mach-lookup", Kind::Mach),
    ("mach-priv-host-port", Kind::Other),
    ("mach-priv-task-port", Kind::Process),
    ("mach-register", Kind::Mach),
    ("mach-task-name", Kind::Process),
    ("network-bind", Kind::Network),
    ("network-inbound", Kind::Network),
    ("network-outbound", Kind::Network),
    ("nvram-delete", Kind::Other),
    ("nvram-get", Kind::Other),
    ("nvram-set", Kind::Other),
    ("process-codesigning-status-set", Kind::Process),
    ("process-exec", Kind::File),
    ("process-exec-interpreter", Kind::File),
    ("process-fork", Kind::Other),
    ("process-info-codesignature", Kind::Process),
    ("process-info-dirtycontrol", Kind::Process),
    ("process-info-listpids", Kind::Process),
    ("process-info-pidfdinfo", Kind::Process),
    ("process-info-pidinfo", Kind::Process),
    ("process-info-rusage", Kind::Process),
    ("process-info-setcontrol", Kind::Process),
    ("pseudo-tty", Kind::Other),
    ("signal", Kind::Process),
    ("sysctl-read", Kind::Sysctl),
    ("sysctl-write", Kind::Sysctl),
    ("system-acct", Kind::Other),
    ("system-audit", Kind::Other),
    ("system-chud", Kind::Other),
    ("system-debug", Kind::Other),
    ("system-kext-load", Kind::Other),
    ("system-privilege", Kind::Other),
    ("system-reboot", Kind::Other),
    ("system-sched", Kind::Process),
    ("system-set-time", Kind::Other),
    ("system-socket", Kind::Socket),
    ("system-swap", Kind::Other),
    ("user-preference-read", Kind::Preference),
    ("user-preference-write", Kind::Preference),
];

/// Names of several, which are no beginning and a `*`.
pub const GROUPS: &[(&str, &str)] =
    &[("ipc-posix-sem", "ipc-posix-sem-"), ("ipc-posix-shm", "ipc-posix-shm-")];

/// What an operation is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    File,
    Iokit,
    Ipc,
    Mach,
    Network,
    Preference,
    Process,
    Socket,
    Sysctl,
    Other,
}

/// How a rule calls an operation, the weakest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Named {
    /// By `default`.
    Default,
    /// By a beginning, or by the name of several.
    Wildcard,
    /// By its own name.
    Exactly,
}

/// Operations that `(deny default)` leaves open: Firefox's `SandboxPolicyContent.h`, `WebKit`'s
/// `com.apple.WebProcess.sb.in` and Homebrew's `sandbox.rb` deny each of them besides.
const LEFT_OPEN: &[&str] = &["process-info*", "nvram*", "iokit-get-properties"];

/// Operations on files that neither `(deny default)` nor a wildcard reaches, but only the name.
const ONLY_BY_NAME: &[&str] = &["file-clone", "file-link", "file-test-existence"];

/// The one that `(deny default)` leaves open and `file*` reaches.
const MAP: &str = "file-map-executable";

/// Whether a profile with nothing but `(deny default)` allows an operation.
pub fn open_by_default(operation: &str) -> bool {
    let is_left = |open: &&str| match open.strip_suffix('*') {
        Some(prefix) => operation.starts_with(prefix),
        None => operation == *open,
    };
    LEFT_OPEN.iter().any(is_left) || ONLY_BY_NAME.contains(&operation) || operation == MAP
}

/// The operations that a rule's word reaches.
pub fn named(word: &str) -> Result<Vec<(&'static str, Named)>, String> {
    let group = GROUPS.iter().find(|(name, _)| *name == word).map(|(_, prefix)| *prefix);
    let prefix = word.strip_suffix('*').or(group);
    let names = OPERATIONS.iter().map(|(name, _)| *name);
    let found: Vec<_> = match (word, prefix) {
        ("default", _) => {
            names.filter(|name| !open_by_default(name)).map(|name| (name, Named::Default)).collect()
        }
        (_, Some(prefix)) => names
            .filter(|name| name.starts_with(prefix) && !ONLY_BY_NAME.contains(name))
            .map(|name| (name, Named::Wildcard))
            .collect(),
        (_, None) => {
            names.filter(|name| *name == word).map(|name| (name, Named::Exactly)).collect()
        }
    };
    if found.is_empty() { Err(format!("unknown operation: {word}")) } else { Ok(found) }
}

/// What an operation is about.
pub fn kind(operation: &str) -> Kind {
    let found = OPERATIONS.iter().find(|(name, _)| *name == operation);
    found.unwrap_or_else(|| panic!("unknown operation: {operation}")).1
}
