//! Why bubblewrap could not build the jail, and what to do about it.

use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use crate::error::Error;
use crate::text::visible;

/// A reason that is known, and its remedy.
struct Remedy {
    /// Texts of bubblewrap that may have this reason.
    said: &'static [&'static str],
    /// Whether this machine has it.
    applies: fn() -> bool,
    /// What to do.
    text: &'static str,
}

/// The more particular first.
const REMEDIES: &[Remedy] = &[
    Remedy {
        said: &["uid map", "RTM_NEWADDR", "Permission denied", "Operation not permitted"],
        applies: || setting("kernel/apparmor_restrict_unprivileged_userns") == Some(1),
        text: "AppArmor restricts user namespaces here (Ubuntu 24.04 and later): give bubblewrap a\n  profile that allows `userns` (see docs/troubleshooting.md), or switch the restriction off:\n  sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    },
    Remedy {
        said: &["namespace", "Operation not permitted", "No permissions"],
        applies: || setting("kernel/unprivileged_userns_clone") == Some(0),
        text: "this kernel forbids user namespaces to ordinary users:\n  sudo sysctl kernel.unprivileged_userns_clone=1",
    },
    Remedy {
        said: &["namespace", "No space left on device"],
        applies: || setting("user/max_user_namespaces") == Some(0),
        text: "the number of user namespaces is limited to 0 here:\n  sudo sysctl user.max_user_namespaces=15000",
    },
    Remedy {
        said: &["namespace", "mount proc", "Operation not permitted", "No permissions"],
        applies: in_container,
        text: "this is a container, which may not make namespaces of its own: start it with\n  --security-opt seccomp=unconfined --security-opt systempaths=unconfined\n  (Docker, Podman), or run ai-jail outside it",
    },
    Remedy {
        said: &["Unknown option"],
        applies: || true,
        text: "this bubblewrap is too old: ai-jail needs 0.5 or newer",
    },
];

/// The error for a bubblewrap that ended before stage two began.
pub fn explain(said: &[u8], status: ExitStatus) -> Error {
    let said = String::from_utf8_lossy(said);
    let said = said.trim().trim_start_matches("bwrap: ");
    let fits =
        |remedy: &&Remedy| remedy.said.iter().any(|text| said.contains(text)) && (remedy.applies)();
    let remedy = REMEDIES.iter().find(fits).map(|remedy| remedy.text);
    let said = if said.is_empty() { format!("nothing ({status})") } else { visible(said) };
    Error::Build { said, remedy }
}

/// The value of a kernel setting, if the kernel has it.
fn setting(name: &str) -> Option<u64> {
    fs::read_to_string(Path::new("/proc/sys").join(name)).ok()?.trim().parse().ok()
}

/// The marks that Docker and Podman leave.
fn in_container() -> bool {
    Path::new("/.dockerenv").exists() || Path::new("/run/.containerenv").exists()
}
