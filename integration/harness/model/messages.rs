//! Anthropic's Messages API.

use serde_json::{Value, json};

use super::http::Answer;
use super::{Call, Heard, Turn, list, pieces, text_of};

pub fn heard(body: &Value) -> Heard<'_> {
    let blocks = list(body, "messages").flat_map(|message| list(message, "content"));
    let results = blocks.filter(|block| block["type"] == "tool_result");
    let result = |block: &'_ Value| text_of(&block["content"]);
    Heard {
        body,
        results: results
            .filter_map(|block| Some((block["tool_use_id"].as_str()?, result(block))))
            .collect(),
        has_tools: list(body, "tools").any(|tool| tool["name"] == "Bash"),
    }
}

pub fn answer(body: &Value, turn: &Turn) -> Answer {
    let (start, deltas, whole, stop) = match turn {
        Turn::Text(text) => (
            json!({"type": "text", "text": ""}),
            pieces(text).map(|text| json!({"type": "text_delta", "text": text})).collect(),
            json!({"type": "text", "text": text}),
            "end_turn",
        ),
        Turn::Call { id, call } => {
            let (name, input) = tool(call);
            let delta = |part| json!({"type": "input_json_delta", "partial_json": part});
            let deltas: Vec<_> = pieces(&input.to_string()).map(delta).collect();
            let block = |input| json!({"type": "tool_use", "id": id, "name": name, "input": input});
            (block(json!({})), deltas, block(input), "tool_use")
        }
    };
    let message = |content: Value, stop: Value| {
        json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": body["model"],
            "content": content, "stop_reason": stop, "stop_sequence": null,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        })
    };
    if body["stream"] != true {
        return Answer::Whole(message(json!([whole]), json!(stop)));
    }
    let mut events = vec![
        ("message_start", json!({"message": message(json!([]), Value::Null)})),
        ("content_block_start", json!({"index": 0, "content_block": start})),
        ("ping", json!({})),
    ];
    let delta = |delta| ("content_block_delta", json!({"index": 0, "delta": delta}));
    events.extend(deltas.into_iter().map(delta));
    let usage = json!({"output_tokens": 1});
    let delta = json!({"stop_reason": stop, "stop_sequence": null});
    events.extend([
        ("content_block_stop", json!({"index": 0})),
        ("message_delta", json!({"delta": delta, "usage": usage})),
        ("message_stop", json!({})),
    ]);
    let event = |(name, mut data): (&'static str, Value)| {
        data["type"] = name.into();
        (Some(name), data.to_string())
    };
    Answer::Events(events.into_iter().map(event).collect())
}

/// Claude Code's tools.
fn tool(call: &Call) -> (&'static str, Value) {
    match call {
        Call::Shell(command) => ("Bash", json!({"command": command, "description": "as told"})),
        Call::Write { path, content } => ("Write", json!({"file_path": path, "content": content})),
    }
}
