"""Finding sessions: documents that `--json` prints as they are, and the terminal shows (find_render).

Keys are stable. All have what reports begin with (document.header), `row_count`, how many sessions were found, and
`rows`, as many as were asked for; instants are UTC, `last_active_local` is in `timezone`. Amounts of different cost
kinds stand apart and are never to be added; one is null where no call was of its kind.
"""

from __future__ import annotations

import re

from fleetledger.base.paths import this_host
from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.reports.document import header as report_header
from fleetledger.sources.resume import config_directories, resume_line
from fleetledger.sources.session_names import Session, sessions_named

NEWEST = "last"
"""What the session that was active last is called."""

LAST_NAME = re.compile(r"([^/\\]+)[/\\]*$")


def sessions(ledger: Ledger, limit: int | None) -> Row:
    """The document of the newest sessions."""
    rows = ledger.ask("reports/sessions", session_id=None, limit=limit)
    counts = [row.pop("session_count") for row in rows]
    return header(ledger, "sessions") | {"row_count": counts[0] if counts else 0, "rows": described(ledger, rows)}


def session_named(ledger: Ledger, name: str) -> str:
    """The id of the session that `name` is the beginning of; `last` is the newest.

    Raises UnknownSession and AmbiguousSession.
    """
    if name == NEWEST and (newest := ledger.ask("reports/sessions", session_id=None, limit=1)):
        return str(newest[0]["session_id"])
    query = "select fleet, host, account, session_id, transcript_id from fct_sessions"
    found = f"{query} where contains(session_id, $1) or contains(transcript_id, $1)"
    rows = ledger.rows(found, [name]) or ledger.rows(query)
    return sessions_named((Session(**row) for row in rows), name)[0].session_id


def header(ledger: Ledger, name: str) -> Row:
    """What all documents begin with: what reports do, and under `found` which it is."""
    return {"found": name, **report_header(ledger, name)}


def described(ledger: Ledger, rows: list[Row]) -> list[Row]:
    """Rows of sessions with what Python has to add: the project's last name, and how to resume."""
    here = this_host()
    roots = {(here, account): root for account, root in config_directories(ledger.path.parent).items()}
    return [
        row
        | {
            "project_name": found[1] if (found := LAST_NAME.search(row["project"] or "")) else None,
            "resume": resume_line(row, roots.get((row["host"], row["account"]))),
            "is_here": row["host"] == here,
        }
        for row in rows
    ]
