"""Reports for people: what a document says, as tables and sentences.

Every amount shows its cost kind: `$` alone is money paid (billed), `≈$` what a subscription's tokens would have cost
at list prices, `?$` an amount of a kind that is not known; a free call is `free`. A `+` behind an amount says that it
lacks calls without a cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from fleetledger.base.text import counted
from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.reports.choices import UNITS
from fleetledger.reports.document import MILLION
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import (
    KINDS,
    NOTIONAL,
    WARN,
    all_tokens,
    amount,
    amounts,
    bar,
    cut,
    exact,
    filters_told,
    heading,
    kind_columns,
    kinds_met,
    money,
    nothing,
    observed,
    percent,
    short,
    short_id,
    text,
)
from fleetledger.terminal.telemetry import coverage

TWO_WEEKS, TOP, BAR = 14, 3, 36
"""What the short page shows: days, models and projects, and the cells of its bars."""

HEADERS = {"week": "week of", "git_branch": "branch"}
"""What columns are called where they are not called as their keys."""

ORDERS = {"key": "newest", "cost": "costliest", "tokens": "largest", "calls": "busiest"}
"""What the first sessions of an order are called."""

SECTION_LIMIT = 8
"""How many groups each section of the overview shows."""


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a document, from top to bottom."""
    suffix = "" if document["report"] == "overview" else f", {document['report']}"
    period = "" if document["since"] or document["until"] else " · all days"
    yield from heading(document, f"What the agents cost{suffix}{period}")
    if not document["totals"]["model_call_count"]:
        yield from nothing(document, "model call")
    elif document["report"] == "overview":
        yield from _overview(document)
    elif document["report"] == "sessions":
        yield _sessions(document)
    else:
        yield _groups(document)
        if document["hidden_requests"] is not None:
            yield Line(f"In no transcript, told by telemetry: {counted(document['hidden_requests'], 'call')}.")
        yield from _floor(document["totals"])


def page(document: Row) -> Iterator[Piece]:
    """The overview in the 24 lines of a terminal."""
    totals, days = document["totals"], document["days"]
    if not totals["model_call_count"]:
        yield from pieces(document)
        return
    demo = "DEMO · " if document["is_demo"] else ""
    yield Line(f"{demo}What the agents cost · {_period_told(document)} · days in {document['timezone']}", "bold")
    if filters := filters_told(document)[bool(document["since"]) + bool(document["until"]) :]:
        yield Line(f"Only {', '.join(filters)}")
    if not document["since"] and not document["until"]:
        spans = [f"{span['period']} {' '.join(amounts(span)) or '$0.00'}" for span in document["standing"]]
        yield Line(" · ".join(["Today" + spans[0].removeprefix("today"), *(f"last {span}" for span in spans[1:])]))
    has_telemetry = document["telemetry"]["telemetry_requests"] > 0
    if len(days) > 1:
        yield _days(days, totals, TWO_WEEKS - has_telemetry)
    yield _top(document)
    if has_telemetry:
        yield coverage(document["telemetry"])._replace(is_tight=True)
    yield Line(
        f"{_counts_told(totals)} · as of {document['as_of_local']} · --all for more",
        "dim",
        is_tight=True,
    )


def _counts_told(totals: Row) -> str:
    """What the amounts of the short page are of, and what they lack."""
    final, calls = totals["final_usage_call_count"], totals["model_call_count"]
    besides = [
        f", {count:,} {words}"
        for kind, words in (("free", "free"), ("unknown", "of unknown kind"))
        if (count := totals[f"{kind}_call_count"]) and kind not in _paid_kinds(totals)
    ]
    told = f"{counted(calls, 'call')}, {short(all_tokens(totals))} tokens{''.join(besides)}"
    return f"{told} · a floor: usage final for {percent(final / calls)}"


def _period_told(document: Row) -> str:
    """The first and the last day of a report: as asked for, else those that there are."""
    dated = [row["day"] for row in document["days"] if row["day"]]
    first, last = document["since"] or dated[0], document["until"] or dated[-1]
    if isinstance(first, datetime):
        return f"{first:%Y-%m-%d %H:%M} UTC"
    return f"{first}" if str(first) == str(last) else f"{first} to {last}"


