"""The questions about outcomes that are asked of the published file: SQL in, rows as dictionaries out.

A task counts on the day on which it ended, in the report's time zone. Amounts of different cost kinds stand apart.
"""

from __future__ import annotations

from typing import Any

from fleetledger.published.ledger import PRICED_KINDS, Ledger, Row, Sql, where
from fleetledger.reports.outcome_metrics import Metric, count_of

CONFIDENCES = ("definite", "probable", "inferred")


def rates(ledger: Ledger, metric: Metric, by: tuple[str, ...]) -> list[Row]:
    """The counts of a metric, by some fields, the largest groups first; days, weeks, months in their order."""
    tasks, values = _filtered(ledger)
    periods = [field for field in by if field in ("day", "week", "month")]
    keys = "".join(f"{field}, " for field in by)
    order = ", ".join([*(f"{field} nulls last" for field in periods), "denominator desc", "tasks desc", *by])
    query = f"""
        with tasks as ({tasks})
        select {keys}
            count(*) as tasks,
            {count_of(metric.observed)} as observed_tasks,
            cast(coalesce({metric.eligible}, 0) as bigint) as eligible,
            cast(coalesce({metric.denominator}, 0) as bigint) as denominator,
            cast(coalesce({metric.numerator}, 0) as bigint) as numerator,
            cast({_or_null(metric.mu_denominator)} as bigint) as mu_denominator,
            cast({_or_null(metric.mu_numerator)} as bigint) as mu_numerator
        from tasks
        {f"group by {', '.join(by)}" if by else ""}
        order by {order}
    """
    return ledger.rows(query, values)


def _or_null(aggregate: str | None) -> str:
    return f"coalesce({aggregate}, 0)" if aggregate else "null"


def classes(ledger: Ledger) -> list[Row]:
    """The outcomes that there are, the most frequent first: counts by confidence, and what they cost by kind."""
    tasks, values = _filtered(ledger)
    confidences = ", ".join(count_of(f"outcome_confidence = '{word}'") + f" as {word}" for word in CONFIDENCES)
    costs = ", ".join(f"sum({kind}_cost_usd) as {kind}_cost_usd" for kind in PRICED_KINDS)
    query = f"""
        with tasks as ({tasks})
        select outcome_class, outcome_result, count(*) as tasks,
            {confidences}, {costs}
        from tasks
        group by outcome_class, outcome_result
        order by tasks desc, outcome_class
    """
    return ledger.rows(query, values)


def counts(ledger: Ledger, *columns: str) -> list[Row]:
    """How many tasks there are of each value of some columns, the most first."""
    tasks, values = _filtered(ledger)
    keys = ", ".join(columns)
    query = f"""
        with tasks as ({tasks})
        select {keys}, count(*) as tasks from tasks group by {keys} order by tasks desc, {keys}
    """
    return ledger.rows(query, values)


def _filtered(ledger: Ledger) -> Sql:
    """The tasks that pass the filters, with what rates need of them, as a query and its parameters."""
    ended, zones = "tasks.ended_at", list[Any]()
    if ledger.timezone != "UTC":
        ended, zones = "timezone(?, timezone('UTC', tasks.ended_at))", [ledger.timezone] * 3
    columns = {key: f"tasks.{key}" for key in ("fleet", "host", "account", "project")}
    terms, values = where(ledger.key_terms(**columns, model="signals.model") + ledger.time_terms("tasks.ended_at"))
    query = f"""
        select
            tasks.fleet, tasks.host, tasks.account, tasks.project, signals.provider, signals.model,
            cast({ended} as date) as day,
            cast(date_trunc('week', {ended}) as date) as week,
            cast(date_trunc('month', {ended}) as date) as month,
            tasks.exit_reason, tasks.mu_exit_reason, tasks.evidence_coverage,
            tasks.outcome_class, tasks.outcome_confidence, classes.outcome_result, classes.is_hallucination,
            tasks.mu_outcome_class, tasks.mu_outcome_confidence, mu_classes.is_hallucination as mu_is_hallucination,
            coalesce(tasks.logged_tool_call_count, tasks.tool_call_count) as tool_calls,
            tasks.tool_call_count, tasks.tool_error_count,
            signals.ask_count, signals.degraded_ask_count, signals.mu_degraded_ask_count,
            signals.interrupt_count, signals.denial_count,
            tasks.billed_cost_usd, tasks.subscription_cost_usd, tasks.unknown_cost_usd
        from fct_tasks as tasks
        left join fct_task_signals as signals using (task_id)
        left join dim_outcome_classes as classes on tasks.outcome_class = classes.outcome_class
        left join dim_outcome_classes as mu_classes on tasks.mu_outcome_class = mu_classes.outcome_class
        where {terms}
    """
    return query, zones + values


YIELDS = ("success", "default_branch_commit", "merged_pull_request")
"""What work yields."""

SPENT_ON = ("success", "failed", "reverted", "neither", "unobserved")
"""What the money of a row went into."""


def value(ledger: Ledger, by: tuple[str, ...]) -> list[Row]:
    """What tasks cost and yielded, by cost kind and some fields; months in order, then the costliest first."""
    month = "cast(date_trunc('month', cast(? as date)) as date)"
    terms, values = where(ledger.key_terms() + ledger.day_terms("month_start", month))
    columns = {"month": "month_start as month"}
    keys = "".join(f"{columns.get(field, field)}, " for field in by)
    counts = ("task", "observed_task", *YIELDS)
    sums = ", ".join(f"cast(sum({name}_count) as bigint) as {name}_count" for name in counts)
    amounts = ", ".join(f"sum({name}) as {name}" for name in ("cost_usd", *(f"{what}_cost_usd" for what in SPENT_ON)))
    order = ", ".join(["cost_kind", *(["month nulls last"] if "month" in by else []), "cost_usd desc nulls last", *by])
    query = f"""
        select {keys} cost_kind, {sums}, {amounts}
        from fct_outcome_costs
        where {terms}
        group by all
        order by {order}
    """
    return ledger.rows(query, values)
