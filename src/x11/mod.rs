//! What ai-jail knows of X11: how a display is named, and the keys to it. Pure.

pub mod authority;
pub mod cookies;
pub mod name;

pub use authority::Entry;
pub use name::DisplayName;
