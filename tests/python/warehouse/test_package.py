"""Models, seeds and tests of the user's own: built with the project, published in a schema of their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import PROJECT_ROOT, published_path
from fleetledger.cli.main import main
from fleetledger.warehouse.project import project_key

EXAMPLE = PROJECT_ROOT / "examples/own"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refresh(data: Path) -> str:
    done = run("refresh", "--config", data / "logs/fleet.toml", "--data-dir", data)
    assert done.exit_code == 0, done.output
    return done.stdout


def ask(data: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(published_path(data)), read_only=True) as published:
        return published.sql(query).fetchall()


def name_package(data: Path, folder: Path) -> None:
    """Put the package into the configuration, before its first table."""
    config = data / "logs/fleet.toml"
    config.write_text(f"package = {json.dumps(str(folder))}\n{config.read_text()}")


@pytest.fixture(scope="module")
def data(refreshed: RefreshedDemo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, refreshed with the example package."""
    data = shutil.copytree(refreshed.copy, tmp_path_factory.mktemp("package") / "data")
    name_package(data, EXAMPLE)
    refresh(data)
    return data


def test_its_tables_are_published_in_a_schema_of_their_own(data: Path) -> None:
    own = ask(
        data, "select cost_kind, sum(model_call_count), sum(cost_usd) from own.team_costs group by all order by all"
    )
    assert own == ask(
        data, "select cost_kind, sum(model_call_count), sum(cost_usd) from fct_daily_costs group by all order by all"
    )
    assert {team for (team,) in ask(data, "select team from own.team_costs")} == {"platform", "shop", "no team"}
    [(comment,)] = ask(
        data, "select comment from duckdb_columns() where schema_name = 'own' and column_name = 'cost_kind'"
    )
    assert comment == "Whether cost_usd is paid. Kinds are never added."


def test_it_is_refreshed_as_all_else(data: Path, tmp_path: Path) -> None:
    data = shutil.copytree(data, tmp_path / "data")
    log = max((data / "logs").glob("**/projects/*/*.jsonl"), key=lambda path: (path.stat().st_size, path))
    line = next(line for line in map(json.loads, log.read_text().splitlines()) if line.get("type") == "assistant")
    line |= {"uuid": "new-line", "requestId": "new-request"}
    line["message"] |= {"id": "new-message"}
    with log.open("a") as file:
        file.write(json.dumps(line) + "\n")
    before = ask(data, "select sum(model_call_count) from own.team_costs")
    assert "with dbt" not in refresh(data)
    assert ask(data, "select sum(model_call_count) - 1 from own.team_costs") == before
    assert "Nothing to build" in refresh(data)


def test_it_goes_when_the_configuration_no_longer_names_it(data: Path, tmp_path: Path) -> None:
    data = shutil.copytree(data, tmp_path / "data")
    config = data / "logs/fleet.toml"
    config.write_text(config.read_text().partition("\n")[2])
    refresh(data)
    assert ask(data, "select count(*) from duckdb_tables() where schema_name = 'own'") == [(0,)]


def test_what_another_tool_keeps_beside_it_is_not_of_it(tmp_path: Path) -> None:
    package = shutil.copytree(EXAMPLE, tmp_path / "own")
    before = project_key(package=package)
    for name in ("target/run/own/models", ".git", "dbt_packages/other/models"):
        (package / name).mkdir(parents=True)
        (package / name / "team_costs.sql").write_text("select 1 as id")
    assert project_key(package=package) == before
    (package / "models/more.sql").write_text("select 1 as id")
    assert project_key(package=package) != before


def test_the_project_can_be_written_out(tmp_path: Path) -> None:
    config = tmp_path / "fleet.toml"
    config.write_text(f"package = {json.dumps(str(EXAMPLE))}\n")
    written = tmp_path / "ledger"
    options = ("project", written, "--config", config, "--data-dir", tmp_path / "data")
    done = run(*options)
    assert done.exit_code == 0, done.output
    assert str(tmp_path / "data") in done.stdout
    for part in (
        "models/marts/costs/fct_daily_costs.sql",
        "seeds/prices/model_rates.csv",
        "analyses/spend_by_month.sql",
    ):
        assert (written / part).read_bytes() == (PROJECT_ROOT / part).read_bytes()
    assert (written / "dbt_packages/own/models/team_costs.sql").samefile(EXAMPLE / "models/team_costs.sql")
    assert not (tmp_path / "data").exists()

    again = run(*options)
    assert again.exit_code == 2
    assert "is not empty" in again.stderr
