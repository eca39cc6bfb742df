//! The filter's table.
//!
//! Looked at and left open, because it only reads what `/proc` shows anyway or acts within the
//! caller's own rights: `statmount`, `listmount`, `name_to_handle_at`, `pidfd_open`,
//! `process_madvise`, `get_robust_list`, `seccomp` and `landlock_*` (they only tighten).

use super::table::Values::{self, In, NotIn};
use super::table::{Entry, Test, Value};

/// A call of both architectures: name, number on x86-64, number on arm64, reason.
const fn call(name: &'static str, x86_64: u32, aarch64: u32, why: &'static str) -> Entry {
    Entry::on(name, Some(x86_64), Some(aarch64)).why(why)
}

/// A call that came after the numbers of all architectures were joined (from 424 on).
const fn both(name: &'static str, number: u32, why: &'static str) -> Entry {
    call(name, number, number, why)
}

/// A call that only x86-64 has.
const fn x86(name: &'static str, x86_64: u32, why: &'static str) -> Entry {
    Entry::on(name, Some(x86_64), None).why(why)
}

/// Tests all 32 bits of an argument.
const fn arg(arg: u8, values: Values) -> Test {
    masked(arg, u32::MAX, values)
}

const fn masked(arg: u8, mask: u32, values: Values) -> Test {
    Test { arg, mask, values }
}

// linux/sched.h. Each gives a new namespace, and a user namespace gives every capability in it:
// the way to nearly all of the kernel's privileged code.
const CLONE_NEW: u32 = 0x0002_0000 // CLONE_NEWNS: mounts
    | 0x0200_0000 // CLONE_NEWCGROUP
    | 0x0400_0000 // CLONE_NEWUTS
    | 0x0800_0000 // CLONE_NEWIPC
    | 0x1000_0000 // CLONE_NEWUSER
    | 0x2000_0000 // CLONE_NEWPID
    | 0x4000_0000; // CLONE_NEWNET

/// `CLONE_SIGHAND`, which without `CLONE_VM` makes `clone(2)` fail after any filter.
const CLONE_SIGHAND: u64 = 0x800;

const NO_FLAG: &[Value] = &[(0, "no namespace flag")];

// asm-generic/ioctls.h; the kernel reads 32 bits, so a set high half changes nothing.
const TERMINAL_INPUT: &[Value] = &[
    (0x5412, "TIOCSTI types into the terminal, so the shell outside runs it (CVE-2017-5226)"),
    (0x541c, "TIOCLINUX pastes into a virtual console, to the same end (CVE-2023-1523)"),
];

// linux/btrfs.h. A subvolume that is mapped can be one in which a jail has hidden places: what is
// mounted over those is not in a snapshot.
const SNAPSHOTS: &[Value] =
    &[(0x5000_9401, "BTRFS_IOC_SNAP_CREATE"), (0x5000_9417, "BTRFS_IOC_SNAP_CREATE_V2")];

// linux/fcntl.h. Reading a file of one's own is enough to take one.
const LEASES: &[Value] = &[
    (0x400, "F_SETLEASE: whoever writes to the file waits"),
    (0x410, "F_SETDELEG: the same for a directory, from Linux 6.19 on"),
];

// linux/socket.h. All others are closed, future ones too: rarely used, reachable without
// privileges through module loading, and a steady source of kernel bugs (AF_PACKET
// CVE-2017-7308, AF_VSOCK CVE-2021-26708; AF_VSOCK also reaches the hypervisor's other side,
// AF_ALG the kernel's crypto, AF_BLUETOOTH and AF_CAN devices).
const FAMILIES: &[Value] = &[
    (1, "AF_UNIX: local services"),
    (2, "AF_INET: the network"),
    (10, "AF_INET6: the network"),
    (16, "AF_NETLINK: getaddrinfo(3) and getifaddrs(3) ask for addresses and routes"),
];

// A socket of the host can stand in the project, begin to listen later, or belong to another jail.
// The other end of a pair is always the jail's own.
const UNIX: &[Value] = &[(1, "AF_UNIX")];

const INTERNET: &[Value] = &[(2, "AF_INET"), (10, "AF_INET6")];

/// `SOCK_TYPE_MASK`: the type shares its word with `SOCK_CLOEXEC` and `SOCK_NONBLOCK`.
const SOCKET_TYPE: u32 = 0xf;

