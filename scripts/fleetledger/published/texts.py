"""The texts of the logs, beside the published file and never in it: what `search` and `show` read.

`text/` in the data directory holds Parquet files and `index.json`, which names those that count. A row is a row of the
model int_texts; what people and agents said (`said`: prompts, replies, answers, tool inputs) stands apart from the rest
(tool results and what the runtime put in), which is many times as large and seldom searched.

A refresh adds files with the rows that are new and lists the keys of those that are gone; small files are merged as
they pile up. The index is replaced last, so that a reader finds all files of one state, and files that it no longer
names stay until the next time, for readers that have just read the index before it.
"""

from __future__ import annotations

import shutil
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import duckdb

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.base.sql import rows_of, text_of
from fleetledger.published.text_index import TextIndex, read_index, text_dir, write_index
from fleetledger.warehouse.delta import Delta
from fleetledger.warehouse.memory import prepare

PARTS = {"said": "true", "rest": "false"}
"""The parts of the store, and how Parquet's partitioning names them."""

SAID = "text_kind in ('prompt', 'reply', 'answer', 'tool_use')"

KEY = "hash(line_id, block_number, session_id, task_id, text_kind, said_at)"
"""What a row is told by: where it stands, and all that a later build may say differently of it."""

COMPOSED = "replace (nfc_normalize(block_text) as block_text)"
"""A letter and its accent are one, as in what is searched for: macOS has them apart in file names."""

FORMAT = "format parquet, compression lz4_raw, row_group_size 8192"
"""LZ4, since a search reads everything: it unpacks at gigabytes a second, and takes half the space of plain text."""

MOST_FILES = 8
"""How many files a part has before the smaller ones are merged."""

MOST_GONE = 0.1
"""The share of rows that may be gone before everything is written anew."""

MAKERS = ("models", "macros")
"""The project's directories that decide what a text is: where they changed, everything is written anew."""


def remove_texts(data: Path) -> None:
    """Remove the store: the configuration says text = false."""
    if text_dir(data).exists():
        (text_dir(data) / "index.json").unlink(missing_ok=True)
        shutil.rmtree(text_dir(data))


def write_texts(data: Path, warehouse: Path, delta: Delta | None = None) -> None:
    """Bring the store of `data` to what `warehouse` says; only the sessions of `delta` differ, where there is one.

    Raises duckdb.Error, OSError.
    """
    directory = text_dir(data)
    directory.mkdir(mode=0o700, exist_ok=True)
    before = read_index(data)
    maker = _maker()
    stored = before if before and before.made_by == maker and _all_there(directory, before) else None
    number = (before.number if before else 0) + 1
    index = None
    if stored and delta:
        index = _added(_Writer(delta.connection, directory, number, TOUCHED), stored) if delta.has_rows else stored
    if index is None:
        with duckdb.connect() as connection:
            connection.execute("set preserve_insertion_order = false")
            prepare(connection, data)
            connection.execute(f"attach {text_of(warehouse)} as warehouse (read_only)")
            writer = _Writer(connection, directory, number, ALL)
            index = _added(writer, stored) if stored and not delta else None
            index = index or TextIndex(maker, number, *writer.everything())
    write_index(data, index)
    _tidy(directory, index.files() | (before.files() if before else set()))


class _Rows(NamedTuple):
    """Where rows of int_texts stand, and which sessions they are of, as a condition."""

    relation: str
    sessions: str


ALL = _Rows("warehouse.intermediate.int_texts", "true")
TOUCHED = _Rows("delta.intermediate.int_texts", "session_id in (select session_id from delta.main.touched)")


