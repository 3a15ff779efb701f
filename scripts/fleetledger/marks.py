"""Marks: what a person thinks of a session, from 1 (unusable) to 5 (excellent)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from fleetledger.collected import collecting
from fleetledger.errors import CallError, FleetledgerError
from fleetledger.paths import landing_dir
from fleetledger.report_queries import Ledger, Row

CANDIDATES = 10
"""How many sessions a message names that may have been meant."""


class UnknownSession(FleetledgerError):
    """No session that is published begins so."""


class AmbiguousSession(CallError):
    """Several sessions begin so; the message lists them."""


def mark(data: Path, host: str, session_id: str, rating: int, note: str | None, now: datetime) -> bool:
    """Land a mark of a session; whether it differs from the one that held before. Raises LockHeld and LandingError."""
    with collecting(landing_dir(data), host, now) as collection:
        marks = collection.rows("session_marks", ("session_id", "rating", "note"))
        latest = {session: said for session, *said in marks}
        if latest.get(session_id) == [rating, note]:
            return False
        collection.add("session_marks", [{"session_id": session_id, "rating": rating, "note": note}])
        collection.commit()
    return True


def session_named(ledger: Ledger, name: str) -> Row:
    """The session that `name` begins the id of; mu's also without host and daemon.

    Raises UnknownSession and AmbiguousSession.
    """
    query = """
        select session_id, fleet, host, account, project
        from fct_sessions
        where starts_with(session_id, $1) or fleet = 'mu' and contains('/' || session_id, '/' || $1)
        order by session_id
    """
    found = ledger.rows(query, [name]) if name else []
    exact = [row for row in found if row["session_id"] == name] or [
        row for row in found if row["fleet"] == "mu" and row["session_id"].endswith(f"/{name}")
    ]
    chosen = exact or found
    if not chosen:
        raise UnknownSession(f"No session begins with {name!r}; `fleetledger sessions` lists the newest.")
    if len(chosen) > 1:
        listed = [f"  {row['session_id']} ({row['fleet']}, host {row['host']})" for row in chosen[:CANDIDATES]]
        more = [f"  and {len(chosen) - CANDIDATES} more"] if len(chosen) > CANDIDATES else []
        raise AmbiguousSession("\n".join([f"{len(chosen)} sessions begin with {name!r}; name one:", *listed, *more]))
    return chosen[0]
