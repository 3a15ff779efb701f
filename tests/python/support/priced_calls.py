"""The pricing models, as dbt compiled them, over a table of made-up calls that stands in for `int_model_calls`."""

from __future__ import annotations

from dataclasses import fields

import duckdb
import pyarrow
from built_fleet import BuiltFleet
from calculator import Call
from compiled_models import make, read_models, seeded

HOURS = ("models/intermediate/landing/int_reporting.sql", "models/intermediate/budgets/int_hourly_usage.sql")
"""What days are summed from."""
PRICING = ("models/staging/settings/", "models/intermediate/prices/", "models/marts/costs/", *HOURS)


def priced_calls(fleet: BuiltFleet, calls: list[Call]) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory of the fleet's seeds, these calls, no settings, no telemetry, and all that prices calls."""
    models = [model for model in read_models(fleet.manifest) if model.path.startswith(PRICING)]
    warehouse = seeded(fleet.data)
    _write_calls(warehouse, calls)
    settings = """
        select table_name from information_schema.tables
        where table_catalog = 'built' and table_schema = 'landing' and table_name like 'settings%'
    """
    for (name,) in warehouse.sql(settings).fetchall():
        warehouse.execute(f"create table landing.{name} as from built.landing.{name} limit 0")
    corrections = "intermediate.int_telemetry_corrections"
    warehouse.execute(f"create table {corrections} as from built.{corrections} limit 0")
    make(warehouse, models)
    return warehouse


def _write_calls(warehouse: duckdb.DuckDBPyConnection, calls: list[Call]) -> None:
    """A table int_model_calls with these calls, and null in the columns that pricing only hands on."""
    given = pyarrow.table({field.name: [getattr(call, field.name) for call in calls] for field in fields(Call)})
    columns = """
        select column_name, data_type from duckdb_columns()
        where database_name = 'built' and schema_name = 'intermediate' and table_name = 'int_model_calls'
    """
    handed_on = [column for column in warehouse.sql(columns).fetchall() if column[0] not in given.column_names]
    selected = [*given.column_names, *(f"cast(null as {kind}) as {name}" for name, kind in handed_on)]
    warehouse.from_arrow(given).select(", ".join(selected)).create("intermediate.int_model_calls")
