"""The card of a session, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator

from fleetledger.published.rows import Row
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import DEMO, all_tokens, duration, short, short_id, text
from fleetledger.terminal.sessions import spent


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a card."""
    if document["is_demo"]:
        yield Line(DEMO, "black on yellow")
    (row,) = document["rows"]
    yield Line(f"{row['title'] or row['session_id']}", "bold")
    yield Line(
        f"{short_id(row['session_id'])} · {text(row['project'])} · {row['started_at_local']} {document['timezone']}"
    )
    active = duration(row["active_ms"] / 1000 if row["active_ms"] is not None else None)
    wall = duration(row["wall_clock_ms"] / 1000 if row["wall_clock_ms"] is not None else None)
    changed = f"{row['file_count']:,}"
    if row["lines_added"] is not None:
        changed += f" (+{row['lines_added']:,} -{row['lines_removed'] or 0:,} lines)"
    lines = [
        ["cost", spent(row), "outcome", (row["outcome_class"] or "unobserved").replace("_", " ")],
        ["tokens", short(all_tokens(row)), "commits", f"{row['commit_count']:,}"],
        ["active", f"{active} of {wall}", "pull requests", f"{row['pull_request_count']:,}"],
        ["prompts", f"{row['prompt_count']:,}", "files written", changed],
        ["tool calls", f"{row['tool_call_count']:,}", "errors", f"{row['tool_error_count']:,}"],
    ]
    yield Table("", [Column("", style="dim"), Column(""), Column("", style="dim"), Column("")], lines)
    for url in row["pull_request_urls"] or ():
        yield Line(url)
