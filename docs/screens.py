#!/usr/bin/env python3
"""Runs the commands that the documents show, and writes what they print into the documents.

    docs/screens.py [--check] [--bin DIRECTORY] [PAGE…]      the programs are those of .build/debug unless told

With --check nothing is written: it fails with a difference where a screen is no longer what its commands print.

To add a screen, write this into a page and run the script:

    <!-- screen
    hawk-server &
    until_ok hawk-server status
    -->
    ```
    $ hawk-server status
    ```

All screens of a page are one bash session in a directory that is deleted afterwards, with the built programs first in PATH.
What stands in the comment runs before its block and is not shown; `<!-- screen -->` needs nothing. Lines of a block that begin
with `$ ` are run, their standard output and errors shown below them; the others are replaced. Beside bash there are:

    until_ok 'COMMAND'     repeats it until it succeeds, a minute at most
    ends_when 'COMMAND'    the next shown command gets SIGTERM once this one succeeds

Addresses of 127.0.0.1 with a port of PORTS are free ones in truth. A line `…` stands for any lines. Numbers with a unit, times,
process ids and long ids may differ, and so may spaces. A block with `$ ` lines that is not run here says why:
`<!-- not run: it needs another machine -->`.
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md"))]
PORTS = (8080, 8282, 1236, 2900, 8000, 9464)
LIMIT = 180

PRELUDE = r"""
until_ok() {
    local tries
    for tries in $(seq 600); do eval "$*" >/dev/null 2>&1 && return 0; sleep 0.1; done
    echo "never: $*" >&2
    return 1
}
ends_when() { ends_when=$*; }
shown() {
    local condition=${ends_when:-} program
    ends_when=
    if [ -n "$condition" ]; then
        "$@" &
        program=$!
        until_ok "$condition"
        kill -TERM $program
        wait $program
    elif [ "$(type -t "$1")" = file ]; then
        # In the foreground, since timeout else sends the signal twice, and twice means at once.
        timeout --foreground -k 5 60 "$@"
    else
        "$@"
    fi
}
"""

# What may differ from one run to the next: the same kind of thing in its place is the same screen.
VARYING = [
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?", "<time>"),
    (r"\bon [\w.-]+(?=\) - Worker lost)", "on <host>"),
    (r"\b(pid: |process )\d+", r"\1<pid>"),
    (r"\b\d+(\.\d+)?(?= ?(ms|s|m|h|KiB|MiB|GiB|KB|MB|B|/s)\b)", "<n>"),
    (r"\bdescriptors [\d,.]+[MG]? of [\d,.]+[MG]?", "descriptors <n> of <n>"),
    (r"\b127\.0\.0\.1:\d{5}\b", "127.0.0.1:<port>"),
    (r"\b[0-9a-f]{16,}\b", "<hex>"),
    (r"\b[0-9A-Za-z_-]{20,}\b", "<id>"),
    (r"[ \t]+", " "),
]


class Screen:
    """A block of commands and what they print: where it stands and what is run unseen before it."""

    def __init__(self, begin, end, hidden, rows):
        self.begin, self.end, self.hidden, self.rows = begin, end, hidden, rows
        self.commands = [row[2:] for row in rows if row.startswith("$ ")]


def screens_of(path, rows):
    """The screens of a page; fails for blocks with commands that are neither run nor excused."""
    found, index, hidden, excuse = [], 0, None, False
    while index < len(rows):
        row, index = rows[index], index + 1
        if row == "<!-- screen -->":
            hidden = ""
        elif row == "<!-- screen":
            end = rows.index("-->", index)
            hidden, index = "\n".join(rows[index:end]), end + 1
        elif re.match(r"<!-- not run: \S.* -->", row):
            excuse = True
        elif row.startswith("```"):
            begin = index
            while rows[index] != "```":
                index += 1
            block = rows[begin:index]
            if hidden is not None:
                found.append(Screen(begin, index, hidden, block))
            elif row == "```" and not excuse and any(line.startswith("$ ") for line in block):
                sys.exit(f"{path.relative_to(ROOT)}:{begin}: a screen that nothing runs: mark it, see the top of {__file__}")
            hidden, excuse, index = None, False, index + 1
    return found


class Ports:
    """Free ports in place of the usual ones."""

    def __init__(self):
        sockets = [socket.socket() for _ in PORTS]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        self.pairs = [(port, each.getsockname()[1]) for port, each in zip(PORTS, sockets)]
        for each in sockets:
            each.close()

    def real(self, text):
        for usual, free in self.pairs:
            text = text.replace(f"127.0.0.1:{usual}", f"127.0.0.1:{free}")
        return text

    def usual(self, text):
        for usual, free in self.pairs:
            text = re.sub(rf":{free}\b", f":{usual}", text)
        return text


def run(screens, programs):
    """Runs the screens of a page in one shell; returns the rows of each."""
    ports, mark = Ports(), f"screen-{secrets.token_hex(8)}"
    script = [PRELUDE]
    for screen in screens:
        # What is not shown goes to standard error, to be read when something fails.
        script += ["{", screen.hidden or ":", "} >&3 2>&3"]
        for command in screen.commands:
            script += [f"echo {mark}", f"shown {command} 2>&1 </dev/null" if simple(command) else f"{{ {command}; }} 2>&1"]
        script.append(f"echo {mark}-end")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("Examples", "Sources", "README.md"):
            os.symlink(ROOT / name, f"{folder}/{name}")
        os.mkdir(f"{folder}/.build")
        os.symlink(programs, f"{folder}/.build/debug")
        kept = ("PATH", "HOME", "LANG", "TMPDIR")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {"PATH": f"{programs}:{environment['PATH']}", "NO_COLOR": "1", "TZ": "UTC", "COLUMNS": "120"}
        with tempfile.TemporaryFile("w+") as aside, tempfile.TemporaryFile("w+") as output:
            shell = subprocess.Popen(
                ["bash", "-c", "exec 3>&2\n" + ports.real("\n".join(script))], cwd=folder, env=environment, stdout=output,
                stderr=aside, stdin=subprocess.DEVNULL, start_new_session=True)
            try:
                shell.wait(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                pass
            finally:
                end(shell)
            aside.seek(0)
            output.seek(0)
            said, unseen = output.read(), aside.read()
    said = ports.usual(said.replace(folder, "~"))
    if said.count(f"{mark}-end") != len(screens):
        raise SystemExit(f"a command did not end within {LIMIT} s, or ended the shell:\n{said}\n{unseen}")
    return [rows_of(screen, part, mark) for screen, part in zip(screens, said.split(f"{mark}-end\n"))], unseen


def simple(command):
    """Whether timeout can run it: one program with its arguments."""
    return not re.search(r"[|;&<>$]|^\w+=", command)


def end(shell):
    """Ends the shell and what it started in the background."""
    for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + patience
        try:
            os.killpg(shell.pid, number)
            while time.monotonic() < deadline:
                shell.poll()
                os.killpg(shell.pid, 0)
                time.sleep(0.05)
        except ProcessLookupError:
            return


def rows_of(screen, said, mark):
    """The block anew: each command with what it printed."""
    rows = []
    for command, output in zip(screen.commands, said.split(f"{mark}\n")[1:]):
        while rows and rows[-1] == "":
            rows.pop()
        rows += ([""] if rows else []) + [f"$ {command}"] + [row.rstrip() for row in output.rstrip("\n").split("\n")]
    while rows and rows[-1] == "":
        rows.pop()
    return rows


def loose(rows):
    """The rows without what differs each time."""
    text = "\n".join(rows)
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return text.split("\n")


def same(old, new):
    """Whether they are the same screen; `…` among the old rows stands for any."""
    pattern = "".join("(?:.*\n)*?" if row == "…" else re.escape(row) + "\n" for row in loose(old))
    return re.fullmatch(pattern, "\n".join(loose(new)) + "\n") is not None


def main():
    parser = argparse.ArgumentParser(description="Writes what commands print into the documents.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a screen differs")
    parser.add_argument("--bin", default=str(ROOT / ".build/debug"), help="where the built programs are")
    parser.add_argument("pages", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    programs = pathlib.Path(options.bin).resolve()
    if not shutil.which("hawk", path=str(programs)):
        sys.exit(f"there is no hawk in {programs}: swift build")
    pages = {path: path.read_text(encoding="utf-8").split("\n") for path in [each.resolve() for each in options.pages] or PAGES}
    screens = {path: found for path, rows in pages.items() if (found := screens_of(path, rows))}
    failed = False
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda found: run(found, programs), screens.values())
        for path, (now, unseen) in zip(screens, results):
            changed = [(screen, new) for screen, new in zip(screens[path], now) if not same(screen.rows, new)]
            for screen, new in reversed(changed):
                name = f"{path.relative_to(ROOT)}:{screen.begin + 1}"
                print(*difflib.unified_diff(screen.rows, new, name, "what it is now", lineterm=""), sep="\n")
                pages[path][screen.begin:screen.end] = new
            if changed and options.check:
                print(f"unseen of {path.relative_to(ROOT)}:\n{unseen[-3000:]}", file=sys.stderr)
            elif changed:
                path.write_text("\n".join(pages[path]), encoding="utf-8")
            failed = failed or bool(changed)
    count = sum(len(found) for found in screens.values())
    if failed and options.check:
        sys.exit("\nScreens are no longer what their commands print: look at the difference, then run docs/screens.py.")
    print(f"{count} screens: {'written' if failed else 'all as their commands print them'}")


main()
