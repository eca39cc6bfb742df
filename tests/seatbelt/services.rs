//! What a jail asks of the kernel and of the host's services, beside files.

use super::evaluator::Request;
use super::machine::{Jail, Mac};

fn named(jail: &Jail, operation: &str, name: &'static str) -> bool {
    jail.allows(operation, &Request { name: Some(name), ..Request::default() })
}

fn jails() -> [Jail; 2] {
    let mac = Mac::new();
    [mac.jail::<&str>(&[]), mac.jail(&["--lockdown"])]
}

#[test]
fn services_that_would_lead_out_are_not_reached() {
    for jail in jails() {
        for name in [
            // Keys and passwords.
            "com.apple.SecurityServer",
            "com.apple.securityd",
            "com.apple.securityd.xpc",
            "com.apple.secd",
            "com.apple.authd",
            "com.apple.accountsd.accountmanager",
            "com.apple.ctkd.token-client",
            "org.h5l.kcm",
            "com.apple.GSSCred",
            // Programs that are started outside.
            "com.apple.coreservices.launchservicesd",
            "com.apple.coreservices.appleevents",
            "com.apple.coreservices.quarantine-resolver",
            "com.apple.lsd.open",
            "com.apple.lsd.mapdb",
            "com.apple.CoreServices.coreservicesd",
            "com.apple.xpc.smd",
            "com.apple.ScriptingBridge",
            "com.apple.nsurlsessiond",
            // The desktop.
            "com.apple.pasteboard.1",
            "com.apple.windowserver.active",
            "com.apple.dock.server",
            "com.apple.tccd",
            "com.apple.tccd.system",
            "com.apple.audio.audiohald",
            "com.apple.screencapture.interactive",
            "com.apple.usernotifications.usernotificationservice",
            // What others do and have.
            "com.apple.spotlight.IndexAgent",
            "com.apple.metadata.mds",
            "com.apple.analyticsd",
            "com.apple.diagnosticd",
            "com.apple.DiskArbitration.diskarbitrationd",
        ] {
            assert!(!named(&jail, "mach-lookup", name), "{name}");
        }
        assert!(named(&jail, "mach-lookup", "com.apple.system.opendirectoryd.libinfo"), "control");
    }
}

#[test]
fn operations_that_no_jail_has() {
    for jail in jails() {
        for operation in [
            "appleevent-send",
            "authorization-right-obtain",
            "device-camera",
            "device-microphone",
            "distributed-notification-post",
            "file-issue-extension",
            "file-mknod",
            "file-mount",
            "forbidden-exec-sugid",
            "iokit-get-properties",
            "iokit-set-properties",
            "ipc-sysv-msg",
            "ipc-sysv-shm",
            "job-creation",
            "lsopen",
            "mach-bootstrap",
            "mach-priv-host-port",
            "mach-priv-task-port",
            "mach-register",
            "mach-task-name",
            "nvram-delete",
            "nvram-get",
            "nvram-set",
            "system-acct",
            "system-audit",
            "system-kext-load",
            "system-reboot",
            "system-set-time",
            "system-swap",
            "user-preference-write",
        ] {
            let own = Request { same_sandbox: true, ..Request::default() };
            assert!(!jail.allows(operation, &own), "{operation}");
        }
    }
}

#[test]
fn processes_of_the_host_are_neither_seen_nor_signalled() {
    for jail in jails() {
        let own = Request { same_sandbox: true, ..Request::default() };
        for operation in [
            "signal",
            "process-info-codesignature",
            "process-info-pidfdinfo",
            "process-info-pidinfo",
            "process-info-rusage",
        ] {
            assert!(jail.allows(operation, &own), "the control: {operation}");
            assert!(!jail.allows(operation, &Request::default()), "{operation}");
        }
        assert!(jail.allows("process-info-listpids", &Request::default()), "stage two needs it");
        for name in ["kern.proc.all", "kern.proc.pid.1", "kern.proc.uid.501", "kern.procargs2.1"] {
            assert!(!named(&jail, "sysctl-read", name), "{name}");
        }
    }
}

