//! The inner stage of ai-jail.
//!
//! The front launches bubblewrap (or `sandbox-exec`) with this same binary as the inner entry
//! point. [`run`] is the recipe: read the [`spec::Spec`], open the command's terminal, close what
//! was inherited, apply each layer in order, start the command, stay until it ends.
//!
//! The crate cannot see the front: everything that it knows arrives in the [`spec::Spec`].

#![deny(unsafe_code)]

#[cfg(target_os = "linux")]
pub mod caps;
pub mod channel;
mod command;
pub mod confinement;
pub mod fds;
mod foreground;
mod init;
#[cfg(target_os = "linux")]
pub mod landlock;
mod layers;
mod mise;
pub mod os_bytes;
pub mod parent;
pub mod poll;
mod pty;
pub mod report;
mod reporter;
pub mod rest;
pub mod rlimits;
mod root;
pub mod seccomp;
pub mod signals;
pub mod spec;
pub mod survivors;
pub mod sys;
pub mod terminal;
pub mod text;

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::os::fd::AsFd;

use channel::Channel;
use confinement::Confinement;
use reporter::Reporter;

/// The status of stage two's own failures, like the front's.
const FAILURE: u8 = 125;

/// The inner entry point on this system: `arguments` are those after [`spec::ENTRY_POINT`]. Gives
/// the status that the process ends with.
pub fn main(arguments: &[OsString]) -> u8 {
    run(arguments, Confinement::of_this_system())
}

/// The inner entry point in a jail of this kind.
pub fn run(arguments: &[OsString], confinement: Confinement) -> u8 {
    let Some(spec) = inherited_spec(arguments, confinement) else {
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
    let control = spec.control.and_then(sys::adopt);
    let report = Reporter(control.map(|socket| Channel::over(socket, confinement)));
    let rooted = root::wait_for(&spec, confinement);
    if matches!(rooted, Ok(false)) {
        // Not by the channel: the front knows, and may start another jail that reports there.
        eprintln!("ai-jail: the process that has the jail's mounts is gone");
        return FAILURE;
    }
    let outcome = rooted
        .and_then(|_| hand_out_copies(&spec, &report))
        .and_then(|()| hand_out_listeners(&spec, &report))
        .and_then(|()| begin_session(&spec, confinement))
        .and_then(|()| pty::open(&spec, &report))
        .and_then(|pty| layers::apply(&spec, pty, confinement))
        .and_then(|layers| init::run(&spec, layers, &report, confinement));
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
fn inherited_spec(
    arguments: &[OsString],
    confinement: Confinement,
) -> Option<Result<spec::Spec, spec::SpecError>> {
    let [descriptor] = arguments else { return None };
    let is_inside = match confinement {
        #[cfg(target_os = "linux")]
        Confinement::Namespaces => std::process::id() == 1,
        // Where nobody can say, there is at least a descriptor.
        Confinement::Profile => sys::processes::in_sandbox() != Some(false),
    };
    if !is_inside {
        return None;
    }
    let descriptor = sys::adopt(descriptor.to_str()?.parse().ok()?)?;
    Some(spec::Spec::read(std::fs::File::from(descriptor)))
}

/// Gives the front the directory of the files that it writes back: it cannot see the jail's places
/// by itself.
fn hand_out_copies(spec: &spec::Spec, report: &Reporter) -> io::Result<()> {
    let Some(directory) = &spec.copies else { return Ok(()) };
    let directory = std::fs::File::open(&directory.0)?;
    report.send_with(&report::FromJail::Copies, directory.as_fd())
}

/// Listens where the front shall answer, before anything else of the jail can: whose network a
/// socket is of was decided when it was made, so the front can use it on the host. IPv6 may not be
/// there.
fn hand_out_listeners(spec: &spec::Spec, report: &Reporter) -> io::Result<()> {
    for &port in &spec.listeners {
        let send = |listener: TcpListener| {
            report.send_with(&report::FromJail::Listener(port), listener.as_fd())
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            io::Error::other(format!("listening at port {port} of the jail: {error}"))
        })?;
        send(listener)?;
        TcpListener::bind((Ipv6Addr::LOCALHOST, port)).map_or(Ok(()), send)?;
    }
    Ok(())
}

/// Leaves the caller's session where the jail is one of its own; bubblewrap does that by itself.
fn begin_session(spec: &spec::Spec, confinement: Confinement) -> io::Result<()> {
    let is_own = spec.pty.is_some() || spec.foreground == spec::Foreground::None;
    if confinement == Confinement::Profile && is_own {
        // A person who pasted the command into a shell has made this the first of a group; a
        // session is begun by another.
        let is_first = nix::unistd::getpgrp() == nix::unistd::getpid();
        if !is_first {
            nix::unistd::setsid()?;
        }
    }
    Ok(())
}
