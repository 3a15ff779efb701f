"""Debian's Chromium, driven by playwright, and what a page did in it: console, requests, dialogs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
SETTLED = """new Promise(done =>
    requestIdleCallback(() => requestAnimationFrame(() => setTimeout(done)), {timeout: 500}))"""
"""When what a page puts off is done: fields that take long to make, charts that wait for their width."""

GO = """place => new Promise(done => {
    if (location.hash === "#" + place) return done();
    addEventListener("hashchange", () => setTimeout(done), {once: true});
    location.hash = place;
})"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine; the test skips where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium is on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        # Without its sandbox, since tests may run as root in a container; what it opens is the project's own.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def visit(page: Page, place: str) -> None:
    """Go to a place of a page that is open, as its links do: a sixth of what it takes to open one anew."""
    page.evaluate(GO, place)
    page.wait_for_selector("#main:not([aria-busy])")
    page.evaluate(SETTLED)


@dataclass
class Seen:
    """What happened in a page besides what it shows."""

    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Browser, address: str, *, width: int = 1440, theme: str = "dark", bypass: bool = False
) -> Iterator[tuple[Page, Seen]]:
    """A page that is drawn, and what happens in it; `bypass` lets in a script of the test's own."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="light" if theme == "light" else "dark",
        bypass_csp=bypass,
        reduced_motion="reduce",
    )
    page, seen = context.new_page(), Seen()

    def dismiss(dialog: Dialog) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("console", lambda message: seen.console.append(message.text))
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("dialog", dismiss)
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    yield page, seen
    context.close()
