"""The schema `landing` on Spark: what `show_landing` shows in DuckDB, in the same columns.

A table of lines is a table of Parquet that names its columns, so that one that an older batch lacks reads as null, and
the files that the manifests name, which are all that count. What the manifests themselves tell is a few rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from fleetledger.base.paths import landing_dir
from fleetledger.warehouse.landing_views import SESSION_OF, show_landing
from fleetledger.warehouse.spark.sql import for_spark, spark_type, text_of

_FEW_ROWS = ("sources", "batches", "inputs", "withheld", "withheld_lines")
"""What is no table of files."""
_NOT_SHOWN = ("manifests", "collected")
_NAMED = 'select "table", path from landing.batches union all select "table", path from landing.collected order by all'


def statements_that_show_landing(data: Path) -> list[str]:
    """Statements for Spark that show what is landed in `data` now. Raises LandingError as `show_landing` does."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        show_landing(connection, data)
        return ["create schema if not exists landing", *_views(connection, landing_dir(data))]


def _views(connection: duckdb.DuckDBPyConnection, landing: Path) -> Iterator[str]:
    files: dict[str, list[str]] = defaultdict(list)
    for table, path in connection.execute(_NAMED).fetchall():
        files[table].append(path)
    shown = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'landing' order by all"
    ).fetchall()
    tables = {table for (table,) in shown} - {*_NOT_SHOWN}
    # Tables of lines are shown without the sessions that `withheld` names.
    for table in [*_FEW_ROWS, *sorted(tables - {*_FEW_ROWS})]:
        relation = connection.sql(f'select * from landing."{table}"')
        columns = {name: spark_type(str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)}
        if table in _FEW_ROWS:
            yield _few_rows(table, columns, relation.fetchall())
        else:
            yield from _table_of_files(table, columns, landing, files[table])


def _few_rows(table: str, columns: dict[str, str], rows: Sequence[Sequence[object]]) -> str:
    casts = ", ".join(f"cast({_name(name)} as {kind}) as {_name(name)}" for name, kind in columns.items())
    names = ", ".join(map(_name, columns))
    values = ", ".join(
        f"({', '.join(text_of(None if value is None else str(value)) for value in row)})"
        # `values` wants a row: one that is left out.
        for row in [[None] * len(columns), *rows]
    )
    # The first of them is of nulls alone.
    is_row = f"coalesce({', '.join(map(_name, columns))}) is not null"
    return (
        f"create or replace view landing.{table} as select {casts} from values {values} as rows({names}) where {is_row}"
    )


def _table_of_files(table: str, columns: dict[str, str], landing: Path, paths: Sequence[str]) -> Iterator[str]:
    declared = ", ".join(f"{_name(name)} {kind}" for name, kind in columns.items())
    # The names of batches are of letters and digits, no two the same.
    named = "{" + ",".join(Path(path).name for path in paths) + "}" if paths else "none"
    yield f"drop view if exists landing.{table}"
    yield f"drop table if exists landing.{table}__files"
    yield (
        f"create table landing.{table}__files ({declared}) using parquet options ("
        f"path {text_of(str(landing / table))}, recursiveFileLookup 'true', pathGlobFilter {text_of(named)})"
    )
    shown = f"select * from landing.{table}__files"
    if table in SESSION_OF:
        withheld = f'select host, account, session from landing.withheld where "table" = {text_of(table)}'
        shown += f" where not coalesce((host, account, {SESSION_OF[table]}) in ({withheld}), false)"
    yield f"create view landing.{table} as {for_spark(shown)}"


def _name(column: str) -> str:
    return f"`{column}`"
