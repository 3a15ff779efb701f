"""Questions asked of the landing itself, without a warehouse: which files are in it, and which lines did not read."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The native module that `duckdb` wraps: importing the wrapper takes longer than all the questions.
import _duckdb

from fleetledger.landing import TABLES, Batch, LandingError, Manifest, landed_hosts, read_manifest
from fleetledger.sources import FLEETS


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One generation of a log file, and the batches that hold its rows.

    `session_ids` are the least and the greatest session that its lines name, as far as they name any.
    """

    fleet: str
    host: str
    account: str
    source_path: str
    generation: int
    session_ids: tuple[str | None, str | None]
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class LineFault:
    """Lines that were landed repaired or rejected for one reason, and where the first of them stands."""

    fleet: str
    host: str
    account: str
    line_status: str
    reason: str
    lines: int
    source_path: str
    line_number: int


def read_manifests(landing: Path) -> list[Manifest]:
    """The manifests of all hosts. Raises LandingError."""
    return [read_manifest(landing, host) for host in landed_hosts(landing)]


def landed_files(landing: Path, manifests: Iterable[Manifest]) -> list[LandedFile]:
    """Every landed generation of every file. Raises LandingError."""
    files: dict[tuple[str, str, str, str, int], LandedFile] = {}
    for fleet, table, by_path in _tables(landing, manifests):
        rows = _rows(
            """
            select filename, account, source_path, generation, min(session_id), max(session_id)
            from read_parquet($paths, filename = true, union_by_name = true, hive_partitioning = false)
            group by all
            order by all
            """,
            table,
            by_path,
        )
        for path, account, source_path, generation, least, greatest in rows:
            host, batch = by_path[path]
            key = (fleet, host, account, source_path, generation)
            known = files.get(key)
            ids = [name for name in (least, greatest, *(known.session_ids if known else ())) if name is not None]
            batches = (*known.batches, batch) if known else (batch,)
            files[key] = LandedFile(*key, (min(ids, default=None), max(ids, default=None)), batches)
    return list(files.values())


def line_faults(landing: Path, manifests: Iterable[Manifest]) -> list[LineFault]:
    """Why lines were repaired or rejected, the most frequent reasons first. Raises LandingError."""
    faults: list[LineFault] = []
    for fleet, table, by_path in _tables(landing, manifests):
        rows = _rows(
            """
            select
                host, account, line_status, error, count(*),
                first(source_path order by source_path, generation, byte_offset),
                first(line_number order by source_path, generation, byte_offset)
            from read_parquet($paths, union_by_name = true, hive_partitioning = false)
            where line_status <> 'ok'
            group by all
            """,
            table,
            by_path,
        )
        faults += [LineFault(fleet, *row) for row in rows]
    return sorted(faults, key=lambda fault: (-fault.lines, fault.fleet, fault.host, fault.account, fault.reason))


def working_directories(landing: Path, file: LandedFile) -> list[str]:
    """The directories that the lines of a Claude Code file were logged in, in the file's order. Raises LandingError."""
    by_path = {str(landing / batch.path): (file.host, batch) for batch in file.batches}
    rows = _rows(
        """
        select cwd
        from read_parquet($paths, union_by_name = true, hive_partitioning = false)
        where account = $account and source_path = $source_path and generation = $generation and cwd is not null
        group by cwd
        order by min(byte_offset)
        """,
        FLEETS[file.fleet].table,
        by_path,
        account=file.account,
        source_path=file.source_path,
        generation=file.generation,
    )
    return [cwd for (cwd,) in rows]


_ByPath = dict[str, tuple[str, Batch]]
"""The host and the batch of each Parquet file."""


def _tables(landing: Path, manifests: Iterable[Manifest]) -> list[tuple[str, str, _ByPath]]:
    """Each fleet and table that has batches, with them."""
    by_table: dict[str, _ByPath] = {table: {} for table in TABLES}
    for manifest in manifests:
        for batch in manifest.batches:
            by_table.setdefault(batch.table, {})[str(landing / batch.path)] = manifest.host, batch
    return [(name, fleet.table, by_table[fleet.table]) for name, fleet in FLEETS.items() if by_table[fleet.table]]


def _rows(query: str, table: str, by_path: _ByPath, **parameters: object) -> list[tuple[Any, ...]]:
    # A path may hold what DuckDB takes for a pattern.
    paths = [glob.escape(path) for path in by_path]
    try:
        with _duckdb.connect() as connection:
            return connection.execute(query, {"paths": paths, **parameters}).fetchall()
    except _duckdb.Error as error:
        raise LandingError(f"{_damaged(by_path) or table}: cannot read the landed lines") from error


def _damaged(by_path: _ByPath) -> str | None:
    """The first batch file that is missing or is no Parquet file."""
    with _duckdb.connect() as connection:
        for path in by_path:
            try:
                connection.execute("select count(*) from read_parquet($paths)", {"paths": [glob.escape(path)]})
            except _duckdb.Error:
                return path
    return None
