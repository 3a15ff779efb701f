"""The page as files: a folder with the addresses of the server, or one file that holds all of it.

A second export of the same ledger writes no file, and one after growth writes those that changed. Of sessions, what
tells whether their files changed is the row that the list has of them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import _duckdb
import msgspec

from fleetledger.base.errors import FleetledgerError, why
from fleetledger.base.sql import text_of
from fleetledger.page.answers import (
    OVERVIEW,
    QUERIES,
    Json,
    as_json,
    ask,
    is_there,
    overall,
    plain,
    sources,
    tables_of,
    tables_there,
)
from fleetledger.page.sessions import details
from fleetledger.page.site import PARTS, SCRIPTS, STATIC, block, index, part
from fleetledger.page.site import single as single_page

STATE = ".export.json"
"""What the files of sessions were made of, so that those that stay are not made again; and which others there are."""

OWN_FILE = re.compile(r"(api/)?[a-z_]+\.(json|js|css|html)")
"""Those other files, below the folder."""

AT_ONCE = 500
"""How many sessions' calls are held at once."""

NEWEST = 50
"""How many sessions a single file tells of in full."""

DAYS_APART = 90
"""Of so many days, files tell each; older ones are summed by month, so that the page stays small over the years."""

PROJECTS_APART = 50
"""So many projects stand apart in files, the dearest; where there are more, the rest is one."""

DEAREST_PROJECTS = """
select project from fct_daily_costs where project is not null group by project
order by
    greatest(
        sum(cost_usd) filter (where cost_kind = 'billed'), sum(cost_usd) filter (where cost_kind = 'subscription')
    ) desc nulls last,
    sum(model_call_count) desc,
    project
limit $1
"""
SESSIONS = "select left(sha256(session_id), 16), session_id, hash(sessions)::varchar from page_sessions as sessions"
"""Each session's key and id, and a digest of what its row says, which says whether anything of it has changed."""
NEWEST_SESSIONS = "select session_id from page_sessions order by started_at desc nulls last, session_id limit $1"


class Exported(NamedTuple):
    """What an export came to: where it is, how many files there are, and how many were written or deleted."""

    path: Path
    files: int
    written: int


def page_dir(data: Path) -> Path:
    """Where the page of a data directory is."""
    return data / "page"


def export(published: Path, directory: Path) -> Exported:
    """Write the page of a published file to a folder. Raises FleetledgerError."""
    try:
        with opened(published) as ledger:
            return _Folder(directory).write(ledger)
    except OSError as error:
        raise FleetledgerError(f"{error.filename or directory}: cannot write the page: {why(error)}") from error


def export_single(published: Path, file: Path) -> Exported:
    """Write the page of a published file as one file. Raises FleetledgerError."""
    try:
        with opened(published) as ledger:
            answers = _overall(ledger)
            newest = [row[0] for row in ledger.execute(NEWEST_SESSIONS, [NEWEST]).fetchall()]
            answers |= {f"sessions/{key}": found for key, found in details(question(ledger), newest)}
            answers["sources"] = sources(ledger)
        file.parent.mkdir(parents=True, exist_ok=True)
        written = _write(file, single_page(block(name, as_json(found)) for name, found in answers.items()))
        return Exported(file, 1, int(written))
    except OSError as error:
        raise FleetledgerError(f"{error.filename or file}: cannot write the page: {why(error)}") from error


def opened(published: Path) -> _duckdb.DuckDBPyConnection:
    """The published file, open for reading; ask a `question` of it. Raises FleetledgerError.

    It is attached to a database in memory: by its path DuckDB would give the file that it has open under that name,
    also where another was swapped in since.
    """
    try:
        connection = _duckdb.connect(":memory:", config={"threads": "1", "temp_directory": ""})
        connection.execute(f"attach {text_of(published)} as ledger (read_only)")
        connection.execute("use ledger")
        # Answers are small: packing their rows before they are sorted and unpacking them takes longer than it saves.
        connection.execute("set disabled_optimizers = 'compressed_materialization'")
        is_there(connection, "build")
    except _duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise FleetledgerError(
            f"{published} cannot be read by this version ({reason}); `fleetledger publish` writes it anew"
        ) from error
    return connection


def question(ledger: _duckdb.DuckDBPyConnection) -> _duckdb.DuckDBPyConnection:
    """A connection of its own to an opened file: what is asked stays set in it."""
    cursor = ledger.cursor()
    cursor.execute("use ledger")
    return cursor


def _overall(ledger: _duckdb.DuckDBPyConnection) -> dict[str, Json]:
    """All answers that are of no one session, as far as the file holds their tables."""
    there = tables_there(ledger)
    asked = _by_month(ledger) | _projects_apart(ledger) if tables_of("build") <= there else {}
    return {name: ask(question(ledger), name, asked) for name in overall() if tables_of(name) <= there}


