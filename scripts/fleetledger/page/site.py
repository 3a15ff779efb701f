"""The parts of the page: what a folder, a single file and the server put together alike."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"

SCRIPTS = (
    "data.js",
    "format.js",
    "dom.js",
    "charts.js",
    "panels.js",
    "overview.js",
    "sessions.js",
    "quality.js",
    "signals.js",
    "pages.js",
    "live.js",
    "app.js",
)
STYLE = "style.css"
SCRIPT = "page.js"
PARTS = (STYLE, SCRIPT)

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
"""What the page may do: nothing but its own scripts, its own style and its own answers."""


@cache
def part(name: str) -> str:
    """A part of the page: a file of the package, or its scripts as one, for a browser asks for them one by one."""
    names = SCRIPTS if name == SCRIPT else (name,)
    return "\n".join((STATIC / each).read_text(encoding="utf-8") for each in names)


def policy(**changed: str) -> str:
    """The policy, with some of it changed; what is changed to nothing is left to default-src."""
    directives = POLICY | {name.replace("_", "-"): value for name, value in changed.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items() if value)


def block(name: str, text: str) -> str:
    """An answer, as as_json writes it, that stands in the page itself."""
    return f'<script type="application/json" id="answer-{name}">{text}</script>'


def index(blocks: Iterable[str], kind: str) -> str:
    """The page with answers in it; `kind` says what it is: folder, single or live."""
    head = f'<script src="{SCRIPT}" defer></script>\n<link rel="stylesheet" href="{STYLE}">'
    return _filled(kind, policy(), head, [*blocks])


def single(blocks: Iterable[str]) -> str:
    """The page as one file: scripts and style stand in it, and the policy names them by their hashes."""
    style, script = part(STYLE), part(SCRIPT).replace("</", "<\\/")
    allowed = policy(script_src=_hash(script), style_src=_hash(style), connect_src="")
    return _filled("single", allowed, f"<style>{style}</style>", [*blocks, f"<script>{script}</script>"])


def _filled(kind: str, allowed: str, head: str, body: list[str]) -> str:
    page = part("index.html").replace("{policy}", allowed).replace("{kind}", kind)
    before, _, rest = page.partition("{head}")
    between, _, after = rest.partition("{body}")
    return "".join((before, head, between, "\n".join(body), after))


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
