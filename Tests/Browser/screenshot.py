#!/usr/bin/env python3
"""Takes the pictures of the chat page that the documentation shows.

    python3 Tests/Browser/screenshot.py --hawk .build/release/hawk [--out docs/images]

Starts a hawk of its own, with the simulated model, has a short conversation with it and writes
chat-light.png, chat-dark.png and chat-phone.png, each below 200 KB.
"""

import argparse
import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from support.chromium import ChatPage, start_browser, wait_for  # noqa: E402
from support.hawk import Hawk  # noqa: E402

LARGEST = 200_000  # bytes
EARLIER = ["Plan a quiet weekend near the sea", "Which birds migrate by night?", "Name three uses of a paper clip"]
QUESTION = "Why is the sky blue at noon and red at dusk?"


def picture(page, path, width, height, scale, scheme, is_phone=False):
    driver = page.driver_here()
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_phone},
    )
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    # Until the new size and colours have settled; then the beginning of the answer, and no cursor.
    driver.execute_async_script(
        "const done = arguments[0]; document.activeElement.blur(); setTimeout(() => {"
        " document.getElementById('scroller').scrollTop = 0; setTimeout(done, 300); }, 500)"
    )
    image = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": False})["data"]
    path.write_bytes(base64.b64decode(image))
    size = path.stat().st_size
    print(f"{path} {size // 1024} KB")
    if size > LARGEST:
        raise SystemExit(f"{path} is larger than {LARGEST} bytes")


def main():
    parser = argparse.ArgumentParser(description="Takes the pictures of the chat page.")
    parser.add_argument("--hawk", required=True, help="path of the hawk binary")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("docs/images"), help="directory to write to")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    hawk = Hawk(options.hawk)
    driver = None
    try:
        hawk.start()
        driver = start_browser()
        page = ChatPage(driver, hawk.url, "Mara")
        for question in EARLIER:
            page.ask(question)
            page.wait_answer(5)
            page.click("#new-conversation")
        page.click("#think")
        page.ask(QUESTION)
        page.wait_state("finished", timeout=60)
        wait_for("quiet", lambda: page.script("return document.querySelectorAll('.busy:not([hidden])').length") == 0, 60)
        picture(page, options.out / "chat-light.png", 1180, 940, 1.25, "light")
        picture(page, options.out / "chat-dark.png", 1180, 940, 1.25, "dark")
        picture(page, options.out / "chat-phone.png", 390, 780, 1.75, "light", is_phone=True)
    finally:
        if driver is not None:
            driver.quit()
        hawk.close()


if __name__ == "__main__":
    main()
