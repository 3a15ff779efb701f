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
    "pages.js",
    "live.js",
    "app.js",
)
STYLE = "style.css"
PARTS = (STYLE, *SCRIPTS)

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
    """A part of the page, as it stands in the package."""
    return (STATIC / name).read_text(encoding="utf-8")


def policy(**changed: str) -> str:
    """The policy, with some of it changed; what is changed to nothing is left to default-src."""
    directives = POLICY | {name.replace("_", "-"): value for name, value in changed.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items() if value)


def block(name: str, text: str) -> str:
    """An answer, as as_json writes it, that stands in the page itself."""
    return f'<script type="application/json" id="answer-{name}">{text}</script>'


def index(blocks: Iterable[str], kind: str) -> str:
    """The page with answers in it; `kind` says what it is: folder, single or live."""
    head = "\n".join(f'<script src="{name}"></script>' for name in SCRIPTS)
    return _filled(f'<link rel="stylesheet" href="{STYLE}">', head, blocks, kind, policy())


def single(blocks: Iterable[str]) -> str:
    """The page as one file: scripts and style stand in it, and the policy names them by their hashes."""
    texts = {name: part(name).replace("</", "<\\/") if name != STYLE else part(name) for name in PARTS}
    scripts = "\n".join(f"<script>{texts[name]}</script>" for name in SCRIPTS)
    allowed = policy(
        script_src=" ".join(_hash(texts[name]) for name in SCRIPTS), style_src=_hash(texts[STYLE]), connect_src=""
    )
    return _filled(f"<style>{texts[STYLE]}</style>", scripts, blocks, "single", allowed)


def _filled(style: str, scripts: str, blocks: Iterable[str], kind: str, allowed: str) -> str:
    page = part("index.html").replace("{policy}", allowed).replace("{kind}", kind)
    before, _, rest = page.partition("{style}")
    between, _, rest = rest.partition("{answers}")
    middle, _, after = rest.partition("{scripts}")
    return "".join((before, style, between, "\n".join(blocks), middle, scripts, after))


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
