"""Machines that land into one directory, mounted or kept by a tool that copies, which another machine builds."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from subprocess import run as run_process
from sys import executable

import duckdb
import pytest
from click.testing import CliRunner
from compiled_models import Marts

from fleetledger.base.errors import LandingError
from fleetledger.base.paths import landing_dir
from fleetledger.cli.main import main
from fleetledger.landing.extract import extract
from fleetledger.sources.config import load_config
from fleetledger.warehouse.landing_views import show_landing

HOSTS = ("demo-laptop", "demo-server")
LINE = "concat_ws('/', account, source_path, generation, byte_offset, line_number)"
BUDGET = '[[budget]]\nscope = "all"\nperiod = "month"\ncost_kind = "billed"\nlimit_usd = 90\n'


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs of two machines, with a configuration of each, and one of both (fleet.toml)."""
    place = tmp_path_factory.mktemp("two machines") / "fleet"
    assert CliRunner().invoke(main, ["simulate", str(place)]).exit_code == 0
    sources = tomllib.loads((place / "fleet.toml").read_text())["source"]
    for host in HOSTS:
        (place / f"{host}.toml").write_text(
            "demo = true\n" + "".join(written(one) for one in sources if one["host"] == host)
        )
    return place


def written(source: dict[str, str]) -> str:
    return "\n[[source]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in source.items())


def land(config: Path, data: Path, *options: str) -> None:
    done = CliRunner().invoke(main, ["extract", "--config", str(config), "--data-dir", str(data), *options])
    assert done.exit_code == 0, done.output


def lines_of(data: Path) -> list[tuple[str, str]]:
    """Each landed line's host and place, as a build is shown them."""
    with duckdb.connect() as connection:
        show_landing(connection, data)
        shown = " union all ".join(
            f"select host, {LINE} from landing.{table}" for table in ("claude_code_lines", "mu_events")
        )
        return sorted(connection.execute(shown).fetchall())


