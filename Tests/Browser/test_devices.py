"""Several tabs and users: what one does, the others of the same user see, and nobody else."""

from support.case import BrowserTestCase
from support.chromium import wait_for


class DevicesTests(BrowserTestCase):
    def test_an_answer_streams_into_both_tabs_of_its_user_and_not_to_another_user(self):
        first, second = self.page(self.user), self.page(self.user)
        stranger = self.page("bob-" + self.user)
        first.ask("Tell me about hawks [[tokens 300]]")
        begun = len(first.wait_answer(20))
        second.open_conversation("Tell me about hawks")
        seen = second.wait_answer(begun)
        wait_for("the answer to grow in the first tab", lambda: len(first.answer()) > begun)
        wait_for("the answer to grow in the second tab", lambda: len(second.answer()) > len(seen))
        for page in (first, second):
            page.wait_state("finished")
        stored = self.hawk.sign_in(self.user).reply(first.conversation())
        self.assertEqual(stored["state"], "finished")
        self.assertEqual([first.answer(), second.answer()], [stored["content"]] * 2)
        self.assertEqual([stranger.titles(), stranger.questions(), stranger.answer()], [[], [], ""])
        self.check_console()

    def test_a_question_asked_in_one_tab_appears_in_the_other_that_has_it_open(self):
        first = self.page(self.user)
        first.ask("one")
        first.wait_state("finished")
        second = self.page(self.user)
        second.open_conversation("one")
        second.wait_answer()
        first.ask("two")
        wait_for("both questions", lambda: second.questions() == ["one", "two"])
        second.wait_state("finished")
        self.assertEqual(second.answer(), first.answer())
        self.assertEqual(first.questions(), ["one", "two"])

    def test_a_reload_in_mid_stream_shows_the_whole_text_without_gap_or_repeat(self):
        page = self.page(self.user)
        page.ask("Tell me about hawks [[tokens 300]]")
        before = page.wait_answer(100)
        page.reload()
        seen = [wait_for("the answer after the reload", page.answer)]
        while page.state() != "finished":
            seen.append(page.answer())
        final = page.answer()
        stored = self.hawk.sign_in(self.user).reply(page.conversation())
        self.assertEqual(final, stored["content"])
        self.assertTrue(final.startswith(before), "what was shown before the reload is shown after it")
        self.assertGreater(len(set(seen)), 1, "the answer was still growing after the reload")
        for text in seen:
            self.assertTrue(final.startswith(text), "what is shown is always a beginning of the answer")
        self.check_console()

    def test_stop_in_the_second_tab_stops_the_first(self):
        first, second = self.page(self.user), self.page(self.user)
        first.ask("Tell me about hawks [[tokens 400]]")
        first.wait_answer(10)
        second.open_conversation("Tell me about hawks")
        second.wait_answer(10)
        second.click("#stop")
        for page in (first, second):
            page.wait_state("stopped")
        stored = self.hawk.sign_in(self.user).reply(first.conversation())
        self.assertEqual(stored["state"], "stopped")
        self.assertEqual([first.answer(), second.answer()], [stored["content"]] * 2)
        self.assertIsNone(first.shown("#stop"))

    def test_another_answer_is_a_version_and_the_first_one_stays(self):
        first, second = self.page(self.user), self.page(self.user)
        first.ask("one")
        first.wait_state("finished")
        second.open_conversation("one")
        second.wait_state("finished")
        first.click('[aria-label="Answer again"]')
        for page in (first, second):
            wait_for("two versions", lambda: page.shown(".versions") and page.shown(".versions").text == "2 of 2")
            page.wait_state("finished")
        replies = self.hawk.sign_in(self.user).messages(first.conversation())[-1]["replies"]
        self.assertEqual([reply["state"] for reply in replies], ["finished", "finished"])
        first.click('[aria-label="Previous version"]')
        self.assertEqual(first.shown(".versions").text, "1 of 2")

    def test_a_conversation_is_renamed_in_every_tab(self):
        first = self.page(self.user)
        first.ask("one")
        first.wait_state("finished")
        second = self.page(self.user)
        first.click("#conversation-menu")
        first.click('#menu [data-action="rename"]')
        first.script("document.getElementById('rename-name').value = ''")
        first.find("#rename-name").send_keys("Renamed <b>it</b>\n")
        wait_for("the new title", lambda: second.titles() == ["Renamed <b>it</b>"])

    def test_enter_sends_and_shift_enter_begins_a_line(self):
        page = self.page(self.user)
        page.ask("one\ntwo")
        wait_for("the question", lambda: page.questions() == ["one\ntwo"])
        page.wait_state("finished")

    def test_signing_out_leaves_nothing_and_lets_another_user_in(self):
        page = self.page(self.user)
        page.ask("my secret")
        page.wait_state("finished")
        page.click("#sign-out")
        wait_for("the sign-in form", lambda: page.shown("#sign-in-name"))
        page.sign_in("bob-" + self.user)
        self.assertEqual([page.titles(), page.questions()], [[], []])

    def test_the_page_says_that_the_model_is_simulated(self):
        page = self.page(self.user)
        self.assertIn("Simulated model", page.shown("#simulated").text)
