"""Where things stand: what was used lately, which budgets are not well, and what needs a person.

The document has what all reports begin with, then `built_at`; `rows`: `period` (today, 7 days, 30 days) and the
measures of each; `budgets`, those that are over or near their limits; `needs` and `next`, as doctor says them.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.reports.document import header

WELL = "ok"
"""The state of a budget that is neither over nor near its limit."""


def standing(ledger: Ledger, doctor: Row, now: datetime) -> Row:
    """The document; `doctor` is what doctor found, `now` has its zone."""
    return header(ledger, "status") | {
        "built_at": ledger.build["built_at"],
        "now": now.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        "rows": spans(ledger, now.astimezone(UTC).replace(tzinfo=None)),
        "budgets": [row for row in ledger.ask("published/budgets") if row["state"] != WELL],
        "needs": doctor["needs"],
        "next": doctor["next"],
    }


def spans(ledger: Ledger, now: datetime) -> list[Row]:
    """What was used today and in the last 7 and 30 days up to it; `now` is UTC and has no zone of its own."""
    today = ledger.today(now, ledger.timezone)
    return ledger.ask("reports/standing", today=today, slice_since=ledger.build.get("slice_since"))
