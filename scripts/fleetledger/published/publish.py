"""Publishing: the marts, and nothing else, copied from dbt's warehouse into the file that people and tools read.

The new file is written beside the old one and swapped in by rename: a reader that has the old one open keeps it, and
a kill at any instant leaves the old one in place.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.files import sync, write_file
from fleetledger.base.locks import lock
from fleetledger.base.paths import published_path, status_path, warehouse_path
from fleetledger.base.sql import name_of, text_of
from fleetledger.published.text_index import text_dir
from fleetledger.published.texts import remove_texts, write_texts

STORAGE_VERSION = "v1.2.0"
"""Every DuckDB since 1.2 reads it: the CLI, the Node and the browser builds that lag behind the Python package."""

TITLE_COLUMN = "title"
"""The one column of the marts that holds text of the logs; null where the configuration says text = false."""


SCHEMAS = {"marts": "main", "own": "own"}
"""The schemas of the warehouse that are published, and those that they become; `own` is of the user's own package."""

STATUS = {
    "quarters": """
        select cast(epoch(time_bucket(interval '15 minutes', called_at)) as bigint) as began, cost_kind,
            cast(sum(cost_usd) as double) as cost_usd
        from fct_model_calls
        where called_at > (select as_of from build_info) - interval 2 days and cost_usd is not null
            and cost_kind <> 'free'
        group by all
        order by all
    """,
    "windows": """
        select host, account, cast(epoch(started_at) as bigint) as began, cast(epoch(ends_at) as bigint) as ends
        from fct_usage_blocks
        where is_active
        order by all
    """,
    "accounts": "select distinct host, account, cost_kind from dim_accounts where fleet = 'claude_code' order by all",
}
"""What `statusline` shows of the published file: costs by quarters of an hour, since a day begins at one anywhere."""


class PublishError(FleetledgerError):
    """The published file could not be made; the one before, if any, is untouched."""


class Published(NamedTuple):
    """What was published: where, how many tables, how many bytes."""

    path: Path
    tables: int
    size: int


def publish(data: Path, now: datetime, *, text: bool = True) -> Published:
    """Copy the marts of the warehouse in `data` to a new published file and swap it in.

    The texts are written beside it (text_store). `text` false leaves out both titles and texts. Raises PublishError,
    and LockHeld where a build of `data` is running.
    """
    warehouse, target = warehouse_path(data), published_path(data)
    if not warehouse.exists():
        raise PublishError(f"{warehouse} is not there: nothing has been built; type `fleetledger build` first")
    with lock(data / "build.lock", now):
        tables, status = _swap_in(warehouse, target, text=text)
        _keep_texts(data, warehouse, text=text)
        write_file(status_path(data), json.dumps(status))
    return Published(target, tables, target.stat().st_size)


def _swap_in(warehouse: Path, target: Path, *, text: bool) -> tuple[int, dict[str, object]]:
    """Write the new file beside the old one, make it durable and rename it; the number of its tables, and its status.

    The status is what `statusline` shows; its instants are seconds since 1970.
    """
    fresh = target.with_name(f".{target.name}.new")
    _remove(fresh)
    before = os.umask(0o077)
    try:
        tables = _copy_marts(warehouse, fresh, text=text)
        status = _status(fresh)
        sync(fresh)
        _wal(target).unlink(missing_ok=True)
        fresh.replace(target)
        sync(target.parent)
    except duckdb.Error as error:
        raise PublishError(_explain(error, warehouse, target)) from error
    finally:
        os.umask(before)
        _remove(fresh)
    return tables, status


def _status(published: Path) -> dict[str, object]:
    with duckdb.connect(str(published), read_only=True) as connection:
        status = {name: connection.execute(query).fetchall() for name, query in STATUS.items()}
        [(as_of,)] = connection.execute("select cast(epoch(as_of) as bigint) from build_info").fetchall()
    return status | {"as_of": as_of}


def _keep_texts(data: Path, warehouse: Path, *, text: bool) -> None:
    """Bring the text store to what the warehouse says, or remove it."""
    before = os.umask(0o077)
    try:
        if text:
            write_texts(data, warehouse)
        else:
            remove_texts(data)
    except duckdb.Error as error:
        raise PublishError(_explain(error, warehouse, text_dir(data))) from error
    finally:
        os.umask(before)


def _copy_marts(warehouse: Path, fresh: Path, *, text: bool) -> int:
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach {text_of(str(warehouse))} as warehouse (read_only)")
        if not _is_of_one_build(connection):
            raise PublishError(
                f"{warehouse} is not of one whole build: the last one did not end, failed or made only a part;"
                " type `fleetledger build` first"
            )
        connection.execute(f"attach {text_of(str(fresh))} as published (storage_version '{STORAGE_VERSION}')")
        tables: list[tuple[str, str, str | None]] = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables()"
            " where database_name = 'warehouse' and list_contains($1, schema_name) order by all",
            [list(SCHEMAS)],
        ).fetchall()
        for schema in {SCHEMAS[schema] for schema, *_ in tables}:
            connection.execute(f"create schema if not exists published.{schema}")
        for schema, table, comment in tables:
            _copy_table(connection, schema, table, comment, text=text)
        connection.execute("checkpoint published")
        connection.execute("detach published")
    return len(tables)


def _is_of_one_build(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether dbt's last word on the warehouse was that all models were built and no test failed."""
    noted = connection.execute(
        "select 1 from duckdb_tables() where database_name = 'warehouse' and table_name = 'build_state'"
    ).fetchone()
    return bool(noted) and connection.execute("from warehouse.main.build_state").fetchone() == (True,)


def _copy_table(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, comment: str | None, *, text: bool
) -> None:
    columns: list[tuple[str, str, str | None]] = connection.execute(
        "select column_name, data_type, comment from duckdb_columns()"
        " where database_name = 'warehouse' and schema_name = $1 and table_name = $2 order by column_index",
        [schema, table],
    ).fetchall()
    copied = f"published.{SCHEMAS[schema]}.{name_of(table)}"
    selected = ", ".join(_selected(column, data_type, text=text) for column, data_type, _ in columns)
    connection.execute(f"create table {copied} as select {selected} from warehouse.{schema}.{name_of(table)}")
    if comment:
        connection.execute(f"comment on table {copied} is {text_of(comment)}")
    for column, _, column_comment in columns:
        if column_comment:
            connection.execute(f"comment on column {copied}.{name_of(column)} is {text_of(column_comment)}")


def _selected(column: str, data_type: str, *, text: bool) -> str:
    if text:
        return name_of(column)
    if column == TITLE_COLUMN:
        return f"cast(null as {data_type}) as {name_of(column)}"
    return "false as has_text" if column == "has_text" else name_of(column)


def _wal(database: Path) -> Path:
    return database.with_name(database.name + ".wal")


def _remove(database: Path) -> None:
    database.unlink(missing_ok=True)
    _wal(database).unlink(missing_ok=True)


def _explain(error: duckdb.Error, warehouse: Path, target: Path) -> str:
    reason = str(error).splitlines()[0]
    if isinstance(error, duckdb.ProgrammingError):
        return f"{warehouse} was built by another version ({reason}); type `fleetledger build` first"
    if "lock" in reason:
        return f"{warehouse} is in use: {reason}; close the program that has it open and try again"
    return f"{target} could not be written from {warehouse}: {reason}"
