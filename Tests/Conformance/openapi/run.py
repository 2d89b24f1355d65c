"""Starts a hawk of its own, fills it a little and has schemathesis try it; ends with schemathesis's exit code."""
import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method,ignored_auth"
)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def call(url, method="GET", body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def wait_until_ready(base, host):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and host.poll() is None:
        try:
            return call(f"{base}/healthz")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    sys.exit("hawk does not answer")


def fill(base, headers):
    """Some conversations with questions and answers, so that there are ids to ask for."""
    known = {"conversations": [], "messages": [], "replies": []}
    for number in range(12):
        sent = call(f"{base}/api/chat/send", "POST", {"content": f"question {number} [[tokens 5]]"}, headers)
        known["conversations"].append(sent["conversation_id"])
        known["messages"].append(sent["message_id"])
        known["replies"].append(sent["reply_id"])
    return known


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hawk", required=True)
    parser.add_argument("--examples", required=True)
    parser.add_argument("--work", required=True)
    options = parser.parse_args()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as data, open(f"{options.work}/hawk.log", "w") as log:
        command = [options.hawk, "--data", data, "--api-listen", f"127.0.0.1:{port}", "--gateway-listen",
                   f"127.0.0.1:{free_port()}", "--dev-sign-in", "--sends-per-minute", "0", "--running-replies", "0"]
        host = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until_ready(base, host)
            token = call(f"{base}/api/dev/sign-in", "POST", {"name": "ada"}, {"Origin": base})["token"]
            known = f"{options.work}/ids.json"
            with open(known, "w") as file:
                json.dump(fill(base, {"Authorization": f"Bearer {token}"}), file)
            hooks = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hooks")
            environment = {**os.environ, "SCHEMATHESIS_HOOKS": os.path.basename(hooks), "HAWK_KNOWN_IDS": known,
                           "PYTHONPATH": os.path.dirname(hooks)}
            tool = os.path.join(os.path.dirname(sys.executable), "schemathesis")
            result = subprocess.run(
                [tool, "run", f"{base}/openapi.json", "--header", f"Authorization: Bearer {token}", "--checks", CHECKS,
                 "--max-examples", options.examples, "--continue-on-failure", "--suppress-health-check", "all"],
                cwd=options.work, env=environment, check=False)
            if host.poll() is not None:
                sys.exit(f"hawk ended with {host.returncode}: see {options.work}/hawk.log")
            return result.returncode
        finally:
            host.terminate()
            host.wait(30)


if __name__ == "__main__":
    sys.exit(main())
