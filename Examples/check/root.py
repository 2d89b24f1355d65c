"""Runs the examples of the root package and checks what they do: `root.py DIRECTORY-OF-THE-PROGRAMS`."""
import os
import signal
import sys
import tempfile

from support import Program, Socket, call, check, eventually, expect, free_port, run

PROGRAMS = sys.argv[1]


def program(name):
    return os.path.join(PROGRAMS, name)


def echo_server():
    """sends back text and binary"""
    port = free_port()
    with Program(program("echo-server"), "--port", str(port)):
        socket = eventually("echo-server listens", lambda: Socket(f"ws://127.0.0.1:{port}/"))
        socket.send("hello")
        expect(socket.text() == "hello", "another text came back")
        socket.send(bytes(range(256)), opcode=2)
        expect(socket.frame() == (2, bytes(range(256))), "other bytes came back")


def bench_server():
    """echoes, and broadcasts from another thread"""
    port = free_port()
    with Program(program("bench-server"), "--port", str(port)):
        socket = eventually("bench-server listens", lambda: Socket(f"ws://127.0.0.1:{port}/"))
        socket.send("!bcastt 3 32")
        got = [socket.text() for _ in range(3)]
        expect(got == [f"{number:08x}".ljust(32, "x") for number in range(3)], f"broadcast: {got}")


def gateway_only():
    """rooms, a refusal, and ticks from another thread"""
    with Program(program("gateway-only"), "127.0.0.1:0") as gateway:
        url = gateway.says(r"^ws://.*/")
        expect(Socket(url).status == 401, "nobody was let in")
        ann, bob, eve = (Socket(f"{url}?user={user}&room={room}")
                         for user, room in [("ann", "lobby"), ("bob", "lobby"), ("eve", "attic")])
        expect(ann.text() == "welcome ann, this is lobby", "another welcome")
        bob.text("welcome")
        ann.send("hello")
        expect(bob.text("hello") == "ann: hello", "bob did not hear ann")
        first = int(eve.text("tick").split()[1])
        expect(int(eve.text("tick").split()[1]) == first + 1, "eve misses a tick, or heard the lobby")


def push_from_anywhere():
    """a push from another process, through the Register"""
    register = f"127.0.0.1:{free_port()}"
    with Program(program("gateway-only"), "127.0.0.1:0", register) as gateway:
        url = gateway.says(r"^ws://.*/")
        gateway.says("known to the Register")
        ann = [Socket(f"{url}?user=ann") for _ in range(2)]
        for socket in ann:
            socket.text("welcome")
        said = run(program("push-from-anywhere"), register, "ann", "it is late")
        expect(said == "sent to 2 of ann's sockets, by 1 gateways\n", said)
        for socket in ann:
            socket.text("^it is late$")


def queue_only():
    """pushes, works, keeps what failed, and ends on SIGTERM"""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"QUEUE": f"{folder}/queue.sqlite"}
        words = f"{folder}/words"
        with open(words, "w", encoding="utf-8") as file:
            file.write("one two\nthree\n")
        run(program("queue-only"), "push", words, f"{folder}/nowhere", **settings)
        expect("waiting: 2" in run(program("queue-only"), **settings), "two jobs wait")
        with Program(program("queue-only"), "listen", "-v", **settings) as worker:
            worker.says("words: 3 words")
            worker.says("Error")
            eventually("the other job is given up",
                       lambda: "count-words" in run(program("queue-only"), "failed", **settings))
            run(program("queue-only"), "push", words, **settings)
            worker.says("words: 3 words")
            expect(worker.stop() == 0, "SIGTERM is no failure")
        expect("done: 2" in run(program("queue-only"), **settings), "two jobs are done")


def ask_deepseek():
    """asks the simulator and prints its answer"""
    with Program(program("deepseek-simulator"), "--listen", "127.0.0.1:0") as simulator:
        url = "http://" + simulator.says(r"(127\.0\.0\.1:\d+)")
        said = run(program("deepseek"), "--base-url", url, "why is the sky blue?")
        expect(len(said.split()) > 3, f"no answer: {said!r}")
        run(program("deepseek"), "--base-url", url, "[[error 402]] hello", code=1)


def chat_api_in_my_server():
    """asks by the site's session, follows the answer live, and finds another's nowhere"""
    with tempfile.TemporaryDirectory() as folder:
        with Program(program("chat-api-in-my-server"), "0", CHAT_DATABASE=f"{folder}/chat.sqlite") as server:
            site = server.says(r"^http://\S+").rstrip("/")
            expect(call(f"{site}/hello") == (200, "my site\n"), "the site's own page")
            chat = f"{site}/assistant/api/chat"
            expect(call(f"{chat}/conversations")[0] == 401, "without a session")
            ann, bob = "session=s3cr3t-ann", "theme=dark; session=s3cr3t-bob"
            status, sent = call(f"{chat}/send", {"content": "good morning"}, Cookie=ann)
            expect(status == 202, f"send: {status} {sent}")
            log = f"{chat}/replies/{sent['reply_id']}/log"
            status, stream = call(log, Cookie=ann, Accept="text/event-stream")
            expect(status == 200 and "event: finished" in stream, f"the live log: {status} {stream}")
            rows = call(log, Cookie=ann)[1]
            text = "".join(row["text"] for row in rows["rows"] if row["kind"] == "content")
            expect((rows["state"], text.strip()) == ("finished", "You said: good morning"), f"the answer: {rows}")
            expect(call(log, Cookie=bob)[0] == 404, "bob reads ann's answer")
            expect(server.stop(signal.SIGTERM) in (0, -signal.SIGTERM), "it ended otherwise")


for body, name in [
    (echo_server, "EchoServer"), (bench_server, "BenchServer"), (gateway_only, "GatewayOnly"),
    (push_from_anywhere, "PushFromAnywhere"), (queue_only, "QueueOnly"), (ask_deepseek, "AskDeepSeek"),
    (chat_api_in_my_server, "ChatAPIInMyServer"),
]:
    check(name, body)
