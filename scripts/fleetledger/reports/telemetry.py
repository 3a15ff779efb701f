"""Reports on what telemetry tells, from the published file alone.

Documents as report.py makes them: `report, as_of, is_demo, timezone, since, until, filters`, then

- `telemetry`: `totals`; `gaps`, sessions by what is missing of them (null: nothing); `hidden`, requests that no
  transcript has, by `reason, query_source, cost_kind`; `corrections`, requests whose transcript was cut off before the
  last count of output, by `model, cost_kind`; `row_count` and `rows`, by `verdict, reason, cost_kind`. Each has the
  measures of `reconciled_requests.sql`; costs of different kinds are never in one row, so that totals have none. Beside
  them totals have `paired_requests`, those that both sides have, `coverage`, their share of the transcripts' calls,
  and `matching_requests`, those of them that agree to a micro-dollar.
- `latency`: `by`, `totals`, `row_count`, `rows`: the measures of `latency.sql`, and `tokens_per_second`: output tokens
  by the time from the first token to the end.
- `errors`: `by`, `totals`, `row_count`, `rows`: those of `api_errors.sql`, `tries`, the failed ones and the answered
  requests, and `failed_share` of them. Of a status, `tries` are all.
- `decisions`: `by`, `totals`, `row_count`, `rows`: those of `tool_decisions.sql`.
- `active-time`: `by`, `totals`, `row_count`, `rows`: those of `active_time.sql`. Days are those of the build.
"""

from __future__ import annotations

from collections.abc import Mapping

from fleetledger.published.ledger import Grouping, Ledger
from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.reports.choices import ACTIVE_GROUPS, DECISION_GROUPS, ERROR_GROUPS, LATENCY_GROUPS
from fleetledger.reports.document import header

VERDICT, HIDDEN, CORRECTED = (
    ("verdict", "reason", "cost_kind"),
    ("verdict", "reason", "query_source", "cost_kind"),
    ("verdict", "model", "cost_kind"),
)
KEYS = ("verdict", "reason", "query_source", "model", "cost_kind")
COSTS = ("transcript_cost_usd", "telemetry_cost_usd", "cost_difference_usd")


def telemetry(ledger: Ledger) -> Row:
    """How far transcripts and telemetry agree, and what each has that the other lacks."""
    rows, hidden, corrected, (totals,) = ledger.groups(
        "reports/reconciled_requests", KEYS, VERDICT, HIDDEN, CORRECTED, ()
    )
    return header(ledger, "telemetry") | {
        "totals": _covered(totals, rows),
        "gaps": ledger.ask("reports/telemetry_gaps"),
        "hidden": _with_verdict(hidden, "telemetry_only"),
        "corrections": _with_verdict(corrected, "transcript_output_placeholder"),
        "row_count": len(rows),
        "rows": rows,
    }


def coverage(ledger: Ledger) -> Row:
    """What an overview says of telemetry: `totals` as in the report, and what hidden requests cost, in each kind."""
    rows, (totals,) = ledger.groups("reports/reconciled_requests", KEYS, VERDICT, ())
    hidden = [row for row in rows if row["verdict"] == "telemetry_only"]
    amounts = {
        f"{kind}_hidden_cost_usd": sum(row["telemetry_cost_usd"] or 0 for row in of_kind) if of_kind else None
        for kind in PRICED_KINDS
        for of_kind in [[row for row in hidden if row["cost_kind"] == kind]]
    }
    return _covered(totals, rows) | {"hidden_requests": sum(row["requests"] for row in hidden), **amounts}


def _covered(totals: Row, rows: list[Row]) -> Row:
    paired = totals["transcript_calls"] + totals["telemetry_requests"] - totals["requests"]
    return {key: value for key, value in totals.items() if key not in COSTS} | {
        "paired_requests": paired,
        "coverage": _share(paired, totals["transcript_calls"]),
        "matching_requests": sum(row["requests"] for row in rows if row["verdict"] == "match"),
    }


def _with_verdict(rows: list[Row], verdict: str) -> list[Row]:
    return [{key: value for key, value in row.items() if key != "verdict"} for row in rows if row["verdict"] == verdict]


def latency(ledger: Ledger, *, by: str, limit: int | None) -> Row:
    """How long requests took."""
    rows, totals = _grouped(ledger, "reports/latency", LATENCY_GROUPS, by)
    return _document(ledger, "latency", by, _paced(totals), [_paced(row) for row in rows], limit)


def _paced(row: Row) -> Row:
    tokens, ms = row.pop("paced_tokens"), row.pop("paced_ms")
    return row | {"tokens_per_second": tokens * 1000 / ms if ms else None}


def errors(ledger: Ledger, *, by: str, limit: int | None) -> Row:
    """How many tries of requests failed, of how many."""
    rows, totals = _grouped(ledger, "reports/api_errors", ERROR_GROUPS, by)
    answered = totals["answered_requests"] + totals["failed_tries"]
    tries = [answered if by == "status" else row["failed_tries"] + row["answered_requests"] for row in rows]
    told = [_failed(row, count) for row, count in zip(rows, tries, strict=True)]
    if by == "status":
        told = [row | {"answered_requests": None} for row in told]
    return _document(ledger, "errors", by, _failed(totals, answered), told, limit)


def _failed(row: Row, tries: int) -> Row:
    return row | {"tries": tries, "failed_share": _share(row["failed_tries"], tries)}


def decisions(ledger: Ledger, *, by: str, limit: int | None) -> Row:
    """How tool calls were decided, and by whom."""
    rows, totals = _grouped(ledger, "reports/tool_decisions", DECISION_GROUPS, by)
    return _document(ledger, "decisions", by, totals, rows, limit)


def active_time(ledger: Ledger, *, by: str, limit: int | None) -> Row:
    """How long people and the client were active."""
    rows, totals = _grouped(ledger, "reports/active_time", ACTIVE_GROUPS, by)
    return _document(ledger, "active-time", by, totals, rows, limit)


def _grouped(ledger: Ledger, query: str, groups: Mapping[str, Grouping], by: str) -> tuple[list[Row], Row]:
    keys = [key for grouping in groups.values() for key in grouping]
    rows, (totals,) = ledger.groups(query, keys, groups[by], ())
    return rows, totals


def _document(ledger: Ledger, name: str, by: str, totals: Row, rows: list[Row], limit: int | None) -> Row:
    shown = rows if limit is None else rows[-limit:] if by in ("day", "hour") else rows[:limit]
    return header(ledger, name) | {"by": by, "totals": totals, "row_count": len(rows), "rows": shown}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
