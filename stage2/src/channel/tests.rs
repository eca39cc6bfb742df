use std::fs::File;
use std::io::{IoSlice, Read, Write};
use std::thread;

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::sys::socket::{ControlMessage, sendmsg};

use super::*;

const BOTH: [Confinement; 2] = [Confinement::Namespaces, Confinement::Profile];

/// The front's end and the jail's.
fn pair(confinement: Confinement) -> (Channel, Channel) {
    let (front, jail) = Channel::pair(confinement).expect("a channel");
    (front, Channel::over(jail, confinement))
}

#[test]
fn the_last_message_arrives_though_its_sender_died_with_some_unread() {
    for confinement in BOTH {
        let (front, jail) = pair(confinement);
        front.send(&"never read").expect("send");
        jail.send(&"last").expect("send");
        drop(jail);
        let receive = || front.receive::<String>().expect("receive");
        assert_eq!(receive().as_deref(), Some("last"), "{confinement:?}");
        assert_eq!(receive(), None, "{confinement:?}");
        assert_eq!(receive(), None, "{confinement:?}");
    }
}

#[test]
fn messages_keep_their_order_and_their_boundaries() {
    for confinement in BOTH {
        let (front, jail) = pair(confinement);
        let messages: Vec<String> =
            [0, 1, 3, 4, 5, 255, 256, 60_000].map(|length| "x".repeat(length)).into();
        let sent = messages.clone();
        let sender = thread::spawn(move || sent.iter().try_for_each(|text| jail.send(text)));
        for text in &messages {
            let arrived: Option<String> = front.receive().expect("receive");
            assert_eq!(arrived.as_ref(), Some(text), "{confinement:?}");
        }
        sender.join().expect("the sender").expect("send");
        assert_eq!(front.receive::<String>().expect("receive"), None);
    }
}

#[test]
fn a_descriptor_arrives_with_its_own_message_and_closes_on_exec() {
    for confinement in BOTH {
        let (front, jail) = pair(confinement);
        let (reader, writer) = nix::unistd::pipe().expect("a pipe");
        jail.send(&"before").expect("send");
        jail.send_with(&"here", writer.as_fd()).expect("send");
        jail.send(&"after").expect("send");
        drop(writer);
        let receive = || front.receive_with::<String>().expect("receive").expect("a message");
        assert!(matches!(receive(), (text, None) if text == "before"), "{confinement:?}");
        let (message, descriptor) = receive();
        assert_eq!(message, "here");
        assert!(matches!(receive(), (text, None) if text == "after"), "{confinement:?}");
        let writer = descriptor.expect("a descriptor");
        let flags = fcntl(&writer, FcntlArg::F_GETFD).expect("fcntl");
        assert_eq!(flags, FdFlag::FD_CLOEXEC.bits(), "{confinement:?}");
        File::from(writer).write_all(b"x").expect("write");
        let mut text = String::new();
        File::from(reader).read_to_string(&mut text).expect("read");
        assert_eq!(text, "x", "nobody else has it");
    }
}

#[test]
fn what_comes_beside_a_descriptor_is_closed() {
    let (front, jail) = pair(Confinement::Namespaces);
    let (reader, writer) = nix::unistd::pipe().expect("a pipe");
    let numbers = [writer.as_raw_fd(), writer.as_raw_fd()];
    let rights = [ControlMessage::ScmRights(&numbers)];
    let text = [IoSlice::new(b"\"both\"")];
    let socket = jail.as_fd().as_raw_fd();
    sendmsg::<UnixAddr>(socket, &text, &rights, MsgFlags::empty(), None).expect("send");
    drop(writer);
    let (_, first) = front.receive_with::<String>().expect("receive").expect("a message");
    File::from(first.expect("the first")).write_all(b"x").expect("write");
    let flags = OFlag::O_NONBLOCK;
    fcntl(&reader, FcntlArg::F_SETFL(flags)).expect("fcntl");
    let mut text = String::new();
    File::from(reader).read_to_string(&mut text).expect("an end: the second is open nowhere");
    assert_eq!(text, "x");
}

#[test]
fn both_ends_close_on_exec() {
    for confinement in BOTH {
        let (front, jail) = pair(confinement);
        for end in [&front, &jail] {
            let flags = fcntl(end.as_fd(), FcntlArg::F_GETFD).expect("fcntl");
            assert_eq!(flags, FdFlag::FD_CLOEXEC.bits(), "{confinement:?}");
        }
    }
}

#[test]
fn half_a_message_is_none_and_one_of_impossible_length_is_an_error() {
    let receive = |bytes: &[u8]| {
        let (front, jail) = Channel::pair(Confinement::Profile).expect("a channel");
        File::from(jail).write_all(bytes).expect("write");
        front.receive::<String>()
    };
    assert_eq!(receive(b"\x02\0\0\0\"\"").expect("a whole one").as_deref(), Some(""));
    for half in [&b"\x02"[..], b"\x02\0\0", b"\x02\0\0\0", b"\x02\0\0\0\""] {
        assert_eq!(receive(half).expect("an end"), None, "{half:?}");
    }
    assert!(receive(b"\0\0\0\0").is_err(), "nothing is no message");
    assert!(receive(b"\x01\0\x01\0{").is_err(), "longer than any");
    assert!(receive(b"\xff\xff\xff\xff").is_err());
}
