"""What was spent of budgets, usage windows, and what plans cost: documents from the published file alone.

Their keys are those of the tables that they come from (fct_budget_status, fct_usage_blocks, fct_plan_limits,
fct_plan_months), in
`rows`; before them stands what all reports begin with. Money of different cost kinds is never added.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.reports.document import header

MINUTE, HOUR = 60, 3600


def budget(ledger: Ledger) -> Row:
    """Each budget's current period, the worst first, and the worst `state`; None where there are no budgets."""
    rows = ledger.ask("published/budgets")
    return header(ledger, "budget") | {"state": rows[0]["state"] if rows else None, "rows": rows}


def usage_windows(ledger: Ledger, now: datetime, *, active: bool, limit: int | None) -> Row:
    """Usage windows, the newest first; with `active` those that are open at `now` (UTC, without a zone of its own).

    A window is of the day on which it begins. `is_active` and projections are as of `now`, where the table has them as
    of the newest line.
    """
    rows = [_as_of_now(row, now) for row in ledger.ask("reports/usage_windows")]
    newest = rows[0]["ends_at"] if rows else None
    found = [row for row in rows if row["is_active"] or not active]
    return header(ledger, "blocks") | {
        "now": now,
        "newest_ends_at": newest,
        "row_count": len(found),
        "rows": found[:limit],
    }


def plan_limits(ledger: Ledger, now: datetime, *, active: bool, limit: int | None) -> Row:
    """Periods of a plan's limits, the newest first; with `active` those that end after `now` (UTC, without a zone).

    `is_current` is as of `now`, where the table has it as of the newest line.
    """
    rows = [row | {"is_current": now < row["resets_at"]} for row in ledger.ask("reports/plan_limits")]
    found = [row for row in rows if row["is_current"] or not active]
    return header(ledger, "limits") | {
        "now": now,
        "is_told": bool(rows),
        "row_count": len(found),
        "rows": found[:limit],
    }


def plans(ledger: Ledger) -> Row:
    """Each month of each flat rate, the newest first. `has_plans` is whether any plan is told."""
    rows = ledger.rows("select * from fct_plan_months order by month_started_on desc, provider, account")
    return header(ledger, "plans") | {"has_plans": any(row["plan_count"] for row in rows), "rows": rows}


def _as_of_now(row: Row, now: datetime) -> Row:
    is_active: bool = row["first_called_at"] <= now < row["ends_at"]
    left = (row["ends_at"] - now).total_seconds() if is_active else None
    row |= {"is_active": is_active, "remaining_seconds": left}
    row["projected_total_tokens"] = _projected(row["total_tokens"], row["tokens_per_minute"], left, MINUTE)
    spent, rate = row["subscription_cost_usd"], row["subscription_usd_per_hour"]
    row["projected_subscription_cost_usd"] = _projected(spent, rate, left, HOUR)
    return row


def _projected(so_far: Decimal | int | None, rate: float | None, left: float | None, per: int) -> float | None:
    """What a number is after `left` more seconds, at a `rate` per so many seconds; None where one is not known."""
    return None if so_far is None or rate is None or left is None else float(so_far) + rate * left / per
