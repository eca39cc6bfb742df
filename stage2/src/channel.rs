//! Messages over the status channel.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, send};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes; longer than any message, because the texts in them are cut.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// Sends one message.
///
/// # Errors
///
/// The error of `send(2)`; `EPIPE` where the other side is gone.
pub fn send_message(socket: impl AsFd, message: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    #[cfg(target_os = "linux")]
    let flags = MsgFlags::MSG_NOSIGNAL;
    #[cfg(not(target_os = "linux"))]
    let flags = MsgFlags::empty();
    send(socket.as_fd().as_raw_fd(), &text, flags)?;
    Ok(())
}

/// Waits for one message; `None` where the other side is gone.
///
/// # Errors
///
/// The error of `recv(2)`, or a message of no known form.
pub fn receive_message<T: DeserializeOwned>(socket: impl AsFd) -> io::Result<Option<T>> {
    let mut buffer = vec![0; MAX_MESSAGE];
    let length = loop {
        match recv(socket.as_fd().as_raw_fd(), &mut buffer, MsgFlags::empty()) {
            Err(Errno::EINTR) => {}
            // A side that dies with messages unread resets the connection.
            Err(Errno::ECONNRESET) => return Ok(None),
            result => break result?,
        }
    };
    if length == 0 {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&buffer[..length])?))
}
