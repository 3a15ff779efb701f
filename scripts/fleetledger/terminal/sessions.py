"""What is found, for people: sessions, each on a line of its own with the line that resumes it below.

Lines that are to be copied are printed as they are, never wrapped or cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.terminal.layout import Line
from fleetledger.terminal.money import DEMO, filters_told, money, nearest_told

WHITE = re.compile(r"\s+")
MARK_START, MARK_END = "»", "«"

TITLE_LENGTH = 80
NO_SESSION = "No session matches."
NOT_YET = "No sessions yet. Type `fleetledger refresh` after the agents have run."


class Part(NamedTuple):
    """A piece of a line, and its style as click names it: any of bold, dim, underline, or a colour."""

    text: str
    style: str = ""


Parts = list[Part]


def sessions(document: Row) -> Iterator[Parts]:
    """The lines that show the sessions of a document."""
    yield from heading(document)
    rows: list[Row] = document["rows"]
    if not rows:
        yield [Part(NO_SESSION if filters_told(document) else NOT_YET)]
        yield from ([Part(piece.text)] for piece in nearest_told(document) if isinstance(piece, Line))
    for row in rows:
        yield session(row)
        yield [Part(f"  {resumed(row)}", "dim")]
    yield from ending(document, "sessions")


SENDERS = {
    "person": "you",
    "agent": "caller",
    "teammate": "teammate",
    "timer": "timer",
    "plugin": "plugin",
    "claude_code": "Claude Code",
}
"""Who wrote a prompt (seed message_senders); the caller of a sub-agent is the agent that started it."""

KINDS_OF_TEXT = {
    "reply": "you",
    "file": "file",
    "answer": "agent",
    "tool_use": "tool",
    "tool_result": "result",
    "compaction": "summary",
    "context": "context",
}


def search(document: Row) -> Iterator[Parts]:
    """The lines that show where a search found what."""
    yield from heading(document)
    rows: list[Row] = document["rows"]
    if not rows:
        yield [Part("No text matches.")]
    for row in rows:
        yield session(row)
        for hit in row["hits"]:
            yield _hit(row, hit)
        if row["hit_count"] > len(row["hits"]):
            yield [Part(f"    and {row['hit_count'] - len(row['hits']):,} more", "dim")]
        yield [Part(f"  {resumed(row)}", "dim")]
    yield from ending(document, "sessions with hits")


def _hit(row: Row, hit: Row) -> Parts:
    """Who said it, and the words around the match, which is marked."""
    kind = hit["text_kind"]
    who = hit["tool_name"] or (SENDERS[hit["sender"]] if kind == "prompt" else KINDS_OF_TEXT[kind])
    if hit["task_id"] != row["session_id"] and row["fleet"] == "claude_code":
        who = f"sub-agent, {who}"
    shown = "…" if hit["is_cut_before"] else ""
    place = 0
    for start, end in sorted(hit["marks"]):
        if start >= place:
            shown += single(hit["snippet"][place:start]) + MARK_START + single(hit["snippet"][start:end]) + MARK_END
            place = end
    return [Part(f"    {who}:", "cyan"), Part(shown + single(hit["snippet"][place:]))]


def single(text: str) -> str:
    """A text on one line.

    >>> single("two\\n  lines")
    'two lines'
    """
    return WHITE.sub(" ", text)


def heading(document: Row) -> Iterator[Parts]:
    """The word of warning that a generated fleet needs."""
    if document["is_demo"]:
        yield [Part(DEMO, "yellow")]


def ending(document: Row, what: str) -> Iterator[Parts]:
    """That there is more than is shown, and whose clock tells the times."""
    shown, found = len(document["rows"]), document["row_count"]
    more = f"The {shown:,} newest of {found:,} {what}; -n shows more. " if shown < found else ""
    if shown:
        yield [Part(f"{more}Times in {document['timezone']}.", "dim")]


def session(row: Row) -> Parts:
    """When, where, what it cost, how it ended and what it was about, in one line."""
    parts = [
        Part(row["last_active_local"] or "undated         "),
        Part(row["project_name"] or f"({row['fleet']})", "cyan"),
        Part(spent(row), "bold"),
    ]
    if row["outcome_class"] not in (None, "unobserved"):
        parts.append(Part(row["outcome_class"].replace("_", " "), "magenta"))
    title = row["title"] or row["session_id"]
    parts.append(Part(title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…"))
    return parts


def spent(row: Row) -> str:
    """The amounts of each cost kind that a row has, each with its kind's mark; they are never added."""
    if not row["model_call_count"]:
        return "no call"
    amounts: list[tuple[str, Decimal]] = [
        (kind, amount) for kind in PRICED_KINDS if (amount := row[f"{kind}_cost_usd"]) is not None
    ]
    more = "+" if row["unpriced_call_count"] else ""
    return " ".join(money(amount, kind) + more for kind, amount in amounts) or ("unpriced" if more else "free")


def resumed(row: Row) -> str:
    """The line that resumes a session, with a remark where it takes another machine or account than usual."""
    where = [f"on {row['host']}"] if not row["is_here"] else []
    if row["account"] != "default":
        where.append(f"account {row['account']}")
    if row["resume"] and not row["resume_in"] and row["transcript_place"]:
        where.append(f"in the directory that Claude Code calls {row['transcript_place']}: none that was logged")
    remark = f"  # {', '.join(where)}" if where else ""
    line: str = row["resume"] or f"{row['fleet']} session {row['session_id']}"
    return line + remark
