"""Budgets, usage windows and plans for people: what their documents say, as tables and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from fleetledger.base.text import counted
from fleetledger.published.rows import Row
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import (
    KINDS,
    NOTIONAL,
    UNOBSERVED,
    WARN,
    cut,
    duration,
    heading,
    kind_columns,
    money,
    nearest_told,
    percent,
    short,
    text,
)

STYLES = {"over": "bold red", "unpriced": WARN, "warn": WARN, "ok": "green"}

NO_BUDGETS = "No budgets: write what may be spent into fleet.toml, as [[budget]], and type `fleetledger refresh`."
NO_BUDGETS_SHORT = "no budgets"

NO_PLANS = "No plans: write what you pay into fleet.toml, as [[plan]], and type `fleetledger refresh`."
PLANS_SHOWN = (
    "Paid: in the month in which a plan starts. For these days: a plan's cost by its days, up to now. Use (≈): at list"
    " prices. Three views of one thing: never add them. Worth: use over the cost of these days."
)

SHORT_ID = 8
"""How much of a session's id tells it apart."""


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a document, from top to bottom."""
    title, shown = RENDERED[document["report"]]
    yield from heading(document, title)
    yield from shown(document)


def quiet(rows: list[Row]) -> str:
    """One line: the worst of some budgets, which stands first, and how many more are as bad."""
    if not rows:
        return NO_BUDGETS_SHORT
    worst = rows[0]
    others = sum(row["state"] == worst["state"] for row in rows) - 1
    more = f", and {others} more" if others and worst["state"] != "ok" else ""
    return f"{worst['state']}: {_name(worst)} {_spent(worst)} of {_limit(worst)}{_share(worst)}{more}"


def _budget(document: Row) -> Iterator[Piece]:
    rows: list[Row] = document["rows"]
    if not rows:
        yield Line(NO_BUDGETS)
        return
    columns = [
        Column("state", is_fixed=True),
        Column("budget", keeps_end=True),
        Column("period", is_fixed=True),
        Column("spent", True, "bold"),
        Column("limit", True),
        Column("share", True),
        Column("time", True, is_spare=True),
        Column("at this pace", True),
        Column("as last 7 days", True, is_spare=True),
    ]
    yield Table("", columns, [_budget_cells(row) for row in rows])
    yield from _budget_notes(rows)


def _budget_cells(row: Row) -> list[str]:
    return [
        row["state"],
        _scope(row),
        _period(row),
        _spent(row),
        _limit(row),
        percent(row["spent_share"], 0),
        percent(row["elapsed_share"], 0),
        money(row["projected_by_elapsed_usd"], row["cost_kind"]),
        money(row["projected_by_last_7_days_usd"], row["cost_kind"]),
    ]


def _budget_notes(rows: list[Row]) -> Iterator[Piece]:
    unmatched = [_name(row) for row in rows if not row["has_matched"]]
    if unmatched:
        yield Line(f"No call ever was what these are for; is it spelt as in a report? {', '.join(unmatched)}.", WARN)
    if any(row["unpriced_call_count"] for row in rows):
        yield Line("+ behind an amount: it lacks calls without a cost, for want of a rate or of logged usage.")
    for state, told in (("over", "Over budget"), ("warn", "Close to the limit")):
        named = [f"{_name(row)}{_share(row)}" for row in rows if row["state"] == state]
        if named:
            yield Line(f"{told}: {', '.join(named)}.", STYLES[state])


def _name(row: Row) -> str:
    is_told = row["period"] == row["scope"]
    return _scope(row) if is_told else f"{_period(row)} {_scope(row)}"


def _period(row: Row) -> str:
    """The period, once: a session that has a budget of its own is named by that."""
    is_told = row["period_name"] == row["scope_name"]
    name = row["period_name"][:SHORT_ID] if row["period"] == "session" else row["period_name"]
    return row["period"] if is_told else f"{row['period']} {name}"


def _scope(row: Row) -> str:
    name = row["scope_name"] or ""
    shown = name[:SHORT_ID] if row["scope"] == "session" else name
    return " ".join(part for part in (row["scope"], shown, row["cost_kind"]) if part)


def _spent(row: Row) -> str:
    more = "+" if row["spent_usd"] is not None and row["unpriced_call_count"] else ""
    return money(row["spent_usd"], row["cost_kind"], "unpriced") + more


def _limit(row: Row) -> str:
    return money(row["limit_usd"], row["cost_kind"])


def _share(row: Row) -> str:
    return "" if row["spent_share"] is None else f" ({percent(row['spent_share'], 0)})"


def _windows(document: Row) -> Iterator[Piece]:
    rows: list[Row] = document["rows"]
    if not rows:
        ended = document["newest_ends_at"]
        last = f" The last one ended at {ended:%Y-%m-%d %H:%M} UTC." if ended and ended <= document["now"] else ""
        yield Line((f"No window is open.{last}" if ended else "No window yet.") + " Is everything landed?")
        yield Line("Type `fleetledger refresh` after the agents have run.", "dim")
        return
    columns = [
        Column("window", is_fixed=True),
        Column("account", keeps_end=True),
        Column("gap before", True, is_spare=True),
        Column("calls", True),
        Column("tokens", True),
        Column("a minute", True, is_spare=True),
        *kind_columns(["subscription"]),
        Column("", is_fixed=True),
    ]
    yield Table(cut(document, "windows", "newest"), columns, [_window_cells(row) for row in rows])
    yield from (_projection(row) for row in rows if row["is_active"])
    if unpriced := sum(row["unpriced_call_count"] for row in rows):
        yield Line(f"Without a cost, for want of a rate or of logged usage: {counted(unpriced, 'call')}.")
    yield Line(NOTIONAL, "dim")


def _window_cells(row: Row) -> list[str]:
    gap = (row["gap_ended_at"] - row["gap_started_at"]).total_seconds() if row["gap_started_at"] else None
    return [
        f"{row['started_at_local']} - {row['ends_at_local']}",
        f"{row['fleet']}/{row['account']} on {row['host']}",
        "" if gap is None else duration(gap),
        f"{row['model_call_count']:,}",
        short(row["total_tokens"]),
        short(row["tokens_per_minute"]),
        money(row["subscription_cost_usd"], "subscription", ""),
        f"open, {duration(row['remaining_seconds'])} left" if row["is_active"] else "",
    ]


def _projection(row: Row) -> Line:
    name = f"{row['fleet']}/{row['account']} on {row['host']}"
    if row["projected_total_tokens"] is None:
        return Line(f"Open: {name}; one call tells no pace.")
    told = f"{short(row['projected_total_tokens'])} tokens"
    if row["projected_subscription_cost_usd"] is not None:
        told += f", {money(row['projected_subscription_cost_usd'], 'subscription')}"
    return Line(f"Open: {name}; at its pace it ends with {told}.")


LIMIT_NAMES = {"five_hour": "5 hours", "seven_day": "week"}

NO_LIMITS = (
    "Nothing is known of limits: Claude Code tells them its status line alone, and only on a subscription. "
    "Let that be `fleetledger statusline` (docs/sessions.md), and type `fleetledger refresh`."
)


def _limits(document: Row) -> Iterator[Piece]:
    rows: list[Row] = document["rows"]
    if not rows:
        yield Line("No limit that has not begun anew." if document["is_told"] else NO_LIMITS)
        return
    columns = [
        Column("limit", is_fixed=True),
        Column("account", keeps_end=True),
        Column("used", True, "bold"),
        Column("as of", is_spare=True),
        Column("begins anew"),
        Column("calls", True),
        Column("their use", True, KINDS["subscription"].style),
        Column("the whole limit", True, KINDS["subscription"].style),
    ]
    yield Table(cut(document, "limits", "newest"), columns, [_limit_cells(row, document["now"]) for row in rows])
    yield Line(
        "Used: as Claude Code said. Use (≈): calls up to then that are landed, at list prices; the whole limit is that"
        " over the part used. Both are floors: other machines, apps and requests without a line are in the part only.",
        "dim",
    )


def _limit_cells(row: Row, now: datetime) -> list[str]:
    left = f" (in {duration((row['resets_at'] - now).total_seconds())})" if row["is_current"] else ""
    return [
        LIMIT_NAMES.get(row["limit_name"], row["limit_name"].replace("_", " ")),
        f"{row['account']} on {row['host']}",
        percent(row["used_share"], 0),
        row["last_told_at_local"],
        row["resets_at_local"] + left,
        UNOBSERVED if row["model_call_count"] is None else f"{row['model_call_count']:,}",
        money(row["subscription_cost_usd"], "subscription"),
        money(row["whole_limit_usd"], "subscription"),
    ]


def _plans(document: Row) -> Iterator[Piece]:
    rows: list[Row] = document["rows"]
    if not document["has_plans"]:
        yield Line(NO_PLANS)
    if not rows:
        yield Line("No use of a flat rate yet.")
        return
    columns = [
        Column("month", is_fixed=True),
        Column("account", keeps_end=True),
        Column("plans"),
        Column("paid", True, KINDS["billed"].style, is_spare=True),
        Column("for these days", True, KINDS["billed"].style),
        Column("use", True, KINDS["subscription"].style),
        Column("worth", True, "bold"),
        Column("use without a plan", True, WARN),
    ]
    yield Table("", columns, [_plan_cells(row) for row in rows])
    yield Line(PLANS_SHOWN, "dim")
    if document["has_plans"] and (uncovered := sum(row["uncovered_call_count"] for row in rows)):
        yield Line(f"Of days without a [[plan]] in fleet.toml: {counted(uncovered, 'call')}.", WARN)


def _plan_cells(row: Row) -> list[str]:
    multiple = row["break_even_multiple"]
    return [
        f"{row['month_started_on']:%Y-%m}",
        f"{row['provider']}/{row['account']}",
        row["plan_labels"] or "(none)",
        money(row["calendar_usd"], "billed"),
        money(row["amortised_usd"], "billed"),
        money(row["covered_use_usd"], "subscription", ""),
        "" if multiple is None else f"{multiple:.1f}x",
        money(row["uncovered_use_usd"], "subscription", ""),
    ]


def _whatif(document: Row) -> Iterator[Piece]:
    told = [f"{change['old']} goes to {change['new']}" for change in document["changes"]]
    told += [f"all cache writes are for {document['cache_ttl']}"] if document["cache_ttl"] else []
    yield Line(f"If {', '.join(told)}:")
    rows: list[Row] = document["rows"]
    if not rows:
        yield Line("No model call matches.")
        yield from nearest_told(document)
        return
    columns = [
        Column("at", is_spare=True),
        Column("model"),
        Column("goes to"),
        Column("calls", True),
        Column("recorded", True),
        Column("what if", True, "bold"),
        Column("difference", True),
        Column("", True),
    ]
    yield Table("", columns, [_whatif_cells(row) for row in rows])
    if left_out := sum(row["left_out_call_count"] for row in rows):
        yield Line(
            f"In no amount, since one of both has no rate or no usage is known: {counted(left_out, 'call')}.", WARN
        )
    if inexact := sum(row["inexact_call_count"] for row in rows):
        yield Line(
            f"At the standard rate, for want of one of their speed, tier or geography: {counted(inexact, 'call')}.",
            WARN,
        )
    for assumption in document["assumptions"]:
        yield Line(f"- {assumption}", "dim")
    yield Line(NOTIONAL, "dim")


def _whatif_cells(row: Row) -> list[str]:
    recorded, otherwise, difference = row["recorded_usd"], row["whatif_usd"], row["difference_usd"]
    kind = row["cost_kind"]
    sign = "" if difference is None else "-" if difference < 0 else "+" if difference else ""
    return [
        *(text(row[key]) for key in ("provider", "model", "to_model")),
        f"{row['model_call_count']:,}",
        money(recorded, kind),
        money(otherwise, kind),
        UNOBSERVED if difference is None else sign + money(abs(difference), kind),
        f"{difference / recorded:+.0%}" if recorded and difference is not None else "",
    ]


RENDERED: dict[str, tuple[str, Callable[[Row], Iterator[Piece]]]] = {
    "budget": ("Budgets", _budget),
    "blocks": ("5-hour usage windows", _windows),
    "limits": ("Limits of Claude's plans", _limits),
    "plans": ("Flat rates, and what their use would have cost", _plans),
    "whatif": ("What history would have cost", _whatif),
}
