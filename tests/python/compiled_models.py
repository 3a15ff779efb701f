"""The models as dbt compiled them, run by DuckDB alone: a warehouse of a small landing in a second, not ten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from fleetledger.landing import TABLES, read_manifest
from fleetledger.paths import landing_dir, warehouse_path


@dataclass(frozen=True)
class Model:
    """A model's place in the warehouse and its SQL."""

    relation: str
    sql: str


def read_models(manifest: Path) -> list[Model]:
    """The models of a dbt manifest, each after those that it reads."""
    nodes = json.loads(manifest.read_bytes())["nodes"]
    return [Model(node["relation_name"], node["compiled_code"]) for node in _in_order(nodes)]


def _in_order(nodes: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
    done: set[str] = set()

    def visit(name: str) -> Iterator[dict[str, Any]]:
        if name in models and name not in done:
            done.add(name)
            for parent in models[name]["depends_on"]["nodes"]:
                yield from visit(parent)
            yield models[name]

    for name in models:
        yield from visit(name)


def run_models(models: list[Model], built: Path, data: Path, host: str) -> duckdb.DuckDBPyConnection:
    """The warehouse of what is landed in `data` for a host, in memory; seeds are those of the warehouse in `built`."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("attach ':memory:' as warehouse")
    connection.execute(f"attach '{warehouse_path(built)}' as built (read_only)")
    connection.execute("use warehouse")
    for name in ("landing", "seeds", "staging", "intermediate", "marts"):
        connection.execute(f"create schema {name}")
    seeds = "select table_name from duckdb_tables() where database_name = 'built' and schema_name = 'seeds'"
    for (seed,) in connection.sql(seeds).fetchall():
        connection.execute(f"create table seeds.{seed} as from built.seeds.{seed}")
    _add_landing(connection, landing_dir(data), host)
    for model in models:
        connection.execute(f"create table {model.relation} as {model.sql}")
    return connection


def _add_landing(connection: duckdb.DuckDBPyConnection, landing: Path, host: str) -> None:
    """Tables of what the manifest names, in the shape of the views that dbt's hook makes."""
    for name in ("sources", "batches", *TABLES):
        connection.execute(f"create table landing.{name} as from built.landing.{name} limit 0")
    manifest = read_manifest(landing, host)
    for source in manifest.sources:
        _insert(connection, "sources", {"host": host, "demo": manifest.demo, **source})
    for batch in manifest.batches:
        _insert(connection, "batches", {"host": host, **asdict(batch)})
        connection.execute(
            f"insert into landing.{batch.table} by name from read_parquet($1, hive_partitioning = false)",
            [str(landing / batch.path)],
        )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into landing.{table} ({names}) values ({marks})", list(row.values()))
