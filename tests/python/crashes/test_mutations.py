"""Logs with something wrong in every sixth line: a refresh ends well, and what it publishes agrees with itself."""

from __future__ import annotations

from pathlib import Path
from random import Random

import duckdb
import pytest
from click.testing import CliRunner
from landed_files import assert_all_is_landed
from mutations import mutate_logs

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.simulate.fleet import simulate
from fleetledger.sources.config import load_config


def refresh_mutated(place: Path, seed: int) -> None:
    """Refresh the demo's logs after they were mutated; its own tests hold that calls, turns, tasks and days agree."""
    simulate(place / "fleet")
    assert mutate_logs(place / "fleet", Random(seed), 1 / 6) > 100
    config = place / "fleet/fleet.toml"
    done = CliRunner().invoke(main, ["refresh", "--config", str(config), "--data-dir", str(place / "data")])
    assert done.exit_code == 0, done.output
    assert_all_is_landed(place / "data", load_config(config))
    with duckdb.connect(str(published_path(place / "data")), read_only=True) as published:
        row = published.execute("select sum(model_call_count) from fct_sessions").fetchone()
        assert row is not None
        assert (
            row
            == published.execute(
                "select count(*) from fct_model_calls where usage_source <> 'task_telemetry'"
            ).fetchone()
        )
        assert row[0] > 300


def test_a_refresh_of_mutated_logs_ends_well(tmp_path: Path) -> None:
    refresh_mutated(tmp_path, seed=1)


@pytest.mark.stress
@pytest.mark.parametrize("seed", range(2, 22))
def test_many_refreshes_of_mutated_logs_end_well(tmp_path: Path, seed: int) -> None:
    refresh_mutated(tmp_path, seed)
