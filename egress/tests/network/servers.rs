//! Servers on the host's loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use egress::dns::message::{Code, query};

/// The first argument of this program as an echo server with descriptors of its own.
pub const MARK: &str = "echo-server";

/// The echo server: says its port, and ends with whoever started it.
pub fn main() {
    println!("{}", echo());
    let _ = std::io::stdin().read(&mut [0; 1]);
}

/// Starts that server; it ends when what is given is dropped.
pub fn in_another_process() -> (u16, impl Drop) {
    struct Server(Child);
    impl Drop for Server {
        fn drop(&mut self) {
            drop(self.0.stdin.take());
            let _ = self.0.wait();
        }
    }
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.arg(MARK).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("this program starts");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a line");
    (line.trim().parse().expect("a port"), Server(child))
}

/// A server that serves each connection in a thread; gives its port.
pub fn serve(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    // With a longer queue than that of the standard library: thousands come at once.
    let any = "127.0.0.1:0".parse().expect("an address");
    let listener = TcpListener::from(egress::sockets::listener(any).expect("a listener"));
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    port
}

/// Says back what it hears, at once.
pub fn echo() -> u16 {
    serve(|mut stream| {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..length]).is_err() {
                return;
            }
        }
    })
}

/// Hears everything to the end, then says how much that was.
pub fn count() -> u16 {
    serve(|mut stream| {
        let mut heard = Vec::new();
        if stream.read_to_end(&mut heard).is_ok() {
            let _ = stream.write_all(heard.len().to_string().as_bytes());
        }
    })
}

/// Notes how each connection ended.
pub fn endings() -> (u16, Arc<Mutex<Vec<std::io::Result<usize>>>>) {
    let ends = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&ends);
    let port = serve(move |mut stream| {
        let end = stream.read(&mut [0; 1]);
        noted.lock().expect("nobody panics").push(end);
    });
    (port, ends)
}

/// A resolver: the addresses for each query, by how many there were before. `None` is silence;
/// an answer over datagrams may say that it is cut.
pub fn resolver(
    answers: impl Fn(&str, usize) -> Option<(Vec<IpAddr>, bool)> + Send + Sync + 'static,
) -> u16 {
    let (listener, socket) = loop {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a listener");
        let address: SocketAddr = listener.local_addr().expect("an address");
        if let Ok(socket) = UdpSocket::bind(address) {
            break (listener, socket);
        }
    };
    let port = listener.local_addr().expect("an address").port();
    let answers = Arc::new(answers);
    let over_stream = Arc::clone(&answers);
    thread::spawn(move || {
        let (mut buffer, mut asked) = ([0; 512], 0);
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            if let Some(answer) = answer(&buffer[..length], &*answers, asked, false) {
                let _ = socket.send_to(&answer, from);
            }
            asked += 1;
        }
    });
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let over_stream = Arc::clone(&over_stream);
            thread::spawn(move || {
                let mut length = [0; 2];
                while stream.read_exact(&mut length).is_ok() {
                    let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                    stream.read_exact(&mut query).expect("a query");
                    let answer = answer(&query, &*over_stream, 0, true).expect("an answer");
                    let length = u16::try_from(answer.len()).expect("a short answer");
                    let _ = stream.write_all(&[&length.to_be_bytes()[..], &answer].concat());
                }
            });
        }
    });
    port
}

fn answer(
    bytes: &[u8],
    answers: impl Fn(&str, usize) -> Option<(Vec<IpAddr>, bool)>,
    asked: usize,
    is_stream: bool,
) -> Option<Vec<u8>> {
    let query = query(bytes).expect("a query");
    let name = query.name.as_ref().expect("a name");
    let (addresses, is_cut) = answers(name.as_str(), asked)?;
    let of_kind = |address: &&IpAddr| address.is_ipv4() == (query.kind == 1);
    let is_nobody = addresses.is_empty();
    let code = if is_nobody { Code::NoName } else { Code::Success };
    let address = addresses.iter().find(of_kind).copied().filter(|_| !is_cut || is_stream);
    let mut answer = query.answer(code, address, 1);
    if is_cut && !is_stream {
        answer[2] |= 0x02;
    }
    Some(answer)
}
