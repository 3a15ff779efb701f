"""Reports for people: what a document says, as tables and sentences.

Every amount shows its cost kind: `$` alone is money paid (billed), `≈$` what a subscription's tokens would have cost
at list prices, `?$` an amount of a kind that is not known; a free call is `free`. A `+` behind an amount says that it
lacks calls without a cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.reports.choices import GROUPS, PERIODS
from fleetledger.reports.document import MILLION
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import (
    KINDS,
    NOTIONAL,
    UNOBSERVED,
    WARN,
    cut,
    exact,
    filters_told,
    heading,
    kind_columns,
    money,
    percent,
    short,
    text,
)
from fleetledger.terminal.telemetry import coverage

SECTION_LIMIT = 8
"""How many groups each section of the overview shows."""


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a document, from top to bottom."""
    suffix = "" if document["report"] == "overview" else f", {document['report']}"
    yield from heading(document, f"What the agents cost{suffix}")
    if not document["totals"]["model_calls"]:
        yield Line("No model call matches." if filters_told(document) else "No model calls yet.")
        yield Line("Type `fleetledger refresh` after the agents have run.", "dim")
    elif document["report"] == "overview":
        yield from _overview(document)
    elif document["report"] == "sessions":
        yield _sessions(document)
    else:
        yield _groups(document)
        yield from _floor(document["totals"])


def _overview(document: Row) -> Iterator[Piece]:
    totals = document["totals"]
    yield _totals(totals)
    yield Line(NOTIONAL, "dim")
    sections: tuple[tuple[str, str, Callable[[Row], str]], ...] = (
        ("fleets", "By fleet", lambda row: text(row["fleet"])),
        ("accounts", "By account", lambda row: f"{row['fleet']}/{text(row['account'])} on {text(row['host'])}"),
        ("providers", "By provider", lambda row: text(row["provider"])),
        ("models", "By model", lambda row: text(row["model"])),
        ("projects", "By project", lambda row: text(row["project"])),
    )
    for section, title, label in sections:
        rows: list[Row] = document[section]
        shown = [[label(row), *_figures(row, totals)] for row in rows[:SECTION_LIMIT]]
        more = f" (the first {SECTION_LIMIT} of {len(rows)})" if len(rows) > SECTION_LIMIT else ""
        yield Table(title + more, [Column("", keeps_end=section == "projects"), *_figure_columns(totals)], shown)
    yield from _floor(totals)
    yield from _warnings(document)
    if document["client_totals"]["sessions"]:
        yield _client_totals(document["client_totals"])
    if document["telemetry"]["telemetry_requests"]:
        yield coverage(document["telemetry"])
    if document["costliest_session"]:
        yield from _hand_check(document["costliest_session"])


def _totals(totals: Row) -> Table:
    """The four kinds side by side."""
    columns = [Column(""), *kind_columns(KINDS)]
    kinds = [name if KINDS[name].header != name else "" for name in KINDS]
    amounts = [_amount(totals, kind) or UNOBSERVED for kind in KINDS]
    calls = [f"{totals[f'{kind}_calls']:,}" for kind in KINDS]
    return Table("", columns, [["", *kinds], ["cost", *amounts], ["model calls", *calls]])


def _groups(document: Row) -> Table:
    """Days, weeks, months, models or projects, and all of them together in the last row."""
    name, totals = document["report"], document["totals"]
    keys = (PERIODS[name],) if name in PERIODS else GROUPS[name]
    is_period = name in PERIODS
    columns = [
        Column("week of" if key == "week" else key, keeps_end=key == "project", is_fixed=is_period) for key in keys
    ]
    figures, figure_columns = (_token_figures, _token_columns) if is_period else (_figures, _figure_columns)
    rows = [
        [*("undated" if is_period and row[key] is None else text(row[key]) for key in keys), *figures(row, totals)]
        for row in document["rows"]
    ]
    rows.append(["all", *[""] * (len(keys) - 1), *figures(totals, totals)])
    return Table(cut(document, name), [*columns, *figure_columns(totals)], rows, has_sum=True)


def _sessions(document: Row) -> Table:
    columns = [
        Column("started", is_fixed=True),
        Column("account", keeps_end=True, is_spare=True),
        Column("project", keeps_end=True),
        Column("title"),
        Column("calls", True),
        Column("tokens", True),
        Column("cost", True, "bold"),
    ]
    rows = [
        [
            row["started_at_local"] or "undated",
            f"{row['fleet']}/{text(row['account'])}",
            text(row["project"]),
            row["title"] or row["session_id"],
            f"{row['model_calls']:,}",
            short(_all_tokens(row)),
            " ".join(amount for kind in KINDS if (amount := _amount(row, kind))),
        ]
        for row in document["rows"]
    ]
    order = "costliest" if document["order"] == "costliest" else "newest"
    return Table(f"The {len(rows)} {order} of {document['row_count']:,} sessions", columns, rows)


def _figure_columns(totals: Row) -> list[Column]:
    return [Column("calls", True), Column("tokens", True), *kind_columns(_kinds_met(totals))]


def _figures(row: Row, totals: Row) -> list[str]:
    return [f"{row['model_calls']:,}", short(_all_tokens(row)), *_amounts(row, totals)]


def _token_columns(totals: Row) -> list[Column]:
    spare = ("input", "output", "cache read", "cache write")
    return [
        Column("calls", True),
        *(Column(header, True, is_spare=True) for header in spare),
        *kind_columns(_kinds_met(totals)),
    ]


