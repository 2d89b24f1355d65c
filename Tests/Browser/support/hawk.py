"""A running hawk with ports and data of its own, and its API as a test sees it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from support.front import Front


def free_ports(count):
    """Ports that are free right now; held together so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Hawk:
    """One hawk process; `environment` adds to what it sees, `files` is a folder that stands in for the page's own files."""

    def __init__(self, binary, environment=None, files=None, settings=()):
        self.api_port, self.gateway_port = free_ports(2)
        self._api = f"http://127.0.0.1:{self.api_port}"
        self._front = Front(self.api_port, files=files) if files else None
        self.url = self._front.url if files else self._api
        self._directory = tempfile.mkdtemp(prefix="hawk-browser-")
        self.data = os.path.join(self._directory, "data")
        self._log_path = os.path.join(self._directory, "log")
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("HAWK_", "DEEPSEEK_"))
        }
        self._environment = {**inherited, **(environment or {})}
        self._arguments = [
            os.path.abspath(binary),
            "start",
            "--dev-sign-in",
            "--api-listen", f"127.0.0.1:{self.api_port}",
            "--gateway-listen", f"127.0.0.1:{self.gateway_port}",
            "--gateway-url", f"ws://127.0.0.1:{self.gateway_port}",
            "--data", self.data,
            *settings,
        ]
        self._process = None

    def start(self):
        """Starts it and waits until it answers."""
        log = open(self._log_path, "ab")
        self._process = subprocess.Popen(
            self._arguments, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        log.close()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self._api + "/healthz", timeout=10):
                    return self
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)
        raise RuntimeError(f"hawk did not become ready:\n{self.log()}")

    def kill(self):
        """kill -9: no word of farewell to anybody."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def close(self):
        """Stops it as SIGTERM does and removes its data."""
        if self._front:
            self._front.close()
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=90)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    def log(self):
        with open(self._log_path, encoding="utf-8", errors="replace") as file:
            return file.read()[-8000:]

    def sign_in(self, name):
        return Client(self.url, self._post_without_token("/api/dev/sign-in", {"name": name})["token"])

    def _post_without_token(self, path, body):
        return Client(self.url, None).request("POST", path, body)


class Client:
    """One user at the API."""

    def __init__(self, url, token):
        self._url = url
        self._token = token

    def request(self, method, path, body=None):
        headers = {"Origin": self._url, "Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data=data, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
        return json.loads(text) if text else None

    def conversations(self):
        return self.request("GET", "/api/chat/conversations")["conversations"]

    def messages(self, conversation):
        return self.request("GET", f"/api/chat/conversations/{conversation}/messages")["messages"]

    def reply(self, conversation):
        """The newest reply of the conversation's last message."""
        return self.messages(conversation)[-1]["replies"][-1]
