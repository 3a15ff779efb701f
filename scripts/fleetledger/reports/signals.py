"""Reports on what goes on inside the work, from the published file alone: `attention`, `signals` and `waste`.

Documents as report.py makes them: `report, as_of, is_demo, timezone, since, until, filters`, then

- `attention`: `row_count` and `rows`, one a session that there is a reason to look at, the highest score first;
  `reasons` names each with its points and, where there is more than one, how many.
- `signals`: `signal` and `by` (keys, with commas between), then `row_count` and `rows`; of all signals (`signal` is
  null) a row each with the measures that stand for it, as `signal, measure, value, out_of`; of one, a row for each
  group, with all its measures.
- `waste`: `rows`, one for each rule and kind of money, with what it cost; rules are about different parts of a call's
  cost, so that rows of one kind of money add up. `models`: what the rule `dear_model` is made of, by kind of task.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.published.ledger import Grouping, Ledger
from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.reports.choices import SIGNALS
from fleetledger.reports.document import header


class Headline(NamedTuple):
    """A measure that stands for a signal, and the measure that it is a part of, if it is."""

    measure: str
    out_of: str | None = None


HEADLINES = {
    "context": (Headline("high_calls", "windowed_calls"), Headline("drops", "calls")),
    "cache": (
        Headline("lost_gaps", "gaps"),
        Headline("expired_gaps", "gaps"),
        *(Headline(f"{kind}_rewrite_cost_usd") for kind in PRICED_KINDS),
    ),
    "asks": (Headline("asks"), *(Headline(f"{kind}_dearest_usd") for kind in PRICED_KINDS)),
    "tools": (
        Headline("failed_calls", "answered_calls"),
        Headline("repeated_commands"),
        Headline("edit_loops"),
    ),
    "stops": (Headline("degraded_calls", "ended_calls"),),
    "compactions": (Headline("mid_task_compactions", "followed_compactions"), Headline("reread_files")),
    "recalls": (Headline("recalls"),),
    "delegations": (
        Headline("unused_delegations", "judged_delegations"),
        *(Headline(f"{kind}_cost_usd") for kind in PRICED_KINDS),
    ),
    "friction": (Headline("friction_sessions", "sessions"), Headline("friction_prompts", "prompts")),
    "timings": (Headline("response_p50_ms"), Headline("response_p99_ms"), Headline("ask_p50_ms")),
    "claims": (Headline("contradicted_claims", "claims"), Headline("unsupported_claims", "claims")),
    "directives": (Headline("broken_calls", "calls"),),
    "anomalies": (Headline("anomalies"),),
    "versions": (Headline("worse_versions", "compared_versions"),),
    "subscriptions": (Headline("active_days", "days"),),
    "scores": (Headline("faultless_scores", "scores"),),
    "verdicts": (Headline("faults", "verdicts"), Headline("agreeing_verdicts", "labelled_verdicts")),
}


QUERIES = {
    "context": "reports/signal_context",
    "cache": "reports/signal_cache",
    "asks": "reports/signal_asks",
    "tools": "reports/signal_tools",
    "stops": "reports/signal_stops",
    "compactions": "reports/signal_compactions",
    "recalls": "reports/signal_recalls",
    "delegations": "reports/signal_delegations",
    "friction": "reports/signal_friction",
    "timings": "reports/signal_timings",
    "claims": "reports/signal_claims",
    "directives": "reports/signal_directives",
    "anomalies": "reports/signal_anomalies",
    "versions": "reports/signal_versions",
    "subscriptions": "reports/signal_subscriptions",
    "scores": "reports/signal_scores",
    "verdicts": "reports/signal_verdicts",
}


def attention(ledger: Ledger, *, limit: int) -> Row:
    """The sessions that a person should look at, and why."""
    rows = ledger.ask("reports/attention", limit=limit)
    count = rows[0]["session_count"] if rows else 0
    shown = [{key: value for key, value in row.items() if key != "session_count"} for row in rows]
    return header(ledger, "attention") | {"row_count": count, "rows": shown}


def all_signals(ledger: Ledger) -> Row:
    """What stands for each signal."""
    rows: list[Row] = []
    for name, headlines in HEADLINES.items():
        ((totals,),) = _groups(ledger, name, ())
        rows += [
            {
                "signal": name,
                "measure": headline.measure,
                "value": totals[headline.measure],
                "out_of": totals[headline.out_of] if headline.out_of else None,
            }
            for headline in headlines
        ]
    return header(ledger, "signals") | {"signal": None, "by": None, "row_count": len(rows), "rows": rows}


def one_signal(ledger: Ledger, name: str, *, by: tuple[str, ...], limit: int | None) -> Row:
    """A signal, by one or more of its keys (SIGNALS)."""
    rows, (totals,) = _groups(ledger, name, by, ())
    document = {"signal": name, "by": ",".join(by), "totals": totals, "row_count": len(rows), "rows": rows[:limit]}
    return header(ledger, "signals") | document


def waste(ledger: Ledger) -> Row:
    """What could have been saved, by rule and kind of money."""
    models = ledger.ask("reports/waste_models", least_tasks=_threshold("model_tasks"))
    rows = [*ledger.ask("reports/waste"), *_dear_models(models)]
    rows.sort(key=lambda row: (row["cost_usd"] is None, -(row["cost_usd"] or 0)))
    return header(ledger, "waste") | {"row_count": len(rows), "rows": rows, "models": models}


def _dear_models(models: list[Row]) -> Iterator[Row]:
    """What models that were dearer than tasks needed cost too much, by kind of money."""
    for kind in PRICED_KINDS:
        of_kind = [row for row in models if row["cost_kind"] == kind]
        if of_kind:
            findings = sum(row["findings"] for row in of_kind)
            yield {
                "rule": "dear_model",
                "cost_kind": kind,
                "findings": findings,
                "sessions": sum(row["sessions"] for row in of_kind),
                "tokens": None,
                "priced_findings": findings,
                "cost_usd": sum(row["cost_usd"] for row in of_kind),
            }


def _threshold(name: str) -> int:
    """A number of the seed signal_thresholds."""
    with (PROJECT_ROOT / "seeds/signals/signal_thresholds.csv").open(newline="", encoding="utf-8") as file:
        return next(int(row["value"]) for row in csv.DictReader(file) if row["threshold"] == name)


def _groups(ledger: Ledger, name: str, *groupings: Grouping) -> list[list[Row]]:
    return ledger.groups(QUERIES[name], SIGNALS[name], *groupings)
