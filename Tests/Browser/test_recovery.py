"""Failures: an answer that fails, a server that is killed, a server that is away."""

from support.case import BrowserTestCase
from support.chromium import wait_for


class FailureTests(BrowserTestCase):
    def test_a_failed_answer_offers_a_retry_that_works(self):
        first, second = self.page(self.user), self.page(self.user)
        question = f"Fail once, {self.user} [[error 401 x1]]"
        first.ask(question)
        first.wait_state("failed")
        self.assertIn("Please tell whoever runs the site", first.shown(".failure").text)
        second.open_conversation(question)
        second.wait_state("failed")
        second.click(".failure .button")
        for page in (first, second):
            page.wait_state("finished")
        self.assertEqual(second.answer(), first.answer())
        replies = self.hawk.sign_in(self.user).messages(first.conversation())[-1]["replies"]
        self.assertEqual([reply["state"] for reply in replies], ["failed", "finished"])

    def test_a_failed_answer_shows_after_a_reload_too(self):
        page = self.page(self.user)
        page.ask(f"Fail once, {self.user} [[error 401 x1]]")
        page.wait_state("failed")
        page.reload()
        page.wait_state("failed")
        page.click(".failure .button")
        page.wait_state("finished")

    def test_a_question_that_is_too_long_cannot_be_sent_and_says_why(self):
        page = self.page(self.user)
        page.paste("\u00e9" * 20_000)
        self.assertIn("Too long", page.find("#composer-error").text)
        self.assertIsNotNone(page.find("#send").get_attribute("disabled"))
        self.assertEqual(page.questions(), [])


class KillTests(BrowserTestCase):
    def test_a_server_killed_in_mid_answer_finishes_it_once_and_the_open_page_recovers(self):
        page = self.page(self.user)
        page.script("window.isSamePage = true")
        page.ask("Tell me about hawks [[tokens 300]]")
        page.wait_answer(20)
        self.hawk.kill()
        wait_for("the page to notice", lambda: page.shown("#offline"))
        self.hawk.start()
        page.wait_online()
        page.wait_state("finished", timeout=240)
        wait_for("the banner to go", lambda: not page.shown("#offline"))
        [message] = self.hawk.sign_in(self.user).messages(page.conversation())
        [reply] = message["replies"]
        self.assertEqual(reply["state"], "finished")
        self.assertGreater(reply["attempt"], 1)
        self.assertEqual(page.answer(), reply["content"])
        self.assertTrue(page.script("return window.isSamePage"))

    def test_a_question_asked_while_the_server_is_away_arrives_once(self):
        page = self.page(self.user)
        self.hawk.kill()
        page.ask("Are you there?")
        wait_for("the question to be shown", lambda: page.questions() == ["Are you there?"])
        self.hawk.start()
        page.wait_state("finished", timeout=240)
        messages = self.hawk.sign_in(self.user).messages(page.conversation())
        self.assertEqual([message["content"] for message in messages], ["Are you there?"])
        self.assertEqual(page.questions(), ["Are you there?"])

    def test_a_page_that_is_loaded_while_the_server_restarts_says_so_and_goes_on(self):
        page = self.page(self.user)
        page.ask("one")
        page.wait_state("finished")
        self.hawk.kill()
        wait_for("the page to notice", lambda: page.shown("#offline"))
        self.assertIn("connection is lost", page.shown("#offline").text)
        self.hawk.start()
        page.wait_online()
        page.ask("two")
        wait_for("both questions", lambda: page.questions() == ["one", "two"])
        page.wait_state("finished")
