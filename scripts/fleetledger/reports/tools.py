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

from decimal import Decimal, localcontext

from fleetledger.published.ledger import PRICED_KINDS, Grouping, Ledger, Row
from fleetledger.reports.choices import SEVERITIES, TOOL_GROUPS
from fleetledger.reports.document import EXACT, header

KEYS = tuple(key for keys in TOOL_GROUPS.values() for key in keys)

CENTS_OF_CENTS = Decimal(1).scaleb(-16)
"""The decimals that the marts' money has; a share is rounded to them."""


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


def tools(ledger: Ledger, *, by: str, limit: int | None) -> Row:
    """How often tools were called, failed, how long they took and what the calls that asked for them cost."""
    keys = TOOL_GROUPS[by]
    parts, all_parts = ledger.groups("reports/tool_calls", KEYS, keys, ())
    rows = _summed(parts, keys)
    (totals,) = _summed(all_parts, ()) or [_none()]
    return header(ledger, "tools") | {"by": by, "totals": totals, "row_count": len(rows), "rows": rows[:limit]}


def _summed(parts: list[Row], keys: Grouping) -> list[Row]:
    """Groups of tool calls, from their parts by how many shared the cost of a model call."""
    groups: dict[Grouping, Row] = {}
    with localcontext(prec=EXACT):
        for part in parts:
            group = groups.setdefault(tuple(part[key] for key in keys), {key: part[key] for key in keys} | _none())
            _add(group, part)
        for group in groups.values():
            for kind in PRICED_KINDS:
                amount = group[f"{kind}_cost_usd"]
                if amount is not None:
                    group[f"{kind}_cost_usd"] = amount.quantize(CENTS_OF_CENTS)
    return sorted(groups.values(), key=lambda group: (-group["tool_calls"], *(str(group[key]) for key in keys)))


def _none() -> Row:
    counts = ("tool_calls", "ended_tool_calls", "failed_tool_calls", "timed_tool_calls")
    measures: Row = dict.fromkeys(counts, 0) | {"duration_ms": None, "longest_ms": None}
    for kind in PRICED_KINDS:
        measures |= {f"{kind}_tool_calls": 0, f"{kind}_cost_usd": None}
    return measures


def _add(group: Row, part: Row) -> None:
    for name in ("tool_calls", "ended_tool_calls", "failed_tool_calls", "timed_tool_calls"):
        group[name] += part[name]
    if part["duration_ms"] is not None:
        group["duration_ms"] = (group["duration_ms"] or 0) + part["duration_ms"]
        group["longest_ms"] = max(group["longest_ms"] or 0, part["longest_ms"])
    for kind in PRICED_KINDS:
        group[f"{kind}_tool_calls"] += part[f"{kind}_tool_calls"]
        amount = part[f"{kind}_cost_usd"]
        if amount is not None:
            group[f"{kind}_cost_usd"] = (group[f"{kind}_cost_usd"] or Decimal(0)) + amount / part["siblings"]
