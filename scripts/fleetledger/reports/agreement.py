"""How far the verdicts can be trusted: measured by people's labels, and the joins of commits by trailers.

Documents as in outcomes:

- `agreement`: `totals`, `rows` (a row is a class that the rules give) and `confidences` (a row is how sure they are)
  have `labelled`, of these `drawn` by a review; `decided` (the rules say more than unobserved), `agreed`,
  `agreed_decided`; `share`, which is agreed of labelled, and `decided_share`, of the decided, with the bounds of its
  interval, `low` and `high`. `disagreements` are tasks with the person's `label` and what the rules say.
- `joins`: a row is a way in which commits are known to be a task's: `join_kind, pairs, used, judged, agreed, named,
  precision, recall`.
"""

from __future__ import annotations

from math import sqrt

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.reports.document import header

DEVIATIONS = 1.96
"""Of the normal distribution: so many on either side hold 95 %."""


def agreement_report(ledger: Ledger) -> Row:
    """The document of what people and rules say of the same tasks."""
    keys = ("outcome_class", "outcome_confidence")
    rows, confidences, (totals,) = _counted(ledger, keys, ("outcome_class",), ("outcome_confidence",), ())
    return header(ledger, "agreement") | {
        "totals": totals,
        "row_count": len(rows),
        "rows": rows,
        "confidences": confidences,
        "disagreements": ledger.ask("reports/outcome_disagreements"),
    }


def joins_report(ledger: Ledger) -> Row:
    """The document of how well each way of knowing a task's commits agrees with the trailers that name sessions."""
    rows = [
        row | {"precision": _share(row["agreed"], row["judged"]), "recall": _share(row["agreed"], row["named"])}
        for row in ledger.ask("reports/commit_joins")
    ]
    return header(ledger, "joins") | {
        "totals": {"named": rows[0]["named"] if rows else 0},
        "row_count": len(rows),
        "rows": rows,
    }


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """The interval that holds a share with 95 %, by Wilson; None of nothing.

    >>> [round(bound, 3) for bound in wilson(57, 60)]
    [0.863, 0.983]
    >>> wilson(0, 0) is None
    True
    """
    if not whole:
        return None
    share, square = part / whole, DEVIATIONS**2
    middle = share + square / (2 * whole)
    half = DEVIATIONS * sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    low, high = ((middle + side) / (1 + square / whole) for side in (-half, half))
    # Rounding must leave neither the share nor the bounds outside.
    return max(0.0, min(share, low)), min(1.0, max(share, high))


def _counted(ledger: Ledger, keys: tuple[str, ...], *groupings: tuple[str, ...]) -> list[list[Row]]:
    groups = ledger.groups("reports/outcome_agreement", keys, *groupings)
    nothing = dict.fromkeys(("labelled", "drawn", "decided", "agreed", "agreed_decided"), 0)
    return [
        [_measured(row) for row in group or ([] if grouping else [nothing])]
        for grouping, group in zip(groupings, groups, strict=True)
    ]


def _measured(row: Row) -> Row:
    low, high = wilson(row["agreed_decided"], row["decided"]) or (None, None)
    return row | {
        "share": _share(row["agreed"], row["labelled"]),
        "decided_share": _share(row["agreed_decided"], row["decided"]),
        "low": low,
        "high": high,
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
