"""Questions asked anew, versions turned over, questions deleted: on every device of the user."""

from support.case import BrowserTestCase
from support.chromium import Keys, wait_for


class BranchTests(BrowserTestCase):
    @classmethod
    def settings(cls):
        return ("--sends-per-minute", "0", "--running-replies", "0")

    def ask_all(self, page, *questions):
        for question in questions:
            page.ask(question)
            wait_for("the answer", lambda: page.questions()[-1:] == [question] and page.state() == "finished")

    def edit(self, page, text, place=-1):
        page.script("[...document.querySelectorAll('[aria-label=\"Edit the question\"]')].at(arguments[0]).click()", place)
        field = page.find(".editor textarea")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text, Keys.ENTER)

    def versions(self, page):
        return page.script("return [...document.querySelectorAll('.question .versions:not([hidden])')].map((each) => each.textContent)")

    def test_an_edited_question_keeps_its_old_branch_and_the_arrows_turn_between_them_in_three_tabs(self):
        first, second = self.page(self.user), self.page(self.user)
        stranger = self.page("bob-" + self.user)
        self.ask_all(first, "one", "two", "three")
        second.open_conversation("one")
        wait_for("the questions", lambda: second.questions() == ["one", "two", "three"])
        self.edit(first, "two, better", 1)
        for page in (first, second):
            wait_for("the new branch", lambda: page.questions() == ["one", "two, better"] and page.state() == "finished")
            wait_for("two versions", lambda: self.versions(page) == ["2 of 2"])
        first.click('[aria-label="Previous version of the question"]')
        wait_for("the old branch", lambda: first.questions() == ["one", "two", "three"])
        self.assertEqual(self.versions(first), ["1 of 2"])
        focused = "return document.activeElement.getAttribute('aria-label')"
        wait_for("the focus on the other arrow", lambda: first.script(focused) == "Next version of the question")
        self.assertEqual(second.questions(), ["one", "two, better"], "the other tab stays where it is")
        self.ask_all(first, "four")
        self.assertEqual(first.questions(), ["one", "two", "three", "four"])
        first.reload()
        wait_for("the same branch", lambda: first.questions() == ["one", "two", "three", "four"])
        self.assertEqual([stranger.titles(), stranger.questions()], [[], []])
        self.check_console()

    def test_escape_leaves_the_editor_as_if_it_had_not_been_opened(self):
        page = self.page(self.user)
        self.ask_all(page, "one")
        page.find("#question").send_keys(Keys.ARROW_UP)
        field = wait_for("the editor", lambda: page.shown(".editor textarea"))
        self.assertEqual(field.get_attribute("value"), "one")
        field.send_keys(" more", Keys.ESCAPE)
        wait_for("the question", lambda: page.shown(".bubble"))
        self.assertEqual(page.questions(), ["one"])
        self.assertEqual(page.script("return document.activeElement.getAttribute('aria-label')"), "Edit the question")

    def test_a_deleted_question_goes_in_both_tabs_and_what_follows_stays(self):
        first, second = self.page(self.user), self.page(self.user)
        self.ask_all(first, "one", "two", "three")
        second.open_conversation("one")
        wait_for("the questions", lambda: second.questions() == ["one", "two", "three"])
        first.script("document.querySelectorAll('[aria-label=\"Delete the question\"]')[1].click()")
        self.assertIn("What follows stays", first.shown("#delete-question-text").text)
        first.click("#delete-question .danger")
        for page in (first, second):
            wait_for("the rest", lambda: page.questions() == ["one", "three"])
        stored = self.hawk.sign_in(self.user).messages(first.conversation())
        self.assertEqual([message["content"] for message in stored], ["one", "three"])

    def test_what_is_written_in_an_editor_is_kept_when_another_device_deletes_the_question(self):
        first, second = self.page(self.user), self.page(self.user)
        self.ask_all(first, "one", "two")
        second.open_conversation("one")
        wait_for("the questions", lambda: second.questions() == ["one", "two"])
        second.find("#question").send_keys("begun")
        second.script("[...document.querySelectorAll('[aria-label=\"Edit the question\"]')].at(-1).click()")
        second.find(".editor textarea").send_keys(", and much more")
        first.script("[...document.querySelectorAll('[aria-label=\"Delete the question\"]')].at(-1).click()")
        first.click("#delete-question .danger")
        wait_for("the deletion", lambda: second.questions() == ["one"])
        field = second.find("#question")
        wait_for("the text", lambda: field.get_attribute("value") == "begun\n\ntwo, and much more")
        self.assertIn("What you had written is here", second.find("#composer-hint").text)
        second.reload()
        wait_for("the draft", lambda: second.find("#question").get_attribute("value") == "begun\n\ntwo, and much more")
        second.find("#question").send_keys("!")
        self.assertNotIn("is here", second.find("#composer-hint").text)

    def test_turning_to_another_version_keeps_the_editor_where_it_is(self):
        page = self.page(self.user)
        self.ask_all(page, "one", "two")
        self.edit(page, "one, better", 0)
        wait_for("two versions", lambda: self.versions(page) == ["2 of 2"] and page.state() == "finished")
        page.click('[aria-label="Previous version of the question"]')
        wait_for("the old branch", lambda: page.questions() == ["one", "two"])
        page.script("[...document.querySelectorAll('[aria-label=\"Edit the question\"]')].at(-1).click()")
        page.find(".editor textarea").send_keys(", or three")
        page.click('[aria-label="Next version of the question"]')
        wait_for("the new branch", lambda: page.questions() == ["one, better"])
        self.assertEqual(page.find("#question").get_attribute("value"), "")
        page.click('[aria-label="Previous version of the question"]')
        wait_for("the editor", lambda: page.shown(".editor textarea"))
        self.assertEqual(page.find(".editor textarea").get_attribute("value"), "two, or three")

    def test_an_editor_says_why_a_text_cannot_be_sent(self):
        page = self.page(self.user)
        self.ask_all(page, "one")
        page.find("#question").send_keys(Keys.ARROW_UP)
        wait_for("the editor", lambda: page.shown(".editor textarea"))
        page.script(
            "const field = document.querySelector('.editor textarea'); field.value = 'é'.repeat(20000);"
            "field.dispatchEvent(new Event('input'))"
        )
        self.assertIn("Too long", page.find(".editor .field-error").text)
        self.assertIsNotNone(page.find(".editor .primary").get_attribute("disabled"))
        page.find(".editor textarea").send_keys(Keys.CONTROL, "a")
        page.find(".editor textarea").send_keys("shorter")
        self.assertEqual(page.find(".editor .field-error").text, "")
        self.assertIsNone(page.find(".editor .primary").get_attribute("disabled"))

    def test_a_deleted_version_shows_the_one_beside_it(self):
        first, second = self.page(self.user), self.page(self.user)
        self.ask_all(first, "one", "two")
        self.edit(first, "one, better", 0)
        second.open_conversation("one")
        for page in (first, second):
            wait_for("the new branch", lambda: page.questions() == ["one, better"] and page.state() == "finished")
        first.script("document.querySelector('[aria-label=\"Delete the question\"]').click()")
        self.assertIn("This version", first.shown("#delete-question-text").text)
        first.click("#delete-question .danger")
        for page in (first, second):
            wait_for("the old branch", lambda: page.questions() == ["one", "two"])
            self.assertEqual(self.versions(page), [])

    def test_an_answer_that_runs_in_a_branch_out_of_sight_ends_there(self):
        page = self.page(self.user)
        self.ask_all(page, "one")
        self.edit(page, "one again [[tokens 200]]")
        page.wait_answer(10)
        page.click('[aria-label="Previous version of the question"]')
        wait_for("the old branch", lambda: page.questions() == ["one"])
        wait_for("the sign of an answer", lambda: page.shown(".busy"))
        wait_for("its end", lambda: not page.shown(".busy"))
        page.click('[aria-label="Next version of the question"]')
        wait_for("the new branch", lambda: page.state() == "finished" and page.questions() == ["one again [[tokens 200]]"])
        stored = self.hawk.sign_in(self.user).reply(page.conversation())
        self.assertEqual([page.answer(), stored["state"]], [stored["content"], "finished"])
