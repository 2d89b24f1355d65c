"""Examples/ChatPage works as docs/chat-client.md says: a page of another origin, with nothing but /hawk-chat.js."""

import functools
import http.server
import pathlib
import threading

from selenium.webdriver.common.keys import Keys
from support.case import BrowserTestCase
from support.chromium import wait_for

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "Examples/ChatPage"


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class ExampleTests(BrowserTestCase):
    @classmethod
    def settings(cls):
        cls.site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietFiles, directory=EXAMPLE))
        threading.Thread(target=cls.site.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.site.server_close)
        cls.addClassCleanup(cls.site.shutdown)
        return ("--allow-origin", f"http://127.0.0.1:{cls.site.server_port}")

    def test_the_example_page_asks_shows_and_stops(self):
        page = self.page()
        lines = lambda: page.script("return [...document.querySelectorAll('li')].map((each) => each.textContent)")
        page.driver_here().get(f"http://127.0.0.1:{self.site.server_port}/?api={self.hawk.url}/")
        wait_for("the connection", lambda: page.script("return document.title") == "online")
        page.find("input").send_keys("Why is the sky blue?", Keys.ENTER)
        wait_for("the answer", lambda: len(lines()) == 2 and "A simulated answer" in lines()[1])
        wait_for("its end", lambda: not page.shown("[type=button]"))
        page.find("input").send_keys("Tell me more [[tokens 400]]", Keys.ENTER)
        page.click("[type=button]")
        wait_for("the stop", lambda: not page.shown("[type=button]"))
        client = self.hawk.sign_in("ann")
        stored = client.messages(client.conversations()[0]["id"])
        wait_for("all of it", lambda: lines()[2:] == [stored[1]["content"], stored[1]["replies"][0]["content"] or ""])
        self.assertEqual([message["replies"][0]["state"] for message in stored], ["finished", "stopped"])
        self.check_console(allowed=("favicon.ico",))

    def test_the_example_has_30_lines(self):
        self.assertLessEqual(len((EXAMPLE / "index.html").read_text().splitlines()), 30)
