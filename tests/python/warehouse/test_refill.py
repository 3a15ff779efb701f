from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from built_fleet import BuiltFleet
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import PROJECT_ROOT, landing_dir, warehouse_path
from fleetledger.published.publish import PublishError, publish
from fleetledger.warehouse.plan import DataTest, Model, Plan, read_plan, write_plan
from fleetledger.warehouse.refill import SETTINGS, THREADS, RefillError, refill

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
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


@pytest.fixture(scope="module")
def plan(fleet: BuiltFleet) -> Plan:
    """What dbt ran to build the fleet."""
    nodes = json.loads(fleet.manifest.read_bytes())["nodes"].values()
    models = {
        node["unique_id"]: Model(
            node["name"], node["relation_name"], node["config"]["materialized"], node["compiled_code"]
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


@pytest.fixture
def copy(fleet: BuiltFleet, tmp_path: Path) -> Path:
    """A data directory like the fleet's, to change."""
    shutil.copytree(landing_dir(fleet.data), landing_dir(tmp_path))
    shutil.copy(warehouse_path(fleet.data), warehouse_path(tmp_path))
    return tmp_path


@pytest.fixture
def demo(refreshed: RefreshedDemo, tmp_path: Path) -> Path:
    """A data directory in which the demo alone is built, to change."""
    return shutil.copytree(refreshed.copy, tmp_path / "demo")


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


def test_a_refill_makes_what_dbt_makes(fleet: BuiltFleet, plan: Plan, copy: Path) -> None:
    manifests = landing_dir(copy) / "manifests"
    aside = max(manifests.iterdir(), key=lambda path: path.stat().st_size)
    aside.rename(copy / aside.name)
    refill(copy, plan, NOW, quietly)
    without = {"landing.manifests", "staging.stg_claude_code__content_blocks", "marts.fct_sessions"}
    assert differences(copy, fleet.data, without).keys() == without
    (copy / aside.name).rename(aside)
    built = refill(copy, plan, NOW, quietly)
    # build_info says when the warehouse was built.
    assert differences(copy, fleet.data) == {"marts.build_info": 2}
    assert built.counts == {"models": len(plan.models), "tests": len(plan.tests)}


def test_a_test_that_finds_something_leaves_the_warehouse_unfit_to_publish(plan: Plan, demo: Path) -> None:
    calls = next(model.relation for model in plan.models if model.name == "fct_model_calls")
    suspicious = plan._replace(tests=[DataTest("no_calls", f"select * from {calls}")])
    with pytest.raises(RefillError, match="no_calls"):
        refill(demo, suspicious, NOW, quietly)
    with pytest.raises(PublishError, match="not of one whole build"):
        publish(demo, NOW)


def test_a_collected_manifest_that_is_damaged_is_named(plan: Plan, demo: Path) -> None:
    damaged = landing_dir(demo) / "collected" / "host.json"
    damaged.parent.mkdir(exist_ok=True)
    damaged.write_text('{"batches": [')
    with pytest.raises(RefillError, match=re.escape(f"{damaged} cannot be read")):
        refill(demo, plan, NOW, quietly)


def test_a_plan_that_cannot_be_run_says_nothing_of_its_values(plan: Plan, demo: Path) -> None:
    broken = [model._replace(sql="select cast('a secret' as integer) as built_at") for model in plan.models]
    broken = [model for model in broken if model.name == "build_info"]
    with pytest.raises(RefillError) as raised:
        refill(demo, plan._replace(models=broken), NOW, quietly)
    assert "Conversion Error" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_plan_is_read_as_it_was_written(plan: Plan, tmp_path: Path) -> None:
    assert read_plan(tmp_path) is None
    write_plan(tmp_path, plan)
    assert read_plan(tmp_path) == plan


@pytest.mark.parametrize("content", [b"", b"\xff", b"[[", b"{}", b"[[[1]], []]", b"[1, 2, 3]"])
def test_a_plan_that_is_damaged_or_of_another_version_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "plan.json").write_bytes(content)
    assert read_plan(tmp_path) is None


def test_it_runs_with_the_settings_of_the_profile() -> None:
    profile = (PROJECT_ROOT / "profiles.yml").read_text()
    settings = profile.partition("settings:\n")[2].split("\n\n")[0]
    lines = [line.strip() for line in settings.splitlines()]
    assert dict(line.split(": ") for line in lines if not line.startswith("#")) == SETTINGS
    assert f"threads: {THREADS}\n" in profile
