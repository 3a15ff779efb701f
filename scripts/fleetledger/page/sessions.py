"""What a session's own page shows: its calls, turns, tasks, tools, files and findings, in one answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import _duckdb

from fleetledger.page.answers import OF_A_SESSION, Json, columnar, sql_of, tables_of, tables_there

OF_A_KEY = "select session_id from page_sessions where left(sha256(session_id), 16) = $1"


def session_id_of(connection: _duckdb.DuckDBPyConnection, key: str) -> str | None:
    """The session with a key; None if there is none."""
    found = connection.execute(OF_A_KEY, [key]).fetchone()
    return str(found[0]) if found else None


def details(connection: _duckdb.DuckDBPyConnection, session_ids: list[str]) -> Iterator[tuple[str, Json]]:
    """The key and the answer of each of these sessions: a pass over each table, not one for each session."""
    connection.execute("set variable session_ids = $1", [session_ids])
    parts: dict[str, dict[str, Json]] = {}
    keys: dict[str, str] = {}
    there = tables_there(connection)
    for part in OF_A_SESSION:
        name = part if part == "session" else f"session_{part}"
        if not tables_of(name) <= there:
            continue
        cursor = connection.execute(sql_of(name))
        names = [column[0] for column in cursor.description]
        at = names.index("session_id")
        for session_id, rows in groupby(cursor.fetchall(), key=lambda row: str(row[at])):
            found = list(rows)
            if part == "session":
                keys[session_id] = found[0][names.index("session_key")]
            parts.setdefault(session_id, {})[part] = _part(names, found, at if part != "session" else None)
    for session_id, key in sorted(keys.items(), key=lambda item: item[1]):
        yield key, {"answer": "session", "key": key, "parts": parts[session_id]}


def _part(names: list[str], rows: list[tuple[Any, ...]], left_out: int | None) -> Json:
    if left_out is not None:
        names = names[:left_out] + names[left_out + 1 :]
        rows = [row[:left_out] + row[left_out + 1 :] for row in rows]
    found = columnar("", names, rows)
    return {"count": found["count"], "columns": found["columns"]}
