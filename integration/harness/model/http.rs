//! As much of HTTP/1.1 as the agents' clients speak with a model.

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::TcpStream;

use serde_json::Value;

/// What a client asks for.
pub struct Request {
    pub method: String,
    pub path: String,
    /// The user's key, empty where there is none.
    pub key: String,
    /// `null` where there is none.
    pub body: Value,
}

/// What it gets.
pub enum Answer {
    /// A document.
    Whole(Value),
    /// Server-sent events: a name, where the interface has names, and the data.
    Events(Vec<(Option<&'static str>, String)>),
    NotFound,
}

/// One client's connection.
pub struct Connection {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Connection {
    pub fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { writer: stream.try_clone()?, reader: BufReader::new(stream) })
    }

    /// The next request; `None` when the client has closed the connection.
    pub fn request(&mut self) -> Result<Option<Request>> {
        let start = self.line()?;
        let mut words = start.split(' ').map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
        let (mut length, mut is_chunked, mut key) = (0, false, String::new());
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            match (name.to_ascii_lowercase().as_str(), value.trim()) {
                ("content-length", value) => length = value.parse().unwrap_or(0),
                ("transfer-encoding", "chunked") => is_chunked = true,
                ("x-api-key", value) => value.clone_into(&mut key),
                ("authorization", value) => key = value.replacen("Bearer ", "", 1),
                ("expect", _) => self.writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?,
                _ => {}
            }
        }
        let body = if is_chunked { self.chunks()? } else { self.bytes(length)? };
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Some(Request { method, path, key, body }))
    }

    pub fn answer(&mut self, answer: &Answer) -> Result<()> {
        match answer {
            Answer::Whole(value) => self.whole("200 OK", &value.to_string()),
            Answer::NotFound => self.whole("404 Not Found", r#"{"error": {"message": "unknown"}}"#),
            Answer::Events(events) => {
                self.writer.write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                      transfer-encoding: chunked\r\n\r\n",
                )?;
                // Each by itself, so that clients see them come in one by one.
                for (name, data) in events {
                    let name = name.map(|name| format!("event: {name}\n")).unwrap_or_default();
                    self.chunk(&format!("{name}data: {data}\n\n"))?;
                }
                self.chunk("")
            }
        }
    }

    fn whole(&mut self, status: &str, text: &str) -> Result<()> {
        let length = text.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n");
        write!(self.writer, "{head}content-length: {length}\r\n\r\n{text}")
    }

    fn chunk(&mut self, text: &str) -> Result<()> {
        self.writer.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes())
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    fn bytes(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16).unwrap_or(0);
            body.extend(self.bytes(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}
