"""How amounts, shares, durations, counts and headings are shown, in every report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from fleetledger.published.rows import Row
from fleetledger.terminal.layout import Column, Line, Piece


class Kind(NamedTuple):
    """How a cost kind is shown: its column's header, the mark on each of its amounts, its style."""

    header: str
    mark: str
    style: str


KINDS = {
    "billed": Kind("real spend", "", "green"),
    "subscription": Kind("notional", "≈", "cyan"),
    "free": Kind("free", "", "dim"),
    "unknown": Kind("unknown", "?", "yellow"),
}

UNOBSERVED = "-"

CENT, LEAST = Decimal("0.01"), Decimal("0.0001")

WARN = "yellow"

DEMO = "DEMO  These logs are generated: nobody ran these agents, nobody paid for them."

NOTIONAL = (
    "Real spend is money paid; notional (≈) is what a subscription's tokens would cost at list prices. Never add them."
)


def heading(document: Row, title: str) -> Iterator[Piece]:
    """What a report begins with: that it is of a demo, its title, whose days it means, and what it was asked for."""
    if document["is_demo"]:
        yield Line(DEMO, "black on yellow")
    yield Line(f"{title} · {clock_told(document)}", "bold")
    if filters := filters_told(document):
        yield Line(f"Only {', '.join(filters)}")


def clock_told(document: Row) -> str:
    """As of when a report is, and in whose time zone its days are."""
    as_of = f"as of {document['as_of_local']} {document['timezone']}" if document["as_of"] else "no line yet"
    return f"{as_of} · days in {document['timezone']}"


def nothing(document: Row, what: str) -> Iterator[Piece]:
    """What to say of a report on nothing: what there is instead."""
    if not filters_told(document):
        yield Line(f"No {what}s yet.")
        yield Line("Type `fleetledger refresh` after the agents have run.", "dim")
        return
    yield Line(f"No {what} matches.")
    yield from nearest_told(document)


def nearest_told(document: Row) -> Iterator[Piece]:
    """What there is, where no call passes the filters."""
    nearest = document["nearest"]
    if not nearest:
        return
    for key in ("project", "model"):
        if names := nearest[f"{key}s"]:
            yield Line(f"No {key} has {document['filters'][key]!r} in its name; most like it: {', '.join(names)}.")
    if document["since"] or document["until"]:
        yield Line(f"There are calls from {nearest['first_day']} to {nearest['newest_day']}.")
        yield Line("Type `fleetledger refresh` if the agents have run since.", "dim")


def filters_told(document: Row) -> list[str]:
    """The days and the filters that a report was asked for, each in words."""
    days = [f"{name} {_day(document[name])}" for name in ("since", "until") if document[name]]
    return days + [f"{name} {value}" for name, value in document["filters"].items()]


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d %H:%M} UTC" if isinstance(day, datetime) else f"{day}"


def cut(document: Row, what: str, order: str = "first") -> str:
    """That a table does not show all of the rows, as its title; nothing where it does."""
    shown = len(document["rows"])
    return f"The {order} {shown:,} of {document['row_count']:,} {what}" if shown < document["row_count"] else ""


def kind_columns(kinds: Iterable[str]) -> list[Column]:
    """A column for the amounts of each of some cost kinds."""
    return [Column(KINDS[kind].header, True, KINDS[kind].style, is_spare=kind == "free") for kind in kinds]


def money(amount: Decimal | float | None, kind: str, absent: str = UNOBSERVED) -> str:
    """An amount with the mark of its cost kind; `absent` where there is none."""
    return absent if amount is None else KINDS[kind].mark + usd(Decimal(amount))


def amount(row: Row, kind: str) -> str:
    """What the calls of one kind cost, with a + where some have no cost; nothing if there are none."""
    if not row[f"{kind}_call_count"]:
        return ""
    if kind == "free":
        return "free"
    cost = row[f"{kind}_cost_usd"]
    return money(cost, kind, "unpriced") + ("+" if cost is not None and row[f"{kind}_unpriced_call_count"] else "")