def _days(days: list[Row], totals: Row, count: int) -> Table:
    """The last days, as bars of one scale; each kind of money has its own."""
    kinds = _paid_kinds(totals)
    dated = {date.fromisoformat(row["day"]): row for row in days if row["day"]}
    last = max(dated)
    shown = [last - timedelta(days=before) for before in range(min(count, (last - min(dated)).days + 1))][::-1]
    largest = max((_cost(dated.get(day), kind) for day in shown for kind in kinds), default=Decimal(0))
    width = BAR // max(len(kinds), 1)
    columns = [Column("day", is_fixed=True), Column("", is_fixed=True)]
    for kind in kinds:
        columns += [
            Column(KINDS[kind].header, True, KINDS[kind].style),
            Column("", style=KINDS[kind].style, is_fixed=True),
        ]
    rows = []
    for day in shown:
        cells_of = [f"{day}", f"{day:%a}"]
        for kind in kinds:
            found = dated.get(day)
            cells_of += [amount(found, kind) if found else "", bar(_cost(found, kind), largest, width)]
        rows.append(cells_of)
    return Table("", columns, rows, is_tight=True)


def _paid_kinds(totals: Row) -> list[str]:
    """The kinds that anything is known to have cost in; what was paid where there is none."""
    return [kind for kind in PRICED_KINDS if totals[f"{kind}_cost_usd"]] or ["billed"]


def _cost(row: Row | None, kind: str) -> Decimal:
    return (row[f"{kind}_cost_usd"] if row else None) or Decimal(0)


def _top(document: Row) -> Table:
    """The models and the projects that cost most, side by side, and the total of all below them."""
    totals = document["totals"]
    kinds = _paid_kinds(totals)
    models, projects = document["models"][:TOP], document["projects"][:TOP]
    columns = [
        *(Column("top models"), *kind_columns(kinds)),
        *(Column("top projects", keeps_end=True), *kind_columns(kinds)),
    ]
    rows = []
    for number in range(max(len(models), len(projects))):
        cells_of: list[str] = []
        for found, key in ((models, "model"), (projects, "project")):
            row = found[number] if number < len(found) else None
            cells_of += [text(row[key]) if row else "", *(amount(row, kind) if row else "" for kind in kinds)]
        rows.append(cells_of)
    rows.append(["all", *(amount(totals, kind) for kind in kinds), "", *[""] * len(kinds)])
    return Table("", columns, rows, has_sum=True)


def _overview(document: Row) -> Iterator[Piece]:
    totals = document["totals"]
    yield _totals(totals)
    if totals["subscription_call_count"]:
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
    """The kinds that there are, side by side."""
    met = kinds_met(totals)
    columns = [Column(""), *kind_columns(met)]
    kinds = [name if KINDS[name].header != name else "" for name in met]
    cost = [amount(totals, kind) for kind in met]
    calls = [f"{totals[f'{kind}_call_count']:,}" for kind in met]
    return Table("", columns, [["", *kinds], ["cost", *cost], ["model calls", *calls]])


def _groups(document: Row) -> Table:
    """The groups, and all of them together in the last row. A first key that stays the same is not said again."""
    by, totals = document["by"], document["totals"]
    columns = [
        Column(HEADERS.get(key, key), keeps_end=key in ("project", "git_branch"), is_fixed=key in UNITS) for key in by
    ]
    is_long = len(by) == 1 and by[0] in UNITS
    figures, figure_columns = (_token_figures, _token_columns) if is_long else (_figures, _figure_columns)
    rows, before = [], None
    for row in document["rows"]:
        names = ["undated" if key in UNITS and row[key] is None else text(row[key]) for key in by]
        shown = names if len(by) == 1 or names[0] != before else ["", *names[1:]]
        before = names[0]
        rows.append([*shown, *figures(row, totals)])
    rows.append(["all", *[""] * (len(by) - 1), *figures(totals, totals)])
    return Table(cut(document, document["report"]), [*columns, *figure_columns(totals)], rows, has_sum=True)


def _sessions(document: Row) -> Table:
    columns = [
        Column("id", is_fixed=True),
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
            short_id(row["session_id"]),
            row["started_at_local"] or "undated",
            f"{row['fleet']}/{text(row['account'])}",
            text(row["project"]),
            row["title"] or row["session_id"],
            f"{row['model_call_count']:,}",
            short(all_tokens(row)),
            " ".join(amounts(row)),
        ]
        for row in document["rows"]
    ]
    order = ORDERS[document["sort"]]
    return Table(f"The {len(rows)} {order} of {counted(document['row_count'], 'session')}", columns, rows)


