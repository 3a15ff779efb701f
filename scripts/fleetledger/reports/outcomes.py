"""Reports on whether the work was any good, from the published file alone.

Documents as in report: `--json` prints them as they are, `--csv` prints `rows`. Keys are stable:

- all: `report, as_of, is_demo, timezone, since, until, filters`, `totals`, `row_count`, `rows`.
- `outcomes`: a row is a class: `outcome_class, outcome_result, tasks, share, definite, probable, inferred`, and an
  amount for each cost kind. `totals` has `tasks, observed_tasks, observed_share` and the amounts. Beside them
  `coverage`, what the verdicts rest on; and what mu's `summary` counts, where there is
  mu (`has_mu`): `mu_outcomes`, `exit_reasons`, `models`.
- `quality`: `metric` and `unit`, null of all metrics, `by, fewest`, `has_mu`. A row has `metric` and `unit` where all
  were asked for, the fields of `by`, then `tasks`; `observed_tasks`; `numerator, denominator, rate`; `eligible`, what
  the denominator would be were all observed, and `coverage`, its share; `is_too_few`, which makes the rate null;
  `mu_numerator, mu_denominator, mu_rate`, null where mu knows no such rate. Of all metrics `totals` has the tasks.
- `pull_request`: `number, branch, commits`, what it was asked by. A row is a session: `session_id, project, found_by,
  outcome_class`, its calls on the branches in question, their tokens, and an amount for each cost kind.
- `value`: `by`. A row has the fields of `by` and its `cost_kind`, then `task_count, observed_task_count,
  observed_share`; `success_count, default_branch_commit_count, merged_pull_request_count`; `cost_usd`, and of it
  `success_cost_usd, failed_cost_usd, reverted_cost_usd, neither_cost_usd, unobserved_cost_usd`; and
  `usd_per_success, usd_per_default_branch_commit, usd_per_merged_pull_request`: `cost_usd` by the count, to ten
  decimals; null where there is none, or where half of the tasks or more are unobserved. `totals` has a row for each
  cost kind; a task with costs of two kinds stands in both.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.reports.document import EXACT, header
from fleetledger.reports.outcome_metrics import FEW, FIELDS, METRICS, VALUE_FIELDS

LEAST_OBSERVED = 0.5
"""What an amount by a count asks for: more than this part of the tasks observed."""

DECIMALS = Decimal("1e-10")

COUNTED = {
    "coverage": ("evidence_coverage",),
    "mu_outcomes": ("mu_outcome_class", "mu_outcome_confidence"),
    "exit_reasons": ("exit_reason", "mu_exit_reason"),
    "models": ("provider", "model"),
}
"""What tasks are counted by beside the report."""

PULL_REQUEST_KEYS = ("session_id", "project", "found_by", "outcome_class")
"""What a session behind a pull request has before its measures."""

YIELDS = ("success", "default_branch_commit", "merged_pull_request")
"""What work yields."""

UNOBSERVED = "unknown"
"""The result of the classes that say that nothing tells."""


def outcomes_report(ledger: Ledger) -> Row:
    """The document of the outcomes."""
    rows = ledger.ask("reports/outcome_classes")
    counts = ledger.groups("reports/task_counts", (key for keys in COUNTED.values() for key in keys), *COUNTED.values())
    tasks = sum(row["tasks"] for row in rows)
    observed = sum(row["tasks"] for row in rows if row["outcome_result"] not in (None, UNOBSERVED))
    amounts = {}
    for kind in PRICED_KINDS:
        known = [row[f"{kind}_cost_usd"] for row in rows if row[f"{kind}_cost_usd"] is not None]
        amounts[f"{kind}_cost_usd"] = sum(known) if known else None
    return header(ledger, "outcomes") | {
        "totals": {
            "tasks": tasks,
            "observed_tasks": observed,
            "observed_share": _share(observed, tasks),
            **amounts,
        },
        **dict(zip(COUNTED, counts, strict=True)),
        "has_mu": "mu" in ledger.known("fleet"),
        "row_count": len(rows),
        "rows": [_with_share(row, tasks) for row in rows],
    }


def quality_report(ledger: Ledger, name: str | None, by: tuple[str, ...]) -> Row:
    """The document of the metric `name`, one of METRICS, or of all of them, by some of FIELDS."""
    rows: list[Row] = []
    totals: Row = {}
    for metric in [name] if name else METRICS:
        groups, (total,) = ledger.groups("reports/task_rates", FIELDS, by, (), metric=metric)
        said = {} if name else {"metric": metric, "unit": METRICS[metric].unit}
        rows += [said | _rated(row) for row in groups if name or row["eligible"]]
        totals = _rated(total) if name else {"tasks": max(total["tasks"], totals.get("tasks", 0))}
    return header(ledger, "quality") | {
        "metric": name,
        "unit": METRICS[name].unit if name else None,
        "by": list(by),
        "fewest": FEW,
        "has_mu": "mu" in ledger.known("fleet"),
        "totals": totals,
        "row_count": len(rows),
        "rows": rows,
    }


def value_report(ledger: Ledger, by: tuple[str, ...]) -> Row:
    """The document of what was paid for what came of it, by some of VALUE_FIELDS."""
    rows, totals = ledger.groups("reports/outcome_costs", VALUE_FIELDS, by, ())
    return header(ledger, "value") | {
        "by": list(by),
        "totals": [_valued(row) for row in totals],
        "row_count": len(rows),
        "rows": [_valued(row) for row in rows],
    }


def pull_request_report(ledger: Ledger, number: int | None, branch: str | None, commits: tuple[str, ...]) -> Row:
    """The document of the sessions behind a pull request: by its number, its branch, its commits."""
    *rows, totals = ledger.ask("reports/pull_request_sessions", number=number, branch=branch, shas=list(commits))
    return header(ledger, "pull_request") | {
        "number": number,
        "branch": branch,
        "commits": list(commits),
        "totals": {key: value for key, value in totals.items() if key not in PULL_REQUEST_KEYS},
        "row_count": len(rows),
        "rows": rows,
    }


def _valued(row: Row) -> Row:
    share = _share(row["observed_task_count"], row["task_count"])
    is_observed = share is not None and share > LEAST_OBSERVED
    each = {f"usd_per_{name}": _each(row["cost_usd"], row[f"{name}_count"]) if is_observed else None for name in YIELDS}
    return row | {"observed_share": share, **each}


def _each(amount: Decimal | None, count: int) -> Decimal | None:
    """An amount by a count, to ten decimals."""
    with localcontext(prec=EXACT):
        return (amount / count).quantize(DECIMALS) if amount is not None and count else None


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