class _Writer:
    """Writes the files of one state of the store, all with its number in their names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, directory: Path, number: int, rows: _Rows) -> None:
        self.number = number
        self._connection = connection
        self._directory = directory
        self._rows = rows

    def everything(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Write all rows; the files of both parts."""
        return self._write(f"select * from {self._rows.relation}", "all")

    def added(self, stored: TextIndex) -> TextIndex | None:
        """Write what is new, and which keys are gone; None where so many are that all should be written anew."""
        self._compare(stored)
        (gone,) = self._one("select count(*) from gone")
        (rows,) = self._one(f"select count(*) from {self._stored(stored)}")
        if gone > MOST_GONE * rows:
            return None
        said, rest = stored.said, stored.rest
        if self._one("select count(*) from fresh") != (0,):
            more_said, more_rest = self._write(
                f"select * from {self._rows.relation} semi join fresh using (line_id, block_number)", "new"
            )
            said, rest = said + more_said, rest + more_rest
        gone_file = self._write_gone() if gone else None
        return TextIndex(stored.made_by, self.number, self._merged("said", said), self._merged("rest", rest), gone_file)

    def _compare(self, stored: TextIndex) -> None:
        relation, sessions = self._rows
        for statement in (
            f"create temp table wanted as select {KEY} as text_key, line_id, block_number from {relation}"
            f" where {sessions}",
            f"create temp table stored as select text_key from {self._stored(stored)} where {sessions}",
            "create temp table fresh as from wanted anti join stored using (text_key)",
            "create temp table gone as select distinct text_key from stored anti join wanted using (text_key)",
        ):
            self._connection.execute(statement)
        if stored.gone and self._rows is not ALL:
            # Those of the other sessions are gone as they were.
            gone_before = rows_of([self._directory / stored.gone])
            self._connection.execute(f"insert into gone from {gone_before} anti join stored using (text_key)")

    def _stored(self, stored: TextIndex) -> str:
        return rows_of(self._directory / name for name in (*stored.said, *stored.rest))

    def _write(self, rows: str, what: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Write rows of int_texts, each part to files of its own; their names."""
        work = self._directory / f".{what}"
        shutil.rmtree(work, ignore_errors=True)
        self._connection.execute(
            f"copy (select {KEY} as text_key, * {COMPOSED}, {SAID} as is_said from ({rows}))"
            f" to {text_of(work)} ({FORMAT}, partition_by (is_said))"
        )
        said, rest = (self._moved(work, part, what) for part in PARTS)
        shutil.rmtree(work, ignore_errors=True)
        return said, rest

    def _moved(self, work: Path, part: str, what: str) -> tuple[str, ...]:
        names = []
        for number, path in enumerate(sorted((work / f"is_said={PARTS[part]}").glob("*.parquet"))):
            names.append(f"{part}-{self.number:06}-{what}-{number}.parquet")
            path.replace(self._directory / names[-1])
        return tuple(names)

    def _write_gone(self) -> str:
        name = f"gone-{self.number:06}.parquet"
        self._connection.execute(f"copy gone to {text_of(self._directory / name)} ({FORMAT})")
        return name

    def _merged(self, part: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """The files of a part, the smaller ones made one where there are too many, without what is gone."""
        if len(names) <= MOST_FILES:
            return names
        by_size = sorted(names, key=lambda name: (self._directory / name).stat().st_size)
        largest, small = by_size[-1], by_size[:-1]
        name = f"{part}-{self.number:06}-merged.parquet"
        rows = rows_of(self._directory / one for one in small)
        self._connection.execute(
            f"copy (from {rows} anti join gone using (text_key)) to {text_of(self._directory / name)} ({FORMAT})"
        )
        return largest, name

    def _one(self, query: str) -> tuple[int, ...]:
        row: tuple[int, ...]
        (row,) = self._connection.execute(query).fetchall()
        return row


def _added(writer: _Writer, stored: TextIndex) -> TextIndex | None:
    """The store with what is new; None where it has to be written anew, also since a power cut has damaged it."""
    try:
        return writer.added(stored)
    except duckdb.Error:
        return None


def _maker() -> str:
    """A name for what decides how texts are told: the project's models and macros, and the engine, whose hash it is."""
    digest = blake2b(duckdb.__version__.encode(), digest_size=16)
    for directory in MAKERS:
        for path in sorted((PROJECT_ROOT / directory).rglob("*.sql")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _all_there(directory: Path, index: TextIndex) -> bool:
    return bool(index.files()) and all((directory / name).exists() for name in index.files())


def _tidy(directory: Path, kept: set[str]) -> None:
    """Delete the files that neither the index nor the one before it names."""
    for path in directory.iterdir():
        if path.name not in kept and path.name != "index.json" and path.is_file():
            path.unlink()
