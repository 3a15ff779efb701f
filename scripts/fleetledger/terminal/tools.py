"""The reports `audit` and `tools` for people."""

from __future__ import annotations

from collections.abc import Iterator

from fleetledger.base.text import counted
from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import (
    NOTIONAL,
    WARN,
    cut,
    duration,
    heading,
    kind_columns,
    money,
    nearest_told,
    percent,
    short_id,
    text,
)

HEADERS = {"kind": "kind of tool", "server": "MCP server"}


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a document, from top to bottom."""
    yield from heading(document, "What the audit found" if document["report"] == "audit" else "What the tools did")
    yield from (_audit if document["report"] == "audit" else _tools)(document)


def _audit(document: Row) -> Iterator[Piece]:
    rows: list[Row] = document["rows"]
    if not rows:
        yield Line("No finding." if document["rule"] is None else _no_finding_of(document))
    elif document["rule"]:
        yield _findings(document)
        yield Line(f"What to do: {rows[0]['what_to_do']}")
    else:
        counts = [f"{count:,} {severity}" for severity, count in document["findings"].items()]
        yield Line(f"Findings: {', '.join(counts)}.")
        yield _rules(document)
        yield Line("`--rule NAME` shows each finding of a rule; [[audit_rule]] in fleet.toml changes them.", "dim")
    if document["unplaced_writes"]:
        unplaced = f"{document['unplaced_writes']:,}"
        yield Line(f"Writes that are not judged by their place, since the log does not tell it: {unplaced}.", "dim")
    yield _secrets(document["secrets"])


def _no_finding_of(document: Row) -> str:
    if not document["nearest_rules"]:
        return "No finding of this rule."
    return f"No finding of a rule {document['rule']!r}; rules like it: {', '.join(document['nearest_rules'])}."


def _rules(document: Row) -> Table:
    columns = [
        Column("severity", is_fixed=True),
        Column("rule"),
        Column("findings", True),
        Column("sessions", True),
        Column("failed", True, is_spare=True),
        Column("last", is_fixed=True),
        Column("what to do", is_spare=True),
    ]
    rows = [
        [
            row["severity"],
            row["rule_id"],
            f"{row['findings']:,}",
            f"{row['sessions']:,}",
            f"{row['failed_tool_calls']:,}",
            f"{row['last_called_at']:%Y-%m-%d}" if row["last_called_at"] else "undated",
            row["what_to_do"],
        ]
        for row in document["rows"]
    ]
    return Table(cut(document, "rules"), columns, rows)


def _findings(document: Row) -> Table:
    columns = [
        Column("when", is_fixed=True),
        Column("account", is_spare=True),
        Column("tool"),
        Column("found", keeps_end=True),
        Column("failed"),
        Column("session", keeps_end=True),
    ]
    rows = [
        [
            row["called_at_local"] or "undated",
            f"{row['fleet']}/{row['account']}",
            text(row["tool_name"]),
            _found(row),
            {True: "failed", False: "", None: "no result"}[row["is_error"]],
            short_id(row["session_id"]),
        ]
        for row in document["rows"]
    ]
    return Table(cut(document, f"findings of {document['rule']}"), columns, rows)


def _found(row: Row) -> str:
    if row["secret_hash"]:
        return f"secret {row['secret_hash']} in {row['found_in']}"
    return row["found_path"] or row["found_host"] or "a command"


def _secrets(secrets: Row) -> Line:
    scanned, landed = secrets["scanned_lines"], secrets["landed_lines"]
    if not scanned:
        return Line("Secrets: not looked for yet, so none is shown. Type `fleetledger secrets`.", WARN)
    when = f"{secrets['scanned_at']:%Y-%m-%d %H:%M} UTC"
    if scanned < landed:
        return Line(
            f"Secrets: looked for in {scanned:,} of {counted(landed, 'line')}, last at {when}."
            " Type `fleetledger secrets` for the others.",
            WARN,
        )
    return Line(f"Secrets: looked for in all of {counted(landed, 'line')}, last at {when}.", "dim")


def _tools(document: Row) -> Iterator[Piece]:
    totals = document["totals"]
    if not totals["tool_calls"]:
        is_narrowed = document["filters"] or document["since"] or document["until"]
        yield Line("No tool call matches." if is_narrowed else "No tool calls yet.")
        yield from nearest_told(document)
        return
    by: str = document["by"]
    met = [kind for kind in PRICED_KINDS if totals[f"{kind}_tool_calls"]]
    columns = [
        Column(HEADERS.get(by, by), keeps_end=by == "project"),
        Column("calls", True),
        Column("failed", True),
        Column("share", True, is_spare=True),
        Column("mean", True),
        Column("longest", True, is_spare=True),
        *kind_columns(met),
    ]
    rows = [[text(next(iter(row.values()))), *_figures(row, met)] for row in document["rows"]]
    has_sum = by != "server"
    if has_sum:
        rows.append(["all", *_figures(totals, met)])
    yield Table(cut(document, "rows"), columns, rows, has_sum=has_sum)
    yield Line(
        f"Failed: {totals['failed_tool_calls']:,} of the {counted(totals['ended_tool_calls'], 'call')} with a result;"
        f" {totals['tool_calls'] - totals['ended_tool_calls']:,} have none. Times include waiting for permission."
    )
    yield Line("Cost: that of the model calls that asked for the tools, in equal parts where one asked for several.")
    yield Line(NOTIONAL, "dim")


def _figures(row: Row, kinds: list[str]) -> list[str]:
    ended, timed = row["ended_tool_calls"], row["timed_tool_calls"]
    return [
        f"{row['tool_calls']:,}",
        f"{row['failed_tool_calls']:,}",
        percent(row["failed_tool_calls"] / ended if ended else None),
        duration(row["duration_ms"] / timed / 1000 if timed else None),
        duration(row["longest_ms"] / 1000 if timed else None),
        *(money(row[f"{kind}_cost_usd"], kind, "unpriced" if row[f"{kind}_tool_calls"] else "") for kind in kinds),
    ]
