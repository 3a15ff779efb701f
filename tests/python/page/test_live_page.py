"""The live page in a real browser: what is typed appears in every page that is open, once, and what it came to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from browser import chromium
from live_server import served
from playwright.sync_api import Page, expect

TABS = 2
WHILE_QUIET = 40_000


def line(number: int, kind: str, content: object, **message: object) -> str:
    known: dict[str, Any] = {
        "type": kind,
        "sessionId": "one",
        "uuid": f"u{number}",
        "parentUuid": f"u{number - 1}" if number else None,
        "timestamp": f"2026-11-20T10:00:{number:02d}.000Z",
        "cwd": "/p",
        "version": "2.1.0",
        "message": {"role": kind, "content": content, **message},
    }
    return json.dumps(known) + "\n"


def answer(number: int, text: str) -> str:
    usage = {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    return line(
        number,
        "assistant",
        [{"type": "text", "text": text}],
        id=f"m{number}",
        model="claude-opus-4-6",
        stop_reason="end_turn",
        usage=usage,
        type="message",
    )


def append(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


def test_what_happens_is_in_every_open_page_once_and_what_it_came_to(tmp_path: Path) -> None:
    log = tmp_path / "logs/projects/-p/one.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text(line(0, "user", "make it so"))
    fleet = tmp_path / "fleet.toml"
    fleet.write_text('[[source]]\nfleet = "claude_code"\nhost = "here"\nroot = "logs"\naccount = "me"\n')
    with served(fleet, tmp_path / "data") as (_, port), chromium() as browser:
        context = browser.new_context()
        context.clock.install()
        tabs: list[Page] = []
        for _ in range(TABS):
            tabs.append(context.new_page())
            tabs[-1].goto(f"http://127.0.0.1:{port}/#/live")
            tabs[-1].wait_for_selector("html[data-ready]")
        append(log, line(1, "user", "the second prompt"))
        for tab in tabs:
            expect(tab.locator(".feed .what", has_text="the second prompt")).to_have_count(1)
        # The first follows the server and tells the others; when it is closed, another does.
        tabs.pop(0).close()
        append(log, line(2, "user", "the third prompt"))
        append(log, answer(3, "it is so"))
        for tab in tabs:
            expect(tab.locator(".feed .what", has_text="the third prompt")).to_have_count(1)
            expect(tab.locator(".feed .what", has_text="it is so")).to_have_count(1)
        assert tabs[0].locator(".card").count() == 0
        context.clock.fast_forward(WHILE_QUIET)
        card = tabs[0].get_by_role("article")
        expect(card.get_by_text("3", exact=True)).to_be_visible(timeout=30_000)
        expect(card.get_by_text("claude --resume one")).to_be_visible()
        context.close()
