"""What commands let choose from.

These names stand apart from the queries that they choose, so that no command imports those before it is run.
"""

from __future__ import annotations

PERIODS = {"daily": "day", "weekly": "week", "monthly": "month"}
"""The unit of time that the rows of a report stand for. A week is an ISO week, named by its Monday."""

GROUPS = {"models": ("provider", "model"), "projects": ("project",)}

SPANS = ("today", "week", "month")
"""Reports that are the overview of a part of time, up to now."""

REPORTS = ("overview", *SPANS, *PERIODS, "sessions", *GROUPS)

UNITS = tuple(PERIODS.values())

CUTS = {
    **{unit: unit for unit in UNITS},
    **{name: name for name in ("model", "project", "provider", "fleet", "account", "host")},
    "branch": "git_branch",
    "ticket": "ticket",
    "agent": "agent",
    "skill": "skill",
    "mcp-server": "mcp_server",
}
"""What `report --by` groups by, and the column that a row then has."""

MOST_CUTS = 2

SORTS = ("key", "cost", "tokens", "calls")

SEVERITIES = ("critical", "high", "medium", "low")
"""Of the audit's findings, from the worst on."""

TOOL_GROUPS = {
    "tool": ("tool_name",),
    "kind": ("tool_kind",),
    "server": ("mcp_server",),
    "fleet": ("fleet",),
    "project": ("project",),
}
"""What tool calls can be grouped by."""

CACHE_TTLS = ("5m", "1h")
"""For how long what is written to a cache can be kept."""

LATENCY_GROUPS = {
    "model": ("model",),
    "kind": ("query_kind",),
    "effort": ("effort",),
    "host": ("host",),
    "version": ("client_version",),
    "day": ("day",),
    "hour": ("hour",),
}
"""What requests of telemetry can be grouped by; a kind is what asked: main, subagent, compaction."""

ERROR_GROUPS = {
    "status": ("error_kind", "status_code"),
    "model": ("model",),
    "source": ("query_source",),
    "version": ("client_version",),
    "day": ("day",),
}
"""What failed tries can be grouped by."""

DECISION_GROUPS = {
    "tool": ("tool_name",),
    "source": ("decision_source",),
    "mode": ("permission_mode",),
    "day": ("day",),
}
"""What decisions about tools can be grouped by."""

ACTIVE_GROUPS = {"day": ("day",), "project": ("project",), "account": ("account",), "host": ("host",)}
"""What active time can be grouped by."""

SIGNALS = {
    "context": ("month", "week", "project", "model"),
    "cache": ("month", "week", "project", "model"),
    "asks": ("month", "week", "project", "model"),
    "tools": ("month", "week", "project", "model", "tool_name"),
    "stops": ("month", "week", "project", "model", "client_version"),
    "compactions": ("month", "week", "project", "model", "compaction_trigger"),
    "recalls": ("month", "week", "project", "model", "recall_source", "item_name"),
    "delegations": ("month", "week", "project", "subagent_type", "model"),
    "friction": ("month", "week", "project", "model"),
    "timings": ("month", "week", "project", "model", "timed_name", "started_hour"),
    "claims": ("month", "week", "project", "model", "claim_kind"),
    "directives": ("month", "week", "project", "model", "directive"),
    "anomalies": ("month", "week", "called_on", "dimension", "dimension_value", "measure"),
    "versions": ("fleet", "changed_what", "version_name"),
    "subscriptions": ("month", "account"),
    "scores": ("month", "week", "project", "model", "scored_by", "scorer"),
    "verdicts": ("month", "week", "project", "model", "judge", "criterion"),
}
"""The signals that a report shows, and what each can be grouped by.

What is no model's own, such as a prompt, is its session's, by the model of the last call.
"""
