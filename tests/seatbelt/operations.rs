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
    ("nvram-get", Kind::Other),
    ("nvram-set", Kind::Other),
    ("process-codesigning-status-set", Kind::Process),
    ("process-exec", Kind::File),
    ("process-exec-interpreter", Kind::File),
    ("process-fork", Kind::Other),
    ("process-info-listpids", Kind::Process),
    ("process-info-pidfdinfo", Kind::Process),
    ("process-info-pidinfo", Kind::Process),
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

/// The operations that a rule's word names.
pub fn named(word: &str) -> Result<Vec<&'static str>, String> {
    let group = GROUPS.iter().find(|(name, _)| *name == word).map(|(_, prefix)| *prefix);
    let prefix = word.strip_suffix('*').or(group);
    let names = OPERATIONS.iter().map(|(name, _)| *name);
    let found: Vec<_> = match (word, prefix) {
        ("default", _) => names.collect(),
        (_, Some(prefix)) => names.filter(|name| name.starts_with(prefix)).collect(),
        (_, None) => names.filter(|name| *name == word).collect(),
    };
    if found.is_empty() { Err(format!("unknown operation: {word}")) } else { Ok(found) }
}

/// What an operation is about.
pub fn kind(operation: &str) -> Kind {
    let found = OPERATIONS.iter().find(|(name, _)| *name == operation);
    found.unwrap_or_else(|| panic!("unknown operation: {operation}")).1
}
