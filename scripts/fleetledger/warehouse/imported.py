"""A warehouse of marts that were made elsewhere, by Spark, to be published like one that was made here."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import landing_dir, warehouse_path
from fleetledger.base.sql import name_of, rows_of
from fleetledger.base.steps import Step
from fleetledger.warehouse.build import told
from fleetledger.warehouse.template import start

_MARTS = "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
_IS_WHOLE = "create or replace table main.build_state as select true as is_complete, cast(uuid() as string) as build_id"


class ImportedError(FleetledgerError):
    """The marts could not be taken in; what was published stays."""


def take_marts(data: Path, made: Path, now: datetime, step: Step) -> None:
    """Have the warehouse in `data` hold the marts in `made`, a directory of Parquet files for each, and nothing else.

    Types and comments are the project's. Raises ImportedError: where `data` has a landing, whose warehouse would be
    lost, and where a mart is not there whole. Raises BuildError and LockHeld as `start` does.
    """
    if landing_dir(data).exists():
        raise ImportedError(
            f"{data} has a landing, and a warehouse of it: name a data directory that is for these marts"
        )
    start(data, now, step)
    with duckdb.connect(str(warehouse_path(data))) as warehouse:
        warehouse.begin()
        for (mart,) in warehouse.execute(_MARTS).fetchall():
            _fill(warehouse, mart, sorted((made / mart).glob("*.parquet")), made)
        warehouse.execute(_IS_WHOLE)
        warehouse.commit()


def _fill(warehouse: duckdb.DuckDBPyConnection, mart: str, files: list[Path], made: Path) -> None:
    if not files:
        raise ImportedError(f"{made / mart} has no Parquet files: the marts are not all there, or of another version")
    table = f"marts.{name_of(mart)}"
    try:
        found = warehouse.sql(f"select * from {rows_of(files)}").columns
        missing = [column for column in warehouse.table(table).columns if column not in found]
        if missing:
            raise ImportedError(f"{made / mart} lacks {', '.join(missing)}: it is of another version of the project")
        # Of what is no log's, such as rates, the template has rows.
        warehouse.execute(f"truncate {table}")
        warehouse.execute(f"insert into {table} by name select * from {rows_of(files)}")
    except duckdb.Error as error:
        raise ImportedError(f"{made / mart}: cannot be read as the mart of this name ({told(str(error))})") from error
