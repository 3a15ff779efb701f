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
from typing import Any

from fleetledger.published.ledger import PRICED_KINDS, Ledger, Row, Sql, where
from fleetledger.reports.choices import SEVERITIES, TOOL_GROUPS
from fleetledger.reports.document import EXACT, header

CENTS_OF_CENTS = Decimal(1).scaleb(-16)
"""The decimals that the marts' money has; a share is rounded to them."""


def audit(ledger: Ledger, *, severity: str, rule: str | None, limit: int | None) -> Row:
    """What the rules of the audit found, of `severity` (one of SEVERITIES) and worse; each finding of one `rule`."""
    worst = SEVERITIES[: SEVERITIES.index(severity) + 1]
    calls, values = _tool_calls(ledger)
    chosen = f"""
        select findings.*
        from fct_audit_findings as findings
        where findings.severity in ({", ".join("?" * len(worst))})
            and findings.tool_call_id in (select tool_call_id from ({calls}))
    """
    parameters = [*worst, *values]
    counts = ledger.rows(f"select severity, count(*) as findings from ({chosen}) group by severity", parameters)
    by_severity = {row["severity"]: row["findings"] for row in counts}
    rows = _findings(ledger, chosen, parameters, rule) if rule else _rules(ledger, chosen, parameters)
    build = ledger.build
    unplaced = ledger.rows(
        f"""
            select count(*) as writes
            from fct_file_accesses
            where access_kind = 'write' and location = 'unknown'
                and tool_call_id in (select tool_call_id from ({calls}))
        """,
        values,
    )
    return header(ledger, "audit") | {
        "severity": severity,
        "rule": rule,
        "secrets": {
            "scanned_lines": build["secret_scanned_line_count"],
            "landed_lines": build["landed_line_count"],
            "scanned_at": build["secrets_scanned_at"],
        },
        "unplaced_writes": unplaced[0]["writes"],
        "findings": {name: by_severity.get(name, 0) for name in worst},
        "row_count": len(rows),
        "rows": rows[:limit],
    }


def _rules(ledger: Ledger, chosen: str, parameters: list[Any]) -> list[Row]:
    return ledger.rows(
        f"""
            select
                severity, rule_id, category, count(*) as findings,
                count(distinct tool_call_id) as tool_calls, count(distinct session_id) as sessions,
                count(distinct tool_call_id) filter (where is_error) as failed_tool_calls,
                min(called_at) as first_called_at, max(called_at) as last_called_at, any_value(what_to_do) as what_to_do
            from ({chosen})
            group by severity, rule_id, category
            order by {_rank("severity")}, findings desc, rule_id
        """,
        parameters,
    )


def _findings(ledger: Ledger, chosen: str, parameters: list[Any], rule: str) -> list[Row]:
    return ledger.rows(
        f"""
            select
                severity, rule_id, called_at,
                strftime(timezone(?, timezone('UTC', called_at)), '%Y-%m-%d %H:%M') as called_at_local,
                fleet, host, account, project, session_id, tool_call_id, tool_name, found_path, found_host,
                secret_hash, found_in, is_error, what_to_do
            from ({chosen})
            where rule_id = ?
            order by called_at desc nulls last, finding_id
        """,
        [ledger.timezone, *parameters, rule],
    )


def _rank(column: str) -> str:
    places = " ".join(f"when '{name}' then {place}" for place, name in enumerate(SEVERITIES))
    return f"case {column} {places} end"


def tools(ledger: Ledger, *, by: str, limit: int | None) -> Row:
    """How often tools were called, failed, how long they took and what the calls that asked for them cost."""
    keys = TOOL_GROUPS[by]
    rows = _shared(ledger, keys, "mcp_server is not null" if by == "server" else "true")
    (totals,) = _shared(ledger, (), "true") or [_none()]
    return header(ledger, "tools") | {"by": by, "totals": totals, "row_count": len(rows), "rows": rows[:limit]}


def _shared(ledger: Ledger, keys: tuple[str, ...], only: str) -> list[Row]:
    """The measures of tool calls by `keys`; model calls that asked for as many tools are summed first, then divided."""
    calls, values = _tool_calls(ledger)
    names = ", ".join(keys)
    costs = ", ".join(
        f"sum(cost_usd) filter (where cost_kind = '{kind}') as {kind}_cost_usd,"
        f" count(*) filter (where cost_kind = '{kind}') as {kind}_tool_calls"
        for kind in PRICED_KINDS
    )
    query = f"""
        with calls as ({calls}),
        siblings as (
            select model_call_id, count(*) as sibling_count
            from fct_tool_calls
            where model_call_id in (select model_call_id from calls)
            group by model_call_id
        )
        select
            {names + "," if names else ""} coalesce(sibling_count, 1) as siblings, count(*) as tool_calls,
            count(is_error) as ended_tool_calls, count(case when is_error then 1 end) as failed_tool_calls,
            count(duration_ms) as timed_tool_calls, cast(sum(duration_ms) as bigint) as duration_ms,
            max(duration_ms) as longest_ms, {costs}
        from calls
        left join siblings using (model_call_id)
        left join (select model_call_id, cost_kind, cost_usd from fct_model_calls) using (model_call_id)
        where {only}
        group by all
    """
    groups: dict[tuple[Any, ...], Row] = {}
    with localcontext(prec=EXACT):
        for part in ledger.rows(query, values):
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


def _tool_calls(ledger: Ledger) -> Sql:
    """The tool calls that pass the ledger's filters, as a query and its parameters."""
    model = "(select model from fct_model_calls where fct_model_calls.model_call_id = fct_tool_calls.model_call_id)"
    terms, values = where(ledger.key_terms(model=model) + ledger.time_terms("called_at"))
    return f"select * from fct_tool_calls where {terms}", values
