"""The rates that outcomes are told by, each an entry of METRICS, and the fields that they can be told by.

Conditions and counts are SQL over the tasks that outcome_queries selects. Nothing is imported that takes time: the
command line takes its choices from here.
"""

from __future__ import annotations

from typing import NamedTuple

FIELDS = ("fleet", "host", "account", "project", "provider", "model", "day", "week", "month")
"""What rates can be told by; weeks are named by their Monday, months by their first day."""

VALUE_FIELDS = ("fleet", "host", "account", "project", "model", "month")
"""What value can be told by."""

FEW = 5
"""Below so many observed tasks a rate says nothing."""

_DONE = "exit_reason = 'done' and tool_calls > 0"
_MU_DONE = "mu_exit_reason = 'done' and tool_calls > 0"


class Metric(NamedTuple):
    """A rate: what it counts, of what, and of how many that could have been counted had they been observed.

    `observed` is the condition for a task to be in the denominator. The last two are the rate of mu's own analytics;
    None where they know none.
    """

    unit: str
    says: str
    observed: str
    numerator: str
    denominator: str
    eligible: str
    mu_numerator: str | None = None
    mu_denominator: str | None = None


def count_of(condition: str) -> str:
    """How many tasks meet a condition, in SQL."""
    return f"count(*) filter (where {condition})"


def _of_tasks(says: str, observed: str, counted: str, eligible: str, mu: tuple[str, str]) -> Metric:
    """A metric that counts tasks, from conditions; those of mu are what it counts, and of which tasks."""
    mu_counted, mu_observed = mu
    return Metric(
        "tasks",
        says,
        observed,
        count_of(f"{observed} and {counted}"),
        count_of(observed),
        count_of(eligible),
        count_of(f"{mu_observed} and {mu_counted}"),
        count_of(mu_observed),
    )


METRICS = {
    "hallucination": _of_tasks(
        "Done tasks with tool calls that claim what is not so; observed are those of which something tells.",
        f"{_DONE} and outcome_result <> 'unknown'",
        "is_hallucination",
        _DONE,
        ("mu_is_hallucination", _MU_DONE),
    ),
    "degradation": Metric(
        "asks",
        "Asks that broke off, were aborted, or ran into an error or a limit.",
        "ask_count > 0",
        "sum(degraded_ask_count)",
        "sum(ask_count)",
        "sum(ask_count)",
        "sum(mu_degraded_ask_count) filter (where fleet = 'mu')",
        "sum(ask_count) filter (where fleet = 'mu')",
    ),
    "clean_success": _of_tasks(
        "Tasks that succeeded (merged, or committed with passing checks), of those that succeeded or failed.",
        "outcome_result in ('success', 'failure')",
        "outcome_result = 'success'",
        "outcome_result <> 'neither'",
        ("mu_outcome_class = 'clean_success'", _MU_DONE),
    ),
    "interrupt": _of_tasks(
        "Tasks that a person interrupted at least once.",
        "interrupt_count is not null",
        "interrupt_count > 0",
        "true",
        ("mu_outcome_class = 'operator_intervention'", "mu_outcome_class is not null"),
    ),
    "denial": Metric(
        "tool calls",
        "Tool calls that a person turned down; mu asks nobody.",
        "tool_call_count > 0 and denial_count is not null",
        "sum(denial_count)",
        "sum(tool_call_count) filter (where denial_count is not null)",
        "sum(tool_call_count)",
    ),
    "tool_error": Metric(
        "tool calls",
        "Tool calls that the log marks as failed.",
        "tool_call_count > 0",
        "sum(tool_error_count)",
        "sum(tool_call_count)",
        "sum(tool_call_count)",
    ),
}
