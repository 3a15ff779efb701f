"""Reports on how far verdicts can be trusted, for people."""

from __future__ import annotations

from collections.abc import Iterator

from fleetledger.published.rows import Row
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import heading, percent, text

TITLES = {"agreement": "Where people and rules agree", "joins": "How commits are known to be a task's"}
MOST_SHOWN = 20
"""So many disagreements are listed; `--json` has all."""


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a document, from top to bottom."""
    yield from heading(document, TITLES[document["report"]])
    yield from _joins(document) if document["report"] == "joins" else _agreement(document)


def _agreement(document: Row) -> Iterator[Piece]:
    totals = document["totals"]
    if not totals["labelled"]:
        yield Line("Nobody has labelled a task yet; `fleetledger outcomes review` asks you of some.")
        return
    for title, name, rows in (
        ("By what the rules say", "outcome_class", document["rows"]),
        ("By how sure they are", "outcome_confidence", document["confidences"]),
    ):
        columns = [
            *(Column(name.removeprefix("outcome_")), Column("labelled", True), Column("decided", True)),
            *(Column("agree", True), Column("share", True, "bold"), Column("95 % within", True)),
        ]
        lines = [[text(row[name]), *_figures(row)] for row in rows]
        yield Table(title, columns, [*lines, ["all", *_figures(totals)]], has_sum=True)
    yield Line(
        "Decided are those of which the rules say more than unobserved; the share is of them."
        f" Of the {totals['labelled']:,} labelled tasks {totals['drawn']:,} were drawn by `outcomes review`;"
        " others somebody chose, which a share tells little of."
    )
    wrong = document["disagreements"]
    if wrong:
        columns = [Column("task", keeps_end=True), Column("a person says"), Column("the rules say"), Column("rule")]
        rows = [
            [text(row[key]) for key in ("task_id", "label", "rule_outcome_class", "rule_outcome_rule")] for row in wrong
        ]
        yield Table("Where they do not", columns, rows[:MOST_SHOWN])
        if len(wrong) > MOST_SHOWN:
            yield Line(f"And {len(wrong) - MOST_SHOWN:,} more; --json has them all.")


def _figures(row: Row) -> list[str]:
    within = f"{percent(row['low'])} - {percent(row['high'])}" if row["decided"] else "-"
    return [
        f"{row['labelled']:,}",
        f"{row['decided']:,}",
        f"{row['agreed_decided']:,}",
        percent(row["decided_share"]),
        within,
    ]


def _joins(document: Row) -> Iterator[Piece]:
    if not document["rows"]:
        yield Line("No commit of a task is collected; `fleetledger collect git` and a refresh look for them.")
        return
    columns = [
        *(Column("way"), Column("pairs", True), Column("in use", True, is_spare=True), Column("judged", True)),
        *(Column("agree", True), Column("precision", True, "bold"), Column("recall", True, "bold")),
    ]
    rows = [
        [
            *(text(row["join_kind"]), f"{row['pairs']:,}", f"{row['used']:,}", f"{row['judged']:,}"),
            *(f"{row['agreed']:,}", percent(row["precision"]), percent(row["recall"])),
        ]
        for row in document["rows"]
    ]
    yield Table("", columns, rows)
    named = document["totals"]["named"]
    if named:
        yield Line(
            f"Trailers name the session of {named:,} pairs of a piece of work and a commit: that is what a way can be"
            " judged by. Recall is how many of these it finds; `all` is what would hold without trailers."
        )
    else:
        yield Line("No commit names its session in a trailer, so that nothing here can be judged.")
