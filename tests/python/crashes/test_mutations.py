"""Logs with something wrong in every sixth line: a refresh ends well, and what it publishes agrees with itself."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import duckdb
import pytest
from click.testing import CliRunner
from hypothesis import given, note, settings
from hypothesis import strategies as st
from landed_files import assert_all_is_landed
from mutations import mutate_lines, mutate_logs

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.simulate.fleet import simulate
from fleetledger.sources.config import load_config


def assert_refreshed(place: Path) -> None:
    """A refresh ends well, what is landed is what the files hold, and what is published agrees with itself.

    That calls, turns, tasks, sessions and days agree hold the refresh's own tests; it ends with 1 where any fails, also
    where that left out the sessions that it fails for.
    """
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


def refresh_mutated(place: Path, seed: int) -> None:
    simulate(place / "fleet")
    assert mutate_logs(place / "fleet", Random(seed), 1 / 6) > 100
    assert_refreshed(place)


def test_a_refresh_of_mutated_logs_ends_well(tmp_path: Path) -> None:
    refresh_mutated(tmp_path, seed=1)


@pytest.mark.stress
@pytest.mark.parametrize("seed", range(2, 22))
def test_many_refreshes_of_mutated_logs_end_well(tmp_path: Path, seed: int) -> None:
    refresh_mutated(tmp_path, seed)


@pytest.mark.stress
@settings(max_examples=30, deadline=None, derandomize=True, database=None, print_blob=False)
@given(st.dictionaries(st.integers(0, 2**15), st.integers(0, 2**31), min_size=1, max_size=400))
def test_no_lines_stop_a_refresh(changes: dict[int, int]) -> None:
    """Where some do, what is shown is the fewest lines that do it, and what is wrong with each."""
    with TemporaryDirectory() as directory:
        place = Path(directory)
        simulate(place / "fleet")
        for change in mutate_lines(place / "fleet", changes):
            note(change)
        assert_refreshed(place)
