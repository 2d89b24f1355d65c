"""What the checks of the examples share: programs, sockets and requests, each wait with a deadline."""
import base64
import contextlib
import json
import os
import queue
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

LIMIT = 20


def expect(is_so, what):
    if not is_so:
        raise AssertionError(what)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Program:
    """A program that runs; what it says is read line by line, and it is told to end with the block."""

    def __init__(self, *command, **environment):
        self.name = os.path.basename(command[0])
        self.said = []
        self.lines = queue.Queue()
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, **environment})
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def says(self, pattern):
        """Waits for a line, and gives what the pattern's group caught."""
        deadline = time.monotonic() + LIMIT
        while True:
            try:
                line = self.lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"{self.name} does not say {pattern!r}; it said:\n" + "\n".join(self.said))
            if found := re.search(pattern, line):
                return found.group(found.lastindex or 0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, with_signal=signal.SIGTERM):
        """Tells it to end and gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        try:
            return self.process.wait(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} does not end; it said:\n" + "\n".join(self.said)) from None


def run(*command, code=0, **environment):
    """Runs a program to its end and gives what it printed."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=3 * LIMIT, check=False,
                            stdin=subprocess.DEVNULL, env={**os.environ, **environment})
    expect(result.returncode == code, f"{command} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout


def call(url, body=None, method=None, **headers):
    """A request; gives the status and the JSON or text of the answer."""
    data = None if body is None else json.dumps(body).encode()
    fields = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
    request = urllib.request.Request(url, data=data, headers=fields, method=method)
    try:
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:
            status, text, kind = answer.status, answer.read().decode(), answer.headers["Content-Type"] or ""
    except urllib.error.HTTPError as error:
        status, text, kind = error.code, error.read().decode(), error.headers["Content-Type"] or ""
    return status, json.loads(text) if "json" in kind else text


def eventually(what, attempt):
    """Repeats until it gives something true."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        try:
            if result := attempt():
                return result
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"not within {LIMIT} s: {what}")


class Socket:
    """A WebSocket client of a few lines (RFC 6455)."""

    def __init__(self, url, **headers):
        place = urllib.parse.urlsplit(url)
        self.stream = socket.create_connection((place.hostname, place.port), timeout=LIMIT)
        target = (place.path or "/") + (f"?{place.query}" if place.query else "")
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {"Host": place.netloc, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                  "Sec-WebSocket-Key": key, **headers}
        head = f"GET {target} HTTP/1.1\r\n" + "".join(f"{name}: {text}\r\n" for name, text in fields.items())
        self.stream.sendall(head.encode() + b"\r\n")
        self.input = self.stream.makefile("rb")
        self.status = int(self.input.readline().split()[1])
        while self.input.readline().strip():
            pass

    def send(self, payload, opcode=1):
        payload = payload.encode() if isinstance(payload, str) else payload
        count = len(payload)
        size = bytes([0x80 | count]) if count < 126 else (
            b"\xfe" + struct.pack(">H", count) if count < 1 << 16 else b"\xff" + struct.pack(">Q", count))
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.stream.sendall(bytes([0x80 | opcode]) + size + mask + masked)

    def frame(self):
        first, second = self.input.read(2)
        count = second & 0x7F
        if count > 125:
            count = struct.unpack(">H" if count == 126 else ">Q", self.input.read(2 if count == 126 else 8))[0]
        return first & 0x0F, self.input.read(count)

    def text(self, pattern=""):
        """The next text that the pattern is found in; what comes before is passed over."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            opcode, payload = self.frame()
            if opcode == 1 and re.search(pattern, payload.decode()):
                return payload.decode()
            expect(opcode != 8, f"the socket was closed while waiting for {pattern!r}")
        raise AssertionError(f"no text like {pattern!r}")

    def event(self, kind):
        """The next event of that type."""
        return json.loads(self.text(f'"type":"{kind}"'))

    def closed(self):
        """Waits for the close frame, answers it, and gives its code."""
        while True:
            opcode, payload = self.frame()
            if opcode == 8:
                with contextlib.suppress(OSError):  # who attached it has closed it already
                    self.send(payload, opcode=8)
                    self.stream.shutdown(socket.SHUT_RDWR)
                return struct.unpack(">H", payload[:2])[0]


def check(name, body):
    """Runs a check and says how long it took; a failure ends everything."""
    start = time.monotonic()
    try:
        body()
    except Exception as error:  # pylint: disable=broad-except
        sys.exit(f"{name}: FAILED: {type(error).__name__}: {error}")
    print(f"{name}: {body.__doc__} ({time.monotonic() - start:.1f} s)", flush=True)
