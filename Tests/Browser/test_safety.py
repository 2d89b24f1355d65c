"""Hostile text in names, questions, titles and answers stays text."""

from support.case import BrowserTestCase
from support.chromium import wait_for
from support.model import EchoModel

PAYLOADS = """
<script>window.isHacked = true</script>
<img src=x onerror="window.isHacked = true"> <svg onload="window.isHacked = true"></svg>
<iframe src="javascript:window.isHacked = true"></iframe>

[script](javascript:window.isHacked=true) [data](data:text/html,<script>top.isHacked=true</script>)
[tab](java\tscript:window.isHacked=true) [space]( javascript:window.isHacked=true) [case](JaVaScRiPt:isHacked=true)
[quote](https://example.org/"onmouseover="window.isHacked=true) <javascript:window.isHacked=true>
[own](/api/chat/config) ![remote](https://example.org/pixel.png) ![inline](data:image/svg+xml,<svg/onload=isHacked=true>)
[fine](https://example.org/page) https://example.org/bare <mailto:ann@example.org>

```html"><script>window.isHacked=true</script>
</code></pre><script>window.isHacked = true</script>
```

| <img src=x onerror=isHacked=true> | b |
|---|---|
| [x](javascript:isHacked=true) | `<script>isHacked=true</script>` |
"""


class SafetyTests(BrowserTestCase):
    @classmethod
    def environment(cls):
        cls.model = EchoModel(piece=11)
        cls.addClassCleanup(cls.model.close)
        return cls.model.environment

    def check_inert(self, page):
        self.assertFalse(page.script("return Boolean(window.isHacked)"))
        foreign = "#thread :is(script, img, iframe, object, embed, style, link, form, input, video, audio)"
        self.assertEqual(page.script("return document.querySelectorAll(arguments[0]).length", foreign), 0)
        handlers = page.script(
            "return [...document.querySelectorAll('#thread *, #sidebar *')].flatMap((each) =>"
            " [...each.attributes].filter(({ name }) => name.startsWith('on') || name === 'style').map(({ name }) => name))"
        )
        self.assertEqual(handlers, [])
        hosts = page.script("return [...new Set(performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin))]")
        self.assertEqual(hosts, [self.hawk.url])

    def test_an_answer_cannot_run_script_load_anything_or_lead_astray(self):
        page = self.page(self.user)
        page.paste(PAYLOADS)
        page.wait_state("finished")
        self.assertEqual(page.answer(), PAYLOADS.strip())
        self.check_inert(page)
        links = page.script("return [...document.querySelectorAll('#thread a')].map((a) => [a.href, a.target, a.rel])")
        for href, target, rel in links:
            self.assertTrue(href.startswith(("https://example.org/", "mailto:ann@example.org")), href)
            self.assertEqual([target, "noopener" in rel], ["_blank", True])
        self.assertEqual(len(links), 5)
        self.check_console()

    def test_an_answer_stays_inert_at_every_length_while_it_streams(self):
        page = self.page(self.user)
        page.paste(PAYLOADS * 3)
        while page.state() != "finished":
            self.check_inert(page)
        self.check_inert(page)

    def test_a_name_and_a_title_are_text(self):
        name = f"<img src=x onerror=isHacked=1> {self.user}"
        page = self.page(name)
        self.assertEqual(page.find("#user-name").text, name)
        page.ask("<script>isHacked=1</script>")
        page.wait_state("finished")
        wait_for("the title", lambda: page.titles() == ["<script>isHacked=1</script>"])
        self.assertEqual(page.find("#title").text, "<script>isHacked=1</script>")
        self.check_inert(page)

    def test_a_foreign_conversation_in_the_address_is_not_found_and_not_told_apart(self):
        mine = self.page(self.user)
        mine.ask("one")
        mine.wait_state("finished")
        other = self.page("bob-" + self.user)
        other.script("location.hash = arguments[0]", f"#/c/{mine.conversation()}")
        wait_for("the explanation", lambda: other.shown("#trouble"))
        self.assertIn("This conversation is not here", other.shown("#trouble").text)
        self.assertEqual(other.questions(), [])

    def test_the_policy_forbids_what_the_page_does_not_need(self):
        page = self.page(self.user)
        blocked = page.script(
            "return new Promise((done) => { addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective));"
            " const script = document.createElement('script'); script.text = 'window.isHacked = true';"
            " document.body.append(script); setTimeout(() => done('nothing'), 3000); })"
        )
        self.assertEqual(blocked, "script-src-elem")
        self.assertFalse(page.script("return Boolean(window.isHacked)"))
        self.assertEqual(page.script("return Object.keys(localStorage)"), [])
