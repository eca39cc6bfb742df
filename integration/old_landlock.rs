//! An older kernel's Landlock, as far as a program can tell: the question for the ABI is answered
//! from outside, through the notifications of `seccomp_unotify(2)`.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg,
    sendmsg, socketpair,
};

use crate::harness::Run;

/// `LANDLOCK_CREATE_RULESET_VERSION`, the third argument that asks for the ABI.
const ASK_VERSION: u32 = 1;

// linux/seccomp.h
const NOTIF_RECV: libc::Ioctl = 0xc050_2100;
const NOTIF_SEND: libc::Ioctl = 0xc018_2101;

// linux/bpf_common.h, and offsets of struct seccomp_data.
const LOAD: u16 = 0x20;
const JUMP_EQ: u16 = 0x15;
const RETURN: u16 = 0x06;
const NUMBER: u32 = 0;
const THIRD_ARGUMENT: u32 = 32;

impl Run {
    /// Runs it, and all that it starts, as if the kernel's Landlock were of this ABI. Its newer
    /// abilities are there, but a program that asks does not know.
    pub fn with_landlock_abi(mut self, abi: i32) -> Self {
        let (ours, theirs) =
            socketpair(AddressFamily::Unix, SockType::Datagram, None, SockFlag::SOCK_CLOEXEC)
                .expect("a pair of sockets");
        std::thread::spawn(move || answer(&receive(&ours), abi.into()));
        let load = move || {
            let listener = load_filter()?;
            send(&theirs, &listener)
        };
        // SAFETY: system calls on memory of the child's own; it has one thread.
        unsafe { self.command().pre_exec(load) };
        self
    }
}

/// Loads the filter that asks us; gives the descriptor on which it asks.
fn load_filter() -> io::Result<OwnedFd> {
    let instruction = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let number = libc::SYS_landlock_create_ruleset.try_into().map_err(io::Error::other)?;
    let mut filter = [
        instruction(LOAD, 0, 0, NUMBER),
        instruction(JUMP_EQ, 0, 3, number),
        instruction(LOAD, 0, 0, THIRD_ARGUMENT),
        instruction(JUMP_EQ, 0, 1, ASK_VERSION),
        instruction(RETURN, 0, 0, libc::SECCOMP_RET_USER_NOTIF),
        instruction(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: 6, filter: filter.as_mut_ptr() };
    nix::sys::prctl::set_no_new_privs()?;
    // SAFETY: the kernel reads the program, which outlives the call, and makes a descriptor that
    // nobody else owns.
    unsafe {
        let listener = libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
            &raw const program,
        );
        let listener = Errno::result(listener)?;
        Ok(OwnedFd::from_raw_fd(RawFd::try_from(listener).map_err(io::Error::other)?))
    }
}

fn send(socket: &OwnedFd, descriptor: &OwnedFd) -> io::Result<()> {
    let descriptors = [descriptor.as_raw_fd()];
    let message = [ControlMessage::ScmRights(&descriptors)];
    let text = [IoSlice::new(b"x")];
    sendmsg::<()>(socket.as_raw_fd(), &text, &message, MsgFlags::empty(), None)?;
    Ok(())
}

fn receive(socket: &OwnedFd) -> OwnedFd {
    let mut text = [0];
    let mut parts = [IoSliceMut::new(&mut text)];
    let mut space = nix::cmsg_space!([RawFd; 1]);
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut space), flags)
        .expect("the child's message");
    let mut messages = message.cmsgs().expect("whole");
    let Some(ControlMessageOwned::ScmRights(descriptors)) = messages.next() else {
        panic!("a message without a descriptor");
    };
    // SAFETY: the kernel has just made it for us.
    unsafe { OwnedFd::from_raw_fd(descriptors[0]) }
}

/// Answers every question with `abi`, until nobody is left who could ask.
fn answer(listener: &OwnedFd, abi: i64) {
    loop {
        let mut ready = [PollFd::new(std::os::fd::AsFd::as_fd(listener), PollFlags::POLLIN)];
        let polled = poll(&mut ready, PollTimeout::NONE);
        let may_ask = ready[0].revents().is_some_and(|events| events.contains(PollFlags::POLLIN));
        if polled.is_err() || !may_ask {
            return;
        }
        // SAFETY: both structures are plain numbers, the kernel reads and writes them within the
        // calls, and it demands that the first one is zero before.
        unsafe {
            let mut question: libc::seccomp_notif = std::mem::zeroed();
            if libc::ioctl(listener.as_raw_fd(), NOTIF_RECV, &raw mut question) == -1 {
                continue;
            }
            let answer = libc::seccomp_notif_resp { id: question.id, val: abi, error: 0, flags: 0 };
            libc::ioctl(listener.as_raw_fd(), NOTIF_SEND, &raw const answer);
        }
    }
}
