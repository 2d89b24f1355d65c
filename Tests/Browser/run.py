#!/usr/bin/env python3
"""Runs the browser tests against a hawk binary.

    python3 Tests/Browser/run.py --hawk .build/debug/hawk [--files DIRECTORY] [-k PATTERN] [-v] [--jobs N]

With --files the page is that of the directory, Sources/ChatAPIKit/Page/web for one, not the binary's:
so it is worked on without building. With --jobs the files of tests run side by side, but for the one that measures.

Needs Chromium, chromedriver and Python's selenium; exits with 3 when one of them is missing, or
says so and exits with 0 when --allow-missing-browser is given. Other failures exit with 1.
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def missing_parts():
    """What the tests need and this machine lacks."""
    try:
        from support.chromium import find_browser
    except ImportError:
        return ["Python's selenium (apt-get install python3-selenium)"]
    browser, driver = find_browser()
    return [name for name, path in (("chromium", browser), ("chromedriver (apt-get install chromium-driver)", driver)) if not path]


MEASURING = "test_speed.py"


def run_side_by_side(jobs):
    """Runs each file of tests in a process of its own, some at a time; returns how many passed and failed."""

    def run(name):
        arguments = [word for word in sys.argv[1:] if not word.startswith("--jobs")]
        command = [sys.executable, __file__, *arguments, "--only", name]
        process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(f"-- {name}\n{process.stdout}", end="", flush=True)
        counts = re.search(r"^(\d+) passed, (\d+) failed", process.stdout, re.MULTILINE)
        return (int(counts[1]), int(counts[2])) if counts else (0, 1)

    names = sorted(path.name for path in HERE.glob("test_*.py") if path.name != MEASURING)
    names.sort(key=lambda name: -(HERE / name).stat().st_size)  # the longest first
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = [*pool.map(run, names), run(MEASURING)]
    return sum(passed for passed, _ in results), sum(failed for _, failed in results)


def main():
    parser = argparse.ArgumentParser(description="Runs the browser tests.")
    parser.add_argument("--hawk", required=True, help="path of the hawk binary")
    parser.add_argument("--files", help="directory of page files to test instead of the binary's")
    parser.add_argument("--allow-missing-browser", action="store_true", help="a missing browser is no failure")
    parser.add_argument("-k", metavar="PATTERN", action="append", help="only tests whose name has this in it")
    parser.add_argument("-v", action="store_true", help="name each test")
    parser.add_argument("--only", default="test_*.py", metavar="FILE", help="only the tests of this file")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many files of tests run at a time (--jobs=N)")
    options = parser.parse_args()

    missing = missing_parts()
    if missing:
        print("browser tests left out, missing: " + ", ".join(missing), file=sys.stderr)
        return 0 if options.allow_missing_browser else 3
    if not pathlib.Path(options.hawk).is_file():
        parser.error(f"there is no {options.hawk}")

    from support.case import BrowserTestCase

    BrowserTestCase.binary = options.hawk
    BrowserTestCase.files = options.files
    begun = time.monotonic()
    if options.jobs > 1:
        passed, failed = run_side_by_side(options.jobs)
        print(f"{passed} passed, {failed} failed in {time.monotonic() - begun:.0f} s, all files")
        return 0 if passed > 0 and failed == 0 else 1
    try:
        loader = unittest.TestLoader()
        if options.k:
            loader.testNamePatterns = [f"*{pattern}*" for pattern in options.k]
        tests = loader.discover(str(HERE), options.only)
        result = unittest.TextTestRunner(verbosity=2 if options.v else 1).run(tests)
    finally:
        BrowserTestCase.close_browser()
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed in {time.monotonic() - begun:.0f} s")
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
