"""Starts EmbedInHummingbird and tries each thing it shows: `hummingbird.py PROGRAM`."""
import json
import os
import re
import socket
import sys
import tempfile

from support import Program, Socket, call, check, eventually, expect

ANN = "session=ann"


def follow(site, path, how):
    """A socket at a path: bound to ann, it hears an answer come from the worker; gives the socket."""
    web = Socket(site.replace("http:", "ws:") + path)
    expect(web.status == 101, f"the upgrade at {path}: {web.status}")
    greeting = web.event("init")
    chat = f"{site}/assistant/api/chat"
    bind = {"client_id": greeting["client_id"], "proof": greeting["proof"]}
    expect(call(f"{chat}/bind", bind, Cookie=ANN)[0] == 200, "bind")
    status, sent = call(f"{chat}/send", {"content": f"by {how}"}, Cookie=ANN)
    expect(status == 202, f"send: {status} {sent}")
    words = ""
    while True:
        event = json.loads(web.text('"type":"reply'))
        if event["reply_id"] != sent["reply_id"]:
            continue
        words += event.get("text", "")
        if event["type"] == "reply.finished":
            break
    expect(words.strip() == f"You said: by {how}", f"pushed: {words!r}")
    web.send('{"type":"ping"}')
    web.event("pong")
    return web


with tempfile.TemporaryDirectory() as folder:
    os.mkdir(f"{folder}/data")
    with Program(sys.argv[1], PORT="0", DATA=f"{folder}/data") as server:
        site = server.says(r"^http://127\S+").rstrip("/")
        kept = []

        def routes():
            """Hummingbird's own routes answer, on the one port"""
            expect(call(f"{site}/") == (200, "a site in Hummingbird\n"), "the site's page")
            expect(call(f"{site}/nowhere")[0] == 404, "what is not there")
            expect(call(f"{site}/sockets/adoption")[0] == 404, "a path that begins like the sockets'")

        def mounted():
            """ChatAPIKit under a route: page, description, refusals, a live log"""
            expect("<html" in call(f"{site}/assistant/")[1], "the chat page")
            expect(call(f"{site}/assistant/openapi.json")[1]["openapi"] == "3.1.0", "the description")
            expect(call(f"{site}/assistant/api/chat/conversations")[0] == 401, "without a session")
            status, sent = call(f"{site}/assistant/api/chat/send", {"content": "by log"}, Cookie=ANN)
            expect(status == 202, f"send: {status} {sent}")
            log = f"{site}/assistant/api/chat/replies/{sent['reply_id']}/log"
            status, stream = call(log, Cookie=ANN, Accept="text/event-stream")
            expect(status == 200 and "event: finished" in stream, f"the live log: {stream}")
            status, error = call(f"{site}/assistant/api/chat/send", {"content": "x" * 2_000_000}, Cookie=ANN)
            expect(status == 413 and "error" in error, f"a body too long: {status}")

        def adopted():
            """a WebSocket on Hummingbird's port, handed over by adopt: greeted, bound, told the answer"""
            kept.append(follow(site, "/sockets/adopt", "adopt"))
            expect(Socket(f"{site.replace('http:', 'ws:')}/sockets/adopt", Upgrade="smoke").status == 426, "no upgrade")

        def cut_request():
            """a request that comes in pieces is adopted all the same"""
            port = int(site.rsplit(":", 1)[1])
            with socket.create_connection(("127.0.0.1", port), timeout=20) as stream:
                request = (f"GET /sockets/adopt?a=b HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for index in range(0, len(request), 7):
                    stream.sendall(request[index:index + 7])
                expect(stream.recv(12) == b"HTTP/1.1 101", "no upgrade")

        def attached():
            """a WebSocket that Hummingbird keeps, handed over by attach: greeted, bound, told the answer"""
            web = follow(site, "/sockets/attach", "attach")
            kept.append(web)
            web.send("are you there", opcode=9)
            expect(web.frame() == (10, b"are you there"), "Hummingbird answers a ping")
            # What ends by itself is known to the gateway.
            other = Socket(f"{site.replace('http:', 'ws:')}/sockets/attach")
            client = other.event("init")["client_id"]
            other.send(b"\x0f\xa0", opcode=8)
            expect(other.closed() == 4000, "the close is answered")
            server.says(rf"client closed.*|client={client}.*code=4000")

        def logged():
            """events of gateway, queue and chat are lines of swift-log"""
            said = "\n".join(server.said)
            for line in ["client opened", "client=", "job done", "name=answer", "reply finished"]:
                expect(line in said, f"no line with {line!r}")

        def measured():
            """counts of the gateway and times of the jobs are in swift-metrics"""
            expect(re.search(r'jobs_count\{name="answer",end="done"\} 3', call(f"{site}/metrics")[1]), "three answers")
            eventually("two clients are there", lambda: "gateway_clients 2.0" in call(f"{site}/metrics")[1])

        def ended():
            """SIGTERM: both sockets are told goodbye (1001), everything ends, exit code 0"""
            server.process.terminate()
            expect([web.closed() for web in kept] == [1001, 1001], "goodbye")
            expect(server.stop() == 0, "exit code")

        for body in [routes, mounted, adopted, cut_request, attached, logged, measured, ended]:
            check(body.__name__, body)
