//! Devices beyond the ones every jail has (`null`, `zero`, `full`, `random`, `urandom`, `tty`).

/// An entry of `/dev`; the name may end in `*`.
pub struct Device {
    /// Below `/dev`.
    pub name: &'static str,
    /// Why, in words for `-v` and `--explain`.
    pub reason: &'static str,
}

const fn device(name: &'static str, reason: &'static str) -> Device {
    Device { name, reason }
}

/// What `--gpu` mounts where present.
pub const GPU: &[Device] = &[
    device("nvidia*", "NVIDIA GPU"),
    device("dri", "GPU"),
    device("kfd", "AMD GPU computing"),
    device("dxg", "GPU of Windows in WSL 2"),
];
