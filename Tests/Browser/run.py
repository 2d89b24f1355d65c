#!/usr/bin/env python3
"""Runs the browser tests against a hawk binary.

    python3 Tests/Browser/run.py --hawk .build/debug/hawk [--files DIRECTORY] [-k PATTERN] [-v]

With --files the page is that of the directory, Sources/ChatAPIKit/Page/web for one, not the binary's:
so it is worked on without building.

Needs Chromium, chromedriver and Python's selenium; exits with 3 when one of them is missing, or
says so and exits with 0 when --allow-missing-browser is given. Other failures exit with 1.
"""

import argparse
import pathlib
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


def main():
    parser = argparse.ArgumentParser(description="Runs the browser tests.")
    parser.add_argument("--hawk", required=True, help="path of the hawk binary")
    parser.add_argument("--files", help="directory of page files to test instead of the binary's")
    parser.add_argument("--allow-missing-browser", action="store_true", help="a missing browser is no failure")
    parser.add_argument("-k", metavar="PATTERN", action="append", help="only tests whose name has this in it")
    parser.add_argument("-v", action="store_true", help="name each test")
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
    try:
        loader = unittest.TestLoader()
        if options.k:
            loader.testNamePatterns = [f"*{pattern}*" for pattern in options.k]
        tests = loader.discover(str(HERE))
        result = unittest.TextTestRunner(verbosity=2 if options.v else 1).run(tests)
    finally:
        BrowserTestCase.close_browser()
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed in {time.monotonic() - begun:.0f} s")
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
