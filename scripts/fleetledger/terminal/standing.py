"""Where things stand, in ten lines."""

from __future__ import annotations

from collections.abc import Iterator

from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.terminal.budgets import quiet
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import (
    WARN,
    all_tokens,
    amount,
    duration,
    kind_columns,
    short,
)

NEEDS = 2
"""How many things that need a person are named."""


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a document, from top to bottom."""
    demo = "DEMO · " if document["is_demo"] else ""
    age = duration((document["now"] - document["as_of"]).total_seconds()) if document["as_of"] else "-"
    as_of = f"newest line {age} ago" if document["as_of"] else "no line yet"
    yield Line(f"{demo}Where things stand · days in {document['timezone']} · {as_of}", "bold")
    yield _spans(document["rows"])
    if document["budgets"]:
        yield Line(f"Budget {quiet(document['budgets'])}", WARN)
    yield from _needs(document["needs"])
    yield Line(_next(document), "dim")


def _spans(rows: list[Row]) -> Table:
    kinds = [kind for kind in PRICED_KINDS if any(row[f"{kind}_call_count"] for row in rows)]
    columns = [
        Column(""),
        Column("sessions", True),
        Column("calls", True),
        Column("tokens", True),
        *kind_columns(kinds),
    ]
    lines = [
        [
            row["period"],
            f"{row['session_count']:,}",
            f"{row['model_call_count']:,}",
            short(all_tokens(row)),
            *(amount(row, kind) for kind in kinds),
        ]
        for row in rows
    ]
    return Table("", columns, lines, is_tight=True)


def _needs(needs: list[Row]) -> Iterator[Piece]:
    if not needs:
        yield Line("Nothing needs you.", "green")
    for need in needs[:NEEDS]:
        yield Line(f"Needs you: {need['message']}", WARN, is_cut=True)
    if len(needs) > NEEDS:
        yield Line(f"and {len(needs) - NEEDS} more: fleetledger doctor", WARN)


def _next(document: Row) -> str:
    steps = [f"{step['command']} ({step['reason']})" for step in document["next"][:1]]
    return "Next: " + " · ".join([*steps, "fleetledger report", "fleetledger sessions", "fleetledger help"])
