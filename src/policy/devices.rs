//! Devices: the ones every jail has, and those that a switch adds.

use super::place::{Place, place};

/// What `--gpu` mounts where present.
pub const GPU: &[Place] = &[
    place("/dev/nvidia*", "NVIDIA GPU"),
    place("/dev/dri", "GPU"),
    place("/dev/kfd", "AMD GPU computing"),
    place("/dev/dxg", "GPU of Windows in WSL 2"),
];

/// What an entry of the jail's own `/dev` is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Basic {
    /// A device.
    Device,
    /// A symbolic link with this text.
    Link(&'static str),
    /// A directory that the kernel fills.
    Directory,
    /// The jail's own shared memory.
    SharedMemory,
}

/// The whole of the jail's own `/dev`: what `--dev` of `bwrap(1)` makes.
pub const BASIC: &[(&str, Basic)] = &[
    ("null", Basic::Device),
    ("zero", Basic::Device),
    ("full", Basic::Device),
    ("random", Basic::Device),
    ("urandom", Basic::Device),
    ("tty", Basic::Device),
    ("stdin", Basic::Link("/proc/self/fd/0")),
    ("stdout", Basic::Link("/proc/self/fd/1")),
    ("stderr", Basic::Link("/proc/self/fd/2")),
    ("fd", Basic::Link("/proc/self/fd")),
    ("core", Basic::Link("/proc/kcore")),
    ("ptmx", Basic::Link("pts/ptmx")),
    ("pts", Basic::Directory),
    ("shm", Basic::SharedMemory),
];

/// Beside them, where the kernel has queues; `--mqueue` of `bwrap(1)`.
pub const QUEUES: Place = place("/dev/mqueue", "message queues of the jail's own");
