"""A site in front of hawk, as nginx would be: it serves hawk below a path of its own.

It passes on whatever begins with its prefix. With a folder of page files it sends those instead of the
ones in the binary, so that the page is worked on without building.
"""

import http.client
import http.server
import pathlib
import threading

CONTENT_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Front:
    """Runs on a free port of this machine until closed."""

    def __init__(self, port, prefix="", files=None):
        """`port` is hawk's API; `prefix` is like "/assistant"; `files` is a folder."""
        self._upstream = port
        self._prefix = prefix
        self._files = files and pathlib.Path(files)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.origin}{prefix}/" if prefix else self.origin

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(front):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                if not self.path.startswith(front._prefix + "/"):
                    return self.reply(404, [], b"")
                path = self.path[len(front._prefix) :]
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
                upstream = http.client.HTTPConnection("127.0.0.1", front._upstream, timeout=120)
                try:
                    upstream.request(self.command, path, body, headers)
                    response = upstream.getresponse()
                    status, fields, content = response.status, response.getheaders(), response.read()
                except OSError:
                    return self.reply(502, [], b"")
                finally:
                    upstream.close()
                self.reply(status, fields, content, path)

            do_GET = do_POST = do_PATCH = do_DELETE = do_OPTIONS = answer

            def reply(self, status, fields, content, path=None):
                file = path and front.file(path)
                if file:
                    status, content = 200, file.read_bytes()
                    fields = [each for each in fields if each[0].lower() not in ("content-type", "etag", "cache-control")]
                    fields += [("Content-Type", CONTENT_TYPES[file.suffix]), ("Cache-Control", "no-store")]
                self.send_response(status)
                for name, value in fields:
                    if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        return Handler

    def file(self, path):
        """The file that stands in for one of the binary's."""
        if not self._files or path.startswith("/api/"):
            return None
        name = path.partition("?")[0].lstrip("/") or "index.html"
        file = self._files / pathlib.PurePosixPath(name).name
        return file if file.is_file() else None
