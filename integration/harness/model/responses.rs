//! `OpenAI`'s Responses API.

use serde_json::{Value, json};

use super::http::Answer;
use super::{Call, Heard, Turn, list, pieces, text_of};

pub fn heard(body: &Value) -> Heard<'_> {
    let results = list(body, "input").filter(|item| item["type"] == "function_call_output");
    Heard {
        body,
        results: results
            .filter_map(|item| Some((item["call_id"].as_str()?, text_of(&item["output"]))))
            .collect(),
        has_tools: list(body, "tools").any(|tool| tool["name"] == "exec_command"),
    }
}

pub fn answer(body: &Value, turn: &Turn) -> Answer {
    let (start, parts, item) = match turn {
        Turn::Text(text) => {
            let part = |text| json!({"type": "output_text", "text": text, "annotations": []});
            let item = |status, content: Value| {
                json!({"type": "message", "id": "msg_1", "role": "assistant", "status": status,
                       "content": content})
            };
            let at = json!({"item_id": "msg_1", "output_index": 0, "content_index": 0});
            let mut parts =
                vec![("response.content_part.added", with(&at, "part", &part(json!(""))))];
            let deltas = pieces(text).map(|piece| with(&at, "delta", &json!(piece)));
            parts.extend(deltas.map(|delta| ("response.output_text.delta", delta)));
            parts.push(("response.output_text.done", with(&at, "text", &json!(text))));
            parts.push(("response.content_part.done", with(&at, "part", &part(json!(text)))));
            let whole = json!([part(json!(text))]);
            (item("in_progress", json!([])), parts, item("completed", whole))
        }
        Turn::Call { id, call } => {
            let arguments = tool(call).to_string();
            let item = |status, arguments: &str| {
                json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id,
                       "name": "exec_command", "arguments": arguments, "status": status})
            };
            let at = json!({"item_id": format!("fc_{id}"), "output_index": 0});
            let deltas = pieces(&arguments).map(|piece| with(&at, "delta", &json!(piece)));
            let mut parts: Vec<_> =
                deltas.map(|delta| ("response.function_call_arguments.delta", delta)).collect();
            let whole = with(&at, "arguments", &json!(arguments));
            parts.push(("response.function_call_arguments.done", whole));
            (item("in_progress", ""), parts, item("completed", &arguments))
        }
    };
    let usage = json!({
        "input_tokens": 1, "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2,
    });
    let response = |status, output: Value, usage: Value| {
        json!({"response": {"id": "resp_1", "object": "response", "status": status,
                            "model": body["model"], "output": output, "usage": usage}})
    };
    let done = response("completed", json!([item]), usage);
    if body["stream"] != true {
        return Answer::Whole(done["response"].clone());
    }
    let begun = response("in_progress", json!([]), Value::Null);
    let mut events = vec![
        ("response.created", begun.clone()),
        ("response.in_progress", begun),
        ("response.output_item.added", json!({"output_index": 0, "item": start})),
    ];
    events.extend(parts);
    events.push(("response.output_item.done", json!({"output_index": 0, "item": item})));
    events.push(("response.completed", done));
    let numbered = events.into_iter().enumerate().map(|(number, (name, mut data))| {
        data["type"] = name.into();
        data["sequence_number"] = number.into();
        (Some(name), data.to_string())
    });
    Answer::Events(numbered.collect())
}

fn with(at: &Value, key: &str, value: &Value) -> Value {
    let mut event = at.clone();
    event[key] = value.clone();
    event
}

/// Codex's tool. It takes `apply_patch` out of the command and applies the patch itself.
fn tool(call: &Call) -> Value {
    match call {
        Call::Shell(command) => json!({"cmd": command}),
        Call::Write { path, content } => {
            let lines = content.trim_end().replace('\n', "\n+");
            let patch = format!("*** Begin Patch\n*** Add File: {path}\n+{lines}\n*** End Patch\n");
            json!({"cmd": format!("apply_patch <<'EOF'\n{patch}EOF\n")})
        }
    }
}
