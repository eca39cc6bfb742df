//! How a connection ends before, or instead of, being relayed.

use crate::policy::Why;

/// Why there is nothing more to do.
#[derive(Debug)]
pub enum Ending {
    /// The policy, or what the client sent.
    Refused(Why),
    /// The server could not be reached.
    Failed(String),
    /// Both sides have ended.
    Closed,
    /// One side was reset, and so is the other.
    Reset,
    /// A client of the fallback's proxies sent nonsense; this is the answer.
    BadRequest(Vec<u8>),
}
