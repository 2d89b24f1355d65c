#!/usr/bin/env python3
"""Walks through docs/getting-started.md as a new user would, and says how long each step took.

Its shell blocks are run and its files written as the page has them, in a directory that is deleted afterwards; only the port
is a free one. The walk ends well when the headless browser shows a push. Needs Chromium, chromedriver and Python's selenium. The
first build takes a minute or two, so this is no part of ./test.sh.
"""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/getting-started.md"
sys.path.insert(0, str(ROOT / "Tests/Browser"))
sys.dont_write_bytecode = True

from support.chromium import start_browser, wait_for  # noqa: E402


def steps():
    """The blocks of the page that say what file they are, or are commands: (heading, kind, text)."""
    heading, found = "", []
    rows = iter(PAGE.read_text(encoding="utf-8").splitlines())
    file = None
    for row in rows:
        if row.startswith("## "):
            heading = row[3:]
        elif match := re.search(r"`([^`]+)`:$", row):
            file = match[1]
        elif match := re.match(r"```(\w+)$", row):
            text = "\n".join(iter(lambda: next(rows), "```")) + "\n"
            if match[1] == "sh" or file:
                found.append((heading, "commands" if match[1] == "sh" else file, text))
            file = None
    return found


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(commands, folder):
    """Runs a block of commands; those that go on running are started and given back."""
    if commands.strip() == "swift run":
        subprocess.run(["swift", "build"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return subprocess.Popen([folder / ".build/debug/hello"], stdout=subprocess.DEVNULL, start_new_session=True)
    subprocess.run(["bash", "-euc", commands], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return None


def main():
    port, program, times = free_port(), None, []
    with tempfile.TemporaryDirectory() as place:
        os.symlink(ROOT, f"{place}/hawk")
        folder = pathlib.Path(place)
        try:
            for heading, kind, text in steps():
                begun = time.monotonic()
                text = text.replace("8282", str(port))
                if kind == "commands":
                    program = run(text, folder) or program
                    folder = folder / "hello" if (folder / "hello").is_dir() else folder
                else:
                    (folder / kind).write_text(text, encoding="utf-8")
                times.append((heading, time.monotonic() - begun))
            begun = time.monotonic()
            wait_for("the gateway listens", lambda: listens(port), timeout=60)
            browser = start_browser()
            try:
                opened = time.monotonic()
                browser.get(f"file://{folder}/index.html")
                shown = lambda: browser.find_element("css selector", "h1").text
                said = wait_for("a push in the page", lambda: shown() if shown().startswith("push") else None, timeout=60)
                print(f"the page shows: {said}")
                times.append(("from opening the page to a push in it", time.monotonic() - opened))
            finally:
                browser.quit()
        finally:
            if program:
                os.killpg(program.pid, signal.SIGTERM)
                program.wait(timeout=20)
    total = {}
    for heading, took in times:
        total[heading] = total.get(heading, 0) + took
    for heading, took in total.items():
        print(f"{took:6.1f} s  {heading}")


main()
