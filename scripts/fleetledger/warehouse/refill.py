"""Refilling the warehouse: the plan of the last build run again over what is landed now, without dbt.

Each table is emptied and filled in one transaction; its columns, types and comments stay as dbt made them. As with
dbt, `main.build_state` says that the tables are not of one build until all are made and no test finds anything.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.locks import lock
from fleetledger.base.paths import landing_dir, warehouse_path
from fleetledger.base.sql import name_of, text_of
from fleetledger.base.steps import Step
from fleetledger.landing.manifest import collected_manifests
from fleetledger.warehouse.build import BuildError, Built, told
from fleetledger.warehouse.plan import DataTest, Model, Plan
from fleetledger.warehouse.record import forget

THREADS = 2
SETTINGS = {"TimeZone": "UTC", "preserve_insertion_order": "false", "disabled_compression_methods": "fsst,dict_fsst"}
"""What profiles.yml gives to dbt."""

BATCH_TO_STAGE = "(true /* batch to stage */)"
"""What the macro batch_to_stage leaves in the SQL of a model that dbt materializes by_batch."""


class RefillError(FleetledgerError):
    """The plan cannot be run, or a test found something; dbt is to build, and to say what is wrong."""


def refill(data: Path, plan: Plan, now: datetime, step: Step) -> Built:
    """Run a plan on the warehouse in `data` that it was made with.

    Raises RefillError, after which the warehouse is not of one build, BuildError where dbt could not do it either, and
    LockHeld where another is at work on it.
    """
    with lock(data / "build.lock", now):
        forget(data)
        before = os.umask(0o077)
        try:
            with duckdb.connect(str(warehouse_path(data))) as warehouse:
                for name, value in SETTINGS.items():
                    warehouse.execute(f"set global {name} = {text_of(value)}")
                _note_complete(warehouse, "false")
                _read_landing(warehouse, data)
                _run(warehouse, plan, THREADS, step)
                _note_complete(warehouse, "true")
        except duckdb.Error as error:
            reason = told(str(error))
            if "No space left on device" in reason:
                raise BuildError(f"{warehouse_path(data)}: {reason}") from error
            raise RefillError(f"The plan cannot be run: {reason}") from error
        finally:
            os.umask(before)
    return Built(Counter(models=len(plan.models), tests=len(plan.tests)), [])


def _note_complete(warehouse: duckdb.DuckDBPyConnection, is_complete: str) -> None:
    warehouse.execute(f"create or replace table main.build_state as select {is_complete} as is_complete")


def _run(warehouse: duckdb.DuckDBPyConnection, plan: Plan, threads: int, step: Step) -> None:
    """Run each model after those that it reads, and each test after those that it asks, some at a time."""
    work: dict[str, Callable[[duckdb.DuckDBPyConnection], None]] = {
        **{model.name: partial(_fill, model) for model in plan.models},
        **{test.name: partial(_test, test) for test in plan.tests},
    }
    order = TopologicalSorter(plan.parents())
    order.prepare()
    running: dict[Future[None], str] = {}
    done = 0
    with ThreadPoolExecutor(threads) as pool:
        try:
            while order.is_active():
                running |= {pool.submit(_with_cursor, warehouse, work[name]): name for name in order.get_ready()}
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    future.result()
                    order.done(name)
                    done += 1
                    step(done, len(work), name)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _with_cursor(warehouse: duckdb.DuckDBPyConnection, work: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
    with warehouse.cursor() as cursor:
        work(cursor)


def _fill(model: Model, cursor: duckdb.DuckDBPyConnection) -> None:
    if model.materialized == "view":
        return
    cursor.begin()
    if model.materialized == "by_batch":
        _fill_by_batch(model, cursor)
    else:
        cursor.execute(f"truncate {model.relation}")
        cursor.execute(f"insert into {model.relation} by name ({model.sql})")
    cursor.commit()


def _fill_by_batch(model: Model, cursor: duckdb.DuckDBPyConnection) -> None:
    """Bring a table to the batches that are landed now, as the materialization by_batch does with one that is there."""
    # The name that dbt's local_md5 gives to what the rows were made by.
    code = hashlib.md5(model.sql.encode(), usedforsecurity=False).hexdigest()
    named = _ids(cursor, "select batch_id from landing.batches", [])
    staged = _ids(cursor, "select batch_id from main.staged_batches where model = $1 and code = $2", [model.name, code])
    if not staged:
        cursor.execute(f"truncate {model.relation}")
    gone, added = sorted(staged - named), sorted(named - staged)
    cursor.execute(f"delete from {model.relation} where list_contains($1, batch_id)", [gone])
    cursor.execute(
        "delete from main.staged_batches where model = $1 and list_contains($2, batch_id)", [model.name, gone]
    )
    if added:
        of_added = model.sql.replace(BATCH_TO_STAGE, f"batch_id in ({', '.join(map(text_of, added))})")
        cursor.execute(f"insert into {model.relation} by name ({of_added})")
        cursor.execute("insert into main.staged_batches select $1, $2, unnest($3)", [model.name, code, added])


def _ids(cursor: duckdb.DuckDBPyConnection, query: str, parameters: list[str]) -> set[str]:
    return {batch_id for (batch_id,) in cursor.execute(query, parameters).fetchall()}


def _test(test: DataTest, cursor: duckdb.DuckDBPyConnection) -> None:
    if cursor.execute(f"select 1 from ({test.sql}) limit 1").fetchone():
        raise RefillError(f"The test {test.name} found something")


def _read_landing(warehouse: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Bring the schema `landing` to what is landed now, as the macro create_landing_views does, which made it."""
    landing = landing_dir(data)
    _read_json(warehouse, "manifests", sorted((landing / "manifests").glob("*.json")))
    _read_json(warehouse, "secret_scans", sorted((data / "secrets").glob("*.json")))
    paths: dict[str, list[str]] = {}
    named = 'select "table", path from landing.batches order by path'
    for table, path in warehouse.execute(named).fetchall():
        paths.setdefault(table, []).append(path)
    for manifest in collected_manifests(landing):
        try:
            for batch in json.loads(manifest.read_bytes())["batches"]:
                paths.setdefault(batch["table"], []).append(batch["path"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RefillError(f"{manifest} cannot be read") from error
    of_files = """
        select view_name from duckdb_views()
        where database_name = current_database() and schema_name = 'landing'
            and view_name not in ('sources', 'secrets', 'batches')
    """
    for (view,) in warehouse.execute(of_files).fetchall():
        _point_at(warehouse, view, [landing / path for path in paths.get(view, [])])


def _read_json(warehouse: duckdb.DuckDBPyConnection, table: str, paths: Iterable[Path]) -> None:
    columns = ", ".join(f"{name_of(name)}: {text_of(kind)}" for name, kind in _columns(warehouse, table))
    warehouse.execute(f"truncate landing.{table}")
    for path in paths:
        warehouse.execute(
            f"insert into landing.{table} by name"
            f" select * from read_json($1, format = 'unstructured', columns = {{{columns}}})",
            [glob.escape(str(path))],
        )


def _point_at(warehouse: duckdb.DuckDBPyConnection, view: str, files: list[Path]) -> None:
    """Have a view of Parquet files read these, in the columns that it has: of none of them it is empty."""
    columns = _columns(warehouse, view)
    names = ", ".join(name_of(name) for name, _ in columns)
    rows = [f"(select {', '.join(f'null::{kind} as {name_of(name)}' for name, kind in columns)} where false)"]
    if files:
        named = ", ".join(text_of(glob.escape(str(file))) for file in files)
        # A view takes no parameters.
        rows.append(f"select * from read_parquet([{named}], union_by_name = true, hive_partitioning = false)")
    selected = f"select {names} from ({' union all by name '.join(rows)})"
    warehouse.execute(f"create or replace view landing.{view} as {selected}")


def _columns(warehouse: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    described = "select column_name, data_type from duckdb_columns() where schema_name = 'landing' and table_name = $1"
    return warehouse.execute(f"{described} order by column_index", [table]).fetchall()
