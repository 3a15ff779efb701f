"""Publishing: the marts, and nothing else, copied from dbt's warehouse into the file that people and tools read.

The new file is written beside the old one and swapped in by rename: a reader that has the old one open keeps it, and
a kill at any instant leaves the old one in place.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.files import sync, write_file
from fleetledger.base.locks import lock
from fleetledger.base.paths import published_path, status_path, warehouse_path
from fleetledger.base.sql import name_of, text_of
from fleetledger.published.ledger import query
from fleetledger.published.text_index import text_dir
from fleetledger.published.texts import remove_texts, write_texts
from fleetledger.sources.resume import account_roots
from fleetledger.warehouse.changes import DELTA, SAME
from fleetledger.warehouse.delta import Delta
from fleetledger.warehouse.memory import prepare
from fleetledger.warehouse.transactions import transaction

OPTIONS = "storage_version 'v1.2.0', block_size 65536"
"""Every DuckDB since 1.2 reads it: the CLI, the Node and the browser builds that lag behind the Python package.

Each table takes a block at least: small ones make the file of a small fleet small (profiles.yml).
"""

TITLE_COLUMN = "title"
"""The one column of the marts that holds text of the logs; null where the configuration says text = false."""


SMALL = 30_000_000
"""Bytes of a warehouse below which one thread copies it with less work than two do."""

SCHEMAS = {"marts": "main", "own": "own"}
"""The schemas of the warehouse that are published, and those that they become; `own` is of the user's own package."""

VIEWED = "fct_daily_costs"
"""The mart without which the published file has no views: it is of a part of the models."""

MOST_GAPS = 1.3
"""How many times its size when it was written whole the published file may take: then it is written whole again."""

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
    "budgets": f"select cast(to_json(list(budget)) as varchar) from ({query('published/budgets')}) as budget",
}
"""What is shown at every prompt (`statusline`, `budget --quiet`), without opening the published file.

Costs are by quarters of an hour, since a day begins at one anywhere; budgets are JSON.
"""


class PublishError(FleetledgerError):
    """The published file could not be made; the one before, if any, is untouched."""


class Published(NamedTuple):
    """What was published: where, how many tables, how many bytes."""

    path: Path
    tables: int
    size: int


def publish(data: Path, now: datetime, *, text: bool = True, delta: Delta | None = None) -> Published:
    """Copy the marts of the warehouse in `data` to a new published file and swap it in.

    The texts are written beside it (text_store). `text` false leaves out both titles and texts. Where `delta` holds all
    that differs from what is published, only that is written, into a copy of the file. Raises PublishError, and
    LockHeld where a build of `data` is running.
    """
    warehouse, target = warehouse_path(data), published_path(data)
    if not warehouse.exists():
        raise PublishError(f"{warehouse} is not there: nothing has been built; type `fleetledger build` first")
    with lock(data / "build.lock", now):
        last = _last(data)
        of_last = delta if delta and last and last.is_before(delta, text=text) else None
        tables, status, build_id = _swap_in(warehouse, target, of_last, text=text)
        _keep_texts(data, warehouse, of_last, text=text)
        size = target.stat().st_size
        this = Last(build_id, text, *_state(target), last.whole_size if last and of_last else size)
        more = {"roots": account_roots(data), "published": this._asdict()}
        write_file(status_path(data), json.dumps(status | more))
    return Published(target, tables, size)


class Last(NamedTuple):
    """What the published file was made of, and its size when it was last written whole."""

    build_id: str | None
    text: bool
    size: int
    mtime_ns: int
    whole_size: int

    def is_before(self, delta: Delta, *, text: bool) -> bool:
        """Whether it lacks nothing but `delta`, and is not too large for what it holds: deleted rows leave gaps."""
        return self.build_id == delta.build_before and self.text == text and self.size <= MOST_GAPS * self.whole_size


