#!/usr/bin/env python3
"""Compiles the Swift code of README, docs, DocC pages and public documentation comments against the built kits, as a program
outside the package sees them, parses what shell, JSON, JavaScript and PHP there is, and looks whether links lead somewhere.

    docs/check-code.py [DIRECTORY]      what `swift build --build-tests` made: .build/debug unless given

A page is one function, read from top to bottom: a block sees what stood above it and may take a name anew. What a block needs and
its reader can do without stands above it, where only this script looks:

    <!-- stand-ins
    let key = ""
    -->

The calls in a table are compiled below `<!-- calls of client -->`: each code span that begins with `client.`. A block that is no
code to compile says why: `<!-- not compiled: an outline -->`. Documentation comments get what stands in docs/stand-ins/KIT.swift.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("Sources/*/*.docc/**/*.md")])
SOURCES = [*ROOT.glob("Sources/*Kit"), ROOT / "Tests/ChatContracts", ROOT / "Examples/DeepSeekSimulator/DeepSeekSimulator"]
FENCE = re.compile(r"^ {0,3}```(\S*)\s*$")
OTHER_FENCE = re.compile(r"^[ \t>]*(```|~~~)")
LINK = re.compile(r"\]\(([^)\s]+)\)")


class Function:
    """Pieces of Swift in the order of the page, each in a scope within the one before."""

    def __init__(self):
        self.imports = []
        self.lines = []
        self.depth = 0

    def add(self, path, line, text):
        self.lines += ["do {", f'#sourceLocation(file: "{path}", line: {line})']
        for row in text.splitlines():
            if re.match(r"import \w", row):
                self.imports.append(row)
                row = ""
            self.lines.append(row)
        self.lines.append("#sourceLocation()")
        self.depth += 1

    def source(self, number):
        body = "\n".join(self.lines)
        imports = "\n".join(dict.fromkeys(self.imports))
        return f"{imports}\nfunc page{number}() async throws {{\n{body}\n{'}' * self.depth}\n}}\n"


class Found:
    """What there is to check, and what is wrong with what was checked at once."""

    def __init__(self):
        self.functions = []
        self.counts = {}
        self.left_out = {}
        self.failures = []

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def fail(self, path, line, why):
        self.failures.append(f"{path}:{line}: {why}")


def page(path, found):
    """Takes the blocks of a page."""
    name = path.relative_to(ROOT)
    rows = path.read_text(encoding="utf-8").splitlines()
    function = Function()
    excuse, calls, index = False, None, 0
    while index < len(rows):
        row, index = rows[index], index + 1
        if row == "<!-- stand-ins":
            end = rows.index("-->", index)
            function.add(name, index + 1, "\n".join(rows[index:end]))
            index = end + 1
        elif match := re.match(r"<!-- calls of (\w+) -->", row):
            calls = match[1]
        elif re.match(r"<!-- not compiled: \S.* -->", row):
            excuse = True
        elif match := FENCE.match(row):
            begin = index
            while index < len(rows) and not FENCE.match(rows[index]):
                index += 1
            if index == len(rows):
                found.fail(name, begin, "this block is never closed")
            block(match[1], name, begin + 1, "\n".join(rows[begin:index]), excuse, function, found)
            excuse, index = False, index + 1
        elif OTHER_FENCE.match(row):
            found.fail(name, index, "error: a block begins with ``` at the margin, or what it holds is not checked")
        elif excuse and row:
            excuse = False
            found.fail(name, index, "error: what is not compiled stands right behind the reason for it")
        elif calls and row.startswith("|"):
            for call in re.findall(rf"`({calls}\.[^`]*)`", row):
                function.add(name, index, f"_ = try await {call}")
                found.count("Swift calls in tables")
        elif calls and row:
            calls = None
    if function.depth:
        found.functions.append(function)


def anchors(path):
    """The names by which the headings of a page can be linked to."""
    rows = path.read_text(encoding="utf-8").splitlines()
    headings = [re.sub(r"^#+ ", "", row).lower() for row in rows if re.match(r"#+ ", row)]
    return {re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in headings}


def links(path, found):
    """Looks whether what a page links to in this repository is there."""
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for link in LINK.findall(re.sub(r"`[^`]*`", "", row)):
            file, _, anchor = link.partition("#")
            if re.match(r"\w+:", link):
                continue
            target = (path.parent / file).resolve() if file else path
            if not target.exists():
                found.fail(path.relative_to(ROOT), number, f"error: there is no {file}")
            elif anchor and anchor not in anchors(target):
                found.fail(path.relative_to(ROOT), number, f"error: {target.name} has no heading {anchor}")
            found.count("links")


def block(language, name, line, text, excuse, function, found):
    """Checks a block, or keeps it for the compiler."""
    if language == "swift" and excuse:
        found.count("Swift blocks that say why not")
    elif language == "swift":
        function.add(name, line, text)
        found.count("Swift blocks")
    elif language in ("sh", "js", "php"):
        parse(language, name, line, text, found)
    elif language == "json":
        found.count("JSON blocks")
        try:
            json.loads(text)
        except ValueError as error:
            found.fail(name, line, f"error: {error}")
    elif language not in ("", "nginx", "ini", "html"):
        found.fail(name, line, f"error: nothing here knows what to do with a block of {language}")


PARSERS = {
    "sh": (["bash", "-n"], ".sh", ""),
    "js": (["node", "--check"], ".mjs", ""),
    "php": (["php", "-l"], ".php", "<?php "),
}


def parse(language, name, line, text, found):
    """Has a block read by the program whose language it is in."""
    command, suffix, head = PARSERS[language]
    if not shutil.which(command[0]):
        found.left_out[language] = command[0]
        return
    found.count(f"blocks of {language}")
    with tempfile.NamedTemporaryFile("w", suffix=suffix, encoding="utf-8") as file:
        file.write(head + text + "\n")
        file.flush()
        result = subprocess.run([*command, file.name], capture_output=True, text=True, timeout=60, check=False)
    if result.returncode != 0:
        said = result.stderr + result.stdout
        at = re.search(r"(?:line |:)(\d+)", said.replace(file.name, ""))
        found.fail(name, line - 1 + int(at[1]) if at else line, said.replace(file.name, str(name)).strip())


def comments(folder, found):
    """Takes the blocks above public declarations."""
    stand_ins = ROOT / "docs/stand-ins" / f"{folder.name}.swift"
    for path in sorted(folder.rglob("*.swift")):
        rows = path.read_text(encoding="utf-8").splitlines()
        name, index = path.relative_to(ROOT), 0
        while index < len(rows):
            begin = index
            while index < len(rows) and rows[index].lstrip().startswith("///"):
                index += 1
            after = index
            while after < len(rows) and rows[after].lstrip().startswith("@"):
                after += 1
            if index > begin and after < len(rows) and "public " in rows[after]:
                comment(name, begin, rows[begin:index], folder.name, stand_ins, found)
            index = max(index, begin + 1)


def comment(name, begin, rows, kit, stand_ins, found):
    """Takes the blocks of one documentation comment, each a function of its own."""
    texts = [re.sub(r"^\s*/// ?", "", row) for row in rows]
    index = 0
    while index < len(texts):
        start, index = index + 1, index + 1
        if not texts[start - 1].startswith("```"):
            continue
        while index < len(texts) and texts[index] != "```":
            index += 1
        if index == len(texts):
            found.fail(name, begin + start, "this block is never closed")
        function = Function()
        function.imports.append(f"import {kit}")
        function.add(stand_ins.relative_to(ROOT), 1, stand_ins.read_text(encoding="utf-8"))
        function.add(name, begin + start + 1, "\n".join(texts[start:index]))
        found.functions.append(function)
        found.count("blocks of Swift in documentation comments")
        index += 1


def compile_all(functions, build):
    """Type-checks everything as one module; returns what the compiler says of errors, by page and line."""
    swiftc = shutil.which("swiftc")
    manifest = pathlib.Path(swiftc).resolve().parent.parent / "lib/swift/pm/ManifestAPI"
    include = [build / "Modules", manifest, *ROOT.glob("Sources/Core/CSystem/C*")]
    command = [swiftc, "-typecheck", "-parse-as-library", "-swift-version", "6", "-suppress-warnings", "-wmo",
               "-package-description-version", "6.2.0",
               "-module-name", "Pages", *[word for path in include for word in ("-I", str(path))]]
    if shutil.which("pkg-config"):
        flags = subprocess.run(["pkg-config", "--cflags", "openssl", "sqlite3", "zlib", "libcurl"],
                               capture_output=True, text=True, check=False).stdout.split()
        command += [word for flag in flags for word in ("-Xcc", flag)]
    with tempfile.TemporaryDirectory() as folder:
        for number, function in enumerate(functions):
            path = os.path.join(folder, f"page{number}.swift")
            pathlib.Path(path).write_text(function.source(number), encoding="utf-8")
            command.append(path)
        result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr


def translation(found):
    """Compares what of the two READMEs does not depend on the language."""
    def shape(name):
        text = (ROOT / name).read_text(encoding="utf-8")
        links = sorted(re.findall(r"\]\(([^)]+)\)", text.split("\n## ", 1)[1]))
        code = [re.sub(r"//.*|#.*|\"[^\"\n]*\"", "", block) for block in re.findall(r"```swift\n(.*?)```", text, re.S)]
        count = {what: len(re.findall(pattern, text, re.M))
                 for what, pattern in [("headings", "^#"), ("blocks", "^```"), ("table rows", r"^\|"), ("pictures", "^!")]}
        return {**count, "links": links, "code": code}
    english, chinese = shape("README.md"), shape("README.zh-CN.md")
    for what, here in english.items():
        if here != chinese[what]:
            found.fail("README.zh-CN.md", 1, f"error: other {what} than in README.md: {chinese[what]} instead of {here}")


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/debug").resolve()
    found = Found()
    for path in PAGES:
        page(path, found)
        links(path, found)
    for folder in SOURCES:
        comments(folder, found)
    translation(found)
    said = compile_all(found.functions, build)
    print(*found.failures, said, sep="\n", end="", file=sys.stderr)
    for language, program in found.left_out.items():
        print(f"left out: blocks of {language}, since {program} is missing")
    if said or found.failures:
        sys.exit("\nCode in the documents is broken: see above for page and line.")
    print(", ".join(f"{count} {what}" for what, count in sorted(found.counts.items())) + ": all right")


main()
