"""A session for people: as text for the terminal, and as one page of HTML that loads nothing and runs nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from fleetledger.base.text import ESCAPES, clean, counted
from fleetledger.published.rows import Row
from fleetledger.terminal.money import DEMO, duration, short
from fleetledger.terminal.sessions import SENDERS, resumed, spent

LONGEST = {"text": 4_000, "page": 20_000}
"""Characters of a text that are shown."""

FOLDED = 160
"""Characters of a tool's input or result that a line of the terminal shows."""

BAR = 10
"""How long the bar of a window is."""

LONG_PAUSE_MS = 5 * 60_000
"""A pause that is told: the shorter life of a cache is over."""

WHO = {
    "answer": "agent",
    "reply": "you",
    "tool_result": "result",
    "context": "context",
    "compaction": "compacted",
}


def harmless(text: str | None) -> str:
    r"""A text of many lines without escape sequences; what else could steer a reader's eye is named instead.

    >>> harmless("a\x1b[31mb\x1b]0;title\x07 \u202ec\x00\r\n\td")
    'ab [U+202E]c[U+0000]\n\td'
    """
    plain = ESCAPES.sub("", text or "").replace("\r\n", "\n")
    if plain.isprintable():
        return plain
    return "".join(
        char if char.isprintable() or char in "\n\t" else " " if char.isspace() else f"[U+{ord(char):04X}]"
        for char in plain
    )


def who(item: Row) -> str:
    """Who said a text: of a prompt its sender, with the name that is told of one that is no person.

    >>> who({"kind": "prompt", "sender": "teammate", "sender_name": "researcher"})
    'teammate researcher'
    """
    if item["kind"] != "prompt":
        return WHO[item["kind"]]
    name = item["sender_name"] if item["sender"] != "person" else None
    return clean(" ".join(filter(None, (SENDERS[item["sender"]], name))))


def cut(item: Row) -> str:
    """A word about what is not shown of a text."""
    hidden = (item["size"] or 0) - len(item["text"] or "")
    return f"… {counted(hidden, 'more character')} not shown" if hidden else ""


def head(turn: Row) -> str:
    """What stands above a turn."""
    name = f"turn {turn['number']}" if turn["number"] else "before the first prompt"
    cost = spent(turn) if turn["model_call_count"] else ""
    context = f"context {short(turn['context_tokens'])}" if turn["context_tokens"] is not None else ""
    return " · ".join(part for part in (name, turn["said_at_local"], cost, context) if part)


def margin(turn: Row) -> str:
    """What stands beside a turn: how full the window was, the pause before it, what was compacted, what was claimed.

    >>> margin({"window_share": 0.72, "pause_ms": 7_200_000, "compactions": [], "claims": [
    ...     {"claim_kind": "tests_pass", "claim_verdict": "contradicted"},
    ...     {"claim_kind": "pushed", "claim_verdict": "verified"}]})
    '[███████···] 72% · after a pause of 2h 00m · claims tests pass: contradicted, pushed: verified'
    """
    parts = []
    if turn["window_share"] is not None:
        full = min(int(turn["window_share"] * BAR), BAR)
        parts.append(f"[{'█' * full}{'·' * (BAR - full)}] {turn['window_share']:.0%}")
    if (turn["pause_ms"] or 0) >= LONG_PAUSE_MS:
        parts.append(f"after a pause of {duration(turn['pause_ms'] / 1000)}")
    for compaction in turn["compactions"]:
        sizes = " to ".join(short(compaction[key]) for key in ("tokens_before", "tokens_after"))
        parts.append(f"compacted {sizes} ({clean(compaction['compaction_trigger'])})")
    claims = dict.fromkeys(f"{c['claim_kind'].replace('_', ' ')}: {c['claim_verdict']}" for c in turn["claims"])
    if claims:
        parts.append(f"claims {', '.join(claims)}")
    return " · ".join(parts)


def lines(document: Row) -> Iterator[str]:
    """The session as lines for a terminal."""
    session = document["session"]
    if document["is_demo"]:
        yield DEMO
    yield clean(session["title"] or session["session_id"])
    yield clean(f"{session['last_active_local']} · {session['project'] or session['fleet']} · {spent(session)}")
    yield clean(resumed(session))
    for thread in document["threads"]:
        yield from _thread(thread, "")


def _thread(thread: Row, indent: str) -> Iterator[str]:
    if thread["is_subagent"]:
        yield f"{indent}sub-agent {clean(thread['agent_id'] or thread['task_id'])}"
    for turn in thread["turns"]:
        yield ""
        yield f"{indent}── {head(turn)}"
        if margin(turn):
            yield f"{indent}   {margin(turn)}"
        for item in turn["items"]:
            yield from _item(item, indent)


def _item(item: Row, indent: str) -> Iterator[str]:
    if item["kind"] == "tool_use":
        yield f"{indent}  > {clean(item['tool_name'] or 'tool')}: {_folded(item)}"
        if item["result"]:
            said = "you: " if item["result"]["kind"] == "reply" else "failed: " if item["result"]["is_error"] else ""
            yield f"{indent}    {said}{_folded(item['result'])}"
        for thread in item["threads"]:
            yield from _thread(thread, indent + "    | ")
        return
    if item["kind"] != "answer" and item["kind"] != "prompt":
        yield f"{indent}  {who(item)}: {_folded(item)}"
        return
    if not item["text"]:
        return
    yield f"{indent}{who(item)}:"
    for line in harmless(item["text"]).split("\n"):
        yield f"{indent}  {clean(line)}"
    if cut(item):
        yield f"{indent}  {cut(item)}"


def _folded(item: Row) -> str:
    text = clean(harmless(item["text"]))
    return text if len(text) <= FOLDED else f"{text[:FOLDED]}… ({item['size']:,} characters)"


def write_page(path: Path, document: Row) -> None:
    """Write the session as a page of HTML that only its owner can read."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "harmless": harmless,
        "cut": cut,
        "head": head,
        "margin": margin,
        "spent": spent,
        "resumed": resumed,
        "who": who,
    }
    page = environment.get_template("show.html.j2").render(document, demo=DEMO)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(page)
