"""What commands let choose from.

These names stand apart from the queries that they choose, so that no command imports those before it is run.
"""

from __future__ import annotations

PERIODS = {"daily": "day", "weekly": "week", "monthly": "month"}
"""The unit of time that the rows of a report stand for. A week is an ISO week, named by its Monday."""

GROUPS = {"models": ("provider", "model"), "projects": ("project",)}

REPORTS = ("overview", *PERIODS, "sessions", *GROUPS)

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
