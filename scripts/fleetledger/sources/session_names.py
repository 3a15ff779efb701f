"""Which session a person means: the one rule by which the beginning of an id names it, and its messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fleetledger.base.errors import CallError, FleetledgerError

CANDIDATES = 10
"""How many sessions a message names that may have been meant."""


class UnknownSession(FleetledgerError):
    """No session begins so; the message lists those that are near."""


class AmbiguousSession(CallError):
    """The name is not that of one session; the message lists them."""


class Session(NamedTuple):
    """What tells a session from others."""

    fleet: str
    host: str
    account: str
    session_id: str
    transcript_id: str | None = None

    @property
    def place(self) -> str:
        """Where it is from."""
        return f"{self.fleet}, host {self.host}, account {self.account}"

    def names(self) -> tuple[str, ...]:
        """What it may be called by: its id, and that of its transcript; in mu also without host and daemon.

        >>> Session("mu", "laptop", "default", "laptop/d41f/session-3").names()
        ('laptop/d41f/session-3', 'd41f/session-3', 'session-3')
        """
        if self.fleet != "mu":
            return (self.session_id, self.transcript_id) if self.transcript_id else (self.session_id,)
        *_, daemon, stem = self.session_id.split("/")
        return self.session_id, f"{daemon}/{stem}", stem


def sessions_named(sessions: Iterable[Session], name: str) -> list[Session]:
    """The session that has `name`, else the one whose name begins so: once for each place that it is from.

    Raises UnknownSession and AmbiguousSession.
    """
    there = sorted(sessions, key=lambda session: tuple(part or "" for part in session))
    found = [one for one in there if name in one.names()] or [
        one for one in there if name and any(known.startswith(name) for known in one.names())
    ]
    if not found:
        raise UnknownSession(_unknown(there, name))
    if len({(session.fleet, session.session_id) for session in found}) > 1:
        raise AmbiguousSession(f"{len(found):,} sessions begin with {name!r}; name one of them:\n{listed(found)}")
    return found


def listed(sessions: list[Session]) -> str:
    """The first of some sessions, a line each, and how many more there are."""
    lines = [f"  {session.session_id} ({session.place})" for session in sessions[:CANDIDATES]]
    more = [f"  and {len(sessions) - CANDIDATES:,} more"] if len(sessions) > CANDIDATES else []
    return "\n".join([*lines, *more])


def _unknown(sessions: list[Session], name: str) -> str:
    # Only for a message: importing it takes longer than most answers.
    from difflib import get_close_matches

    by_name = {known: session for session in sessions for known in session.names()}
    near = [known for known in by_name if name and name in known] or get_close_matches(name, by_name, CANDIDATES)
    meant = list(dict.fromkeys(by_name[known] for known in near))
    if meant:
        return f"No session begins with {name!r}. Was it one of these?\n{listed(meant)}"
    return f"No session begins with {name!r}; `fleetledger sessions` lists the newest."
