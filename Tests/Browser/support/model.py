"""A model server that says what a test wants, over the DeepSeek API.

The simulator answers like a model. This one repeats the question, so that a test can put any
Markdown into an answer.
"""

import http.server
import json
import threading
import time


class EchoModel:
    """Runs on a free port of this machine until closed."""

    def __init__(self, piece=7, interval=0.005):
        self._piece = piece
        self._interval = interval
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.environment = {
            "DEEPSEEK_API_KEY": "test",
            "DEEPSEEK_BASE_URL": f"http://127.0.0.1:{self._server.server_port}",
            "HAWK_TITLES": "off",  # it would only repeat what it is asked for a title
        }

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(model):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                text = body["messages"][-1]["content"]
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for at in range(0, len(text), model._piece):
                    self.chunk({"content": text[at : at + model._piece]}, None)
                    time.sleep(model._interval)
                self.chunk({"content": ""}, "stop")
                self.wfile.write(b"data: [DONE]\n\n")

            def chunk(self, delta, reason):
                choice = {"index": 0, "delta": delta, "finish_reason": reason}
                chunk = {"id": "1", "object": "chat.completion.chunk", "choices": [choice]}
                self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")

            def log_message(self, *_):
                pass

        return Handler
