"""The tables of the published file as Parquet, for what reads no DuckDB."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import duckdb

from fleetledger.base.errors import CallError, FleetledgerError
from fleetledger.base.sql import name_of, text_of

DATED = """
    select table_name, arg_min(column_name, (data_type <> 'DATE', column_index))
        filter (where data_type in ('DATE', 'TIMESTAMP'))
    from duckdb_columns()
    where database_name = 'published' and table_name in (select table_name from duckdb_tables())
    group by table_name
    order by table_name
"""
"""Each table with the column that its months are told by: its first day, else its first instant, if it has any."""


class ExportError(FleetledgerError):
    """Nothing was exported; the message says why."""


class NotEmptyError(CallError):
    """The directory that was named holds something."""


class Exported(NamedTuple):
    """How many tables and files were written, and their bytes."""

    tables: int
    files: int
    size: int


def export_parquet(published: Path, to: Path) -> Exported:
    """Write each table of the published file below `to`, as `TABLE/month=YYYY-MM/….parquet`.

    A table without days is one file. All of it stands there, or nothing. Raises NotEmptyError and ExportError.
    """
    if to.exists() and any(to.iterdir()):
        raise NotEmptyError(f"{to} is not empty: name a directory that is to be made")
    fresh = to.with_name(f".{to.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    before = os.umask(0o077)
    try:
        fresh.mkdir(parents=True)
        tables = _write(published, fresh)
        files = [file for file in fresh.rglob("*.parquet") if file.is_file()]
        size = sum(file.stat().st_size for file in files)
        if to.exists():
            to.rmdir()
        fresh.rename(to)
    except duckdb.Error as error:
        raise ExportError(f"{published} cannot be exported: {error}") from error
    finally:
        os.umask(before)
        shutil.rmtree(fresh, ignore_errors=True)
    return Exported(tables, len(files), size)


def _write(published: Path, to: Path) -> int:
    with duckdb.connect() as connection:
        connection.execute(f"attach {text_of(str(published))} as published (read_only)")
        connection.execute("use published")
        tables = connection.execute(DATED).fetchall()
        for table, dated_by in tables:
            place = to / table
            if dated_by is None:
                place.mkdir()
                target = text_of(str(place / f"{table}.parquet"))
                connection.execute(f"copy {name_of(table)} to {target} (format parquet)")
                continue
            month = f"coalesce(strftime({name_of(dated_by)}, '%Y-%m'), 'undated')"
            connection.execute(
                f"copy (from {name_of(table)} select *, {month} as month) to {text_of(str(place))}"
                " (format parquet, partition_by (month))"
            )
            # A table without rows has no month; its columns are to be seen all the same.
            if not place.exists() or not any(place.iterdir()):
                place.mkdir(exist_ok=True)
                target = text_of(str(place / f"{table}.parquet"))
                connection.execute(f"copy {name_of(table)} to {target} (format parquet)")
    return len(tables)
