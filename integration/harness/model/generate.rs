//! Google's `generateContent`.

use serde_json::{Value, json};

use super::http::Answer;
use super::{Call, Heard, Turn, list, pieces, text_of};

pub fn heard(body: &Value) -> Heard<'_> {
    let parts = list(body, "contents").flat_map(|content| list(content, "parts"));
    let responses = parts.map(|part| &part["functionResponse"]);
    let result = |response: &'_ Value| text_of(&response["response"]["output"]);
    let mut tools = list(body, "tools").flat_map(|tool| list(tool, "functionDeclarations"));
    Heard {
        body,
        results: responses
            .filter_map(|response| Some((response["id"].as_str()?, result(response))))
            .collect(),
        has_tools: tools.any(|tool| tool["name"] == SHELL),
    }
}

pub fn answer(is_streamed: bool, turn: &Turn) -> Answer {
    let document = |part: Value, reason: Value| {
        let content = json!({"role": "model", "parts": [part]});
        let usage = json!({"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2});
        json!({"candidates": [{"content": content, "finishReason": reason, "index": 0}],
               "usageMetadata": usage, "modelVersion": "m"})
    };
    let parts: Vec<Value> = match turn {
        Turn::Text(text) if is_streamed => pieces(text).map(|text| json!({"text": text})).collect(),
        Turn::Text(text) => vec![json!({"text": text})],
        Turn::Call { id, call } => {
            vec![json!({"functionCall": {"id": id, "name": SHELL, "args": arguments(call)}})]
        }
    };
    let last = parts.len().saturating_sub(1);
    let reason = |at| if at == last { json!("STOP") } else { Value::Null };
    let mut documents = parts.into_iter().enumerate().map(|(at, part)| document(part, reason(at)));
    if is_streamed {
        return Answer::Events(documents.map(|document| (None, document.to_string())).collect());
    }
    documents.next().map_or(Answer::NotFound, Answer::Whole)
}

/// Gemini CLI's tool for the shell.
const SHELL: &str = "run_shell_command";

fn arguments(call: &Call) -> Value {
    match call {
        Call::Shell(command) => json!({"command": command}),
        Call::Write { path, content } => {
            json!({"command": format!("cat > '{path}' <<'END'\n{content}END")})
        }
    }
}
