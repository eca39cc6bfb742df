//! Files, read and replaced with care: somebody else may have prepared what stands there, and may
//! read or kill at any moment.

pub mod read;
pub mod replace;

pub use read::{Symlinks, Unread, regular};
pub use replace::{Durability, replace};
