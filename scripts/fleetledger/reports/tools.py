"""Reports on what the tools did, from the published file alone: `audit` and `tools`.

Documents as report.py makes them: `report, as_of, is_demo, timezone, since, until, filters`, then

- `audit`: `severity` (the least that is shown), `rule` (the one that is shown, null for all), `secrets` (how many of
  the landed lines were looked through for secrets, and when), `unplaced_writes` (files that were written of which the
  log does not tell whether they are of the project), `findings` by severity, `row_count` and `rows`: one for each
  rule, or each finding where one rule is asked for, the most severe first.
- `tools`: `by`, `totals`, `row_count` and `rows`: one for each tool, MCP server, fleet or project, the most used first.

What a model call cost is shared among the tool calls it asked for in equal parts, so that tools sum to the cost of
the model calls that asked for any. Kinds of money stay apart, as in all reports; an amount is null where calls of its
kind lack a cost and none has one.
"""

from __future__ import annotations

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.reports.choices import SEVERITIES, TOOL_GROUPS
from fleetledger.reports.document import header
from fleetledger.sources.settings import shipped

KEYS = tuple(key for keys in TOOL_GROUPS.values() for key in keys)


def audit(ledger: Ledger, *, severity: str, rule: str | None, limit: int | None) -> Row:
    """What the rules of the audit found, of `severity` (one of SEVERITIES) and worse; each finding of one `rule`."""
    worst = list(SEVERITIES[: SEVERITIES.index(severity) + 1])
    rules = ledger.ask("reports/audit_rules", severities=worst)
    rows = ledger.ask("reports/audit_findings", severities=worst, rule=rule) if rule else rules
    counts = {name: sum(row["findings"] for row in rules if row["severity"] == name) for name in worst}
    build = ledger.build
    (unplaced,) = ledger.ask("reports/unplaced_writes")
    return header(ledger, "audit") | {
        "severity": severity,
        "rule": rule,
        "nearest_rules": _nearest_rules(rule) if rule and not rows else [],
        "secrets": {
            "scanned_lines": build["secret_scanned_line_count"],
            "landed_lines": build["landed_line_count"],
            "scanned_at": build["secrets_scanned_at"],
        },
        "unplaced_writes": unplaced["writes"],
        "findings": counts,
        "row_count": len(rows),
        "rows": rows[:limit],
    }


def _nearest_rules(rule: str) -> list[str]:
    """The rules that an unknown name is probably meant to be."""
    from difflib import get_close_matches

    known = shipped("audit", "audit_rules", "rule_id")
    return [] if rule in known else get_close_matches(rule, known, n=3, cutoff=0.4)


def tools(ledger: Ledger, *, by: str, limit: int | None) -> Row:
    """How often tools were called, failed, how long they took and what the calls that asked for them cost."""
    keys = TOOL_GROUPS[by]
    rows, (totals,) = ledger.groups("reports/tool_calls", KEYS, keys, ())
    return header(ledger, "tools") | {"by": by, "totals": totals, "row_count": len(rows), "rows": rows[:limit]}
