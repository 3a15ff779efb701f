"""The plan of a fleet that dbt built, and what differs between warehouses that were made by it."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

import duckdb
from built_fleet import BuiltFleet

from fleetledger.base.paths import warehouse_path
from fleetledger.warehouse.plan import DataTest, Model, Plan

SHAPE = """
    select
        columns.schema_name, columns.table_name,
        case when tables.table_name is null then 'view' else 'table' end as kind,
        tables.comment as table_comment, columns.column_name, columns.data_type, columns.comment
    from duckdb_columns() as columns
    left join duckdb_tables() as tables using (database_name, schema_name, table_name)
    where columns.database_name = $1 and not columns.internal
    order by all
"""


def plan_of(fleet: BuiltFleet) -> Plan:
    """What dbt ran to build the fleet."""
    nodes = json.loads(fleet.manifest.read_bytes())["nodes"].values()
    models = {
        node["unique_id"]: Model(
            node["name"],
            node["relation_name"],
            node["config"]["materialized"],
            node["compiled_code"],
            node["config"]["meta"].get("refill"),
        )
        for node in nodes
        if node["resource_type"] == "model" and node["config"]["materialized"] != "ephemeral"
    }
    tests = [
        DataTest(node["name"], node["compiled_code"])
        for node in nodes
        if node["resource_type"] == "test"
        and "alarm" not in node["tags"]
        and models.keys() & node["depends_on"]["nodes"]
    ]
    return Plan(list(models.values()), tests)


def differences(data: Path, other: Path, among: Collection[str] = ()) -> dict[str, int]:
    """The tables of two warehouses of the same shape, names, types and comments, that differ, and in how many rows.

    All tables are compared, or those `among` which to look.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse_path(data)}' as one (read_only)")
        connection.execute(f"attach '{warehouse_path(other)}' as other (read_only)")
        shapes = [connection.execute(SHAPE, [name]).fetchall() for name in ("one", "other")]
        assert shapes[0] == shapes[1]
        found = {}
        tables = {f"{schema}.{table}" for schema, table, kind, *_ in shapes[0] if kind == "table"}
        for table in sorted(among or tables):
            one, other_one = f"(from one.{table})", f"(from other.{table})"
            differing = f"({one} except all {other_one}) union all ({other_one} except all {one})"
            if rows := connection.execute(differing).fetchall():
                found[table] = len(rows)
        return found


def quietly(done: int, total: int, piece: str = "") -> None:
    """No progress."""
