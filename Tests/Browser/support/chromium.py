"""Headless Chromium, and the chat page in it."""

import shutil
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def find_browser():
    """The paths of the browser and its driver; None for what is missing."""
    browser = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    return browser, shutil.which("chromedriver")


def start_browser(width=1280, height=800):
    """A browser with one empty tab."""
    browser, driver_path = find_browser()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
        f"--window-size={width},{height}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(driver_path))
    driver.set_script_timeout(90)
    return driver


def wait_for(what, condition, timeout=90):
    """Waits until `condition()` is true and answers its value; fails with `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {timeout} s: {what}")
        time.sleep(0.02)


class ChatPage:
    """The chat page in a window of its own, and what a person does and sees there."""

    def __init__(self, driver, url, name=None):
        self.driver = driver
        self.url = url
        driver.switch_to.new_window("window")
        self._window = driver.current_window_handle
        driver.get(url)
        if name is not None:
            self.sign_in(name)

    # What a person does

    def sign_in(self, name):
        field = wait_for("the sign-in form", lambda: self.shown("#sign-in-name"))
        field.clear()
        field.send_keys(name, Keys.ENTER)
        self.wait_online()

    def ask(self, text):
        field = self.find("#question")
        field.send_keys(text.replace("\n", Keys.SHIFT + Keys.ENTER + Keys.SHIFT), Keys.ENTER)

    def paste(self, text):
        """Sends text that no keyboard types."""
        self.script(
            "const field = document.getElementById('question'); field.value = arguments[0];"
            "field.dispatchEvent(new Event('input')); document.getElementById('send').click();",
            text,
        )

    def click(self, selector):
        wait_for(f"{selector} to be shown", lambda: self.shown(selector)).click()

    def open_conversation(self, beginning):
        """Opens the conversation whose title begins so, once it is listed."""
        find = "const link = [...document.querySelectorAll('#conversations a')].find((a) => a.textContent.startsWith(arguments[0]));"
        wait_for(f"{beginning!r} in the list", lambda: self.script(find + "link?.click(); return Boolean(link);", beginning))

    def reload(self):
        self.focus()
        self.driver.refresh()

    # What a person sees

    def titles(self):
        return self.script("return [...document.querySelectorAll('#conversations .name')].map((each) => each.textContent)")

    def questions(self):
        return self.script("return [...document.querySelectorAll('.bubble')].map((each) => each.textContent)")

    def answer(self):
        """The text of the last answer, as copying it gives it; "" while there is none."""
        return self.script("return [...document.querySelectorAll('[data-copy=answer]')].at(-1)?.copyText() ?? ''")

    def state(self):
        """Of the last question's answer; "" while the question is on its way."""
        return self.script("return [...document.querySelectorAll('.turn')].at(-1)?.querySelector('.answer')?.dataset.state ?? ''")

    def conversation(self):
        """The id in the address."""
        return self.driver_here().current_url.partition("#/c/")[2]

    def shown(self, selector):
        found = [each for each in self.driver_here().find_elements(By.CSS_SELECTOR, selector) if each.is_displayed()]
        return found[0] if found else None

    def find(self, selector):
        return self.driver_here().find_element(By.CSS_SELECTOR, selector)

    # Waiting

    def wait_online(self):
        wait_for("the connection", lambda: self.script("return document.getElementById('connection').dataset.status") == "online")

    def wait_answer(self, least=1):
        return wait_for(f"{least} characters of an answer", lambda: len(self.answer()) >= least and self.answer())

    def wait_state(self, state, timeout=120):
        wait_for(f"the answer to be {state}", lambda: self.state() == state, timeout)

    # The window

    def focus(self):
        if self.driver.current_window_handle != self._window:
            self.driver.switch_to.window(self._window)

    def driver_here(self):
        self.focus()
        return self.driver

    def script(self, source, *arguments):
        return self.driver_here().execute_script(source, *arguments)

    def close(self):
        """Closes the window and answers what its console complained about."""
        self.focus()
        complaints = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        self.driver.close()
        self.driver.switch_to.window(self.driver.window_handles[0])
        return complaints
