//! Messages over the status channel.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, UnixAddr, recv, recvmsg, send, sendmsg,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sys;

/// Bytes; longer than any message, because the texts in them are cut.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// The other side may be gone, which is no reason to die.
#[cfg(target_os = "linux")]
const NO_SIGNAL: MsgFlags = MsgFlags::MSG_NOSIGNAL;
#[cfg(not(target_os = "linux"))]
const NO_SIGNAL: MsgFlags = MsgFlags::empty();

/// No program started meanwhile inherits a descriptor that arrives.
#[cfg(target_os = "linux")]
const CLOSE_ON_EXEC: MsgFlags = MsgFlags::MSG_CMSG_CLOEXEC;
#[cfg(not(target_os = "linux"))]
const CLOSE_ON_EXEC: MsgFlags = MsgFlags::empty();

/// Sends one message.
///
/// # Errors
///
/// The error of `send(2)`; `EPIPE` where the other side is gone.
pub fn send_message(socket: impl AsFd, message: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    send(socket.as_fd().as_raw_fd(), &text, NO_SIGNAL)?;
    Ok(())
}

/// Sends one message with a descriptor, of which the other side gets a copy (`unix(7)`).
///
/// # Errors
///
/// As for [`send_message`].
pub fn send_message_with(
    socket: impl AsFd,
    message: &impl Serialize,
    descriptor: BorrowedFd,
) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    let descriptors = [descriptor.as_raw_fd()];
    let rights = [ControlMessage::ScmRights(&descriptors)];
    let socket = socket.as_fd().as_raw_fd();
    sendmsg::<UnixAddr>(socket, &[IoSlice::new(&text)], &rights, NO_SIGNAL, None)?;
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
            // A side that dies with messages unread resets the connection, which is said once and
            // before what it has sent itself can be received.
            Err(Errno::EINTR | Errno::ECONNRESET) => {}
            result => break result?,
        }
    };
    if length == 0 {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&buffer[..length])?))
}

/// Waits for one message and the descriptor that may come with it; `None` where the other side is
/// gone.
///
/// # Errors
///
/// As for [`receive_message`].
pub fn receive_message_with<T: DeserializeOwned>(
    socket: impl AsFd,
) -> io::Result<Option<(T, Option<OwnedFd>)>> {
    let socket = socket.as_fd().as_raw_fd();
    let mut buffer = vec![0; MAX_MESSAGE];
    let mut space = nix::cmsg_space!([RawFd; 1]);
    let (length, descriptor) = loop {
        let mut parts = [IoSliceMut::new(&mut buffer)];
        match recvmsg::<UnixAddr>(socket, &mut parts, Some(&mut space), CLOSE_ON_EXEC) {
            Err(Errno::EINTR | Errno::ECONNRESET) => {}
            Err(errno) => return Err(errno.into()),
            Ok(received) => {
                let descriptor = received.cmsgs()?.find_map(|message| match message {
                    ControlMessageOwned::ScmRights(numbers) => numbers.first().copied(),
                    _ => None,
                });
                break (received.bytes, descriptor);
            }
        }
    };
    if length == 0 {
        return Ok(None);
    }
    let descriptor = descriptor.and_then(sys::adopt);
    Ok(Some((serde_json::from_slice(&buffer[..length])?, descriptor)))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};

    fn pair() -> (OwnedFd, OwnedFd) {
        let kind = SockType::SeqPacket;
        socketpair(AddressFamily::Unix, kind, None, SockFlag::SOCK_CLOEXEC).expect("a channel")
    }

    #[test]
    fn the_last_message_arrives_though_its_sender_died_with_some_unread() {
        for with_descriptor in [false, true] {
            let (front, jail) = pair();
            send_message(&front, &"never read").expect("send");
            send_message(&jail, &"last").expect("send");
            drop(jail);
            let receive = || {
                if with_descriptor {
                    Ok(receive_message_with(&front)?.map(|(message, _)| message))
                } else {
                    receive_message::<String>(&front)
                }
            };
            assert_eq!(receive().expect("receive").as_deref(), Some("last"));
            assert_eq!(receive().expect("receive"), None);
        }
    }

    #[test]
    fn a_descriptor_arrives_and_closes_on_exec() {
        let (front, jail) = pair();
        let (reader, writer) = nix::unistd::pipe().expect("a pipe");
        send_message_with(&jail, &"here", writer.as_fd()).expect("send");
        drop(writer);
        let (message, descriptor) =
            receive_message_with::<String>(&front).expect("receive").expect("a message");
        assert_eq!(message, "here");
        let writer = descriptor.expect("a descriptor");
        let flags = nix::fcntl::fcntl(&writer, nix::fcntl::FcntlArg::F_GETFD).expect("fcntl");
        assert_eq!(flags, nix::libc::FD_CLOEXEC);
        nix::unistd::write(&writer, b"x").expect("write");
        let mut buffer = [0];
        assert_eq!(nix::unistd::read(&reader, &mut buffer).expect("read"), 1);
    }

    #[test]
    fn a_message_without_one_brings_none() {
        let (front, jail) = pair();
        send_message(&jail, &"alone").expect("send");
        let received = receive_message_with::<String>(&front).expect("receive");
        assert!(matches!(received, Some((_, None))));
    }
}
