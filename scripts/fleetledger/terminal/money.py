"""How amounts, shares, durations, counts and headings are shown, in every report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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

DEMO = "DEMO  These logs are generated: nobody ran these agents, and nobody paid for them."

NOTIONAL = (
    "Real spend is money paid; notional (≈) is what a subscription's tokens would cost at list prices. Never add them."
)


def heading(document: Row, title: str) -> Iterator[Piece]:
    """What a report begins with: that it is of a demo, its title, as of when, and what it was asked for."""
    if document["is_demo"]:
        yield Line(DEMO, "black on yellow")
    as_of = f"as of {document['as_of']:%Y-%m-%d %H:%M} UTC" if document["as_of"] else "no line yet"
    yield Line(f"{title} · {as_of} · days in {document['timezone']}", "bold")
    if filters := filters_told(document):
        yield Line(f"Only {', '.join(filters)}")


def filters_told(document: Row) -> list[str]:
    """The days and the filters that a report was asked for, each in words."""
    days = [f"{name} {document[name]}" for name in ("since", "until") if document[name]]
    return days + [f"{name} {value}" for name, value in document["filters"].items()]


def cut(document: Row, what: str, order: str = "first") -> str:
    """That a table does not show all of the rows, as its title; nothing where it does."""
    shown = len(document["rows"])
    return f"The {order} {shown:,} of {document['row_count']:,} {what}" if shown < document["row_count"] else ""


def kind_columns(kinds: Iterable[str]) -> list[Column]:
    """A column for the amounts of each of some cost kinds."""
    return [Column(KINDS[kind].header, True, KINDS[kind].style) for kind in kinds]


def money(amount: Decimal | float | None, kind: str, absent: str = UNOBSERVED) -> str:
    """An amount with the mark of its cost kind; `absent` where there is none."""
    return absent if amount is None else KINDS[kind].mark + usd(Decimal(amount))


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
