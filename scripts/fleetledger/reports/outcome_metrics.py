"""What the reports on outcomes can be told by, and the metrics of quality that rates are of.

Nothing is imported that takes time: the command line takes its choices from here. What a metric counts says the seed
quality_metrics, and fct_task_rates counts it.
"""

from __future__ import annotations

from typing import NamedTuple

FIELDS = ("fleet", "host", "account", "project", "provider", "model", "day", "week", "month")
"""What rates can be told by; weeks are named by their Monday, months by their first day."""

VALUE_FIELDS = ("fleet", "host", "account", "project", "model", "month")
"""What value can be told by."""

FEW = 5
"""Below so many observed tasks a rate says nothing."""


class Metric(NamedTuple):
    """What a metric counts, and what it says."""

    unit: str
    says: str


METRICS = {
    "hallucination": Metric(
        "tasks", "Done tasks with tool calls that claim what is not so; observed are those of which something tells."
    ),
    "degradation": Metric("asks", "Asks that broke off, were aborted, or ran into an error or a limit."),
    "clean_success": Metric(
        "tasks", "Tasks that succeeded (merged, or committed with passing checks), of those that succeeded or failed."
    ),
    "interrupt": Metric("tasks", "Tasks that a person interrupted at least once."),
    "denial": Metric("tool calls", "Tool calls that a person turned down; mu asks nobody."),
    "tool_error": Metric("tool calls", "Tool calls that the log marks as failed."),
}
"""The rows of the seed quality_metrics."""
