from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from refreshed_demo import RefreshedDemo

from fleetledger import pipeline
from fleetledger.base.locks import LockHeld, lock
from fleetledger.base.paths import published_path, warehouse_path
from fleetledger.published.ledger import Ledger

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


@pytest.fixture
def data(refreshed: RefreshedDemo, tmp_path: Path) -> Path:
    return shutil.copytree(refreshed.copy, tmp_path / "data")


def add_lines(data: Path) -> None:
    """Have a session of Claude Code go on with what nobody has to pay for, and a cut line."""
    log = max((data / "logs").glob("**/projects/*/*.jsonl"))
    prompt = next(line for line in map(json.loads, log.read_text().splitlines()) if line.get("type") == "user")
    with log.open("a") as file:
        file.write(json.dumps(prompt | {"uuid": "new-line"}) + "\n{cut\n")


def run(data: Path) -> tuple[bool, list[pipeline.Event]]:
    told: list[pipeline.Event] = []
    config = pipeline.sources_of(data, data / "logs/fleet.toml")
    return pipeline.refresh(data, config, told.append, lambda: NOW), told


def test_a_source_that_has_no_line_yet_does_not_start_dbt(data: Path) -> None:
    (data / "telemetry/segments").mkdir(mode=0o700, parents=True)
    _, told = run(data)
    assert [event.by_plan for event in told if isinstance(event, pipeline.Tables)] == [True]


