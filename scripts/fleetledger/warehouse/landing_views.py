"""The schema `landing` of a database: what is landed, in the columns that it is written in, as tables and views.

It names the files that the manifests name, and only those: a batch that a killed extractor left behind, or that
compaction has replaced, is not read. A column that an older batch lacks reads as a typed null, and a table of which
nothing is landed is empty.
"""

from __future__ import annotations

import glob
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from fleetledger.base.paths import landing_dir
from fleetledger.base.sql import name_of, text_of
from fleetledger.landing.collection import SCHEMAS, read_collection
from fleetledger.landing.manifest import collected_manifests
from fleetledger.landing.rows import schema
from fleetledger.sources.fleets import FLEETS
from fleetledger.warehouse.withheld import Session, read_withheld

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from fleetledger.landing.lines import Format

_MANIFEST = {
    "host": "varchar",
    "demo": "boolean",
    "committed_at": "timestamp",
    "sources": "struct(fleet varchar, account varchar, provider varchar, root varchar, position bigint,"
    " account_uuid varchar)[]",
    "batches": 'struct(batch_id varchar, "table" varchar, path varchar, "rows" bigint, ok_lines bigint,'
    " repaired_lines bigint, rejected_lines bigint, bytes bigint, landed_at timestamp)[]",
}
SESSION_OF = {
    "claude_code_lines": "coalesce(nullif(regexp_extract(source_path, '([^/]+)/subagents/', 1), ''),"
    " regexp_extract(source_path, '([^/]+)[.]jsonl$', 1))",
    "mu_events": "source_path",
}
"""The tables of lines of sessions, and the session that a line is of by the name of its file."""
_VIEWS = {
    "sources": """
        select host, demo, source.fleet, source.account, source.provider, source.root, source.position,
            source.account_uuid
        from (select host, demo, unnest(sources) as source from {landing}.manifests)
    """,
    "batches": """
        select batches.*, scans.scanned_at as secrets_scanned_at
        from (select host, batch.* from (select host, unnest(batches) as batch from {landing}.manifests)) as batches
        left join (
            select batch_id, max(scanned_at) as scanned_at from {landing}.scanned_batches group by batch_id
        ) as scans using (batch_id)
    """,
    # What all is made of: a build that ends well keeps it (main.built_from), and a refresh looks for what differs.
    "inputs": """
        select "table" as input, batch_id as name, '' as content from {landing}.batches
        union all
        select 'sources', concat_ws('/', host, fleet, account),
            concat_ws('/', demo, provider, root, position, account_uuid)
        from {landing}.sources
        union all
        select "table", path, '' from {landing}.collected
        union all
        select 'withheld', concat_ws('/', "table", host, account, session), '' from {landing}.withheld
    """,
}


def show_landing(connection: duckdb.DuckDBPyConnection, data: Path, place: str = "landing") -> None:
    """Make or bring up to date the schema `landing`, which `place` names for SQL, of what is landed in `data`.

    Raises LandingError, which names a collected manifest that is damaged, and duckdb.Error.
    """
    landing = landing_dir(data)
    connection.execute(f"create schema if not exists {place}")
    _read_json(connection, f"{place}.manifests", _MANIFEST, sorted((landing / "manifests").glob("*.json")))
    connection.execute(f'create or replace table {place}.collected ("table" varchar, path varchar)')
    for table, paths in _collected(landing).items():
        connection.execute(f"insert into {place}.collected select $1, unnest($2)", [table, paths])
    withheld = read_withheld(data)
    withhold(connection, data, place, withheld.sessions if withheld else ())


def withhold(connection: duckdb.DuckDBPyConnection, data: Path, place: str, sessions: Iterable[Session]) -> None:
    """Have the schema that `place` names show all lines that are landed but those of these sessions."""
    columns = '"table" varchar, host varchar, account varchar, session varchar'
    connection.execute(f"create or replace table {place}.withheld ({columns})")
    if rows := [list(session) for session in sessions]:
        connection.executemany(f"insert into {place}.withheld values (?, ?, ?, ?)", rows)
    _show_views(connection, data, place)


def copy_landing(connection: duckdb.DuckDBPyConnection, data: Path, source: str, place: str) -> None:
    """Have the schema that `place` names show what the one that `source` names does, and all lines that it tells of."""
    for table in ("manifests", "collected", "withheld"):
        connection.execute(f"create or replace table {place}.{table} as from {source}.{table}")
    _show_views(connection, data, place)