def _by_month(ledger: _duckdb.DuckDBPyConnection) -> dict[str, object]:
    """What asks answers for months before the newest days, where there are older ones."""
    columns = ask(question(ledger), "build")["columns"]
    (oldest,), (newest,) = columns["oldest_on"], columns["newest_on"]
    if oldest is None:
        return {}
    since = (date.fromisoformat(newest) - timedelta(days=DAYS_APART)).replace(day=1)
    return {"by_day_since": since} if date.fromisoformat(oldest) < since else {}


def _projects_apart(ledger: _duckdb.DuckDBPyConnection) -> dict[str, object]:
    """What asks answers for the dearest projects and the rest as one, where there are more than these."""
    found = question(ledger).execute(DEAREST_PROJECTS, [PROJECTS_APART + 2]).fetchall()
    projects = [row[0] for row in found]
    return {"projects_apart": projects[:PROJECTS_APART]} if len(projects) > PROJECTS_APART + 1 else {}


class _Folder:
    """A folder with the page in it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files = 0
        self._written = 0
        self._names: set[str] = set()

    def write(self, ledger: _duckdb.DuckDBPyConnection) -> Exported:
        self._directory.parent.mkdir(parents=True, exist_ok=True)
        for place in (self._directory, self._directory / "api", self._directory / "api" / "sessions"):
            place.mkdir(exist_ok=True, mode=0o700)
        answers = _overall(ledger)
        answers["sources"] = sources(ledger)
        before = self._state()
        sessions = {}
        if "sessions" in answers:
            sessions = self._sessions(ledger, set(plain(answers["sessions"]["columns"]["session_key"])), before)
        for name, found in answers.items():
            self._answer(name, found)
        for name in PARTS:
            self._put(name, part(name))
        blocks = [block(name, as_json(answers[name])) for name in OVERVIEW if name in answers]
        # The page itself last: it is what names all the rest.
        self._put("index.html", index(blocks, "folder"))
        self._remove_older(before)
        state = {"maker": _maker(), "files": sorted(self._names), "sessions": sessions}
        _write(self._directory / STATE, msgspec.json.encode(state).decode())
        return Exported(self._directory / "index.html", self._files, self._written)

    def _sessions(self, ledger: _duckdb.DuckDBPyConnection, keys: set[str], state: Json) -> dict[str, str]:
        """Write what changed of each session of the list; what tells whether it will have changed, by their keys."""
        rows = question(ledger).execute(SESSIONS).fetchall()
        listed = {key: (session_id, digest) for key, session_id, digest in rows if key in keys}
        before = state.get("sessions", {}) if state.get("maker") == _maker() else {}
        there = {entry.name for entry in os.scandir(self._directory / "api" / "sessions")}
        fresh = [
            session_id
            for key, (session_id, digest) in listed.items()
            if before.get(key) != digest or not {f"{key}.json", f"{key}.js"} <= there
        ]
        for begin in range(0, len(fresh), AT_ONCE):
            for key, found in details(question(ledger), fresh[begin : begin + AT_ONCE]):
                self._answer(f"sessions/{key}", found)
        self._files += 2 * (len(listed) - len(fresh))
        self._remove(set(listed))
        return {key: digest for key, (_, digest) in sorted(listed.items())}

    def _state(self) -> Json:
        try:
            found = msgspec.json.decode((self._directory / STATE).read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _remove(self, kept: set[str]) -> None:
        """Delete the files of sessions that the list no longer holds."""
        for entry in os.scandir(self._directory / "api" / "sessions"):
            if entry.name.endswith((".json", ".js")) and entry.name.partition(".")[0] not in kept:
                Path(entry).unlink()
                self._written += 1

    def _remove_older(self, before: Json) -> None:
        """Delete what the export before wrote and this one does not; the oldest wrote scripts apart, and no list."""
        older = before.get("files", SCRIPTS) if before else []
        for name in set(filter(OWN_FILE.fullmatch, older)) - self._names:
            if (self._directory / name).exists():
                (self._directory / name).unlink()
                self._written += 1

    def _answer(self, name: str, found: Json) -> None:
        """An answer for who asks for it, and as a script: what is opened as a file may read nothing else."""
        text = as_json(found)
        self._put(f"api/{name}.json", text)
        self._put(f"api/{name}.js", f"fleetledger.told({json.dumps(name)},{text})")

    def _put(self, name: str, text: str) -> None:
        self._written += _write(self._directory / name, text)
        self._files += 1
        if OWN_FILE.fullmatch(name):
            self._names.add(name)


def _maker() -> str:
    """A name for what decides how files of sessions look: queries, this package, and the engine, whose hash it is."""
    digest = blake2b(_duckdb.__version__.encode(), digest_size=16)
    for path in _texts((QUERIES, STATIC.parent)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _texts(places: Iterable[Path]) -> list[Path]:
    return sorted(path for place in places for path in place.iterdir() if path.suffix in (".sql", ".py"))


def _write(path: Path, text: str) -> bool:
    """Write a file that only its owner reads, by rename; not where it is what it was. Whether it was written."""
    encoded = text.encode()
    try:
        if path.stat().st_size == len(encoded) and path.read_bytes() == encoded:
            return False
    except FileNotFoundError:
        pass
    beside = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(encoded)
    beside.replace(path)
    return True