def amounts(row: Row) -> list[str]:
    """What the calls of each kind cost that there are."""
    return [amount(row, kind) for kind in kinds_met(row)]


def kinds_met(totals: Row) -> list[str]:
    """The kinds that have calls at all: the others would be empty columns."""
    return [kind for kind in KINDS if totals[f"{kind}_call_count"]]


def bar(part: Decimal, whole: Decimal, width: int) -> str:
    """A part of a whole as a bar of at most `width` cells, in eighths of one; anything shows.

    >>> bar(Decimal(3), Decimal(4), 2), bar(Decimal("0.01"), Decimal(4), 2), bar(Decimal(0), Decimal(4), 2)
    ('█▌', '▏', '')
    """
    if not part or not whole:
        return ""
    full, eighths = divmod(max(int(part / whole * width * 8), 1), 8)
    return "█" * full + " ▏▎▍▌▋▊▉"[eighths].strip()


def usd(amount: Decimal) -> str:
    """An amount in cents, or in hundredths of cents where it is less than one.

    >>> usd(Decimal("1234.567")), usd(Decimal("0.00123")), usd(Decimal("0.000001")), usd(Decimal(0)), usd(Decimal("-2"))
    ('$1,234.57', '$0.0012', '<$0.0001', '$0.00', '-$2.00')
    """
    if amount and abs(amount) < LEAST:
        return f"<${LEAST}"
    sign, amount = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}${amount:,.2f}" if not amount or amount >= CENT else f"{sign}${amount:.4f}"


def exact(amount: Decimal) -> str:
    """All digits of an amount, without zeros at the end beyond cents.

    >>> exact(Decimal("1234.5000000")), exact(Decimal("0.0617284"))
    ('1,234.50', '0.0617284')
    """
    whole, _, decimals = f"{amount:,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share in percent, with so many digits behind the point.

    >>> percent(0.125), percent(1.204, 0), percent(None)
    ('12.5%', '120%', '-')
    """
    return UNOBSERVED if share is None else f"{share:.{digits}%}"


def duration(seconds: float | None) -> str:
    """A duration in its two largest units.

    >>> duration(0.08), duration(59.9), duration(150), duration(3 * 3600 + 61), duration(50 * 3600), duration(None)
    ('0.1s', '59.9s', '2m 30s', '3h 01m', '2d 2h', '-')
    """
    if seconds is None:
        return UNOBSERVED
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours // 24}d {hours % 24}h"
    if hours:
        return f"{hours}h {minutes:02}m"
    return f"{minutes}m {rest:02}s" if minutes else f"{seconds:.1f}s"


def short(count: float | None) -> str:
    """A count in three figures or a little more.

    >>> short(9999), short(12345.6), short(999_999), short(1234567), short(None)
    ('9,999', '12.3k', '1.00M', '1.23M', '-')
    """
    if count is None:
        return UNOBSERVED
    for unit, suffix in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        shown = count / unit
        if shown >= 0.9995 and count >= 10_000:
            return f"{shown:.{2 if shown < 10 else 1 if shown < 100 else 0}f}{suffix}"
    return f"{count:,.0f}"


def text(value: object) -> str:
    """A name; the word for none where there is none."""
    return str(value) if value else "(none)"


def short_id(session_id: str) -> str:
    """As much of a session's id as names it in every command.

    >>> short_id("5f3a91c2-0b7e-4c1d-9a55-0c8f2f6b7d10"), short_id("laptop/d41f/session-3")
    ('5f3a91c2', 'd41f/session-3')
    """
    return "/".join(session_id.split("/")[-2:]) if "/" in session_id else session_id.partition("-")[0]


def all_tokens(row: Row) -> int | None:
    """All tokens in and out; reasoning is part of output."""
    return observed(
        row["input_tokens"],
        row["output_tokens"],
        row["cache_read_tokens"],
        row["cache_write_5m_tokens"],
        row["cache_write_1h_tokens"],
    )


def observed(*counts: int | None) -> int | None:
    """The sum of the counts that are known; None where none is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