const RAW: &[Value] = &[
    (3, "SOCK_RAW forges packets of any protocol and sees all that come in"),
    (10, "SOCK_PACKET is the old name of AF_PACKET: the kernel turns one into the other"),
];

const NETLINK: &[Value] = &[(16, "AF_NETLINK")];

// linux/netlink.h. All others are closed: they configure the kernel (NETLINK_XFRM, NETFILTER,
// CRYPTO), or tell of the host (CONNECTOR of every process that starts, KOBJECT_UEVENT of devices,
// SOCK_DIAG of sockets, AUDIT), and some take anybody into a multicast group.
const NETLINK_PROTOCOLS: &[Value] =
    &[(0, "NETLINK_ROUTE: getaddrinfo(3) and getifaddrs(3) ask it for addresses and routes")];

// linux/personality.h. Others change how the kernel treats memory and addresses of whatever is
// executed next: READ_IMPLIES_EXEC makes all memory executable, MMAP_PAGE_ZERO maps page 0.
const PERSONALITIES: &[Value] = &[
    (0, "PER_LINUX: the usual one"),
    (u32::MAX, "asks for the current one"),
    (0x0004_0000, "ADDR_NO_RANDOMIZE: sanitizers start themselves anew with it"),
    (0x8, "PER_LINUX32: `uname -m` of a 32-bit machine, for builds"),
    (0x0004_0008, "both"),
];

const MODULE: &str = "kernel modules run with all of the kernel's rights";
const KEXEC: &str = "replaces the running kernel";
const MEMORY: &str = "reads or writes another process's memory, also that of PID 1";
const MOUNT: &str = "remounting undoes the jail's view of the file system";
const NEW_MOUNT: &str = "the new mount interface does all the old one does (CVE-2021-41133)";
const ROOT: &str = "changes what `/` is";
const NAMESPACE: &str = "a new user namespace gives every capability in it, and so a way to the \
                         kernel's privileged code";
const KEYRING: &str =
    "keyrings are not separated by namespace: the user's session keys are in them";
const URING: &str = "does other system calls without passing the filter, and a steady source of \
                     kernel bugs";
const CLOCK: &str = "the clock is the whole machine's; reading takes another call";
const PORTS: &str = "gives direct access to hardware ports";
const SWAP: &str = "swap is the whole machine's, and holds everyone's memory";
const QUOTA: &str = "quotas are administration";
const NUMA: &str = "moves and places memory across the whole machine's nodes";
const NAME: &str = "the host name of the jail says that it is one";

