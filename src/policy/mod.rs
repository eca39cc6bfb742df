//! What the jail gives and what it withholds, as tables: one row a thing, the reason beside it.
//!
//! A new hidden path, device, variable or directory is one line in one of these files. They
//! are data: nothing here touches the system.

pub mod agents;
pub mod asked;
pub mod devices;
pub mod display;
pub mod env;
pub mod first_start;
pub mod hidden;
pub mod home;
pub mod home_row;
pub mod kept_env;
pub mod logins;
pub mod macos;
pub mod memory;
pub mod mise;
pub mod moved;
pub mod named;
pub mod network;
pub mod os;
pub mod own;
pub mod own_home;
pub mod place;
pub mod protect;
pub mod secret_env;
pub mod secret_names;
pub mod secret_variables;
pub mod secrets;
pub mod shared;
pub mod system;
pub mod variable;

pub use os::Os;
pub use stage2::text::fits;

/// Whether `name` fits `pattern` as the files of a system have names: on macOS two that differ in
/// case alone are mostly one.
pub fn fits_file(os: Os, pattern: &[u8], name: &[u8]) -> bool {
    match os {
        Os::Linux => fits(pattern, name),
        Os::MacOs => fits(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase()),
    }
}
