//! The layers, in order.

use std::io;
use std::os::fd::OwnedFd;

use crate::confinement::Confinement;
use crate::report::{Achieved, Layer, Layers};
use crate::spec::Spec;
#[cfg(target_os = "linux")]
use crate::{caps, landlock, seccomp};
use crate::{fds, rlimits, sys};

/// Applies the layers. In lockdown the first one that the kernel has and that could not be applied
/// ends the run; outside lockdown the front reports the failure.
///
/// # Errors
///
/// A descriptor of the spec that is not open; in lockdown a layer that failed.
pub fn apply(spec: &Spec, pty: Option<OwnedFd>, confinement: Confinement) -> io::Result<Layers> {
    let layers = match confinement {
        #[cfg(target_os = "linux")]
        Confinement::Namespaces => {
            // The process is called after the number of its descriptor until now.
            let _ = nix::sys::prctl::set_name(c"ai-jail");
            vec![
                (Layer::Descriptors, fds::apply(spec, pty)?),
                (Layer::Rlimits, rlimits::apply(&spec.rlimits)),
                (Layer::Privileges, caps::apply()),
                (Layer::Landlock, landlock::apply_keeping(&spec.landlock, &[0, 1, 2])),
                (Layer::Seccomp, seccomp::apply(spec.seccomp)),
            ]
        }
        Confinement::Profile => vec![
            (Layer::Profile, profile()),
            (Layer::Descriptors, fds::apply(spec, pty)?),
            (Layer::Rlimits, rlimits::apply(&spec.rlimits)),
            (Layer::Landlock, elsewhere(spec.landlock.is_some())),
            (Layer::Seccomp, elsewhere(spec.seccomp.is_some())),
        ],
    };
    let failed = layers.iter().find_map(|(layer, achieved)| match achieved {
        Achieved::Failed(text) => Some(format!("{}: {text}", layer.name())),
        _ => None,
    });
    match failed {
        Some(text) if spec.lockdown => Err(io::Error::other(text)),
        _ => Ok(layers),
    }
}

/// Whoever has started this process has put it behind the profile before.
fn profile() -> Achieved {
    match sys::processes::in_sandbox() {
        Some(true) => {
            Achieved::Enforced("the system says that this process is in a sandbox".into())
        }
        Some(false) => {
            Achieved::Failed("the system says that this process is in no sandbox".into())
        }
        None => {
            Achieved::Skipped("this system cannot say whether a process is in a sandbox".into())
        }
    }
}

/// A layer of another system.
fn elsewhere(is_wanted: bool) -> Achieved {
    Achieved::Skipped(if is_wanted { "not on this system" } else { "switched off" }.into())
}
