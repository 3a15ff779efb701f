"""Which session a beginning of an id names."""

from __future__ import annotations

from fleetledger.base.errors import CallError, FleetledgerError
from fleetledger.published.ledger import Ledger, Row

CANDIDATES = 10
"""How many sessions a message names that may have been meant."""


class UnknownSession(FleetledgerError):
    """No session that is published begins so."""


class AmbiguousSession(CallError):
    """Several sessions begin so; the message lists them."""


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
