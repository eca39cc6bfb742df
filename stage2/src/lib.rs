//! The inner stage of ai-jail.
//!
//! The front launches bubblewrap (or `sandbox-exec`) with this same binary as the inner entry
//! point. [`main`] is the recipe: read the [`spec::Spec`], open the command's terminal, close what
//! was inherited, apply each layer in order, start the command, stay as PID 1 until it ends.
//!
//! This crate cannot see the front: everything it knows arrives in the [`spec::Spec`].

#![deny(unsafe_code)]

#[cfg(target_os = "linux")]
pub mod caps;
pub mod channel;
#[cfg(target_os = "linux")]
mod command;
#[cfg(target_os = "linux")]
mod fds;
#[cfg(target_os = "linux")]
mod foreground;
#[cfg(target_os = "linux")]
mod init;
#[cfg(target_os = "linux")]
pub mod landlock;
#[cfg(target_os = "linux")]
mod mise;
pub mod os_bytes;
#[cfg(target_os = "linux")]
mod pty;
pub mod report;
#[cfg(target_os = "linux")]
mod reporter;
pub mod rlimits;
pub mod seccomp;
pub mod spec;
pub mod sys;
pub mod terminal;

use std::ffi::OsString;

/// The status of stage two's own failures, like the front's.
const FAILURE: u8 = 125;

/// The inner entry point: `arguments` are those after [`spec::ENTRY_POINT`]. Gives the status
/// that the process ends with.
#[cfg(target_os = "linux")]
pub fn main(arguments: &[OsString]) -> u8 {
    let Some(spec) = inherited_spec(arguments) else {
        eprintln!("ai-jail: {} is internal: ai-jail starts it inside the jail", spec::ENTRY_POINT);
        return FAILURE;
    };
    let spec = match spec {
        Ok(spec) => spec,
        Err(error) => {
            eprintln!("ai-jail: {error}");
            return FAILURE;
        }
    };
    let report = reporter::Reporter(spec.control.and_then(sys::adopt));
    let outcome = hand_out_copies(&spec, &report)
        .and_then(|()| pty::open(&spec, &report))
        .and_then(|pty| confine(&spec, pty))
        .and_then(|layers| init::run(&spec, layers, &report));
    match outcome {
        Ok(status) => {
            report.send(&report::FromJail::Exited(status));
            status
        }
        Err(error) => {
            report.send(&report::FromJail::Failed(error.to_string()));
            FAILURE
        }
    }
}

/// The spec behind the descriptor that the only argument names; `None` where this was not
/// started inside a jail.
#[cfg(target_os = "linux")]
fn inherited_spec(arguments: &[OsString]) -> Option<Result<spec::Spec, spec::SpecError>> {
    let [descriptor] = arguments else { return None };
    if std::process::id() != 1 {
        return None;
    }
    let descriptor = sys::adopt(descriptor.to_str()?.parse().ok()?)?;
    Some(spec::Spec::read(std::fs::File::from(descriptor)))
}

/// Gives the front the directory of the files that it writes back: it cannot see the jail's places
/// by itself.
#[cfg(target_os = "linux")]
fn hand_out_copies(spec: &spec::Spec, report: &reporter::Reporter) -> std::io::Result<()> {
    use std::os::fd::AsFd;
    let Some(directory) = &spec.copies else { return Ok(()) };
    let directory = std::fs::File::open(&directory.0)?;
    report.send_with(&report::FromJail::Copies, directory.as_fd())
}

/// Applies the layers in order. In lockdown the first that the kernel has and that could not be
/// applied ends the run; else the front reports it.
#[cfg(target_os = "linux")]
fn confine(
    spec: &spec::Spec,
    pty: Option<std::os::fd::OwnedFd>,
) -> std::io::Result<report::Layers> {
    use report::{Achieved, Layer};
    // The process would else be called after the number of its descriptor.
    let _ = nix::sys::prctl::set_name(c"ai-jail");
    let layers = vec![
        (Layer::Descriptors, fds::apply(spec, pty)?),
        (Layer::Rlimits, rlimits::apply(&spec.rlimits)),
        (Layer::Privileges, caps::apply()),
        (Layer::Landlock, landlock::apply_keeping(&spec.landlock, &[0, 1, 2])),
        (Layer::Seccomp, seccomp::apply(spec.seccomp)),
    ];
    let failed = layers.iter().find_map(|(layer, achieved)| match achieved {
        Achieved::Failed(text) => Some(format!("{}: {text}", layer.name())),
        _ => None,
    });
    match failed {
        Some(text) if spec.lockdown => Err(std::io::Error::other(text)),
        _ => Ok(layers),
    }
}

/// The inner entry point is not built for this system yet.
#[cfg(not(target_os = "linux"))]
pub fn main(_arguments: &[OsString]) -> u8 {
    eprintln!("ai-jail: {} is not built for this system yet", spec::ENTRY_POINT);
    FAILURE
}
