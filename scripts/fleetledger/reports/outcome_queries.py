"""The questions about outcomes that are asked of the published file: SQL in, rows as dictionaries out.

A task counts on the day on which it ended, in the report's time zone. Amounts of different cost kinds stand apart.
"""

from __future__ import annotations

from fleetledger.published.ledger import Ledger, Row
from fleetledger.reports.outcome_metrics import Metric, count_of


def rates(ledger: Ledger, metric: Metric, by: tuple[str, ...]) -> list[Row]:
    """The counts of a metric, by some fields, the largest groups first; days, weeks, months in their order."""
    tasks = FILTERED
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
    return ledger.answer(query)


def _or_null(aggregate: str | None) -> str:
    return f"coalesce({aggregate}, 0)" if aggregate else "null"


ENDED = "timezone($timezone, timezone('UTC', tasks.ended_at))"

FILTERED = f"""
        select
            tasks.fleet, tasks.host, tasks.account, tasks.project, signals.provider, signals.model,
            cast({ENDED} as date) as day,
            cast(date_trunc('week', {ENDED}) as date) as week,
            cast(date_trunc('month', {ENDED}) as date) as month,
            tasks.exit_reason, tasks.mu_exit_reason,
            tasks.outcome_class, classes.outcome_result, classes.is_hallucination,
            tasks.mu_outcome_class, mu_classes.is_hallucination as mu_is_hallucination,
            coalesce(tasks.logged_tool_call_count, tasks.tool_call_count) as tool_calls,
            tasks.tool_call_count, tasks.tool_error_count,
            signals.ask_count, signals.degraded_ask_count, signals.mu_degraded_ask_count,
            signals.interrupt_count, signals.denial_count
        from fct_tasks as tasks
        left join fct_task_signals as signals using (task_id)
        left join dim_outcome_classes as classes on tasks.outcome_class = classes.outcome_class
        left join dim_outcome_classes as mu_classes on tasks.mu_outcome_class = mu_classes.outcome_class
        where ($fleet is null or tasks.fleet = $fleet)
            and ($host is null or tasks.host = $host)
            and ($account is null or tasks.account = $account)
            and ($project is null or contains(lower(tasks.project), lower($project)))
            and ($model is null or contains(lower(signals.model), lower($model)))
            and ($since_at is null or tasks.ended_at >= $since_at)
            and ($until_at is null or tasks.ended_at < $until_at)
"""
"""The tasks that pass the filters, with what rates need of them."""
