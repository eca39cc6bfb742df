//! One message a packet: `SOCK_SEQPACKET` keeps their boundaries.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::socket::{ControlMessage, UnixAddr, recvmsg, send as send_packet, sendmsg};

use super::{CLOSE_ON_EXEC, MAX_MESSAGE, NO_SIGNAL, Received, descriptor_of, space};

pub fn send(socket: BorrowedFd, text: &[u8], descriptor: Option<BorrowedFd>) -> io::Result<()> {
    let socket = socket.as_raw_fd();
    match descriptor {
        None => send_packet(socket, text, NO_SIGNAL)?,
        Some(descriptor) => {
            let descriptors = [descriptor.as_raw_fd()];
            let rights = [ControlMessage::ScmRights(&descriptors)];
            sendmsg::<UnixAddr>(socket, &[IoSlice::new(text)], &rights, NO_SIGNAL, None)?
        }
    };
    Ok(())
}

pub fn receive(socket: BorrowedFd) -> io::Result<Received> {
    let mut buffer = vec![0; MAX_MESSAGE];
    let mut space = space();
    let (length, descriptor) = loop {
        let mut parts = [IoSliceMut::new(&mut buffer)];
        let socket = socket.as_raw_fd();
        match recvmsg::<UnixAddr>(socket, &mut parts, Some(&mut space), CLOSE_ON_EXEC) {
            // A side that dies with messages unread resets the connection, which is said once and
            // before what it has sent itself can be received.
            Err(Errno::EINTR | Errno::ECONNRESET) => {}
            Err(errno) => return Err(errno.into()),
            Ok(received) => break (received.bytes, descriptor_of(&received)?),
        }
    };
    if length == 0 {
        return Ok(None);
    }
    buffer.truncate(length);
    Ok(Some((buffer, descriptor)))
}
