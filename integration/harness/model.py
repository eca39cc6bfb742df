"""A model for agents under test: it calls the shell tool with the commands that the prompt names.

Each line `RUN command` of the prompt is one call, in order; then it is done. It speaks, over
HTTP on a free port that it prints first, as much as the agents need of three interfaces: the
Messages API (Claude Code), the Responses API (Codex) and the Chat Completions API (OpenCode).
"""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USAGE = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}


def text_of(content):
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content or [] if isinstance(part, dict))


def commands_in(messages):
    said = "\n".join(text_of(message.get("content")) for message in messages if message.get("role") == "user")
    return re.findall(r"^RUN (.*)$", said, re.M)


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, kind, data):
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def whole(self, body):
        self.answer("application/json", json.dumps(body).encode())

    def events(self, events):
        lines = []
        for event in events:
            if isinstance(event, dict) and "type" in event:
                lines.append(f"event: {event['type']}\n")
            data = event if isinstance(event, str) else json.dumps(event)
            lines.append(f"data: {data}\n\n")
        self.answer("text/event-stream", "".join(lines).encode())

    def do_HEAD(self):
        self.whole({})

    def do_GET(self):
        self.whole({"object": "list", "data": [], "models": []})

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length) or b"{}")
        path = self.path.split("?")[0]
        if path.endswith("/messages"):
            self.messages(body)
        elif path.endswith("/responses"):
            self.openai(body)
        elif path.endswith("/chat/completions"):
            self.chat(body)
        else:
            self.whole({})

    def messages(self, body):
        parts = [part for message in body["messages"] if isinstance(message["content"], list) for part in message["content"]]
        done = sum(part.get("type") == "tool_result" for part in parts)
        has_shell = "Bash" in [tool.get("name") for tool in body.get("tools", [])]
        commands = commands_in(body["messages"]) if has_shell else []
        if done < len(commands):
            block = {"type": "tool_use", "id": f"toolu_{done}", "name": "Bash", "input": {}}
            call = json.dumps({"command": commands[done], "description": "as told"})
            delta, stop = {"type": "input_json_delta", "partial_json": call}, "tool_use"
        else:
            block = {"type": "text", "text": ""}
            delta, stop = {"type": "text_delta", "text": "done"}, "end_turn"
        message = {
            "id": "message", "type": "message", "role": "assistant", "model": body["model"],
            "content": [], "stop_reason": None, "stop_sequence": None, "usage": USAGE,
        }
        if not body.get("stream"):
            self.whole({**message, "content": [{"type": "text", "text": "done"}], "stop_reason": "end_turn"})
            return
        self.events([
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": USAGE},
            {"type": "message_stop"},
        ])

    def openai(self, body):
        inputs = body["input"]
        done = sum(item.get("type") == "function_call_output" for item in inputs)
        commands = commands_in(inputs)
        if done < len(commands):
            item = {
                "type": "function_call", "id": f"item_{done}", "call_id": f"call_{done}",
                "name": "exec_command", "arguments": json.dumps({"cmd": commands[done]}),
                "status": "completed",
            }
        else:
            text = {"type": "output_text", "text": "done", "annotations": []}
            item = {"type": "message", "id": "item", "role": "assistant", "status": "completed", "content": [text]}
        identity = f"response_{done}"
        self.events([
            {"type": "response.created", "response": {"id": identity}},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": {"id": identity, "output": [item], "usage": USAGE}},
        ])

    def chat(self, body):
        done = sum(message["role"] == "tool" for message in body["messages"])
        has_shell = "bash" in [tool["function"]["name"] for tool in body.get("tools", [])]
        commands = commands_in(body["messages"]) if has_shell else []
        if done < len(commands):
            call = json.dumps({"command": commands[done], "description": "as told"})
            function = {"name": "bash", "arguments": call}
            calls = [{"index": 0, "id": f"call_{done}", "type": "function", "function": function}]
            delta, stop = {"role": "assistant", "tool_calls": calls}, "tool_calls"
        else:
            delta, stop = {"role": "assistant", "content": "done"}, "stop"
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        base = {"id": "chunk", "object": "chat.completion.chunk", "created": 0, "model": body["model"]}
        self.events([
            {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
            {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": stop}], "usage": usage},
            "[DONE]",
        ])


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
print(server.server_address[1], flush=True)
server.serve_forever()
