"""How an answer looks while it is written and after: Markdown, code, thoughts, nothing that jumps."""

from support.case import BrowserTestCase
from support.chromium import Keys, wait_for
from support.model import EchoModel

MARKDOWN = """# Birds

Some **fly** and `some` *swim*:

1. hawks
2. penguins
   - small ones

| bird | flies |
|------|------:|
| hawk | yes |
| kiwi | no |

```swift
let birds = 2 // two of them
/* more
of them */
print("birds")
```

> So it is. See [here](https://example.org/birds).

The end.
"""

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifts.push(entry.value); })
  .observe({ type: 'layout-shift', buffered: false });
"""


class MarkdownTests(BrowserTestCase):
    @classmethod
    def environment(cls):
        cls.model = EchoModel(piece=3, interval=0.01)
        cls.addClassCleanup(cls.model.close)
        return cls.model.environment

    def test_an_answer_is_shown_as_its_markdown_says_and_code_is_coloured(self):
        page = self.page(self.user)
        page.paste(MARKDOWN)
        page.wait_state("finished")
        shape = page.script("return [...document.querySelector('.answer > .prose').children].map((each) => each.localName + '.' + each.className)")
        self.assertEqual(
            shape, ["h3.level-1", "p.", "ol.", "div.table", "div.code", "blockquote.", "p."]
        )
        code = lambda kind: page.script(f"return [...document.querySelectorAll('.code-{kind}')].map((each) => each.textContent)")
        self.assertEqual(code("word"), ["let"])
        self.assertEqual(code("string"), ['"birds"'])
        self.assertEqual(code("comment"), ["// two of them", "/* more", "of them */"])

    def test_the_blocks_of_a_growing_answer_keep_their_kind_and_nothing_shifts(self):
        page = self.page(self.user)
        page.ask("first")
        page.wait_state("finished")
        page.script(SHIFTS)
        page.script(
            "window.kinds = []; window.changes = [];"
            "function look() { const blocks = [...document.querySelectorAll('.answer > .prose')].at(-1).children;"
            " for (const [at, each] of [...blocks].entries()) { const kind = each.localName + each.className;"
            "  if (window.kinds[at] && window.kinds[at] !== kind) window.changes.push(window.kinds[at] + ' -> ' + kind);"
            "  window.kinds[at] = kind; } }"
            "window.observer = new MutationObserver(look);"
        )
        page.paste(MARKDOWN * 3)
        wait_for("the answer to begin", lambda: len(page.questions()) == 2 and page.answer())
        page.script("window.kinds = []; window.changes = []; window.shifts = [];"
                    "window.observer.observe(document.getElementById('thread'), { childList: true, subtree: true })")
        page.wait_state("finished")
        self.assertEqual(page.script("return window.changes"), [])
        self.assertLess(sum(page.script("return window.shifts")), 0.02)

    def test_what_one_reads_above_stays_in_place_while_the_answer_grows_below(self):
        page = self.page(self.user)
        page.paste(MARKDOWN * 6)
        wait_for("enough to scroll", lambda: page.script("const s = document.getElementById('scroller'); return s.scrollHeight > s.clientHeight + 400"))
        page.script("document.getElementById('scroller').scrollTop -= 300")
        top = lambda: page.script("return document.querySelector('.answer h3').getBoundingClientRect().top")
        before = wait_for("the button to the end", lambda: page.shown("#to-end") and top())
        length = len(page.answer())
        wait_for("more of the answer", lambda: len(page.answer()) > length + 300 or page.state() == "finished")
        self.assertAlmostEqual(top(), before, delta=1)
        page.click("#to-end")
        wait_for("the end", lambda: not page.shown("#to-end"))
        page.wait_state("finished")

    def test_code_and_answers_are_copied_as_they_were_written(self):
        page = self.page(self.user)
        page.paste(MARKDOWN)
        page.wait_state("finished")
        page.script("window.copied = []; Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => void window.copied.push(text) } })")
        page.click('[data-copy="code"]')
        page.click('[aria-label="Copy the answer"]')
        page.script("document.querySelector('[aria-label=\"Copy the question\"]').click()")
        wait_for("all copies", lambda: len(page.script("return window.copied")) == 3)
        code = MARKDOWN.partition("```swift\n")[2].partition("\n```")[0]
        self.assertEqual(page.script("return window.copied"), [code, MARKDOWN.strip(), MARKDOWN.strip()])
        wait_for("a word for those who listen", lambda: page.find("#announcer").get_attribute("textContent") == "Copied.")


class ThoughtsTests(BrowserTestCase):
    def test_thoughts_are_folded_until_one_opens_them(self):
        page = self.page(self.user)
        page.click("#think")
        page.ask("Why? [[tokens 120]]")
        summary = wait_for("the thoughts", lambda: page.shown(".thinking summary"))
        self.assertFalse(page.script("return document.querySelector('.thinking').open"))
        page.wait_state("finished")
        self.assertEqual(summary.text, "Thoughts")
        self.assertIsNone(page.shown(".thought"))
        summary.send_keys(Keys.ENTER)
        self.assertTrue(wait_for("the text", lambda: page.shown(".thought")).text)

    def test_a_page_that_goes_offline_says_so_and_goes_on_by_itself(self):
        page = self.page(self.user)
        page.ask("one")
        page.wait_state("finished")
        offline = lambda value: page.driver_here().execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": value, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        page.driver_here().execute_cdp_cmd("Network.enable", {})
        offline(True)
        try:
            page.script("dispatchEvent(new Event('offline'))")
            page.ask("two")
            wait_for("the question to be kept", lambda: "by itself" in (page.shown(".unsent").text if page.shown(".unsent") else ""), 60)
        finally:
            offline(False)
        page.script("dispatchEvent(new Event('online'))")
        page.click(".unsent .button")
        page.wait_state("finished")
        self.assertEqual(page.questions(), ["one", "two"])