def _last(data: Path) -> Last | None:
    """What the published file was made of; None where that is not known of the file that is there."""
    try:
        last = Last(**json.loads(status_path(data).read_bytes())["published"])
        return last if _state(published_path(data)) == (last.size, last.mtime_ns) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _state(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def _swap_in(
    warehouse: Path, target: Path, delta: Delta | None, *, text: bool
) -> tuple[int, dict[str, object], str | None]:
    """Write the new file beside the old one, make it durable and rename it.

    Gives the number of its tables, its status, and the build that it is of. The status is what `statusline` shows; its
    instants are seconds since 1970.
    """
    fresh = target.with_name(f".{target.name}.new")
    _remove(fresh)
    before = os.umask(0o077)
    build_id: str | None
    try:
        if delta and _replace_rows(delta, warehouse, target, fresh, text=text):
            build_id = delta.build_id
        else:
            _remove(fresh)
            build_id = _copy_marts(warehouse, fresh, text=text)
        tables, status = _status(fresh)
        sync(fresh)
        _wal(target).unlink(missing_ok=True)
        fresh.replace(target)
        sync(target.parent)
    except duckdb.Error as error:
        raise PublishError(_explain(error, warehouse, target)) from error
    finally:
        os.umask(before)
        _remove(fresh)
    return tables, status, build_id


def _status(published: Path) -> tuple[int, dict[str, object]]:
    with duckdb.connect(str(published), read_only=True) as connection:
        status = {name: connection.execute(asked).fetchall() for name, asked in STATUS.items()}
        ((as_of,),) = connection.execute("select cast(epoch(as_of) as bigint) from build_info").fetchall()
        ((tables,),) = connection.execute("select count(*) from duckdb_tables()").fetchall()
    return tables, status | {"as_of": as_of}


def _keep_texts(data: Path, warehouse: Path, delta: Delta | None, *, text: bool) -> None:
    """Bring the text store to what the warehouse says, or remove it."""
    before = os.umask(0o077)
    try:
        if text:
            write_texts(data, warehouse, delta)
        else:
            remove_texts(data)
    except duckdb.Error as error:
        raise PublishError(_explain(error, warehouse, text_dir(data))) from error
    finally:
        os.umask(before)


def _replace_rows(delta: Delta, warehouse: Path, target: Path, fresh: Path, *, text: bool) -> bool:
    """Copy the published file and bring that to the build that `delta` made; whether that could be done."""
    connection = delta.connection
    shutil.copyfile(target, fresh)
    connection.execute(f"attach {text_of(warehouse)} as warehouse (read_only)")
    connection.execute(f"attach {text_of(fresh)} as published")
    try:
        with transaction(connection):
            for name, model in delta.models.items():
                _, schema, table = (part.strip('"') for part in model.relation.split("."))
                if schema in SCHEMAS and model.materialized != "view":
                    _replace_rows_of(delta, name, f"published.{SCHEMAS[schema]}.{name_of(table)}", text=text)
        connection.execute("checkpoint published")
    except duckdb.Error:
        # It is damaged, or of another version: then it is written whole.
        return False
    finally:
        connection.execute("detach published")
        connection.execute("detach warehouse")
    return True


def _replace_rows_of(delta: Delta, name: str, copied: str, *, text: bool) -> None:
    model, role = delta.models[name], delta.roles[name]
    if role == SAME:
        return
    connection = delta.connection
    columns = connection.execute(f"describe {copied}").fetchall()
    selected = ", ".join(_selected(column, data_type, text=text) for column, data_type, *_ in columns)
    if role == DELTA and model.key():
        is_replaced = delta.is_replaced(model)
        connection.execute(f"delete from {copied} where {is_replaced}")
        rows = f"{delta.rows(name)} where {is_replaced}"
    else:
        connection.execute(f"truncate {copied}")
        rows = model.relation
    connection.execute(f"insert into {copied} by name select {selected} from {rows}")


def _copy_marts(warehouse: Path, fresh: Path, *, text: bool) -> str | None:
    """Write all marts to a new file; the build that they are of."""
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        prepare(connection, warehouse.parent)
        if warehouse.stat().st_size < SMALL:
            connection.execute("set threads = 1")
        connection.execute(f"attach {text_of(str(warehouse))} as warehouse (read_only)")
        if not _is_of_one_build(connection):
            raise PublishError(
                f"{warehouse} is not of one whole build: the last one did not end, failed or made only a part;"
                " type `fleetledger build` first"
            )
        connection.execute(f"attach {text_of(str(fresh))} as published ({OPTIONS})")
        connection.begin()
        for schema, copied in SCHEMAS.items():
            tables = _tables(connection, "warehouse", schema)
            columns = _columns(connection, "warehouse", schema)
            if tables:
                connection.execute(f"create schema if not exists published.{copied}")
            for table, comment in tables.items():
                _copy_table(connection, schema, table, comment, columns[table], text=text)
        connection.commit()
        connection.execute("checkpoint published")
        connection.execute("detach published")
        build_id = _build_id(connection)
        has_views = VIEWED in _tables(connection, "warehouse", "marts")
    if has_views:
        with duckdb.connect(str(fresh)) as connection:
            connection.execute(query("published/views"))
    return build_id


def _tables(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> dict[str, str | None]:
    """The tables of a schema in order, with their comments."""
    return dict(
        connection.execute(
            "select table_name, comment from duckdb_tables()"
            " where database_name = $1 and schema_name = $2 order by table_name",
            [database, schema],
        ).fetchall()
    )


class _Column(NamedTuple):
    name: str
    data_type: str
    comment: str | None


def _columns(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> Mapping[str, list[_Column]]:
    """The columns of each table of a schema, in order."""
    columns: dict[str, list[_Column]] = defaultdict(list)
    asked = connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns()"
        " where database_name = $1 and schema_name = $2 order by column_index",
        [database, schema],
    )
    for table, *column in asked.fetchall():
        columns[table].append(_Column(*column))
    return columns


def _is_of_one_build(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the last word on the warehouse was that all models were built and no test failed."""
    if "build_state" not in _tables(connection, "warehouse", "main"):
        return False
    return connection.execute("select is_complete from warehouse.main.build_state").fetchone() == (True,)


def _build_id(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The build that the warehouse is of; None where it does not say."""
    if "build_id" not in [column.name for column in _columns(connection, "warehouse", "main")["build_state"]]:
        return None
    ((build_id,),) = connection.execute("select build_id from warehouse.main.build_state").fetchall()
    return str(build_id)


def _copy_table(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    comment: str | None,
    columns: Sequence[_Column],
    *,
    text: bool,
) -> None:
    copied = f"published.{SCHEMAS[schema]}.{name_of(table)}"
    selected = ", ".join(_selected(column.name, column.data_type, text=text) for column in columns)
    connection.execute(f"create table {copied} as select {selected} from warehouse.{schema}.{name_of(table)}")
    if comment:
        connection.execute(f"comment on table {copied} is {text_of(comment)}")
    for column in columns:
        if column.comment:
            connection.execute(f"comment on column {copied}.{name_of(column.name)} is {text_of(column.comment)}")


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
