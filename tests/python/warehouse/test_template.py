"""Beginning a data directory with a copy of the template: what is in it, when it is made, and who may read it."""

from __future__ import annotations

import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fleetledger.base.locks import LockHeld, lock
from fleetledger.base.paths import PROJECT_ROOT, warehouse_path
from fleetledger.published.publish import PublishError, publish
from fleetledger.warehouse import template
from fleetledger.warehouse.build import BuildError
from fleetledger.warehouse.plan import plan_path, read_plan

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

PROJECT = {
    "dbt_project.yml": (
        "name: small\nprofile: fleetledger\nflags: {send_anonymous_usage_stats: false}\n"
        "models:\n  +materialized: table\n  +schema: marts\n"
    ),
    "models/one.sql": "select 1 as id",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one model, with the template that its first refresh made."""
    root = tmp_path_factory.mktemp("project")
    (root / "models").mkdir()
    for name, text in PROJECT.items():
        (root / name).write_text(text)
    shutil.copy(PROJECT_ROOT / "profiles.yml", root)
    with pytest.MonkeyPatch.context() as patch:
        use(root, patch)
        assert start(tmp_path_factory.mktemp("data")) > 0
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project with its template, taken for the checkout."""
    root = shutil.copytree(made, tmp_path / "project")
    use(root, monkeypatch)
    return root


def use(root: Path, patch: pytest.MonkeyPatch) -> None:
    for name, value in {"PROJECT_ROOT": root, "CHECKOUT": root, "PACKAGED": root / "packaged"}.items():
        patch.setattr(template, name, value)


def start(data: Path) -> int:
    """Begin a data directory, and say how many steps dbt had to take."""
    steps: list[Any] = []
    data.mkdir(exist_ok=True)
    template.start(data, NOW, lambda *step: steps.append(step))
    return len(steps)


def columns(data: Path) -> list[tuple[str, str]]:
    with duckdb.connect(str(warehouse_path(data)), read_only=True) as warehouse:
        found: list[tuple[str, str]] = warehouse.sql(
            "select table_name, column_name from duckdb_columns() where schema_name like '%marts' order by all"
        ).fetchall()
    return found


def test_a_data_directory_begins_without_dbt(root: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert start(data) == 0
    assert columns(data) == [("one", "id")]
    plan = read_plan(data)
    assert plan
    assert [(model.name, model.sql) for model in plan.models] == [("small.one", "select 1 as id")]
    assert {stat.S_IMODE(path(data).stat().st_mode) for path in (warehouse_path, plan_path)} == {0o600}


def test_what_is_not_filled_yet_cannot_be_published(root: Path, tmp_path: Path) -> None:
    start(tmp_path / "data")
    with pytest.raises(PublishError, match="not of one whole build"):
        publish(tmp_path / "data", NOW)


def test_dbt_makes_a_template_once_for_each_state_of_the_project(root: Path, tmp_path: Path) -> None:
    model = root / "models/one.sql"
    model.write_text("select 1 as id, 2 as other")
    assert start(tmp_path / "data") > 0
    assert columns(tmp_path / "data") == [("one", "id"), ("one", "other")]
    model.write_text(PROJECT["models/one.sql"])
    assert start(tmp_path / "data") == 0
    assert columns(tmp_path / "data") == [("one", "id")]


def test_only_the_newest_templates_stay(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "KEPT", 1)
    (root / "models/two.sql").write_text("select 1 as id")
    start(tmp_path / "data")
    assert len([path for path in (root / "target/templates").iterdir() if path.is_dir()]) == 1
    assert start(tmp_path / "data") == 0


def test_a_wheel_brings_its_template(root: Path, tmp_path: Path) -> None:
    (root / "target/templates").rename(root / "packaged")
    assert start(tmp_path / "data") == 0
    assert columns(tmp_path / "data") == [("one", "id")]


def test_a_copied_checkout_is_of_its_own_seeds(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "seeds").mkdir()
    (root / "seeds/names.csv").write_text("name\nfirst\n")
    start(tmp_path / "data")
    other = shutil.copytree(root, tmp_path / "other")
    (root / "seeds/names.csv").write_text("name\nother\n")
    (other / "models/two.sql").write_text("select 2 as id")
    use(other, monkeypatch)
    assert start(tmp_path / "data") > 0
    with duckdb.connect(str(warehouse_path(tmp_path / "data")), read_only=True) as warehouse:
        found = "select schema_name from duckdb_tables() where table_name = 'names'"
        ((schema,),) = warehouse.execute(found).fetchall()
        assert warehouse.execute(f"from {schema}.names").fetchall() == [("first",)]


def test_a_warehouse_that_is_there_makes_way_with_its_log(root: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    start(data)
    wal = warehouse_path(data).with_name("warehouse.duckdb.wal")
    wal.write_bytes(b"what a killed build left")
    start(data)
    assert not wal.exists()
    assert columns(data) == [("one", "id")]


def test_another_who_builds_is_not_disturbed(root: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    start(data)
    before = warehouse_path(data).stat()
    with lock(data / "build.lock", NOW), pytest.raises(LockHeld):
        start(data)
    assert warehouse_path(data).stat() == before


def test_a_project_that_cannot_be_built_is_told_with_a_log_to_read(root: Path, tmp_path: Path) -> None:
    (root / "models/one.sql").write_text("select idd")
    with pytest.raises(BuildError, match="Binder Error") as raised:
        start(tmp_path / "data")
    assert Path(str(raised.value).rpartition("More is in ")[2]).read_text()
    assert not list((root / "target/templates").glob(".making-*"))
