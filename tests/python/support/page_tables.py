"""What tables of the page show, read from the browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page

UNITS = {"K": 1e3, "M": 1e6, "B": 1e9}
UNKNOWN = "\u2013"


def table(page: Page, label: str) -> list[dict[str, str]]:
    """The rows of a table by their heads; `key` is what the panel's own rows are told apart by, besides."""
    found = page.evaluate(
        """label => {
            const box = [...document.querySelectorAll('[role=region]')].find(one => one.ariaLabel === label);
            const text = cell => (cell.querySelector('.meter') ? '' : cell.innerText.trim());
            return box && {
                heads: [...box.querySelectorAll('thead th')].map(text),
                rows: [...box.querySelectorAll('tbody tr')].map(row => [...row.children].map(text)),
                titles: [...box.querySelectorAll('tbody tr')].map(row => row.firstChild.title),
                links: [...box.querySelectorAll('tbody tr')].map(row => row.querySelector('a')?.hash ?? ''),
            };
        }""",
        label,
    )
    if not found:
        return []
    heads: list[str] = []
    for head in found["heads"]:
        name = re.sub(r" [↑↓]$", "", head)
        heads.append(f"{name} 2" if name in heads else name)
    rows = [dict(zip(heads, row, strict=True)) for row in found["rows"]]
    for row, title, link in zip(rows, found["titles"], found["links"], strict=True):
        row["title"], row["link"] = title, link
    return rows


def shown(text: str) -> tuple[float, float] | None:
    """The number that a cell shows, and how far the true one may be from it; None where it shows none."""
    found = re.match(r"[≈≥<\s]*\$?([\d,]+(?:\.(\d+))?)([KMB]?)(?: (%))?", text)
    if text == UNKNOWN or not found:
        return None
    scale = UNITS.get(found[3], 1) * (0.01 if found[4] else 1)
    step = scale * 10 ** -len(found[2] or "")
    return float(found[1].replace(",", "")) * scale, step * (1 if text.startswith(("<", "≈<")) else 0.5001)


DURATIONS = {"ms": 1, "s": 1e3, "min": 60e3, "h": 3600e3}


def shown_ms(text: str) -> tuple[float, float] | None:
    """The duration that a cell shows, in milliseconds, and how far the true one may be from it."""
    found = re.fullmatch(r"([\d,]+(?:\.(\d+))?) (ms|s|min|h)", text)
    if not found:
        return None
    scale = DURATIONS[found[3]]
    return float(found[1].replace(",", "")) * scale, scale * 10 ** -len(found[2] or "") * 0.5001
