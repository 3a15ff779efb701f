"""The models as dbt compiled them, run by DuckDB alone: a warehouse of a small landing in a second, not ten."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb

from fleetledger.base.paths import landing_dir, warehouse_path
from fleetledger.landing.collection import read_collection
from fleetledger.landing.manifest import collected_manifests
from fleetledger.landing.queries import read_manifests

READ_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Model:
    """A model's place in the warehouse, its SQL, and its file in the project."""

    relation: str
    sql: str
    path: str


def read_models(manifest: Path) -> list[Model]:
    """The models of a dbt manifest, each after those that it reads; ephemeral ones are in the SQL of those."""
    nodes = json.loads(manifest.read_bytes())["nodes"]
    made = (node for node in _in_order(nodes) if node["config"]["materialized"] != "ephemeral")
    return [Model(node["relation_name"], node["compiled_code"], node["original_file_path"]) for node in made]


def read_data_tests(manifest: Path) -> dict[str, str]:
    """The SQL of what is wrong, by the name of each data test, but for those that warn and alarms of spending."""
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    tests = [node for node in nodes if node["resource_type"] == "test" and "alarm" not in node["tags"]]
    return {test["name"]: test["compiled_code"] for test in tests if test["config"]["severity"] == "ERROR"}


def _in_order(nodes: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
    done: set[str] = set()

    def visit(name: str) -> Iterator[dict[str, Any]]:
        if name in models and name not in done:
            done.add(name)
            for parent in models[name]["depends_on"]["nodes"]:
                yield from visit(parent)
            # dbt has written ephemeral models into those that read them.
            if models[name]["config"]["materialized"] != "ephemeral":
                yield models[name]

    for name in models:
        yield from visit(name)


def run_models(models: list[Model], built: Path, data: Path, place: Path | None = None) -> duckdb.DuckDBPyConnection:
    """The warehouse of what is landed in `data`, in memory or a file; seeds are those of the warehouse in `built`."""
    connection = seeded(built, place)
    _add_landing(connection, landing_dir(data))
    make(connection, models)
    return connection


def seeded(built: Path, place: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A warehouse of nothing but the seeds of that in `built`, in memory or a file."""
    # Statements over so little are done sooner by one thread: a sixth of the processor less.
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach '{place or ':memory:'}' as warehouse")
    connection.execute(f"attach '{warehouse_path(built)}' as built (read_only)")
    connection.execute("use warehouse")
    for name in ("landing", "seeds", "staging", "intermediate", "marts"):
        connection.execute(f"create schema {name}")
    seeds = "select table_name from duckdb_tables() where database_name = 'built' and schema_name = 'seeds'"
    for (seed,) in connection.sql(seeds).fetchall():
        connection.execute(f"create table seeds.{seed} as from built.seeds.{seed}")
    return connection


def make(connection: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    """Make the tables of models in a warehouse."""
    for model in models:
        connection.execute(f"create table {model.relation} as {model.sql}")


def failed_tests(connection: duckdb.DuckDBPyConnection, tests: Mapping[str, str]) -> list[str]:
    """The data tests that find something wrong in a warehouse."""
    return [name for name, wrong in tests.items() if connection.sql(wrong).limit(1).fetchall()]


def _add_landing(connection: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Tables of what the manifests name, in the shape of the views that dbt's hook makes."""
    names = """
        select table_name from information_schema.tables where table_catalog = 'built' and table_schema = 'landing'
    """
    for (name,) in connection.sql(names).fetchall():
        connection.execute(f"create table landing.{name} as from built.landing.{name} limit 0")
    for manifest in read_manifests(landing):
        for source in manifest.sources:
            _insert(connection, "sources", {"host": manifest.host, "demo": manifest.demo, **source})
        for batch in manifest.batches:
            _insert(connection, "batches", {"host": manifest.host, **asdict(batch)})
            _insert_batch(connection, batch.table, landing / batch.path)
    for path in collected_manifests(landing):
        for collected in read_collection(landing, unquote(path.stem), READ_AT).batches:
            _insert_batch(connection, collected.table, landing / collected.path)


def _insert_batch(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    read = f"insert into landing.{table} by name from read_parquet($1, hive_partitioning = false)"
    connection.execute(read, [str(path)])


Marts = dict[str, Counter[tuple[Any, ...]]]
"""The rows of each mart."""

Columns = Mapping[str, set[str]]

OF_THE_LANDING: Columns = {
    "build_info": {"landed_at", "built_at"},
}
"""Columns of marts that say when something was landed or built, not what the logs say."""
OF_COPIES: Columns = {
    "build_info": {"landed_line_count", "repaired_line_count", "rejected_line_count"},
    "log_drift": {"line_count"},
    "page_attention": {"occurrence_count"},
    "page_coverage": {"known_count", "total_count"},
    "fct_checks": {"line_id"},
    "fct_claims": {"line_id"},
    "fct_compactions": {"compaction_id"},
    "fct_recalls": {"line_id"},
    "fct_task_commits": {"line_id"},
}
"""Columns that count lines as often as they are landed, also where a file was rewritten and most of it stayed; or that
name one of such lines."""


def marts(warehouse: duckdb.DuckDBPyConnection, *left_out: Columns, schema: str = "marts") -> Marts:
    """The rows of every mart by its name, but for columns that are left out; published ones are in the schema main."""
    tables = "select table_name from duckdb_tables() where database_name = current_database() and schema_name = $1"
    found = {}
    for (table,) in warehouse.execute(tables, [schema]).fetchall():
        relation = warehouse.sql(f"from {schema}.{table}")
        without = set().union(*(columns.get(table, set()) for columns in (OF_THE_LANDING, *left_out)))
        found[table] = Counter(relation.select(*(name for name in relation.columns if name not in without)).fetchall())
    return found


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into landing.{table} ({names}) values ({marks})", list(row.values()))
