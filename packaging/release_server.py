"""A stand-in for GitHub's releases: `release_server.py DIRECTORY VERSION` serves the files of a
directory as the one release of any repository, on port 80 of the loopback."""

import http.server
import json
import os
import sys

DIRECTORY, VERSION = sys.argv[1:]
BASE = "http://127.0.0.1"


def asset(number, name):
    address = f"{BASE}/files/{name}"
    size = os.path.getsize(os.path.join(DIRECTORY, name))
    return {"id": number, "name": name, "size": size, "url": address, "browser_download_url": address}


def release():
    tag = f"v{VERSION}"
    then = "2026-01-01T00:00:00Z"
    assets = [asset(number, name) for number, name in enumerate(sorted(os.listdir(DIRECTORY)))]
    return {
        "id": 1, "tag_name": tag, "name": tag, "body": "", "draft": False, "prerelease": False,
        "created_at": then, "published_at": then, "url": f"{BASE}/releases/1", "html_url": BASE,
        "assets": assets,
    }


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0]
        if "/files/" in path:
            with open(os.path.join(DIRECTORY, os.path.basename(path)), "rb") as file:
                body = file.read()
        elif path.endswith("/releases"):
            body = json.dumps([release()]).encode()
        elif "/releases/" in path:
            body = json.dumps(release()).encode()
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 80), Handler)
print("ready", flush=True)
server.serve_forever()
