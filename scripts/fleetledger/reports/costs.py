"""Reports on what the agents cost, from the published file alone.

A report is a document: a dictionary that `--json` prints as it is, `--csv` flattens (export) and the terminal
shows (terminal.costs). Its keys are stable:

- all: `report, as_of, is_demo, timezone, since, until, filters`. Days are in `timezone`, instants are UTC.
- groups (`daily, weekly, monthly, models, projects`, or whatever `by` says): `by`, the columns that rows begin with;
  `totals`, one group of all calls; `row_count`, and `rows`, as many of the groups as were asked for; `hidden_requests`,
  how many requests that no transcript shows are among the calls, null where they were not asked for.
- `sessions`: the same without `by` and `hidden_requests`.
- `overview`: `totals`, one group; `days, fleets, accounts, providers, models, projects`, lists of groups; `standing`,
  today and the last days up to it; `unpriced_models, unmapped_providers, inexact_rates`; `rates`, where they come from;
  `client_totals`, in how many sessions Claude Code wrote a total of its own and how far they agree; `telemetry`, how
  far it covers the transcripts; and `costliest_session` with its hand-check, null where nothing cost anything.

A group has its keys, by the names of their columns (`day`, `week` or `month` for a period), then the measures that
published/queries/costs.sql makes, under the names that the tables have for them.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, localcontext

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.reports.choices import CUTS, UNITS
from fleetledger.reports.document import EXACT, MILLION, THOUSAND, header
from fleetledger.reports.standing import spans
from fleetledger.reports.telemetry import coverage

SECTIONS = {
    "totals": (),
    "days": ("period",),
    "fleets": ("fleet",),
    "accounts": ("fleet", "host", "account"),
    "providers": ("provider",),
    "models": ("model",),
    "projects": ("project",),
}
"""What the overview groups by."""

SESSION_KEYS = (
    *("session_id", "parent_session_id", "fleet", "host", "account", "project", "title"),
    *("started_at", "ended_at", "started_at_local"),
)
"""What the rows of sessions have before their measures."""

BUCKETS = {
    "input": "input",
    "output": "output",
    "cache_read": "cache read",
    "cache_write_5m": "cache write 5m",
    "cache_write_1h": "cache write 1h",
}
"""The token buckets that are priced, by the beginning of their columns (`<bucket>_tokens`, `<bucket>_usd_per_mtok`)."""


def overview(ledger: Ledger, now: datetime) -> Row:
    """The document of all that passes the filters; `now` is UTC and has no zone of its own."""
    sections: Row = dict(zip(SECTIONS, ledger.costs(*SECTIONS.values()), strict=True))
    sections["days"] = [_named(row, "day") for row in sections["days"]]
    (totals,) = sections["totals"]
    unpriced = sum(totals[f"{kind}_unpriced_call_count"] for kind in PRICED_KINDS)
    return (
        header(ledger, "overview")
        | sections
        | {
            "totals": totals,
            "standing": spans(ledger, now),
            "unpriced_models": ledger.unpriced_models() if unpriced else [],
            "unmapped_providers": [
                {"provider": row["provider"], "model_call_count": row["unknown_call_count"]}
                for row in sections["providers"]
                if row["unknown_call_count"]
            ],
            "inexact_rates": ledger.ask("reports/inexact_rates") if totals["inexact_rate_call_count"] else [],
            "rates": {key: ledger.build[f"rates_{key}"] for key in ("source", "version", "date")},
            "client_totals": ledger.ask("reports/client_totals")[0],
            "telemetry": coverage(ledger),
            "costliest_session": _hand_check(ledger),
        }
    )


def groups(
    ledger: Ledger,
    name: str,
    by: tuple[str, ...],
    *,
    sort: str | None = None,
    descending: bool | None = None,
    limit: int | None = None,
    with_hidden: bool = False,
) -> Row:
    """The document of the report `name`: the calls by each of one or two of choices.CUTS.

    Groups are in the `sort` of the first (Ledger.costs says how); `limit` keeps the first rows. `with_hidden` adds
    the requests that no transcript shows.
    """
    unit = next((word for word in by if word in UNITS), UNITS[0])
    keys = tuple("period" if word in UNITS else CUTS[word] for word in by)
    rows, (totals,) = ledger.costs(keys, (), unit=unit, sort=sort, descending=descending, with_hidden=with_hidden)
    return header(ledger, name) | {
        "by": [CUTS[word] for word in by],
        "hidden_requests": coverage(ledger)["hidden_requests"] if with_hidden else None,
        "totals": totals,
        "row_count": len(rows),
        "rows": [_named(row, unit) for row in rows[:limit]],
    }


def _named(row: Row, unit: str) -> Row:
    """A row whose period goes by the name of its unit."""
    return {
        unit if key == "period" else key: _period(value, unit) if key == "period" else value
        for key, value in row.items()
    }


def _period(first_day: date | None, unit: str) -> str | None:
    """The name of a period: its first day, or its month; None for the calls whose time is not known."""
    if first_day is None:
        return None
    return first_day.isoformat()[:7] if unit == "month" else first_day.isoformat()


def sessions(ledger: Ledger, *, sort: str | None = None, limit: int | None = None) -> Row:
    """The document of the sessions: the newest first, or those of the most `sort`: cost, tokens or calls."""
    ((totals,),) = ledger.costs(())
    rows = ledger.ask("reports/session_costs", sort=sort or "key", limit=limit)
    counts = [row.pop("session_count") for row in rows]
    return header(ledger, "sessions") | {
        "totals": totals,
        "sort": sort or "key",
        "row_count": counts[0] if counts else 0,
        "rows": rows,
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
