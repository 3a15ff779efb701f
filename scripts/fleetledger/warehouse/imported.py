"""A warehouse of marts that were made elsewhere, by Spark, to be published like one that was made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import landing_dir, warehouse_path
from fleetledger.base.sql import rows_of
from fleetledger.base.steps import Step
from fleetledger.warehouse.build import told
from fleetledger.warehouse.plan import Model, read_plan
from fleetledger.warehouse.slices import AGAIN, Slice, choose, condition
from fleetledger.warehouse.template import start

_IS_WHOLE = "create or replace table main.build_state as select true as is_complete, cast(uuid() as string) as build_id"


class ImportedError(FleetledgerError):
    """The marts could not be taken in; what was published stays."""


def take_marts(data: Path, made: Path, wanted: Slice, now: datetime, step: Step) -> tuple[int, int]:
    """Have the warehouse in `data` hold a slice of the marts in `made`, a directory of Parquet files for each.

    Types and comments are the project's. Gives the sessions that are in it, and those that there were. Raises
    ImportedError: where `data` has a landing, whose warehouse would be lost, and where a mart is not there whole, or
    nothing is of the slice. Raises BuildError and LockHeld as `start` does.
    """
    if landing_dir(data).exists():
        raise ImportedError(
            f"{data} has a landing, and a warehouse of it: name a data directory that is for these marts"
        )
    start(data, now, step)
    plan = read_plan(data)
    models = plan.models if plan else []
    marts = {model.name: model for model in models if '"marts"' in model.relation}
    rows = {name: _rows(made, name) for name in marts}
    with duckdb.connect(str(warehouse_path(data))) as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        for name, model in marts.items():
            _check(warehouse, model, rows[name], made / name)
        warehouse.begin()
        chosen, known = choose(warehouse, wanted, rows)
        if not chosen and not wanted.is_all():
            raise ImportedError(f"{made} has {known} sessions, and none of this slice")
        _fill(warehouse, marts, _between(models, marts), rows, wanted, made)
        warehouse.execute(
            "update marts.build_info set slice_since = $since, slice_account = $account", wanted._asdict()
        )
        warehouse.execute(_IS_WHOLE)
        warehouse.commit()
    return chosen, known


def _rows(made: Path, mart: str) -> str:
    files = sorted((made / mart).glob("*.parquet"))
    if not files:
        raise ImportedError(f"{made / mart} has no Parquet files: the marts are not all there, or of another version")
    return rows_of(files)


def _check(warehouse: duckdb.DuckDBPyConnection, model: Model, rows: str, place: Path) -> None:
    try:
        found = warehouse.sql(f"select * from {rows}").columns
    except duckdb.Error as error:
        raise ImportedError(f"{place}: cannot be read ({told(str(error))})") from error
    missing = [column for column in warehouse.table(model.relation).columns if column not in found]
    if missing:
        raise ImportedError(f"{place} lacks {', '.join(missing)}: it is of another version of the project")


def _between(models: Sequence[Model], marts: Mapping[str, Model]) -> list[Model]:
    """The models that are no marts, and that marts which are made again read of other marts."""
    asked = " ".join(mart.sql for mart in marts.values() if mart.slice == AGAIN)
    return [
        model
        for model in models
        if model.name not in marts
        and model.relation in asked
        and any(one.relation in model.sql for one in marts.values())
    ]


def _fill(
    warehouse: duckdb.DuckDBPyConnection,
    marts: Mapping[str, Model],
    between: list[Model],
    rows: Mapping[str, str],
    wanted: Slice,
    made: Path,
) -> None:
    """Fill the marts: first those of sessions, which others are cut by, then those that are sums of them, in order."""
    relations = {name: model.relation for name, model in marts.items()}
    sums = [*between, *(model for model in marts.values() if model.slice == AGAIN)]
    again = [] if wanted.is_all() else sums
    cut = [model for model in marts.values() if model not in again]
    for model in [*sorted(cut, key=lambda model: " of " in str(model.slice)), *again]:
        try:
            # Of what is no log's, such as rates, the template has rows.
            warehouse.execute(f"truncate {model.relation}")
            if model in again:
                warehouse.execute(f"insert into {model.relation} by name {model.sql}")
                continue
            columns = warehouse.table(model.relation).columns
            kept = "true" if wanted.is_all() else condition(wanted, columns, model.slice, rows, relations)
            warehouse.execute(f"insert into {model.relation} by name select * from {rows[model.name]} where {kept}")
        except duckdb.Error as error:
            raise ImportedError(
                f"{made / model.name}: cannot be read as the mart of this name ({told(str(error))})"
            ) from error
