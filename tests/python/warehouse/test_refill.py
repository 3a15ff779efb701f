from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import yaml
from built_fleet import BuiltFleet
from refilled import differences, plan_of, quietly
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import PROJECT_ROOT, landing_dir, warehouse_path
from fleetledger.published.publish import PublishError, publish
from fleetledger.warehouse.memory import limit_memory
from fleetledger.warehouse.plan import DataTest, Plan, read_plan, write_plan
from fleetledger.warehouse.refill import SETTINGS, THREADS, RefillError, in_parallel, refill

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan(fleet: BuiltFleet) -> Plan:
    """What dbt ran to build the fleet."""
    return plan_of(fleet)


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


def test_a_refill_makes_what_dbt_makes(fleet: BuiltFleet, plan: Plan, copy: Path) -> None:
    manifests = landing_dir(copy) / "manifests"
    aside = max(manifests.iterdir(), key=lambda path: path.stat().st_size)
    aside.rename(copy / aside.name)
    refill(copy, plan, NOW, quietly)
    without = {"landing.manifests", "staging.stg_claude_code__content_blocks", "marts.fct_sessions"}
    assert differences(copy, fleet.data, without).keys() == without
    (copy / aside.name).rename(aside)
    built = refill(copy, plan, NOW, quietly)
    # They say when the warehouse was built, and give that build a name.
    assert differences(copy, fleet.data) == {"marts.build_info": 2, "main.build_state": 2}
    assert built.built.counts == {"models": len(plan.models), "tests": len(plan.tests)}


def test_what_the_limit_of_memory_is_too_little_for_is_done_without_one(
    fleet: BuiltFleet, plan: Plan, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleetledger.warehouse.refill.MUCH", "48MB")
    monkeypatch.setattr("fleetledger.warehouse.refill.SMALL", 0)
    with duckdb.connect(str(warehouse_path(copy))) as connection:
        connection.execute("update main.build_state set is_complete = false")
    refill(copy, plan, NOW, quietly)
    assert differences(copy, fleet.data) == {"marts.build_info": 2, "main.build_state": 2}


@pytest.mark.parametrize(
    "error",
    [
        duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block of size 256.0 KiB"),
        # Told when a transaction was committed for which 48 MB were too little.
        duckdb.TransactionException(
            "TransactionContext Error: Failed to commit: failed to pin block of size 64.0 KiB (45.7 MiB/45.7 MiB used)"
            "\n\nPossible solutions:\n* Increasing the memory limit (SET memory_limit='...GB')"
        ),
    ],
    ids=["statement", "commit"],
)
def test_work_that_lacks_memory_is_done_again_without_a_limit(error: duckdb.Error) -> None:
    tries: list[str] = []

    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        ((limit,),) = cursor.execute("select current_setting('memory_limit')").fetchall()
        tries.append(limit)
        if len(tries) == 1:
            raise error

    with duckdb.connect() as connection:
        limit_memory(connection, "48MB")
        in_parallel(connection, {"one": work}, {"one": set()}, lambda name: None)
    with_limit, without = tries
    assert with_limit == "45.7 MiB" != without


def suspicious(plan: Plan) -> Plan:
    """A plan of which a test is not content with any call."""
    calls = next(model.relation for model in plan.models if model.name == "fct_model_calls")
    return plan._replace(tests=[DataTest("no_calls", f"select * from {calls}")])


def test_a_test_that_finds_something_leaves_the_warehouse_as_it_was(
    plan: Plan, demo: Path, refreshed: RefreshedDemo
) -> None:
    manifest = max((landing_dir(demo) / "manifests").iterdir(), key=lambda path: path.stat().st_size)
    values = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps(values | {"batches": values["batches"][:1]}))
    with pytest.raises(RefillError, match="no_calls"):
        refill(demo, suspicious(plan), NOW, quietly)
    assert differences(demo, refreshed.copy) == {}
    publish(demo, NOW)


def test_a_test_that_reads_lines_alone_is_run_where_there_are_others(plan: Plan, demo: Path) -> None:
    of_lines = plan._replace(tests=[DataTest("no_lines", 'select * from "warehouse"."landing"."claude_code_lines"')])
    manifest = max((landing_dir(demo) / "manifests").iterdir(), key=lambda path: path.stat().st_size)
    values = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps(values | {"batches": values["batches"][:1]}))
    with pytest.raises(RefillError, match="no_lines"):
        refill(demo, of_lines, NOW, quietly)


def test_where_all_of_much_is_made_anew_it_leaves_the_warehouse_unfit_to_publish(
    plan: Plan, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleetledger.warehouse.refill.SMALL", 0)
    with duckdb.connect(str(warehouse_path(demo))) as warehouse:
        warehouse.execute("drop table main.built_from")
    with pytest.raises(RefillError, match="no_calls"):
        refill(demo, suspicious(plan), NOW, quietly)
    with pytest.raises(PublishError, match="not of one whole build"):
        publish(demo, NOW)


def test_a_collected_manifest_that_is_damaged_is_named(plan: Plan, demo: Path) -> None:
    damaged = landing_dir(demo) / "collected" / "host.json"
    damaged.parent.mkdir(exist_ok=True)
    damaged.write_text('{"batches": [')
    with pytest.raises(RefillError, match=re.escape(f"{damaged}: not a list")):
        refill(demo, plan, NOW, quietly)


def test_a_plan_that_cannot_be_run_says_nothing_of_its_values(plan: Plan, demo: Path) -> None:
    broken = [
        model._replace(sql="select cast('a secret' as integer) as built_at") if model.name == "build_info" else model
        for model in plan.models
    ]
    with duckdb.connect(str(warehouse_path(demo))) as warehouse:
        warehouse.execute("drop table main.built_from")
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
    profile = yaml.safe_load((PROJECT_ROOT / "profiles.yml").read_text())["fleetledger"]["outputs"]["local"]
    settings = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in profile["settings"].items()
    }
    assert (settings, profile["threads"]) == (SETTINGS, THREADS)
