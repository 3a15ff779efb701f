from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from telemetry_server import event, log_request

from fleetledger.base.paths import landing_dir, segments_dir
from fleetledger.cli.main import main
from fleetledger.landing.extract import extract
from fleetledger.landing.queries import read_manifests
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.discovery import own_telemetry

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def test_only_what_is_landed_to_its_end_and_old_enough_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleetledger.base.clock.now", lambda: NOW)
    segments = segments_dir(tmp_path)
    segments.mkdir(parents=True)

    def write(name: str, days: int) -> None:
        (segments / name).write_text(json.dumps(log_request(event("user_prompt", name, 1))) + "\n")
        os.utime(segments / name, times=((NOW - timedelta(days=days)).timestamp(),) * 2)

    for name, days in (("old.jsonl", 9), ("young.jsonl", 2), ("grown.jsonl", 9)):
        write(name, days)
    extract(tmp_path, FleetConfig(own_telemetry(tmp_path)), now=NOW)
    write("unlanded.jsonl", 9)
    grown = (segments / "grown.jsonl").read_text()
    (segments / "grown.jsonl").write_text(grown * 2)
    os.utime(segments / "grown.jsonl", times=((NOW - timedelta(days=8)).timestamp(),) * 2)

    said = CliRunner().invoke(main, ["telemetry", "prune", "--data-dir", str(tmp_path)])
    assert said.output == "Deleted 1 file of 1 kB, all landed.\n"
    assert sorted(path.name for path in segments.iterdir()) == ["grown.jsonl", "unlanded.jsonl", "young.jsonl"]
    extract(tmp_path, FleetConfig(own_telemetry(tmp_path)), now=NOW)
    (manifest,) = read_manifests(landing_dir(tmp_path))
    assert sum(batch.rows for batch in manifest.batches) == 5


def test_where_nothing_was_received_nothing_goes(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["telemetry", "prune", "--data-dir", str(tmp_path)])
    assert (said.exit_code, said.output.partition(":")[0]) == (0, "Nothing to delete")
