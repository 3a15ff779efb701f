"""The card of a session: what it cost, took, did and came to, in one row.

`hook session-end` keeps it as a file in `cards/` of the data directory, one a session, for its owner alone.
"""

from __future__ import annotations

from pathlib import Path

from fleetledger.base.files import make_private, write_file
from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.reports.document import header
from fleetledger.reports.export import to_json
from fleetledger.reports.sessions import session_named


def card(ledger: Ledger, name: str) -> Row:
    """The document of the card of the session whose id begins with `name`. Raises UnknownSession, AmbiguousSession."""
    rows = ledger.ask("reports/session_card", session_id=session_named(ledger, name))
    return header(ledger, "card") | {"rows": rows}


def newest(ledger: Ledger) -> str | None:
    """The session that was active last."""
    order = "coalesce(ended_at, started_at) desc nulls last, session_id"
    rows = ledger.rows(f"select session_id from fct_sessions order by {order} limit 1")  # noqa: S608 - no input in it
    return rows[0]["session_id"] if rows else None


def keep_card(data: Path, document: Row) -> Path:
    """Write a card as JSON; where."""
    cards = data / "cards"
    make_private(cards, ())
    path = cards / f"{document['rows'][0]['session_id'].replace('/', '-')}.json"
    write_file(path, to_json(document))
    return path