def _figure_columns(totals: Row) -> list[Column]:
    return [Column("calls", True), Column("tokens", True), *kind_columns(kinds_met(totals))]


def _figures(row: Row, totals: Row) -> list[str]:
    return [f"{row['model_call_count']:,}", short(all_tokens(row)), *_amounts(row, totals)]


def _token_columns(totals: Row) -> list[Column]:
    spare = ("input", "output", "cache read", "cache write")
    return [
        Column("calls", True),
        *(Column(header, True, is_spare=True) for header in spare),
        *kind_columns(kinds_met(totals)),
    ]


def _token_figures(row: Row, totals: Row) -> list[str]:
    cache_write = observed(row["cache_write_5m_tokens"], row["cache_write_1h_tokens"])
    counts = (row["input_tokens"], row["output_tokens"], row["cache_read_tokens"], cache_write)
    return [f"{row['model_call_count']:,}", *map(short, counts), *_amounts(row, totals)]


def _amounts(row: Row, totals: Row) -> list[str]:
    return [amount(row, kind) for kind in kinds_met(totals)]


def _floor(totals: Row) -> Iterator[Piece]:
    final, calls = totals["final_usage_call_count"], totals["model_call_count"]
    yield Line(
        f"Transcript cost is a floor: usage is final for {final:,} of {counted(calls, 'model call')}"
        f" ({percent(final / calls)})."
    )
    if any(totals[f"{kind}_unpriced_call_count"] for kind in PRICED_KINDS):
        yield Line("Unpriced, or + behind an amount: calls without a cost, for want of a rate or of logged usage.")


def _warnings(document: Row) -> Iterator[Piece]:
    if rows := document["unpriced_models"]:
        named = ", ".join(
            f"{text(row['model'])} at {text(row['provider'])} ({counted(row['unpriced_call_count'], 'call')})"
            for row in rows
        )
        yield Line(f"Unpriced models, which have no rate: {named}. A [[price]] in fleet.toml gives them one.", WARN)
    if rows := document["unmapped_providers"]:
        named = ", ".join(f"{text(row['provider'])} ({counted(row['model_call_count'], 'call')})" for row in rows)
        yield Line(
            f"Unmapped providers, of unknown cost kind: {named}. A [[cost_kind]] in fleet.toml says what they are.",
            WARN,
        )
    if rows := document["inexact_rates"]:
        named = ", ".join(
            f"{row['rate_caveats']} of {text(row['model'])} at {text(row['provider'])}"
            f" ({counted(row['model_call_count'], 'call')})"
            for row in rows
        )
        calls = counted(document["totals"]["inexact_rate_call_count"], "call")
        yield Line(f"Priced at a rate that is not exact: {calls}. What it is not exact for: {named}.", WARN)
    rates = document["rates"]
    yield Line(f"Rates: {rates['source']} {rates['version']} of {rates['date']}.", "dim")


def _client_totals(found: Row) -> Line:
    """How far Claude Code's own totals agree; what they count besides is in no figure of the report."""
    sessions, agreeing = found["sessions"], found["agreeing_sessions"]
    told = f"Claude Code's own total stands in {counted(sessions, 'session')}"
    told += f": {agreeing:,} agree{'s' if agreeing == 1 else ''} to the cent"
    amounts = [money(amount, kind) for kind in PRICED_KINDS if (amount := found[f"{kind}_hidden_cost_usd"]) is not None]
    if not amounts:
        return Line(f"{told}.", "dim")
    return Line(
        f"{told}; requests that leave no line cost {' and '.join(amounts)} in {found['hidden_sessions']:,}.", "dim"
    )


def _hand_check(session: Row) -> Iterator[Piece]:
    mark = KINDS[session["cost_kind"]].mark
    costs = [line["cost_usd"] for line in session["lines"]] + [session["recomputed_usd"]]
    decimals = max(len(exact(cost).partition(".")[2]) for cost in costs)
    rows = [[text(line["model"]), line["bucket"], f"{line['count']:,}", _rate(line)] for line in session["lines"]]
    rows.append(["sum", "", "", ""])
    for row, cost in zip(rows, costs, strict=True):
        row.append(f"{mark}${cost:,.{decimals}f}")
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
