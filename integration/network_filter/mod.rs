//! A filtered network: real jails, real programs, real servers on this machine's loopback. Names are those of an
//! `/etc/hosts` in a mount namespace of the test's own.

mod databases;
mod fallback;
mod git;
mod ports;
mod programs;
mod refusals;
mod registries;
mod streams;

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;

use crate::harness::{Run, World, program, skip};

/// Mounts the file `$0` over `/etc/hosts` and runs the rest as before.
const WITH_HOSTS: &str = "mount --bind \"$0\" /etc/hosts && \
    exec setpriv --ambient-caps=-all --inh-caps=-all -- \"$@\"";

/// A world where some names are of this machine.
pub struct Net {
    pub world: World,
    hosts: PathBuf,
}

impl Net {
    /// `None`, loudly, where an ordinary user may not mount in a namespace of their own.
    pub fn new() -> Option<Self> {
        let world = World::new();
        let names = "127.0.0.1 localhost\n127.0.0.1 allowed.example other.example evil.example\n";
        let hosts = world.file("hosts", names);
        let net = Self { world, hosts };
        let tried = net.outside(["true"]).run();
        if tried.code() != 0 {
            skip(&format!("no mount namespace: {tried}"));
            return None;
        }
        Some(net)
    }

    /// Without a jail: the control.
    pub fn outside<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Run {
        let unshare = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount"];
        let mut all: Vec<OsString> = unshare.map(OsString::from).to_vec();
        all.extend(["sh", "-c", WITH_HOSTS].map(OsString::from));
        all.push(self.hosts.clone().into());
        all.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self.world.outside(&all)
    }

    /// In a jail with these flags.
    pub fn jail<W: AsRef<OsStr>>(&self, flags: &[&str], words: impl IntoIterator<Item = W>) -> Run {
        let mut all: Vec<OsString> = vec![program().into()];
        all.extend(flags.iter().map(OsString::from));
        all.push("--".into());
        all.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self.outside(all)
    }

    /// A script in a jail with these flags that prints nothing of its own.
    pub fn sh(&self, flags: &[&str], script: &str) -> Run {
        self.jail(&[&["--exec"], flags].concat(), ["sh", "-c", script])
    }
}

/// A server that serves each connection in a thread; gives its port.
pub fn serve(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

/// An HTTP server that answers each request with these texts by path, or with 404.
pub fn http(pages: &'static [(&'static str, &'static str)]) -> u16 {
    serve(move |mut stream| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read_exact(&mut byte).is_err() {
                return;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head);
        let path = head.split(' ').nth(1).unwrap_or_default();
        let page = pages.iter().find(|(own, _)| *own == path).map(|(_, text)| *text);
        let (status, text) = page.map_or(("404 Not Found", ""), |text| ("200 OK", text));
        let length = text.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
        );
        let _ = stream.write_all(answer.as_bytes());
    })
}

/// A server that says back what it hears.
pub fn echo() -> u16 {
    serve(|mut stream| {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..length]).is_err() {
                return;
            }
        }
    })
}