#[test]
fn what_the_kernel_tells() {
    let [open, lockdown] = jails();
    for name in [
        "hw.ncpu",
        "hw.memsize",
        "hw.pagesize",
        "hw.optional.arm.FEAT_LSE",
        "hw.perflevel0.logicalcpu",
        "kern.osproductversion",
        "kern.osrelease",
        "kern.argmax",
        "kern.maxfilesperproc",
        "kern.posix.sem.max",
        "kern.sysv.semmns",
        "sysctl.name2oid",
        "sysctl.oidfmt.6.3",
        "vm.malloc_ranges",
        "machdep.cpu.brand_string",
        "sysctl.proc_translated",
    ] {
        assert!(
            named(&open, "sysctl-read", name) && named(&lockdown, "sysctl-read", name),
            "{name}"
        );
    }
    for name in
        ["kern.uuid", "kern.procargs2", "net.inet.tcp.pcblist", "vfs.generic.fsids", "debug.x"]
    {
        assert!(!named(&open, "sysctl-read", name), "{name}");
    }
    assert!(named(&open, "sysctl-read", "net.routetable.0.0.3.0"));
    assert!(!named(&lockdown, "sysctl-read", "net.routetable.0.0.3.0"));
    for name in ["kern.hostname", "kern.maxfiles", "hw.ncpu"] {
        assert!(!named(&open, "sysctl-write", name), "{name}");
    }
}

#[test]
fn shared_memory_is_that_of_named_programs() {
    for jail in jails() {
        let shm = |operation, name| named(&jail, operation, name);
        assert!(shm("ipc-posix-shm-write-create", "/psm_1234"));
        assert!(shm("ipc-posix-shm-read-data", "apple.shm.notification_center"));
        assert!(!shm("ipc-posix-shm-write-data", "apple.shm.notification_center"));
        assert!(!shm("ipc-posix-shm-read-data", "/somebody-else"));
    }
}

#[test]
fn settings_of_other_applications_are_not_read() {
    for jail in jails() {
        assert!(named(&jail, "user-preference-read", "kCFPreferencesAnyApplication"));
        for domain in ["com.apple.Safari", "com.googlecode.iterm2", "com.apple.recentitems"] {
            assert!(!named(&jail, "user-preference-read", domain), "{domain}");
        }
    }
}

#[test]
fn sockets_that_are_no_network_of_the_usual_kind() {
    let [open, lockdown] = jails();
    let socket = |jail: &Jail, domain, protocol| {
        let request = Request { socket: Some((domain, protocol)), ..Request::default() };
        jail.allows("system-socket", &request)
    };
    assert!(socket(&open, "AF_UNIX", 0) && socket(&open, "AF_ROUTE", 0));
    assert!(socket(&open, "AF_SYSTEM", 2) && !socket(&open, "AF_SYSTEM", 1));
    assert!(!socket(&open, "AF_NDRV", 0) && !socket(&open, "AF_VSOCK", 0));
    assert!(!socket(&lockdown, "AF_ROUTE", 0) && !socket(&lockdown, "AF_SYSTEM", 2));
}

#[test]
fn terminals_of_other_windows_are_not_read_or_written() {
    for jail in jails() {
        let terminal = |extension| Request {
            path: Some("/dev/ttys001".into()),
            vnode: Some("CHARACTER-DEVICE"),
            extension,
            ..Request::default()
        };
        let (own, other) = (terminal(Some("com.apple.sandbox.pty")), terminal(None));
        for operation in ["file-read-data", "file-write-data"] {
            assert!(jail.allows(operation, &own), "the control: {operation}");
            assert!(!jail.allows(operation, &other), "{operation}");
        }
    }
}

#[test]
fn files_are_made_for_nobody_else() {
    let mac = Mac::new();
    let path = mac.project().join("program");
    let jail = mac.jail::<&str>(&[]);
    let request = Request { path: Some(path.into()), ..Request::default() };
    assert!(
        jail.allows("file-write-mode", &request) && !jail.allows("file-write-setugid", &request)
    );
}
