"""Reconciling what an invented client sent and logged gives what was invented."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from built_fleet import BuiltFleet
from click.testing import CliRunner
from compiled_models import read_models, run_models
from telemetry_server import kept_lines, running

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.cli.main import main
from fleetledger.landing.extract import extract
from fleetledger.sources.config import load_config
from fleetledger.telemetry.simulation import SCENARIOS, simulate


def simulated(out: Path, *options: str) -> None:
    done = CliRunner().invoke(main, ["telemetry", "simulate", str(out), *options])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_verdicts_are_those_that_were_invented(fleet: BuiltFleet, tmp_path: Path, scenario: str) -> None:
    out = tmp_path / "client"
    simulated(out, "--scenario", scenario, "--seconds", "120", "--rate", "2")
    extract(out / "data", load_config(out / "fleet.toml"), now=datetime(2026, 11, 27, tzinfo=UTC))
    with run_models(read_models(fleet.manifest), fleet.data, out / "data") as warehouse:
        verdicts = warehouse.sql("select verdict, count(*) from marts.fct_reconciliation group by all").fetchall()
        hidden = warehouse.sql("select sum(hidden_cost_usd) from marts.fct_reconciliation_sessions").fetchall()
        errors = warehouse.sql("select count(*) from marts.fct_api_errors").fetchall()
    truth: dict[str, Any] = json.loads((out / "truth.json").read_text())
    assert dict(verdicts) == truth["verdicts"]
    assert hidden == [(Decimal(truth["hidden_cost_usd"]),)]
    assert (errors[0][0] > 10) == (scenario == "degradation")


def test_a_seed_gives_the_same_and_another_gives_another() -> None:
    first, same, other = (simulate(SCENARIOS["normal"], rate=1, seconds=60, seed=seed) for seed in (1, 1, 2))
    assert first == same != other


def test_it_sends_to_a_server(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        to = f"http://127.0.0.1:{server.port}"
        simulated(tmp_path / "sent", "--seconds", "30", "--endpoint", to)
    simulated(tmp_path / "written", "--seconds", "30")
    written = (tmp_path / "written/otlp/requests.jsonl").read_text().splitlines()
    assert kept_lines(tmp_path / "data") == [json.loads(line) for line in written]


def test_without_a_server_nothing_is_left_of_it(tmp_path: Path) -> None:
    call = ["telemetry", "simulate", str(tmp_path / "out"), "--endpoint", "http://127.0.0.1:1"]
    done = CliRunner().invoke(main, call)
    assert (done.exit_code, done.output.partition(";")[0]) == (1, "Error: http://127.0.0.1:1 cannot be reached (503)")
    assert not (tmp_path / "out").exists()


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["telemetry", "simulate", str(tmp_path)]).exit_code == 2


def exercises() -> list[str]:
    """The queries of the exercises in the docs, in their order."""
    page = (PROJECT_ROOT / "docs/telemetry.md").read_text()
    return re.findall(r"^```sql\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def sent(out: Path, name: str) -> list[tuple[str, int]]:
    """The session and sequence of each event of a name in the file of telemetry, as often as it was sent."""
    found = []
    for line in (out / "otlp/requests.jsonl").read_text().splitlines():
        for resource in json.loads(line).get("resourceLogs", ()):
            for record in resource["scopeLogs"][0]["logRecords"]:
                values = {one["key"]: next(iter(one["value"].values())) for one in record["attributes"]}
                if values["event.name"] == name:
                    found.append((values["session.id"], int(values["event.sequence"])))
    return found


def test_the_exercises_of_the_docs_have_these_answers(fleet: BuiltFleet, tmp_path: Path) -> None:
    out = tmp_path / "client"
    simulated(out, "--scenario", "degradation")
    truth: dict[str, Any] = json.loads((out / "truth.json").read_text())
    extract(out / "data", load_config(out / "fleet.toml"), now=datetime(2026, 11, 27, tzinfo=UTC))
    with run_models(read_models(fleet.manifest), fleet.data, out / "data") as warehouse:
        warehouse.execute("use warehouse.marts")
        hidden, twice, drift, lost, cut, failed = (warehouse.sql(query).fetchall() for query in exercises())
    assert hidden == [(truth["verdicts"]["telemetry_only"], Decimal(truth["hidden_cost_usd"]))]
    requests = sent(out, "api_request")
    assert twice == [(len(set(requests)),) * 2]
    assert len(requests) > len(set(requests)), "batches came twice"
    assert drift[-1][2] > 1.5 * drift[0][2]
    assert sum(count for _, count, _ in drift) == len(set(requests))
    assert len(lost) == truth["verdicts"]["transcript_only"] > 0
    assert cut[0][:2] == (truth["verdicts"]["transcript_output_placeholder"], truth["hidden_output_tokens"])
    assert failed == [(len(set(sent(out, "api_error"))), len(set(requests)))]
