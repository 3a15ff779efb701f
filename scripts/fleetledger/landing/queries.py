"""Questions asked of the landing itself, without a warehouse: which files are in it, and which lines did not read."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

# The native module that `duckdb` wraps: importing the wrapper takes longer than all the questions.
import _duckdb

from fleetledger.base.errors import LandingError
from fleetledger.base.sql import NO_BAR
from fleetledger.landing.manifest import Batch, Manifest, landed_hosts, read_manifest
from fleetledger.landing.states import FileKey
from fleetledger.sources.fleets import FLEETS, TELEMETRY


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


class TelemetryFound(NamedTuple):
    """What is landed of one kind of telemetry that a version of the client sent; times are UTC."""

    client_version: str | None
    kind: str
    records: int
    sessions: int
    first_at: datetime | None
    last_at: datetime | None


def read_manifests(landing: Path) -> list[Manifest]:
    """The manifests of all hosts. Raises LandingError."""
    return [read_manifest(landing, host) for host in landed_hosts(landing)]


def landed_files(landing: Path, manifests: Iterable[Manifest]) -> list[LandedFile]:
    """Every landed generation of every file. Raises LandingError."""
    query = """
        select filename, account, source_path, generation, min(session_id), max(session_id)
        from read_parquet($paths, filename = true, union_by_name = true, hive_partitioning = false)
        group by all
        order by all
    """
    files: dict[tuple[str, str, str, str, int], LandedFile] = {}
    batches = _by_path(landing, manifests)
    for fleet, (path, account, source_path, generation, least, greatest) in _rows(query, batches):
        host, batch = batches[path]
        key = (fleet, host, account, source_path, generation)
        known = files.get(key)
        ids = [name for name in (least, greatest, *(known.session_ids if known else ())) if name is not None]
        in_batches = (*known.batches, batch) if known else (batch,)
        files[key] = LandedFile(*key, (min(ids, default=None), max(ids, default=None)), in_batches)
    return list(files.values())


def line_faults(landing: Path, manifests: Iterable[Manifest]) -> list[LineFault]:
    """Why lines were repaired or rejected, the most frequent reasons first. Raises LandingError."""
    query = """
        select
            host, account, line_status, error, count(*),
            first(source_path order by source_path, generation, byte_offset),
            first(line_number order by source_path, generation, byte_offset)
        from read_parquet($paths, union_by_name = true, hive_partitioning = false)
        where line_status <> 'ok'
        group by all
    """
    # Batches without such lines are read as well: that is how a damaged one is noticed.
    faults = [LineFault(fleet, *row) for fleet, row in _rows(query, _by_path(landing, manifests))]
    return sorted(faults, key=lambda fault: (-fault.lines, fault.fleet, fault.host, fault.account, fault.reason))


def line_counts(landing: Path, manifest: Manifest, batch: Batch) -> dict[tuple[FileKey, int], int]:
    """How many lines of each generation of each log file are in a batch of a host. Raises LandingError.

    All rows of one line are in one batch, so that the counts of several batches add up.
    """
    query = """
        select account, source_path, generation, count(distinct line_number)
        from read_parquet($paths, hive_partitioning = false)
        group by all
    """
    found = _rows(query, {str(landing / batch.path): (manifest.host, batch)})
    return {
        (FileKey(fleet, account, source_path), generation): lines
        for fleet, (account, source_path, generation, lines) in found
    }


def working_directories(landing: Path, file: LandedFile) -> list[str]:
    """The directories that a Claude Code file's lines were logged in or went to, in order. Raises LandingError."""
    query = """
        select directory
        from (
            select byte_offset, unnest(case
                when line_status = 'ok' and record_type in ('relocated', 'worktree-state')
                    then [
                        json_extract_string(raw, '$.worktreeSession.worktreePath'),
                        json_extract_string(raw, '$.relocatedCwd')
                    ]
                else [cwd]
            end) as directory
            from read_parquet($paths, union_by_name = true, hive_partitioning = false)
            where account = $account and source_path = $source_path and generation = $generation
        )
        where directory is not null
        group by directory
        order by max(byte_offset)
    """
    return [directory for _, (directory,) in _rows(query, *_of_file(landing, file))]


def plan_slugs(landing: Path, file: LandedFile) -> list[str]:
    """What the plans are called that a Claude Code file's lines name, in order. Raises LandingError."""
    query = """
        select distinct json_extract_string(raw, '$.slug') as slug
        from read_parquet($paths, union_by_name = true, hive_partitioning = false)
        where
            account = $account and source_path = $source_path and generation = $generation
            and line_status = 'ok' and contains(raw, '"slug"')
            and json_extract_string(raw, '$.slug') is not null
        order by slug
    """
    return [slug for _, (slug,) in _rows(query, *_of_file(landing, file))]


