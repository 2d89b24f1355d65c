"""What the tests share: one browser for all, a hawk for each class of tests."""

import unittest
import uuid

from support.chromium import ChatPage, start_browser
from support.hawk import Hawk


class BrowserTestCase(unittest.TestCase):
    """Tests against one hawk; every test has users of its own."""

    binary = None  # set by run.py
    files = None  # a folder that stands in for the page's files in the binary; set by run.py
    _driver = None

    @classmethod
    def environment(cls):
        """What hawk's environment has beyond this one's."""
        return {}

    @classmethod
    def settings(cls):
        """What hawk's command line has beyond what every test needs."""
        return ()

    @classmethod
    def setUpClass(cls):
        cls.hawk = Hawk(cls.binary, cls.environment(), cls.files, cls.settings())
        cls.addClassCleanup(cls.hawk.close)
        cls.hawk.start()
        cls.driver = cls.browser()

    @staticmethod
    def browser():
        """The browser, started by whoever needs it first."""
        if BrowserTestCase._driver is None:
            BrowserTestCase._driver = start_browser()
        return BrowserTestCase._driver

    @staticmethod
    def close_browser():
        if BrowserTestCase._driver is not None:
            BrowserTestCase._driver.quit()
            BrowserTestCase._driver = None

    def setUp(self):
        self.user = f"ann-{uuid.uuid4().hex[:8]}"
        self.pages = []
        self.addCleanup(self.close_pages)

    def page(self, name=None):
        """A window with the page, signed in as `name`."""
        page = ChatPage(self.driver, self.hawk.url, name)
        self.pages.append(page)
        return page

    def close_pages(self):
        for page in self.pages:
            page.close()

    def check_console(self, allowed=()):
        """Nothing complained: no error of a script, nothing that the content security policy forbids."""
        for page in self.pages:
            page.focus()
            for entry in self.driver.get_log("browser"):
                is_allowed = any(text in entry["message"] for text in allowed)
                self.assertTrue(entry["level"] != "SEVERE" or is_allowed, entry["message"])