/// Every entry. Sorted by subject; the assembler sorts by number.
#[rustfmt::skip]
pub const TABLE: &[Entry] = &[
    // name                       x86-64  arm64
    call("init_module",              175,   105, MODULE),
    call("finit_module",             313,   273, MODULE),
    call("delete_module",            176,   106, MODULE),
    call("kexec_load",               246,   104, KEXEC),
    call("kexec_file_load",          320,   294, KEXEC),
    call("reboot",                   169,   142, "stops the machine, or all of a PID namespace"),

    call("ptrace",                   101,   117, MEMORY),
    call("process_vm_readv",         310,   270, MEMORY),
    call("process_vm_writev",        311,   271, MEMORY),
    call("kcmp",                     312,   272, "tells where the kernel keeps its objects, one bit at a time"),
    both("pidfd_getfd",                     438, "takes a descriptor out of another process"),

    call("bpf",                      321,   280, "loads code into the kernel; its verifier is a steady source of bugs"),
    call("perf_event_open",          298,   241, "measures other processes and the kernel, down to their secrets"),
    call("userfaultfd",              323,   282, "stops the kernel in the middle of a copy: half of most exploits of races"),
    call("fanotify_init",            300,   262, "watches, and with privileges blocks, whole file systems").probe(0x8000_0200), // FAN_REPORT_FID and no flag
    call("syslog",                   103,   116, "the kernel's log holds addresses and other users' doings").probe(10), // asks for its size
    call("lookup_dcookie",           212,    18, "turns a profiler's cookie into a path, past all permissions"),
    call("open_by_handle_at",        304,   265, "opens by inode number, past every mount (the \"shocker\" escape)"),

    call("mount",                    165,    40, MOUNT),
    call("umount2",                  166,    39, MOUNT),
    both("move_mount",                      429, NEW_MOUNT),
    both("open_tree",                       428, NEW_MOUNT),
    both("open_tree_attr",                  467, NEW_MOUNT),
    both("fsopen",                          430, NEW_MOUNT),
    both("fsconfig",                        431, NEW_MOUNT),
    both("fsmount",                         432, NEW_MOUNT),
    both("fspick",                          433, NEW_MOUNT),
    both("mount_setattr",                   442, NEW_MOUNT),
    call("pivot_root",               155,    41, ROOT),
    call("chroot",                   161,    51, ROOT),

    call("unshare",                  272,    97, NAMESPACE),
    call("setns",                    308,   268, "enters a namespace outside the jail"),
    call("clone",                     56,   220, NAMESPACE)
        .when(&[masked(0, CLONE_NEW, NotIn(NO_FLAG))]).probe(CLONE_SIGHAND),
    // The C library and Go fall back to clone on ENOSYS, and only then.
    both("clone3",                          435, "its flags are in memory, where no filter sees them").enosys(),

    call("add_key",                  248,   217, KEYRING),
    call("request_key",              249,   218, KEYRING),
    call("keyctl",                   250,   219, KEYRING),

    both("io_uring_setup",                  425, URING),
    both("io_uring_enter",                  426, URING),
    both("io_uring_register",               427, URING),

    call("settimeofday",             164,   170, CLOCK),
    call("clock_settime",            227,   112, CLOCK),
    call("clock_adjtime",            305,   266, CLOCK),
    call("adjtimex",                 159,   171, CLOCK),

    x86 ("iopl",                     172,        PORTS),
    x86 ("ioperm",                   173,        PORTS),
    x86 ("modify_ldt",               154,        "16-bit segments: old code, no program here needs it, exploits do"),
    x86 ("uselib",                   134,        "maps a library without any check of libraries made since"),
    call("personality",              135,    92, "odd personalities weaken what is executed next")
        .when(&[arg(0, NotIn(PERSONALITIES))]),

    call("swapon",                   167,   224, SWAP),
    call("swapoff",                  168,   225, SWAP),
    call("quotactl",                 179,    60, QUOTA),
    both("quotactl_fd",                     443, QUOTA),
    call("acct",                     163,    89, "process accounting is the whole machine's, and writes to a file"),
    call("vhangup",                  153,    58, "hangs up the terminal"),

    call("ioctl",                     16,    29, "puts input into a terminal")
        .when(&[arg(1, In(TERMINAL_INPUT))]),
    call("ioctl",                     16,    29, "makes a snapshot of a Btrfs subvolume: a home with all that is hidden in it")
        .when(&[arg(1, In(SNAPSHOTS))]),
    call("fcntl",                     72,    25, "a lease on a file of the host delays every program that writes it, up to 45 seconds each time")
        .when(&[arg(1, In(LEASES))]),
    call("socket",                    41,   198, "rare socket families are unguarded ways into the kernel")
        .when(&[arg(0, NotIn(FAMILIES))]),
    call("socketpair",                53,   199, "as for socket: AF_TIPC has pairs too")
        .when(&[arg(0, NotIn(FAMILIES))]),
    call("socket",                    41,   198, "raw sockets forge and overhear packets")
        .when(&[arg(0, In(INTERNET)), masked(1, SOCKET_TYPE, In(RAW))]),
    call("socket",                    41,   198, "other netlink protocols configure the kernel, or tell of the host")
        .when(&[arg(0, In(NETLINK)), arg(2, NotIn(NETLINK_PROTOCOLS))]),

    call("mbind",                    237,   235, NUMA).lockdown(),
    call("set_mempolicy",            238,   237, NUMA).lockdown(),
    call("get_mempolicy",            239,   236, NUMA).lockdown(),
    both("set_mempolicy_home_node",         450, NUMA).lockdown(),
    call("migrate_pages",            256,   238, NUMA).lockdown(),
    call("move_pages",               279,   239, NUMA).lockdown(),
    call("sethostname",              170,   161, NAME).lockdown(),
    call("setdomainname",            171,   162, NAME).lockdown(),

    call("socket",                    41,   198, "a Unix socket connects to servers of the host: no mask holds one that listens later")
        .when(&[arg(0, In(UNIX))]).sealed(),
];
