"""Sessions that are left out of the tables, because with them the figures would break an identity of their own.

Whatever bytes a log holds, calls, turns, tasks and days are to sum alike; the data tests say so of every build. Should
they not, the sessions that they break for are looked for, named in `<data>/withheld.json`, and left out, so that the
rest is published. Their lines stay in the landing. A new version of the project tries them again.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from fleetledger.base.state import StateKind

WITHHELD = StateKind("a list of withheld sessions")


class Session(NamedTuple):
    """A session as its files name it: those of one landing table, host and account."""

    table: str
    host: str
    account: str
    session: str


class Withheld(NamedTuple):
    """Sessions that are left out, and the test that fails with them, or what the database said."""

    sessions: tuple[Session, ...]
    reason: str


def withheld_path(data: Path) -> Path:
    """Where the list stands."""
    return data / "withheld.json"


def read_withheld(data: Path) -> Withheld | None:
    """What is left out of the tables in `data`; None where nothing is. Raises DamagedState, NewerState."""
    values = WITHHELD.read(withheld_path(data))
    if values is None:
        return None
    return Withheld(tuple(Session(*session) for session in values["sessions"]), values["reason"])


def write_withheld(data: Path, withheld: Withheld) -> None:
    """Leave these sessions out from the next build on."""
    WITHHELD.write(
        withheld_path(data), {"sessions": [list(one) for one in withheld.sessions], "reason": withheld.reason}
    )


def forget_withheld(data: Path) -> None:
    """Leave nothing out any more."""
    withheld_path(data).unlink(missing_ok=True)
