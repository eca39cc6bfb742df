//! A stand-in for the model APIs, for the real agents: it has them make the tool calls of a
//! script, one after the other, and then says a last word.
//!
//! It answers on the loopback as the real ones do, streaming: the Messages API (Claude Code), the
//! Responses API (Codex), Google's (Gemini CLI) and the Chat Completions API (all others).

mod chat;
mod generate;
mod http;
mod messages;
mod responses;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use http::{Answer, Request};

/// Something that the model has the agent do.
#[derive(Clone, Debug)]
pub enum Call {
    /// Runs a shell command.
    Shell(String),
    /// Writes a file with the agent's own tool.
    Write { path: String, content: String },
}

/// What the model says, and what it has heard.
#[derive(Default)]
struct Script {
    calls: Vec<Call>,
    last_word: String,
    /// Of each call, what the agent gave back.
    results: Vec<Option<String>>,
    /// The conversation of the last request, as it came.
    heard: String,
    /// What the last request was signed with.
    key: String,
    /// Requests that it did not understand.
    unknown: Vec<String>,
}

/// What a request comes to: all that the interfaces have in common.
struct Heard<'a> {
    body: &'a Value,
    /// The results of tool calls in the conversation, by the call's name.
    results: Vec<(&'a str, String)>,
    /// Whether the agent offers its tools. Where it does not, it wants a title or a summary.
    has_tools: bool,
}

/// What the model answers.
enum Turn<'a> {
    Call { id: String, call: &'a Call },
    Text(&'a str),
}

/// The running model; it ends with the test.
pub struct Model {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Model {
    /// Starts one on a port of its own, with nothing to say.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        let script = Arc::new(Mutex::new(Script::default()));
        let ends = Arc::new(AtomicBool::new(false));
        let (shared, end) = (Arc::clone(&script), Arc::clone(&ends));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), script) = (stream, Arc::clone(&shared)) else { continue };
                // An agent that goes away in the middle is its own business.
                std::thread::spawn(move || drop(serve(stream, &script)));
            }
        });
        Self { address, script, ends, thread: Some(thread) }
    }

    /// Where it is, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has the agent do next, in this conversation and in every new one, and what it
    /// says then. What was told before is forgotten.
    pub fn tell(&self, calls: impl IntoIterator<Item = Call>, last_word: &str) {
        let calls: Vec<_> = calls.into_iter().collect();
        let mut script = self.script.lock().expect("the script");
        *script = Script {
            results: vec![None; calls.len()],
            calls,
            last_word: last_word.to_owned(),
            ..Script::default()
        };
    }

    /// What the agent gave back for each call.
    ///
    /// # Panics
    ///
    /// When it has not made one.
    pub fn results(&self) -> Vec<String> {
        let script = self.script.lock().expect("the script");
        assert_eq!(script.unknown, [""; 0], "requests that the model does not understand");
        let made = |(result, call): (&Option<String>, &Call)| {
            result.clone().unwrap_or_else(|| panic!("the agent did not make {call:?}"))
        };
        script.results.iter().zip(&script.calls).map(made).collect()
    }

    /// The same where the agent was ended in the middle.
    pub fn results_so_far(&self) -> Vec<String> {
        let script = self.script.lock().expect("the script");
        script.results.iter().map_while(Option::clone).collect()
    }

    /// The key that the agent sent last.
    pub fn key(&self) -> String {
        self.script.lock().expect("the script").key.clone()
    }

    /// The conversation as the agent sent it last.
    pub fn heard(&self) -> String {
        self.script.lock().expect("the script").heard.clone()
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // Wakes it.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers one connection's requests.
fn serve(stream: TcpStream, script: &Mutex<Script>) -> std::io::Result<()> {
    let mut connection = http::Connection::new(stream)?;
    while let Some(request) = connection.request()? {
        let answer = answer(&request, &mut script.lock().expect("the script"));
        connection.answer(&answer)?;
    }
    Ok(())
}

fn answer(request: &Request, script: &mut Script) -> Answer {
    script.key.clone_from(&request.key);
    let path = request.path.split('?').next().unwrap_or_default();
    let body = &request.body;
    match (request.method.as_str(), path) {
        ("HEAD" | "GET", "/") => Answer::Whole(json!({})),
        ("GET", "/v1/models") => Answer::Whole(json!({"object": "list", "data": [], "models": []})),
        ("POST", "/v1/messages/count_tokens") => Answer::Whole(json!({"input_tokens": 1})),
        ("POST", "/v1/messages") => {
            messages::answer(body, &script.turn(&messages::heard(body), "/messages"))
        }
        ("POST", "/v1/responses") => {
            responses::answer(body, &script.turn(&responses::heard(body), "/input"))
        }
        ("POST", "/v1/chat/completions") => {
            chat::answer(body, &script.turn(&chat::heard(body), "/messages"))
        }
        ("POST", path) if path.ends_with("enerateContent") => {
            let is_streamed = path.ends_with("streamGenerateContent");
            generate::answer(is_streamed, &script.turn(&generate::heard(body), "/contents"))
        }
        _ => {
            script.unknown.push(format!("{} {}", request.method, request.path));
            Answer::NotFound
        }
    }
}

impl Script {
    /// The first call that the conversation has no result of; after all of them the last word.
    fn turn(&mut self, heard: &Heard, conversation: &str) -> Turn<'_> {
        if !heard.has_tools {
            return Turn::Text("A title");
        }
        self.heard = heard.body.pointer(conversation).map(Value::to_string).unwrap_or_default();
        let mut next = 0;
        while next < self.calls.len() {
            let id = id(next);
            let Some((_, result)) = heard.results.iter().rev().find(|(of, _)| *of == id) else {
                return Turn::Call { id, call: &self.calls[next] };
            };
            self.results[next] = Some(result.clone());
            next += 1;
        }
        Turn::Text(&self.last_word)
    }
}

fn id(call: usize) -> String {
    format!("call_{call}")
}

/// Text and lists of parts with text, as the interfaces have them.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().map(|part| text_of(&part["text"])).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// A list in a request, or nothing.
fn list<'a>(body: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    body[key].as_array().into_iter().flatten()
}

/// A text in small pieces, as models think of it.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    let characters: Vec<_> = text.chars().collect();
    let pieces: Vec<String> = characters.chunks(7).map(|piece| piece.iter().collect()).collect();
    pieces.into_iter()
}
