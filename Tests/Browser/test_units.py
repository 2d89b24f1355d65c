"""The unit tests of the page's modules: they run in the browser and are reported here, each by its name."""

import fnmatch
import http.server
import pathlib
import threading
import unittest

from support.case import BrowserTestCase
from support.chromium import wait_for

TESTS = pathlib.Path(__file__).resolve().parent / "unit"
SOURCES = TESTS.parents[2] / "Sources/ChatAPIKit/Page/web"


class ModuleTest(unittest.TestCase):
    """One test of a module, with what came of it."""

    def __init__(self, name, failure=None):
        super().__init__()
        self._name = name
        self._failure = failure

    def __str__(self):
        return self._name

    def runTest(self):
        if self._failure:
            self.fail(self._failure)


class Files(http.server.SimpleHTTPRequestHandler):
    """The tests under /unit/, the page's own sources under /web/."""

    def translate_path(self, path):
        folder, _, name = path.partition("?")[0].lstrip("/").partition("/")
        return str({"unit": TESTS, "web": SOURCES}.get(folder, TESTS) / pathlib.PurePosixPath(name).name)

    def log_message(self, *_):
        pass


def load_tests(loader, *_):
    """Runs them all, and makes a test of each result."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        driver = BrowserTestCase.browser()
        driver.get(f"http://127.0.0.1:{server.server_port}/unit/index.html")
        results = wait_for("the results", lambda: driver.execute_script("return window.results"), 60)
    finally:
        server.shutdown()
        server.server_close()
    patterns = loader.testNamePatterns or ["*"]
    wanted = [name for name in results if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
    return unittest.TestSuite(ModuleTest(name, results[name]) for name in wanted)
