//! Each message behind its length, in a stream: macOS has no `SOCK_SEQPACKET` for Unix sockets,
//! and of its datagram sockets neither end learns that the other has closed.
//!
//! A descriptor travels with the first byte of its frame, and the kernel never joins such a byte
//! with those before it (`unix(7)`, `unix(4)`), so it is found by whoever reads the length.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    ControlMessage, MsgFlags, UnixAddr, recv, recvmsg, send as send_some, sendmsg,
};

use super::{CLOSE_ON_EXEC, MAX_MESSAGE, NO_SIGNAL, Received, descriptor_of, space};

/// Bytes of the length before each message, the lowest first.
const HEADER: usize = size_of::<u32>();

pub fn send(socket: BorrowedFd, text: &[u8], descriptor: Option<BorrowedFd>) -> io::Result<()> {
    let too_long = |_| io::Error::from(io::ErrorKind::InvalidInput);
    let length = u32::try_from(text.len()).map_err(too_long)?;
    let mut frame = length.to_le_bytes().to_vec();
    frame.extend_from_slice(text);
    let descriptors = descriptor.map(|descriptor| [descriptor.as_raw_fd()]);
    let rights = descriptors.as_ref().map(|numbers| ControlMessage::ScmRights(numbers));
    let mut sent = send_start(socket, &frame, rights.as_slice())?;
    while sent < frame.len() {
        match send_some(socket.as_raw_fd(), &frame[sent..], NO_SIGNAL) {
            Ok(length) => sent += length,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

/// The first part, however long that is.
fn send_start(socket: BorrowedFd, frame: &[u8], rights: &[ControlMessage]) -> nix::Result<usize> {
    loop {
        let parts = [IoSlice::new(frame)];
        match sendmsg::<UnixAddr>(socket.as_raw_fd(), &parts, rights, NO_SIGNAL, None) {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}

pub fn receive(socket: BorrowedFd) -> io::Result<Received> {
    let mut header = [0; HEADER];
    let Some((start, descriptor)) = receive_start(socket, &mut header)? else { return Ok(None) };
    if !receive_rest(socket, &mut header[start..])? {
        return Ok(None);
    }
    let length = usize::try_from(u32::from_le_bytes(header)).unwrap_or(usize::MAX);
    if length > MAX_MESSAGE {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message of impossible length"));
    }
    let mut text = vec![0; length];
    // One whose sender has died over it was never sent.
    Ok(receive_rest(socket, &mut text)?.then_some((text, descriptor)))
}

/// The first bytes of the length and what came with them; `None` at the end of the stream.
fn receive_start(
    socket: BorrowedFd,
    header: &mut [u8],
) -> io::Result<Option<(usize, Option<OwnedFd>)>> {
    let mut space = space();
    loop {
        let mut parts = [IoSliceMut::new(header)];
        let socket = socket.as_raw_fd();
        match recvmsg::<UnixAddr>(socket, &mut parts, Some(&mut space), CLOSE_ON_EXEC) {
            // See packets.rs.
            Err(Errno::EINTR | Errno::ECONNRESET) => {}
            Err(errno) => return Err(errno.into()),
            Ok(received) if received.bytes == 0 => return Ok(None),
            Ok(received) => return Ok(Some((received.bytes, descriptor_of(&received)?))),
        }
    }
}

/// Fills the buffer; `false` where the stream ends before.
fn receive_rest(socket: BorrowedFd, mut buffer: &mut [u8]) -> io::Result<bool> {
    while !buffer.is_empty() {
        match recv(socket.as_raw_fd(), buffer, MsgFlags::empty()) {
            Ok(0) => return Ok(false),
            Ok(length) => buffer = &mut buffer[length..],
            Err(Errno::EINTR | Errno::ECONNRESET) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(true)
}