@pytest.fixture(scope="module")
def shared_landing(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What both machines landed at the same time, each by a process of its own."""
    data = tmp_path_factory.mktemp("shared")
    command = [executable, "-m", "fleetledger", "extract", "--logs-only", "--data-dir", str(data), "--config"]
    with ThreadPoolExecutor() as pool:
        ended = pool.map(
            lambda host: run_process([*command, logs / f"{host}.toml"], capture_output=True, check=False), HOSTS
        )
        assert [process.returncode for process in ended] == [0, 0]
    return data


@pytest.fixture(scope="module")
def ledger(shared_landing: Path, warehouse_of: Callable[..., Marts]) -> Marts:
    return warehouse_of(shared_landing)


def test_machines_that_land_at_once_come_to_what_one_lands(
    logs: Path, shared_landing: Path, ledger: Marts, tmp_path: Path, warehouse_of: Callable[..., Marts]
) -> None:
    land(logs / "fleet.toml", tmp_path / "one", "--logs-only")
    assert lines_of(shared_landing) == lines_of(tmp_path / "one")
    assert ledger == warehouse_of(tmp_path / "one")


def test_a_machine_that_only_lands_leaves_the_settings_of_the_one_that_builds(logs: Path, tmp_path: Path) -> None:
    builder = tmp_path / "builder.toml"
    builder.write_text((logs / f"{HOSTS[0]}.toml").read_text().replace('root = "', f'root = "{logs}/') + BUDGET)
    land(builder, tmp_path / "data")
    land(logs / f"{HOSTS[1]}.toml", tmp_path / "data", "--logs-only")
    with duckdb.connect() as connection:
        show_landing(connection, tmp_path / "data")
        assert connection.execute("select count(*) from landing.settings_budgets").fetchone() == (1,)
        assert connection.execute("select count(distinct host) from landing.sources").fetchone() == (2,)


def test_claude_code_of_a_machine_that_is_renamed_is_paid_once(
    logs: Path, shared_landing: Path, ledger: Marts, tmp_path: Path, warehouse_of: Callable[..., Marts]
) -> None:
    data = shutil.copytree(shared_landing, tmp_path / "data")
    before = len(lines_of(data))
    land(renamed(logs, "claude_code"), data, "--logs-only")
    assert len(lines_of(data)) > before
    assert paid_for_claude_code(warehouse_of(data)) == paid_for_claude_code(ledger)


def test_mu_of_a_machine_that_is_renamed_is_not_landed_again(logs: Path, shared_landing: Path, tmp_path: Path) -> None:
    """Its sessions are numbered by the host, and would be paid twice."""
    data = shutil.copytree(shared_landing, tmp_path / "data")
    before = lines_of(data)
    command = ["extract", "--config", str(renamed(logs, "mu")), "--data-dir", str(data)]
    refused = CliRunner().invoke(main, command)
    assert refused.exit_code == 1
    assert f"was landed as host '{HOSTS[0]}', and would be landed, and paid, again as 'laptop'" in refused.stderr
    assert f'keep host = "{HOSTS[0]}"' in refused.stderr
    assert lines_of(data) == before
    # Of another machine, whose logs lie in the same place, it is not known here what it landed.
    shutil.rmtree(landing_dir(data) / "state")
    land(renamed(logs, "mu"), data, "--logs-only")


def renamed(logs: Path, fleet: str) -> Path:
    """The configuration of a fleet of the first machine under another name."""
    config = logs / f"renamed-{fleet}.toml"
    sources = tomllib.loads((logs / f"{HOSTS[0]}.toml").read_text())["source"]
    config.write_text("".join(written({**one, "host": "laptop"}) for one in sources if one["fleet"] == fleet))
    return config


def paid_for_claude_code(ledger: Marts) -> Decimal:
    """The sum of all amounts of its model calls."""
    calls = {row: count for row, count in ledger["fct_model_calls"].items() if "mu" not in row}
    paid = sum(
        (count * value for row, count in calls.items() for value in row if isinstance(value, Decimal)), Decimal()
    )
    assert paid
    return paid


def test_clocks_that_disagree_land_the_same(logs: Path, shared_landing: Path, tmp_path: Path) -> None:
    at = datetime.fromisoformat("2026-11-21T09:00:00+00:00")
    for host, clock in zip(HOSTS, (at, at - timedelta(days=400)), strict=True):
        config = load_config(logs / f"{host}.toml")
        extract(tmp_path, config, now=clock)
        # Its clock is set right: what it landed before lies in its future, or long ago.
        extract(tmp_path, config, now=at - timedelta(days=1))
    assert lines_of(tmp_path) == lines_of(shared_landing)


@pytest.mark.parametrize("seed", range(3))
def test_copies_that_arrive_in_any_order_are_read_whole_or_not_at_all(
    shared_landing: Path, tmp_path: Path, seed: int
) -> None:
    """A tool that copies file by file, some of them in two parts, is read from at every step."""
    whole = lines_of(shared_landing)
    source, copy = landing_dir(shared_landing), landing_dir(tmp_path)
    chance = Random(seed)
    files = [
        path for path in source.rglob("*") if path.is_file() and path.parts[len(source.parts)] not in ("locks", "state")
    ]
    chance.shuffle(files)
    told = 0
    for file in files:
        target = copy / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        content = file.read_bytes()
        for size in (len(content) // 2, len(content)) if chance.random() < 0.5 else (len(content),):
            target.write_bytes(content[:size])
            try:
                seen = lines_of(tmp_path)
            except (LandingError, duckdb.Error):
                told += 1
                continue
            # Of each machine all that its manifest names, or nothing.
            for host in HOSTS:
                assert of_host(seen, host) in ([], of_host(whole, host))
    assert told
    assert lines_of(tmp_path) == whole


def of_host(lines: list[tuple[str, str]], host: str) -> list[tuple[str, str]]:
    return [line for line in lines if line[0] == host]
