//! Servers of the host, which no jail may reach.

use std::io::Write;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;

/// What a stream server says to everybody.
pub const HELLO: &str = "hello from the host";

/// A socket that greets everybody.
pub fn stream(path: &Path) {
    serve(UnixListener::bind(path).expect("a socket"));
}

/// Greets everybody who connects.
pub fn serve(listener: UnixListener) {
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.and_then(|mut stream| stream.write_all(HELLO.as_bytes()));
        }
    });
}

/// A socket that takes datagrams for as long as it is held.
pub fn datagram(path: &Path) -> UnixDatagram {
    UnixDatagram::bind(path).expect("a socket")
}
