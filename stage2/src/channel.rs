//! Messages over the status channel.

mod frames;
#[cfg(target_os = "linux")]
mod packets;
#[cfg(all(test, target_os = "linux"))]
mod tests;

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, RecvMsg, SockFlag, SockType, UnixAddr, socketpair,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::confinement::Confinement;
use crate::sys;

/// Bytes; longer than any message, because the texts in them are cut.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// The other side may be gone, which is no reason to die. Elsewhere the Rust runtime has SIGPIPE
/// ignored.
#[cfg(target_os = "linux")]
const NO_SIGNAL: MsgFlags = MsgFlags::MSG_NOSIGNAL;
#[cfg(not(target_os = "linux"))]
const NO_SIGNAL: MsgFlags = MsgFlags::empty();

/// No program started meanwhile inherits a descriptor that arrives.
#[cfg(target_os = "linux")]
const CLOSE_ON_EXEC: MsgFlags = MsgFlags::MSG_CMSG_CLOEXEC;
#[cfg(not(target_os = "linux"))]
const CLOSE_ON_EXEC: MsgFlags = MsgFlags::empty();

/// One end of a channel.
#[derive(Debug)]
pub struct Channel {
    socket: OwnedFd,
    confinement: Confinement,
}

/// Why there is no message.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// A message came that has no known form; the next one may be better.
    #[error("{0}")]
    Malformed(#[from] serde_json::Error),
    /// The channel is broken, or the system is short of something.
    #[error("{0}")]
    Channel(#[from] io::Error),
}

impl From<ReceiveError> for io::Error {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Malformed(error) => error.into(),
            ReceiveError::Channel(error) => error,
        }
    }
}

/// A message's bytes, and the descriptor that came with it.
type Received = Option<(Vec<u8>, Option<OwnedFd>)>;

impl Channel {
    /// Both ends of a new one: ours, and the socket of the other side. Both close on exec.
    ///
    /// # Errors
    ///
    /// The error of `socketpair(2)`.
    pub fn pair(confinement: Confinement) -> io::Result<(Self, OwnedFd)> {
        let (kind, flags) = match confinement {
            #[cfg(target_os = "linux")]
            Confinement::Namespaces => (SockType::SeqPacket, SockFlag::SOCK_CLOEXEC),
            Confinement::Profile => (SockType::Stream, SockFlag::empty()),
        };
        let (ours, theirs) = socketpair(AddressFamily::Unix, kind, None, flags)?;
        if flags.is_empty() {
            sys::close_on_exec(ours.as_raw_fd())?;
            sys::close_on_exec(theirs.as_raw_fd())?;
        }
        Ok((Self::over(ours, confinement), theirs))
    }

    /// An end that was handed over.
    pub fn over(socket: OwnedFd, confinement: Confinement) -> Self {
        Self { socket, confinement }
    }

    /// Sends one message.
    ///
    /// # Errors
    ///
    /// The error of `send(2)`; `EPIPE` where the other side is gone.
    pub fn send(&self, message: &impl Serialize) -> io::Result<()> {
        self.send_bytes(&serde_json::to_vec(message)?, None)
    }

    /// Sends one message with a descriptor, of which the other side gets a copy (`unix(7)`).
    ///
    /// # Errors
    ///
    /// As for [`Self::send`].
    pub fn send_with(&self, message: &impl Serialize, descriptor: BorrowedFd) -> io::Result<()> {
        self.send_bytes(&serde_json::to_vec(message)?, Some(descriptor))
    }

    fn send_bytes(&self, text: &[u8], descriptor: Option<BorrowedFd>) -> io::Result<()> {
        match self.confinement {
            #[cfg(target_os = "linux")]
            Confinement::Namespaces => packets::send(self.socket.as_fd(), text, descriptor),
            Confinement::Profile => frames::send(self.socket.as_fd(), text, descriptor),
        }
    }

    /// Waits for one message; `None` where the other side is gone. A descriptor that comes with it
    /// is closed.
    ///
    /// # Errors
    ///
    /// The error of `recv(2)`, or a message of no known form.
    pub fn receive<T: DeserializeOwned>(&self) -> Result<Option<T>, ReceiveError> {
        Ok(self.receive_with()?.map(|(message, _)| message))
    }

    /// Waits for one message and the descriptor that may come with it; `None` where the other side
    /// is gone.
    ///
    /// # Errors
    ///
    /// As for [`Self::receive`].
    pub fn receive_with<T: DeserializeOwned>(
        &self,
    ) -> Result<Option<(T, Option<OwnedFd>)>, ReceiveError> {
        let received = match self.confinement {
            #[cfg(target_os = "linux")]
            Confinement::Namespaces => packets::receive(self.socket.as_fd())?,
            Confinement::Profile => frames::receive(self.socket.as_fd())?,
        };
        let parse =
            |(text, descriptor): (Vec<u8>, _)| Ok((serde_json::from_slice(&text)?, descriptor));
        received.map(parse).transpose()
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The descriptor of a message that was received. The room for one has, by its alignment, room for
/// two: what came beside the first is closed.
fn descriptor_of(received: &RecvMsg<UnixAddr>) -> io::Result<Option<OwnedFd>> {
    let mut first = None;
    for message in received.cmsgs()? {
        let ControlMessageOwned::ScmRights(numbers) = message else { continue };
        for descriptor in numbers.into_iter().filter_map(sys::adopt) {
            first.get_or_insert(descriptor);
        }
    }
    if let Some(descriptor) = first.as_ref().filter(|_| CLOSE_ON_EXEC.is_empty()) {
        sys::close_on_exec(descriptor.as_raw_fd())?;
    }
    Ok(first)
}

/// Room for one descriptor.
fn space() -> Vec<u8> {
    nix::cmsg_space!([RawFd; 1])
}
