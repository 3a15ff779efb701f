"""What every document begins with."""

from __future__ import annotations

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row

MILLION, THOUSAND = 1_000_000, 1_000


EXACT = 76
"""Digits enough for the product of two of the marts' decimals (38 digits) without rounding."""


def header(ledger: Ledger, name: str) -> Row:
    """What every document begins with: which it is, as of when, and what it was asked for.

    `nearest` is what there is where no call passes the filters: `first_day, newest_day`, and `projects` and `models`
    whose names are most like one that nothing has; null where some call does.
    """
    filters = ledger.filters._asdict()
    since, until = filters.pop("since"), filters.pop("until")
    is_narrowed = any(value is not None for value in ledger.filters)
    nearest = ledger.ask("reports/nearest") if is_narrowed else []
    return {
        "report": name,
        "as_of": ledger.build["as_of"],
        "as_of_local": ledger.local(ledger.build["as_of"]),
        "is_demo": ledger.build["is_demo"],
        "timezone": ledger.timezone,
        "since": since,
        "until": until,
        "filters": {key: value for key, value in filters.items() if value is not None},
        "nearest": nearest[0] if nearest else None,
    }