def _token_figures(row: Row, totals: Row) -> list[str]:
    cache_write = _observed(row["cache_write_5m_tokens"], row["cache_write_1h_tokens"])
    counts = (row["input_tokens"], row["output_tokens"], row["cache_read_tokens"], cache_write)
    return [f"{row['model_calls']:,}", *map(short, counts), *_amounts(row, totals)]


def _amounts(row: Row, totals: Row) -> list[str]:
    return [_amount(row, kind) for kind in _kinds_met(totals)]


def _kinds_met(totals: Row) -> list[str]:
    """The kinds that have calls at all: the others would be empty columns."""
    return [kind for kind in KINDS if totals[f"{kind}_calls"]]


def _amount(row: Row, kind: str) -> str:
    """What the calls of one kind cost; nothing if there are none."""
    if not row[f"{kind}_calls"]:
        return ""
    if kind == "free":
        return "free"
    amount = row[f"{kind}_cost_usd"]
    return money(amount, kind, "unpriced") + ("+" if amount is not None and row[f"{kind}_unpriced_calls"] else "")


def _all_tokens(row: Row) -> int | None:
    """All tokens in and out; reasoning is part of output."""
    return _observed(
        row["input_tokens"],
        row["output_tokens"],
        row["cache_read_tokens"],
        row["cache_write_5m_tokens"],
        row["cache_write_1h_tokens"],
    )


def _observed(*counts: int | None) -> int | None:
    observed = [count for count in counts if count is not None]
    return sum(observed) if observed else None


def _floor(totals: Row) -> Iterator[Piece]:
    final, calls = totals["final_usage_calls"], totals["model_calls"]
    yield Line(
        f"Transcript cost is a floor: usage is final for {final:,} of {calls:,} model calls ({percent(final / calls)})."
    )
    if any(totals[f"{kind}_unpriced_calls"] for kind in PRICED_KINDS):
        yield Line("Unpriced, or + behind an amount: calls without a cost, for want of a rate or of logged usage.")


def _warnings(document: Row) -> Iterator[Piece]:
    if rows := document["unpriced_models"]:
        named = ", ".join(
            f"{text(row['model'])} at {text(row['provider'])} ({_calls(row['unpriced_calls'])})" for row in rows
        )
        yield Line(f"Unpriced models, which have no rate: {named}. A [[price]] in fleet.toml gives them one.", WARN)
    if rows := document["unmapped_providers"]:
        named = ", ".join(f"{text(row['provider'])} ({_calls(row['model_calls'])})" for row in rows)
        yield Line(
            f"Unmapped providers, of unknown cost kind: {named}. A [[cost_kind]] in fleet.toml says what they are.",
            WARN,
        )
    if rows := document["inexact_rates"]:
        named = ", ".join(
            f"{row['rate_caveats']} of {text(row['model'])} at {text(row['provider'])} ({_calls(row['model_calls'])})"
            for row in rows
        )
        calls = _calls(document["totals"]["inexact_rate_calls"])
        yield Line(f"Priced at a rate that is not exact: {calls}. What it is not exact for: {named}.", WARN)
    rates = document["rates"]
    yield Line(f"Rates: {rates['source']} {rates['version']} of {rates['date']}.", "dim")


def _client_totals(found: Row) -> Line:
    """How far Claude Code's own totals agree; what they count besides is in no figure of the report."""
    sessions, agreeing = found["sessions"], found["agreeing_sessions"]
    told = f"Claude Code's own total stands in {sessions:,} session{'' if sessions == 1 else 's'}"
    told += f": {agreeing:,} agree{'s' if agreeing == 1 else ''} to the cent"
    amounts = [money(amount, kind) for kind in PRICED_KINDS if (amount := found[f"{kind}_hidden_cost_usd"]) is not None]
    if not amounts:
        return Line(f"{told}.", "dim")
    return Line(
        f"{told}; requests that leave no line cost {' and '.join(amounts)} in {found['hidden_sessions']:,}.", "dim"
    )


def _calls(count: int) -> str:
    return f"{count:,} call" if count == 1 else f"{count:,} calls"


def _hand_check(session: Row) -> Iterator[Piece]:
    mark = KINDS[session["cost_kind"]].mark
    amounts = [line["cost_usd"] for line in session["lines"]] + [session["recomputed_usd"]]
    decimals = max(len(exact(amount).partition(".")[2]) for amount in amounts)
    rows = [[text(line["model"]), line["bucket"], f"{line['count']:,}", _rate(line)] for line in session["lines"]]
    rows.append(["sum", "", "", ""])
    for row, amount in zip(rows, amounts, strict=True):
        row.append(f"{mark}${amount:,.{decimals}f}")
    columns = [Column("model"), Column("bucket"), Column("count", True), Column("rate", True), Column("cost", True)]
    yield Table("Hand-check of the costliest session: count x rate = cost", columns, rows, has_sum=True)
    name = session["title"] or session["session_id"]
    yield Line(
        f"Session: {name} · {session['fleet']}/{text(session['account'])} · {text(session['project'])}"
        f" · {KINDS[session['cost_kind']].header}"
    )
    if session["agrees"]:
        yield Line("The sum is the session's cost in the ledger, to the last digit.")
    else:
        yield Line(f"The ledger says {mark}${exact(session['cost_usd'])}: a defect, please report it.", "bold red")


def _rate(line: Row) -> str:
    if line["rate_usd"] is None:
        return "no rate"
    multiplied = "" if line["multiplier"] in (None, 1) else f" (x{line['multiplier'].normalize():f})"
    return f"${exact(line['rate_usd'])} per {'M' if line['per'] == MILLION else 'k'}{multiplied}"
