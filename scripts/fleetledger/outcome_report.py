"""Reports on whether the work was any good, from the published file alone.

Documents as in report: `--json` prints them as they are, `--csv` prints `rows`. Keys are stable:

- both: `report, as_of, is_demo, timezone, since, until, filters`, `totals`, `row_count`, `rows`.
- `outcomes`: a row is a class: `outcome_class, outcome_result, tasks, share, definite, probable, inferred`, and an
  amount for each cost kind. `totals` has `tasks, observed_tasks, observed_share` and the amounts. Beside them
  `coverage`, what the verdicts rest on; and what mu's `summary` counts: `mu_outcomes`, `exit_reasons`, `models`.
- `rates`: `metric, unit, by, fewest`. A row has the fields of `by`, then `tasks`; `observed_tasks`; `numerator,
  denominator, rate`; `eligible`, what the denominator would be were all observed, and `coverage`, its share;
  `is_too_few`, which makes the rate null; `mu_numerator, mu_denominator, mu_rate`, null where mu knows no such rate.
"""

from __future__ import annotations

from fleetledger.outcome_queries import FEW, METRICS, classes, counts, rates
from fleetledger.report_queries import PRICED_KINDS, Ledger, Row

UNOBSERVED = "unknown"
"""The result of the classes that say that nothing tells."""


def outcomes_report(ledger: Ledger) -> Row:
    """The document of the outcomes."""
    rows = classes(ledger)
    tasks = sum(row["tasks"] for row in rows)
    observed = sum(row["tasks"] for row in rows if row["outcome_result"] not in (None, UNOBSERVED))
    amounts = {}
    for kind in PRICED_KINDS:
        known = [row[f"{kind}_cost_usd"] for row in rows if row[f"{kind}_cost_usd"] is not None]
        amounts[f"{kind}_cost_usd"] = sum(known) if known else None
    return _header(ledger, "outcomes") | {
        "totals": {
            "tasks": tasks,
            "observed_tasks": observed,
            "observed_share": _share(observed, tasks),
            **amounts,
        },
        "coverage": counts(ledger, "evidence_coverage"),
        "mu_outcomes": counts(ledger, "mu_outcome_class", "mu_outcome_confidence"),
        "exit_reasons": counts(ledger, "exit_reason", "mu_exit_reason"),
        "models": counts(ledger, "provider", "model"),
        "row_count": len(rows),
        "rows": [_with_share(row, tasks) for row in rows],
    }


def rates_report(ledger: Ledger, name: str, by: tuple[str, ...]) -> Row:
    """The document of the metric `name`, one of METRICS, by some of FIELDS."""
    metric = METRICS[name]
    rows = [_rated(row) for row in rates(ledger, metric, by)]
    (totals,) = [_rated(row) for row in rates(ledger, metric, ())]
    return _header(ledger, "rates") | {
        "metric": name,
        "unit": metric.unit,
        "by": list(by),
        "fewest": FEW,
        "totals": totals,
        "row_count": len(rows),
        "rows": rows,
    }


def _header(ledger: Ledger, name: str) -> Row:
    filters = ledger.filters._asdict()
    since, until = filters.pop("since"), filters.pop("until")
    return {
        "report": name,
        "as_of": ledger.build["as_of"],
        "is_demo": ledger.build["is_demo"],
        "timezone": ledger.timezone,
        "since": since,
        "until": until,
        "filters": {key: value for key, value in filters.items() if value is not None},
    }


def _with_share(row: Row, tasks: int) -> Row:
    keys = ("outcome_class", "outcome_result", "tasks")
    return {key: row[key] for key in keys} | {"share": _share(row["tasks"], tasks)} | row


def _rated(row: Row) -> Row:
    is_too_few = row["observed_tasks"] < FEW
    rate = None if is_too_few else _share(row["numerator"], row["denominator"])
    return row | {
        "rate": rate,
        "coverage": _share(row["denominator"], row["eligible"]),
        "is_too_few": is_too_few,
        "mu_rate": _share(row["mu_numerator"], row["mu_denominator"]),
    }


def _share(part: int | None, whole: int | None) -> float | None:
    """A part of a whole; None where there is no whole."""
    return part / whole if part is not None and whole else None