def test_a_refresh_tells_its_steps_as_data_and_prints_nothing(data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    add_lines(data)
    changed, told = run(data)
    assert changed
    assert capfd.readouterr() == ("", "")
    configured, landed, tables, swapped = (event for event in told if not isinstance(event, pipeline.Progress))
    assert configured == pipeline.Configured(data / "logs/fleet.toml", ())
    assert isinstance(landed, pipeline.Landed)
    assert sum(source.ok_lines for source in landed.summary.sources) == 1
    assert sum(source.rejected_lines for source in landed.summary.sources) == 1
    assert isinstance(tables, pipeline.Tables)
    assert tables.by_plan
    assert isinstance(swapped, pipeline.Swapped)
    assert swapped.published.path == published_path(data)
    steps = [event for event in told if isinstance(event, pipeline.Progress)]
    for stage in (pipeline.Stage.EXTRACT, pipeline.Stage.BUILD):
        of_stage = [(step.done, step.total) for step in steps if step.stage == stage]
        assert of_stage == sorted(of_stage)
        assert of_stage[-1][0] == of_stage[-1][1] > 0


def test_what_works_for_long_draws_no_bar(tmp_path: Path) -> None:
    """DuckDB draws one on the standard output where Python was started with `-c`, as processes of pytest are."""
    asked = "select current_setting('enable_progress_bar')"
    prepared = f"prepare(connection, Path({str(tmp_path)!r}))"
    imports = "import duckdb; from pathlib import Path; from fleetledger.warehouse.memory import prepare"
    told = f"print(connection.execute({asked!r}).fetchone())"
    code = f"{imports}; connection = duckdb.connect(); {told}; {prepared}; {told}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "(True,)\n(False,)\n"


def test_a_refresh_without_anything_new_says_so_and_touches_nothing(data: Path) -> None:
    run(data)
    before = published_path(data).stat()
    changed, told = run(data)
    assert not changed
    assert [type(event) for event in told] == [pipeline.Configured, pipeline.Landed, pipeline.Current]
    assert published_path(data).stat() == before


def test_a_refresh_goes_by_the_clock_that_it_is_given(data: Path) -> None:
    add_lines(data)
    run(data)
    manifests = [json.loads(path.read_text()) for path in (data / "landing/manifests").glob("*.json")]
    assert NOW.isoformat(timespec="microseconds") in {manifest["committed_at"] for manifest in manifests}


def test_a_refresh_raises_what_the_step_does_and_leaves_what_was_published(data: Path) -> None:
    add_lines(data)
    with lock(data / "build.lock", NOW), pytest.raises(LockHeld, match="is held by"):
        run(data)
    assert Ledger(published_path(data)).build["is_demo"]
    assert run(data)[0]


KILLED = """
import os, signal, sys
from pathlib import Path
from fleetledger import pipeline

def tell(event):
    if isinstance(event, pipeline.Progress) and event.stage == "build" and event.piece == "fct_sessions":
        os.kill(os.getpid(), signal.SIGKILL)

data = Path(sys.argv[1])
pipeline.refresh(data, pipeline.sources_of(data, data / "logs/fleet.toml"), tell)
"""


def test_a_refresh_that_was_killed_goes_on_from_what_was_there_before(data: Path) -> None:
    run(data)
    add_lines(data)
    with duckdb.connect(str(warehouse_path(data)), read_only=True) as before:
        state = before.execute("from main.build_state").fetchall()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(data)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with duckdb.connect(str(warehouse_path(data)), read_only=True) as after:
        assert after.execute("from main.build_state").fetchall() == state
    changed, told = run(data)
    assert changed
    stages = {event.stage for event in told if isinstance(event, pipeline.Progress)}
    assert pipeline.Stage.TEMPLATE not in stages
    assert [(event.by_plan, event.whole_because) for event in told if isinstance(event, pipeline.Tables)] == [
        (True, None)
    ]
    with duckdb.connect(str(warehouse_path(data)), read_only=True) as after:
        lines = "select count(*) from staging.stg_claude_code__lines where line_uuid = 'new-line'"
        assert after.execute(lines).fetchall() == [(1,)]


def published(data: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(published_path(data)), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_settings_are_taken_up_without_dbt_and_a_wrong_row_stops_nothing(data: Path) -> None:
    own = "select distinct budget_id from fct_budget_status where budget_id like 'fleet%'"
    assert published(data, own) == []
    number = (data / "logs/fleet.toml").read_text().count("[[budget]]") + 2
    with (data / "logs/fleet.toml").open("a") as config:
        config.write("""
            [[budget]]
            scope = "fleet"
            scope_value = "claude_code"
            period = "month"
            cost_kind = "billed"
            limit_usd = 1
            [[budget]]
            scope = "everything"
            [[cost_kind]]
            provider = "claude_code"
            cost_kind = "free"
        """)
    changed, told = run(data)
    assert changed
    ((configured, tables),) = zip(
        (event for event in told if isinstance(event, pipeline.Configured)),
        (event for event in told if isinstance(event, pipeline.Tables)),
        strict=True,
    )
    assert f"budget[{number}].scope is 'everything'" in configured.problems[0]
    assert tables.by_plan
    assert published(data, own) == [("fleet claude_code month billed",)]
    # What a speed is billed as stands, whatever its serving path is.
    kinds = published(
        data, "select distinct cost_kind from fct_model_calls where provider = 'claude_code' and speed is null"
    )
    assert kinds == [("free",)]
    # Days are those of another place.
    fleet = data / "logs/fleet.toml"
    fleet.write_text(f'timezone = "Asia/Tokyo"\n{fleet.read_text()}')
    before = published(data, "select called_at, called_on from fct_model_calls order by all")
    assert run(data)[0]
    assert published(data, "select reporting_timezone from build_info") == [("Asia/Tokyo",)]
    after = published(data, "select called_at, called_on from fct_model_calls order by all")
    assert [at for at, _ in before] == [at for at, _ in after]
    assert all((at + timedelta(hours=9)).date() == on for at, on in after if at)
    assert before != after


def test_what_is_but_a_warning_has_nothing_built_by_dbt(data: Path) -> None:
    """Use of a flat rate on days of no plan that the user has written down."""
    with (data / "logs/fleet.toml").open("a") as config:
        config.write("""
            [[plan]]
            provider = "claude_code"
            account = "default"
            label = "long ago"
            starts_on = 2020-01-01
            ends_on = 2020-01-31
            cost_usd = 20
        """)
    changed, told = run(data)
    assert changed
    (tables,) = (event for event in told if isinstance(event, pipeline.Tables))
    assert tables.by_plan
    assert published(data, "select max(uncovered_call_count) > 0 from fct_plan_months") == [(True,)]