def show_logs(connection: duckdb.DuckDBPyConnection, place: str, logs: Mapping[str, Sequence[Path]]) -> None:
    """Have the tables of log lines hold those of these files, in place of all that are landed."""
    schemas = _log_schemas()
    for table, files in logs.items():
        _point_at(connection, place, table, schemas[table], files)


def _show_views(connection: duckdb.DuckDBPyConnection, data: Path, place: str) -> None:
    _show_files(connection, data, place, SCHEMAS, "collected")
    for view, query in _VIEWS.items():
        connection.execute(f"create or replace view {place}.{view} as {query.format(landing=place)}")
    _count_withheld(connection, place, _show_files(connection, data, place, _log_schemas(), "batches"))


def _show_files(
    connection: duckdb.DuckDBPyConnection, data: Path, place: str, schemas: Mapping[str, pa.Schema], named_in: str
) -> Mapping[str, Sequence[Path]]:
    """Have a view of each table read the files that are named; these."""
    files: dict[str, list[Path]] = defaultdict(list)
    named = f'select "table", path from {place}.{named_in} order by all'
    for table, path in connection.execute(named).fetchall():
        files[table].append(landing_dir(data) / path)
    for table, columns in schemas.items():
        _point_at(connection, place, table, columns, files[table])
    return files


def _count_withheld(connection: duckdb.DuckDBPyConnection, place: str, files: Mapping[str, Sequence[Path]]) -> None:
    counted = [
        f"select {text_of(table)} as landing_table, count(*) as line_count from {_read(files[table])}"
        f" where line_status <> 'rejected' and {_withheld(place, table)}"
        for table in SESSION_OF
        if files[table] and _is_any_withheld(connection, place)
    ]
    none = "select null::varchar as landing_table, null::bigint as line_count where false"
    connection.execute(f"create or replace view {place}.withheld_lines as {' union all '.join([none, *counted])}")


def _collected(landing: Path) -> dict[str, list[str]]:
    paths: dict[str, list[str]] = defaultdict(list)
    for manifest in collected_manifests(landing):
        for batch in read_collection(landing, unquote(manifest.stem), datetime.now(UTC)).batches:
            paths[batch.table].append(batch.path)
    return paths


def _log_schemas() -> dict[str, pa.Schema]:
    """The columns of each table of log lines."""
    return {
        fleet.table: schema(cast("Format", import_module(f"fleetledger.sources.{name}")))
        for name, fleet in FLEETS.items()
    }


def _read_json(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], paths: Iterable[Path]
) -> None:
    declared = ", ".join(f"{name_of(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"create or replace table {table} ({declared})")
    read = ", ".join(f"{name_of(name)}: {text_of(kind)}" for name, kind in columns.items())
    for path in paths:
        connection.execute(
            f"insert into {table} by name select * from read_json($1, format = 'unstructured', columns = {{{read}}})",
            [glob.escape(str(path))],
        )


def _point_at(
    connection: duckdb.DuckDBPyConnection, place: str, table: str, columns: pa.Schema, files: Sequence[Path]
) -> None:
    """Have a view read these Parquet files, in these columns, but no withheld session; of no files it is empty."""
    of_none = connection.from_arrow(columns.empty_table())
    kinds = {name_of(name): kind for name, kind in zip(of_none.columns, of_none.types, strict=True)}
    rows = [f"(select {', '.join(f'null::{kind} as {name}' for name, kind in kinds.items())} where false)"]
    if files:
        rows.append(f"select * from {_read(files)}")
    selected = f"select {', '.join(kinds)} from ({' union all by name '.join(rows)})"
    if table in SESSION_OF and _is_any_withheld(connection, place):
        selected += f" where not {_withheld(place, table)}"
    connection.execute(f"create or replace view {place}.{table} as {selected}")


def _read(files: Sequence[Path]) -> str:
    # A view takes no parameters.
    named = ", ".join(text_of(glob.escape(str(file))) for file in files)
    return f"read_parquet([{named}], union_by_name = true, hive_partitioning = false)"


def _is_any_withheld(connection: duckdb.DuckDBPyConnection, place: str) -> bool:
    return connection.execute(f"select 1 from {place}.withheld limit 1").fetchone() is not None


def _withheld(place: str, table: str) -> str:
    """The condition, for SQL, that a line is of a withheld session."""
    named = f'select host, account, session from {place}.withheld where "table" = {text_of(table)}'
    return f"((host, account, {SESSION_OF[table]}) in ({named}))"
