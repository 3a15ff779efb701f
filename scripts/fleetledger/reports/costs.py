"""Reports on what the agents cost, from the published file alone.

A report is a document: a dictionary that `--json` prints as it is, `--csv` flattens (report_formats) and the terminal
shows (report_render). Its keys are stable:

- all: `report, as_of, is_demo, timezone, since, until, filters`. Days are in `timezone`, instants are UTC.
- `daily, weekly, monthly, sessions, models, projects`: `totals`, one group of all calls; `row_count`, and `rows`, as
  many of the groups as were asked for.
- `overview`: `totals`, one group; `fleets, accounts, providers, models, projects`, lists of groups; `unpriced_models,
  unmapped_providers, inexact_rates`; `rates`, where they come from; `client_totals`, in how many sessions Claude Code
  wrote a total of its own and how far they agree; `telemetry`, how far it covers the transcripts; and
  `costliest_session` with its hand-check, null where nothing cost anything.

A group has its keys (`day`, `week` or `month`; `fleet`, `host`, `account`; `provider`; `model`; `project`; those of a
session), then the measures that report_queries describes.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.reports.choices import GROUPS, PERIODS
from fleetledger.reports.document import EXACT, MILLION, THOUSAND, header
from fleetledger.reports.telemetry import coverage

SECTIONS = {
    "totals": (),
    "fleets": ("fleet",),
    "accounts": ("fleet", "host", "account"),
    "providers": ("provider",),
    "models": ("model",),
    "projects": ("project",),
}
"""What the overview groups by."""

ROW_KEYS = {
    **{name: (unit,) for name, unit in PERIODS.items()},
    **GROUPS,
    "sessions": (
        *("session_id", "parent_session_id", "fleet", "host", "account", "project", "title"),
        *("started_at", "ended_at", "started_at_local"),
    ),
}
"""What the rows of a report have before their measures."""

BUCKETS = {
    "input": "input",
    "output": "output",
    "cache_read": "cache read",
    "cache_write_5m": "cache write 5m",
    "cache_write_1h": "cache write 1h",
}
"""The token buckets that are priced, by the beginning of their columns (`<bucket>_tokens`, `<bucket>_usd_per_mtok`)."""


def report(ledger: Ledger, name: str, *, costliest: bool = False, limit: int | None = None) -> Row:
    """The document of the report `name`, one of choices.REPORTS.

    `limit` keeps the first rows of sessions, models and projects; `costliest` puts sessions in the order of cost.
    """
    document = header(ledger, name)
    if name == "overview":
        return document | _overview(ledger)
    if name == "sessions":
        return document | _sessions(ledger, costliest=costliest, limit=limit)
    unit = PERIODS.get(name, "day")
    rows, (totals,) = ledger.costs(("period",) if name in PERIODS else GROUPS[name], (), unit=unit)
    if name in PERIODS:
        rows = [{unit: _period(row.pop("period"), unit), **row} for row in rows]
    return document | {"totals": totals, "row_count": len(rows), "rows": rows[:limit]}


def _period(first_day: date | None, unit: str) -> str | None:
    """The name of a period: its first day, or its month; None for the calls whose time is not known."""
    if first_day is None:
        return None
    return first_day.isoformat()[:7] if unit == "month" else first_day.isoformat()


def _sessions(ledger: Ledger, *, costliest: bool, limit: int | None) -> Row:
    ((totals,),) = ledger.costs(())
    rows = ledger.ask("reports/session_costs", costliest=costliest, limit=limit)
    counts = [row.pop("session_count") for row in rows]
    order = "costliest" if costliest else "newest"
    return {"totals": totals, "order": order, "row_count": counts[0] if counts else 0, "rows": rows}


def _overview(ledger: Ledger) -> Row:
    sections: Row = dict(zip(SECTIONS, ledger.costs(*SECTIONS.values()), strict=True))
    (totals,) = sections["totals"]
    unpriced = sum(totals[f"{kind}_unpriced_calls"] for kind in PRICED_KINDS)
    return sections | {
        "totals": totals,
        "unpriced_models": ledger.unpriced_models() if unpriced else [],
        "unmapped_providers": [
            {"provider": row["provider"], "model_calls": row["unknown_calls"]}
            for row in sections["providers"]
            if row["unknown_calls"]
        ],
        "inexact_rates": ledger.ask("reports/inexact_rates") if totals["inexact_rate_calls"] else [],
        "rates": {key: ledger.build[f"rates_{key}"] for key in ("source", "version", "date")},
        "client_totals": ledger.ask("reports/client_totals")[0],
        "telemetry": coverage(ledger),
        "costliest_session": _hand_check(ledger),
    }


def _hand_check(ledger: Ledger) -> Row | None:
    """The costliest session, with lines that anyone can recompute: tokens times the rate per million, for each bucket.

    `recomputed_usd` adds the lines up; `agrees` is whether that is the session's cost to the last digit.
    """
    found = ledger.ask("reports/costliest_session")
    if not found:
        return None
    (session,) = found
    priced = ledger.ask("reports/session_rates", session_id=session["session_id"], cost_kind=session["cost_kind"])
    with localcontext(prec=EXACT):
        lines = [line for row in priced for line in _lines(row)]
        recomputed = sum((line["cost_usd"] for line in lines), Decimal(0))
    return session | {"lines": lines, "recomputed_usd": recomputed, "agrees": recomputed == session["cost_usd"]}


def _lines(row: Row) -> list[Row]:
    """What the calls of one rate cost: a line for each bucket with tokens, and one for web searches."""
    counted = [
        (name, row[f"{bucket}_tokens"], row[f"{bucket}_usd_per_mtok"], MILLION) for bucket, name in BUCKETS.items()
    ]
    counted.append(("web search", row["web_search_requests"], row["web_search_usd_per_kcount"], THOUSAND))
    return [
        {
            "model": row["model"],
            "rate_id": row["rate_id"],
            "multiplier": row["multiplier"],
            "bucket": name,
            "count": count,
            "rate_usd": rate,
            "per": per,
            "cost_usd": (rate or Decimal(0)) * count / per,
        }
        for name, count, rate, per in counted
        if count
    ]
