"""How amounts and headings are shown, in every report."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from fleetledger.published.ledger import Row
from fleetledger.terminal.blocks import Block, Line


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


def heading(document: Row, title: str) -> Iterator[Block]:
    """What a report begins with: that it is of a demo, its title, as of when, and what it was asked for."""
    if document["is_demo"]:
        yield Line(DEMO, "black on yellow")
    as_of = f"{document['as_of']:%Y-%m-%d %H:%M} UTC" if document["as_of"] else "no line yet"
    yield Line(f"{title} · as of {as_of} · days in {document['timezone']}", "bold")
    if filters := filters_told(document):
        yield Line(f"Only {', '.join(filters)}")


def filters_told(document: Row) -> list[str]:
    """The days and the filters that a report was asked for, each in words."""
    days = [f"{name} {document[name]}" for name in ("since", "until") if document[name]]
    return days + [f"{name} {value}" for name, value in document["filters"].items()]


def usd(amount: Decimal) -> str:
    """An amount in cents, or in hundredths of cents where it is less than one.

    >>> usd(Decimal("1234.567")), usd(Decimal("0.00123")), usd(Decimal("0.000001")), usd(Decimal(0))
    ('$1,234.57', '$0.0012', '<$0.0001', '$0.00')
    """
    if amount and abs(amount) < LEAST:
        return f"<${LEAST}"
    return f"${amount:,.2f}" if not amount or abs(amount) >= CENT else f"${amount:.4f}"


def exact(amount: Decimal) -> str:
    """All digits of an amount, without zeros at the end beyond cents.

    >>> exact(Decimal("1234.5000000")), exact(Decimal("0.0617284"))
    ('1,234.50', '0.0617284')
    """
    whole, _, decimals = f"{amount:,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