def _of_file(landing: Path, file: LandedFile) -> tuple[_Batches, dict[str, object]]:
    batches = {str(landing / batch.path): (file.host, batch) for batch in file.batches}
    return batches, {"account": file.account, "source_path": file.source_path, "generation": file.generation}


def session_directories(landing: Path, manifest: Manifest) -> dict[str, datetime | None]:
    """The directories that a host's Claude Code sessions worked in, with when each was logged first (UTC).

    The time is None where no line tells it. Raises LandingError.
    """
    query = """
        select cwd, min(cast(try_cast(logged_timestamp as timestamptz) at time zone 'UTC' as timestamp))
        from read_parquet($paths, union_by_name = true, hive_partitioning = false)
        where cwd is not null and coalesce(logged_timestamp, '1970-') similar to '[0-9]{4}-.*'
        group by cwd
        order by cwd
    """
    return {directory: first for _, (directory, first) in _rows(query, _of_claude_code(landing, manifest))}


def account_directories(landing: Path, manifest: Manifest) -> dict[str, list[str]]:
    """The directories that a host's Claude Code sessions worked in, in order, by account. Raises LandingError."""
    query = """
        select account, list(distinct cwd order by cwd)
        from read_parquet($paths, union_by_name = true, hive_partitioning = false)
        where cwd is not null
        group by account
    """
    return dict(row for _, row in _rows(query, _of_claude_code(landing, manifest)))


def telemetry_found(landing: Path, manifests: Iterable[Manifest]) -> list[TelemetryFound]:
    """What is landed of telemetry, by version and kind: events, points of metrics, spans. Raises LandingError."""
    query = """
        with lines as (from read_parquet($paths, hive_partitioning = false)),
        records as (
            select 'events' as kind, record.service_version, record.session_id, record.time_unix_nano as nano
            from (select unnest(logs) as record from lines)
            union all
            select 'points', record.service_version, record.session_id, record.time_unix_nano
            from (select unnest(points) as record from lines)
            union all
            select 'spans', record.service_version, record.session_id, record.end_time_unix_nano
            from (select unnest(spans) as record from lines)
        )
        select
            service_version, kind, count(*), count(distinct session_id),
            make_timestamp(min(nano) // 1000), make_timestamp(max(nano) // 1000)
        from records
        group by all
        order by all
    """
    table = FLEETS[TELEMETRY].table
    batches = {path: of for path, of in _by_path(landing, manifests).items() if of[1].table == table}
    return [TelemetryFound(*row) for _, row in _rows(query, batches)]


_Batches = dict[str, tuple[str, Batch]]
"""The host and the batch of each Parquet file."""


def _by_path(landing: Path, manifests: Iterable[Manifest]) -> _Batches:
    return {str(landing / batch.path): (manifest.host, batch) for manifest in manifests for batch in manifest.batches}


def _of_claude_code(landing: Path, manifest: Manifest) -> _Batches:
    table = FLEETS["claude_code"].table
    return {path: of for path, of in _by_path(landing, [manifest]).items() if of[1].table == table}


def _rows(
    query: str, batches: _Batches, parameters: dict[str, object] | None = None
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """What a query says of the batches of each table, with the table's fleet."""
    with _duckdb.connect() as connection:
        connection.execute(NO_BAR)
        for name, fleet in FLEETS.items():
            paths = [path for path, (_, batch) in batches.items() if batch.table == fleet.table]
            if not paths:
                continue
            try:
                found = _asked(connection, query, paths, parameters)
            except _duckdb.Error as error:
                damaged = _damaged(connection, query, paths, parameters) or fleet.table
                raise LandingError(f"{damaged}: cannot read the landed lines") from error
            yield from ((name, row) for row in found)


def _asked(
    connection: _duckdb.DuckDBPyConnection, query: str, paths: Iterable[str], parameters: dict[str, object] | None
) -> list[tuple[Any, ...]]:
    # A path may hold what DuckDB takes for a pattern.
    escaped = [glob.escape(path) for path in paths]
    return connection.execute(query, {"paths": escaped, **(parameters or {})}).fetchall()


def _damaged(
    connection: _duckdb.DuckDBPyConnection, query: str, paths: Iterable[str], parameters: dict[str, object] | None
) -> str | None:
    """The first batch file that cannot be asked: it is missing, or not what was written."""
    for path in paths:
        try:
            _asked(connection, query, [path], parameters)
        except _duckdb.Error:
            return path
    return None
