//! `OpenAI`'s Chat Completions API.

use serde_json::{Value, json};

use super::http::Answer;
use super::{Call, Heard, Turn, list, pieces, text_of};

pub fn heard(body: &Value) -> Heard<'_> {
    let results = list(body, "messages").filter(|message| message["role"] == "tool");
    let result = |message: &'_ Value| text_of(&message["content"]);
    Heard {
        body,
        results: results
            .filter_map(|message| Some((message["tool_call_id"].as_str()?, result(message))))
            .collect(),
        has_tools: shell(body).is_some(),
    }
}

/// An agent's tool for the shell.
struct Shell {
    name: &'static str,
    /// Its arguments for a command.
    arguments: fn(&str) -> Value,
}

/// Those of the agents.
const SHELLS: &[Shell] = &[
    // OpenCode, Kilo, Copilot CLI, pi and Mistral Vibe.
    Shell {
        name: "bash",
        arguments: |command| json!({"command": command, "description": "as told"}),
    },
    // OpenHands.
    Shell {
        name: "terminal",
        arguments: |command| json!({"command": command, "security_risk": "LOW", "summary": "as told"}),
    },
    // Continue and Kimi.
    Shell { name: "Bash", arguments: |command| json!({"command": command}) },
    // Qwen Code.
    Shell {
        name: "run_shell_command",
        arguments: |command| json!({"command": command, "is_background": false}),
    },
    // Cline.
    Shell { name: "run_commands", arguments: |command| json!({"commands": [command]}) },
    // Droid.
    Shell {
        name: "Execute",
        arguments: |command| {
            json!({"command": command, "summary": "Do as the test told", "timeout": 60,
                   "riskLevelReason": "The test wants it.", "riskLevel": "low"})
        },
    },
];

/// The one of them that a request offers, and what its arguments are there.
fn shell(body: &Value) -> Option<(&'static Shell, &Value)> {
    SHELLS.iter().find_map(|shell| {
        let mut tools = list(body, "tools").map(|tool| &tool["function"]);
        let tool = tools.find(|tool| tool["name"] == shell.name)?;
        Some((shell, &tool["parameters"]["properties"]))
    })
}

pub fn answer(body: &Value, turn: &Turn) -> Answer {
    let (deltas, message, stop) = match turn {
        Turn::Text(text) => {
            let deltas = pieces(text).map(|text| json!({"content": text})).collect();
            (deltas, json!({"role": "assistant", "content": text}), "stop")
        }
        Turn::Call { id, call } => {
            let (name, input) = tool(body, call);
            let input = input.to_string();
            let whole = |arguments: &str| {
                json!({"index": 0, "id": id, "type": "function",
                       "function": {"name": name, "arguments": arguments}})
            };
            let mut deltas: Vec<_> = vec![json!({"tool_calls": [whole("")]})];
            deltas.extend(pieces(&input).map(
                |part| json!({"tool_calls": [{"index": 0, "function": {"arguments": part}}]}),
            ));
            let message =
                json!({"role": "assistant", "content": null, "tool_calls": [whole(&input)]});
            (deltas, message, "tool_calls")
        }
    };
    let usage = json!({"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2});
    let document = |kind, choices: Value, usage: Value| {
        json!({"id": "chatcmpl-1", "object": kind, "created": 0, "model": body["model"],
               "choices": choices, "usage": usage})
    };
    if body["stream"] != true {
        let choice = json!({"index": 0, "message": message, "finish_reason": stop});
        return Answer::Whole(document("chat.completion", json!([choice]), usage));
    }
    let chunk = |choices, usage| document("chat.completion.chunk", choices, usage);
    let choice = |delta: Value, stop: Value| {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": stop}]), Value::Null)
    };
    let mut chunks = vec![choice(json!({"role": "assistant", "content": ""}), Value::Null)];
    chunks.extend(deltas.into_iter().map(|delta| choice(delta, Value::Null)));
    chunks.push(choice(json!({}), json!(stop)));
    chunks.push(chunk(json!([]), usage));
    let data = chunks.into_iter().map(|chunk| chunk.to_string());
    Answer::Events(data.chain(["[DONE]".to_owned()]).map(|data| (None, data)).collect())
}

/// The agent's tools; only `OpenCode` is asked to write.
fn tool(body: &Value, call: &Call) -> (&'static str, Value) {
    match call {
        Call::Shell(command) => {
            let (shell, known) = shell(body).expect("a call only where it is offered");
            let mut arguments = (shell.arguments)(command);
            // Some refuse what they do not know.
            if let Some(arguments) = arguments.as_object_mut() {
                arguments.retain(|name, _| known.get(name).is_some());
            }
            (shell.name, arguments)
        }
        Call::Write { path, content } => ("write", json!({"filePath": path, "content": content})),
    }
}
