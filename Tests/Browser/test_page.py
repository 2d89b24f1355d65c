"""What makes the page pleasant: undo, drafts, settings, keyboard, language, colours, focus."""

from support.case import BrowserTestCase
from support.chromium import ChatPage, Keys, wait_for
from support.front import Front

FOCUSED = "return document.activeElement.id || document.activeElement.getAttribute('aria-label')"


class PageTests(BrowserTestCase):
    @classmethod
    def settings(cls):
        return ("--sends-per-minute", "0", "--running-replies", "0", "--models", "deepseek-flash,deepseek-other")

    def ask(self, page, question):
        page.ask(question)
        wait_for("the answer", lambda: page.questions()[-1:] == [question] and page.state() == "finished")

    def delete(self, page):
        page.click("#conversation-menu")
        page.click('#menu [data-action="remove"]')

    def conversations(self):
        return [each["title"] for each in self.hawk.sign_in(self.user).conversations()]

    def make(self, *titles):
        """Conversations as another device would have begun them."""
        client = self.hawk.sign_in(self.user)
        for title in titles:
            client.request("POST", "/api/chat/send", {"content": title})

    # Deleting

    def test_a_deleted_conversation_comes_back_by_undo(self):
        page = self.page(self.user)
        self.ask(page, "keep me")
        self.delete(page)
        wait_for("an empty list", lambda: page.titles() == [] and page.shown("#empty"))
        self.assertIn("keep me", page.shown("#toast").text)
        page.click("#undo")
        wait_for("the conversation", lambda: page.titles() == ["keep me"] and page.questions() == ["keep me"])
        self.assertIsNone(page.shown("#toast"))
        self.assertEqual(self.conversations(), ["keep me"])

    def test_a_deleted_conversation_is_gone_after_a_while_on_every_device(self):
        first, second = self.page(self.user), self.page(self.user)
        self.ask(first, "one")
        second.open_conversation("one")
        wait_for("the question", lambda: second.questions() == ["one"])
        self.delete(first)
        wait_for("it to be gone", lambda: self.conversations() == [], 30)
        wait_for("the toast to go", lambda: not first.shown("#toast"))
        wait_for("the other tab to say so", lambda: second.shown("#trouble"))
        self.assertEqual([second.titles(), second.questions()], [[], []])

    def test_another_tab_goes_on_with_a_deletion_when_its_own_is_closed(self):
        first, second = self.page(self.user), self.page(self.user)
        self.ask(first, "one")
        wait_for("the list", lambda: second.titles() == ["one"])
        self.delete(first)
        wait_for("an empty list there too", lambda: second.titles() == [] and second.shown("#toast"))
        self.pages.remove(first)
        first.close()
        self.assertEqual(self.conversations(), ["one"])
        wait_for("it to be gone", lambda: self.conversations() == [], 30)
        wait_for("the toast to go", lambda: not second.shown("#toast"))

    def test_a_reload_forgets_neither_the_deletion_nor_undo(self):
        page = self.page(self.user)
        self.ask(page, "one")
        self.delete(page)
        wait_for("the toast", lambda: page.shown("#toast"))
        page.reload()
        wait_for("the toast after the reload", lambda: page.shown("#toast"))
        self.assertEqual([page.titles(), self.conversations()], [[], ["one"]])
        page.click("#undo")
        wait_for("the conversation", lambda: page.titles() == ["one"])
        page.open_conversation("one")
        wait_for("the question", lambda: page.questions() == ["one"])
        self.delete(page)
        page.reload()
        wait_for("it to be gone", lambda: self.conversations() == [], 30)

    # Drafts

    def test_drafts_are_kept_for_each_conversation_over_a_reload_and_not_over_signing_out(self):
        page = self.page(self.user)
        self.ask(page, "one")
        page.find("#question").send_keys("more of one")
        page.click("#new-conversation")
        page.find("#question").send_keys("something new")
        page.reload()
        draft = lambda: page.script("return document.getElementById('question').value")
        wait_for("the draft", lambda: draft() == "something new")
        page.open_conversation("one")
        wait_for("the other draft", lambda: draft() == "more of one")
        page.click("#sign-out")
        wait_for("the form", lambda: page.shown("#sign-in-name"))
        self.assertEqual(page.script("return Object.keys(localStorage)"), [])
        page.sign_in(self.user)
        self.assertEqual(draft(), "")

    def test_a_sent_message_leaves_no_draft(self):
        page = self.page(self.user)
        self.ask(page, "one")
        self.assertEqual(page.script("return Object.keys(localStorage)"), [])

    def test_a_message_on_its_way_survives_a_reload_and_arrives_once(self):
        page = self.page(self.user)
        self.ask(page, "one")
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/api/chat/send"]})
        page.ask("two")
        wait_for("the question", lambda: page.questions() == ["one", "two"])
        self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        page.reload()
        wait_for("the answer", lambda: page.questions() == ["one", "two"] and page.state() == "finished")
        stored = self.hawk.sign_in(self.user).messages(page.conversation())
        self.assertEqual([each["content"] for each in stored], ["one", "two"])

    # Settings

    def test_a_conversation_has_its_own_prompt_model_and_thinking(self):
        page = self.page(self.user)
        self.ask(page, "one")
        page.click("#conversation-menu")
        page.click('#menu [data-action="settings"]')
        wait_for("the dialog", lambda: page.shown("#settings-prompt"))
        page.find("#settings-prompt").send_keys("Be brief.")
        page.find("#settings-model").send_keys("deepseek-other")
        page.find("#settings-thinking").send_keys("Thinks")
        page.click('#settings [type="submit"]')
        wait_for("the dialog to close", lambda: not page.shown("#settings"))
        self.assertEqual(page.script(FOCUSED), "conversation-menu")
        stored = self.hawk.sign_in(self.user).conversations()[0]
        self.assertEqual(
            [stored["system_prompt"], stored["model"], stored["thinking"]], ["Be brief.", "deepseek-other", True]
        )
        self.assertEqual(page.find("#think").get_attribute("aria-pressed"), "true")

    def test_the_settings_dialog_saves_what_was_changed_in_it_alone(self):
        page = self.page(self.user)
        self.ask(page, "one")
        client = self.hawk.sign_in(self.user)
        path = f"/api/chat/conversations/{page.conversation()}"
        page.click("#conversation-menu")
        page.click('#menu [data-action="settings"]')
        wait_for("the dialog", lambda: page.shown("#settings-prompt"))
        client.request("PATCH", path, {"system_prompt": "Be brief.", "thinking": True})
        page.find("#settings-model").send_keys("deepseek-other")
        page.click('#settings [type="submit"]')
        wait_for("the dialog to close", lambda: not page.shown("#settings"))
        stored = client.request("GET", path)
        self.assertEqual(
            [stored["system_prompt"], stored["model"], stored["thinking"]], ["Be brief.", "deepseek-other", True]
        )

    def test_settings_of_another_device_hold_for_the_next_question_here(self):
        page = self.page(self.user)
        self.ask(page, "one")
        pressed = lambda: page.find("#think").get_attribute("aria-pressed")
        self.assertEqual(pressed(), "false")
        path = f"/api/chat/conversations/{page.conversation()}"
        self.hawk.sign_in(self.user).request("PATCH", path, {"thinking": True})
        wait_for("thinking to be on", lambda: pressed() == "true", 5)

    def test_a_title_that_is_too_long_is_told_in_its_dialog_and_not_lost(self):
        page = self.page(self.user)
        self.ask(page, "one")
        page.click("#conversation-menu")
        page.click('#menu [data-action="rename"]')
        page.script("document.getElementById('rename-name').value = '标'.repeat(90)")
        page.click('#rename [type="submit"]')
        wait_for("the reason", lambda: page.shown("#rename-error"))
        self.assertEqual(page.shown("#rename-error").text, "Too long by 14 bytes")
        self.assertEqual(page.script(FOCUSED), "rename-name")
        page.find("#rename-name").send_keys(*[Keys.END] + [Keys.BACKSPACE] * 5)
        wait_for("the reason to go", lambda: not page.shown("#rename-error"))
        page.find("#rename-name").send_keys(Keys.ENTER)
        wait_for("the title", lambda: page.titles() == ["标" * 85])

    def test_a_setting_that_is_no_good_is_told_beside_its_field(self):
        page = self.page(self.user)
        self.ask(page, "one")
        page.click("#conversation-menu")
        page.click('#menu [data-action="settings"]')
        wait_for("the dialog", lambda: page.shown("#settings-prompt"))
        page.script("document.getElementById('settings-prompt').value = 'x'.repeat(9000)")
        page.click('#settings [type="submit"]')
        wait_for("the reason", lambda: page.shown("#settings-prompt-error"))
        self.assertEqual(page.shown("#settings-prompt-error").text, "This is too long.")
        self.assertEqual(page.script(FOCUSED), "settings-prompt")

    def test_a_conversation_is_exported_as_markdown_and_as_json(self):
        page = self.page(self.user)
        self.ask(page, "Häuser am Meer?")
        page.script(
            "window.saved = []; URL.createObjectURL = (blob) => { window.blob = blob; return '#'; };"
            "HTMLAnchorElement.prototype.click = function () { const name = this.download;"
            " window.blob.text().then((text) => window.saved.push([name, window.blob.type, text])); };"
        )
        for number, action in enumerate(("markdown", "json"), 1):
            page.script("document.getElementById('conversation-menu').click()")
            page.click(f'#menu [data-action="{action}"]')
            wait_for("the file", lambda: len(page.script("return window.saved")) == number)
        markdown, everything = page.script("return window.saved")
        self.assertTrue(markdown[0].endswith(".md") and markdown[1].startswith("text/markdown"), markdown)
        self.assertIn("Häuser am Meer?", markdown[2])
        self.assertIn(page.answer(), markdown[2])
        self.assertTrue(everything[0].endswith(".json") and everything[1].startswith("application/json"), everything[:2])
        self.assertIn("Häuser am Meer?", everything[2])

    # Keyboard and focus

    def test_the_keyboard_does_what_the_help_says(self):
        self.make("first", "second")
        page = self.page(self.user)
        wait_for("the list", lambda: len(page.titles()) == 2)
        titles = page.titles()
        press = lambda *keys: page.driver_here().switch_to.active_element.send_keys(*keys)
        title = lambda: page.find("#title").text
        press(Keys.ALT, Keys.ARROW_DOWN)
        wait_for("the first of the list", lambda: title() == titles[0])
        press(Keys.ALT, Keys.ARROW_DOWN)
        wait_for("the second of the list", lambda: title() == titles[1])
        press(Keys.ALT, Keys.ARROW_UP)
        wait_for("the first again", lambda: title() == titles[0])
        press(Keys.CONTROL, Keys.SHIFT, "o")
        wait_for("a new conversation", lambda: title() == "New conversation")
        press(Keys.CONTROL, "/")
        wait_for("the help", lambda: page.shown("#shortcuts"))
        self.assertIn("Previous conversation", page.shown("#shortcuts").text)
        press(Keys.ESCAPE)
        wait_for("no help", lambda: not page.shown("#shortcuts"))
        self.assertEqual(page.script(FOCUSED), "question", "the focus is back where it was")
        page.script("document.activeElement.blur()")
        page.find("body").send_keys("/")
        self.assertEqual(page.script(FOCUSED), "question")
        self.assertEqual(page.script("return document.getElementById('question').value"), "")

    def test_escape_stops_the_answer(self):
        page = self.page(self.user)
        page.ask("Tell me about hawks [[tokens 400]]")
        page.wait_answer(10)
        page.find("#question").send_keys(Keys.ESCAPE)
        page.wait_state("stopped")

    def test_dialogs_and_menus_give_the_focus_back(self):
        page = self.page(self.user)
        self.ask(page, "one")
        page.find("#conversation-menu").send_keys(Keys.ENTER)
        wait_for("the menu", lambda: page.shown("#menu"))
        page.driver_here().switch_to.active_element.send_keys(Keys.ESCAPE)
        self.assertEqual(page.script(FOCUSED), "conversation-menu")
        page.click("#conversation-menu")
        page.click('#menu [data-action="rename"]')
        page.find("#rename-name").send_keys(Keys.ESCAPE)
        wait_for("no dialog", lambda: not page.shown("#rename"))
        self.assertEqual(page.script(FOCUSED), "conversation-menu")
        page.click("#open-preferences")
        page.driver_here().switch_to.active_element.send_keys(Keys.ESCAPE)
        wait_for("no dialog", lambda: not page.shown("#preferences"))
        self.assertEqual(page.script(FOCUSED), "open-preferences")

    def test_everything_that_can_be_pressed_has_a_name(self):
        page = self.page(self.user)
        self.ask(page, "Show me [[table]] [[code]]")
        nameless = page.script(
            "return [...document.querySelectorAll('button, a, input, select, textarea, [role=group], [role=log], nav, aside')]"
            ".filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.length"
            " || each.getAttribute('aria-labelledby'))).map((each) => each.outerHTML)"
        )
        self.assertEqual(nameless, [])

    def test_tab_goes_through_the_page_in_the_order_it_is_read(self):
        page = self.page(self.user)
        self.ask(page, "one")
        page.script("document.querySelector('.skip').focus()")
        seen = []
        while "think" not in seen and len(seen) < 40:
            seen.append(page.script(FOCUSED + " || document.activeElement.textContent"))
            page.driver_here().switch_to.active_element.send_keys(Keys.TAB)
        wanted = [
            "Skip to the message box", "new-conversation", "one", "open-preferences", "sign-out", "conversation-menu",
            "Edit the question", "Copy the answer", "question", "think",
        ]
        places = [seen.index(each) for each in wanted]
        self.assertEqual(places, sorted(places), seen)

    # Language and colours

    def test_the_page_speaks_the_browsers_language_and_the_one_that_is_chosen(self):
        page = self.page(self.user)
        self.ask(page, "one")
        self.assertEqual(page.script("return document.documentElement.lang"), "en")
        page.click("#open-preferences")
        page.click('#preferences input[value="zh"]')
        page.driver_here().switch_to.active_element.send_keys(Keys.ESCAPE)
        self.assertEqual(page.script("return document.documentElement.lang"), "zh-Hans")
        wait_for("the words", lambda: "新对话" in page.find("#new-conversation").text)
        self.assertEqual(page.find("#connection").text, "已连接")
        page.reload()
        wait_for("the words after a reload", lambda: page.shown('[aria-label="复制回答"]'))
        left = page.script("return document.getElementById('chat').textContent.match(/[A-Za-z]{3,}/g)")
        allowed = {"Hawk", "DEEPSEEK", "API", "KEY", "Enter", "Shift", "one", "DEEPSEEK_API_KEY"}
        answer = set(page.script("return document.querySelector('.prose:not(.thought)').textContent.match(/[A-Za-z]{3,}/g)"))
        self.assertEqual({word for word in left if word not in answer and self.user.find(word) < 0} - allowed - {"ann"}, set())
        page.script("localStorage.clear()")

    def test_light_and_dark_follow_the_system_until_one_is_chosen(self):
        page = self.page(self.user)
        paper = lambda: page.script("return getComputedStyle(document.body).backgroundColor")
        scheme = lambda value: page.driver_here().execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": value}]}
        )
        scheme("light")
        light = paper()
        scheme("dark")
        dark = paper()
        self.assertNotEqual(light, dark)
        page.click("#open-preferences")
        page.click('#preferences input[value="light"]')
        self.assertEqual(paper(), light)
        page.reload()
        page.wait_online()
        self.assertEqual(paper(), light)
        page.script("localStorage.clear()")

    # A site around it

    def test_the_page_works_below_a_path_of_a_larger_site(self):
        front = Front(self.hawk.api_port, "/assistant", self.files)
        self.addCleanup(front.close)
        page = ChatPage(self.driver, front.url, self.user)
        self.pages.append(page)
        self.ask(page, "one")
        page.reload()
        wait_for("the question after the reload", lambda: page.questions() == ["one"])
        paths = page.script("return [...new Set(performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname.split('/')[1]))]")
        self.assertEqual(paths, ["assistant"])
        self.check_console()

    def test_on_a_phone_the_list_is_a_drawer_that_holds_the_focus(self):
        page = self.page(self.user)
        self.ask(page, "one")
        page.driver_here().execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 780, "deviceScaleFactor": 1, "mobile": True}
        )
        try:
            wait_for("no list", lambda: not page.shown("#new-conversation"))
            page.click("#open-sidebar")
            wait_for("the list", lambda: page.shown("#new-conversation"))
            self.assertEqual(page.script(FOCUSED), "close-sidebar")
            self.assertTrue(page.script("return document.querySelector('main').inert"))
            page.driver_here().switch_to.active_element.send_keys(Keys.ESCAPE)
            self.assertEqual(page.script(FOCUSED), "open-sidebar")
            self.assertLessEqual(page.script("return document.documentElement.scrollWidth"), 390)
        finally:
            page.driver_here().execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


class LimitTests(BrowserTestCase):
    @classmethod
    def settings(cls):
        return ("--sends-per-minute", "2")

    def test_too_many_questions_are_told_kindly_and_go_out_by_themselves(self):
        page = self.page(self.user)
        client = self.hawk.sign_in(self.user)
        for number in range(2):
            conversation = client.request("POST", "/api/chat/send", {"content": f"{number}"})["conversation_id"]
            wait_for("its end", lambda: client.reply(conversation)["state"] == "finished")
        page.ask("one more")
        words = wait_for("the reason", lambda: page.shown(".unsent")).text
        self.assertIn("goes out by itself in", words)
        self.assertIsNone(page.shown("#notice"))
        wait_for("the answer", lambda: page.state() == "finished", 60)
        self.assertEqual(page.questions(), ["one more"])
