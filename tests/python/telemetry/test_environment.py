from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from telemetry_server import event, log_request

from fleetledger.base.paths import segments_dir
from fleetledger.cli.main import main
from fleetledger.landing.extract import extract
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.discovery import own_telemetry
from fleetledger.telemetry.environment import complaints, variables

EXPECTED = {
    "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
    "OTEL_METRICS_EXPORTER": "otlp",
    "OTEL_LOGS_EXPORTER": "otlp",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://[::1]:9",
    "OTEL_TRACES_EXPORTER": "otlp",
    "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA": "1",
}


def test_without_traces_none_are_asked_for() -> None:
    found = variables("http://[::1]:9", "http/json", traces=False)
    assert found == {name: value for name, value in EXPECTED.items() if "TRACES" not in name and "BETA" not in name}


def test_a_shell_sets_what_is_printed() -> None:
    options = ["--endpoint", "http://[::1]:9", "--protocol", "http/json", "--traces"]
    printed = CliRunner().invoke(main, ["telemetry", "env", *options])
    done = subprocess.run(["bash", "-c", f"{printed.stdout}\nenv"], capture_output=True, text=True, check=True)
    assert EXPECTED.items() <= dict(line.partition("=")[::2] for line in done.stdout.splitlines()).items()
    settings = CliRunner().invoke(main, ["telemetry", "env", *options, "--shell", "settings"])
    assert json.loads(settings.stdout) == {"env": EXPECTED}


def test_grpc_goes_to_the_port_of_grpc() -> None:
    printed = CliRunner().invoke(main, ["telemetry", "env", "--protocol", "grpc"])
    assert 'OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4317"' in printed.stdout


@pytest.mark.parametrize("endpoint", ["127.0.0.1", 'http://a"; rm -rf "', "http://$(id)"])
def test_what_is_no_address_is_refused(endpoint: str) -> None:
    assert CliRunner().invoke(main, ["telemetry", "env", "--endpoint", endpoint]).exit_code == 2


def test_what_env_prints_is_nothing_to_complain_of() -> None:
    whole = variables("http://127.0.0.1:4318", "grpc", traces=False)
    assert complaints(whole) == []
    assert all(complaints({name: value for name, value in whole.items() if name != left_out}) for left_out in whole)


def test_status_says_what_came_and_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in EXPECTED:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".claude").mkdir()
    (tmp_path / "fleet.toml").write_text('[[source]]\nfleet = "claude_code"\nroot = ".claude"\n')
    data = tmp_path / "data"
    call = ["telemetry", "status", "--config", str(tmp_path / "fleet.toml"), "--data-dir", str(data)]
    nothing = CliRunner().invoke(main, call)
    assert nothing.exit_code == 0
    assert "telemetry is off: CLAUDE_CODE_ENABLE_TELEMETRY is not 1" in nothing.output
    assert "Received here: nothing yet" in nothing.output

    segments_dir(data).mkdir(parents=True)
    request = log_request(event("user_prompt", "s", 1), event("user_prompt", "t", 2), service__version="x")
    request["resourceLogs"][0]["resource"]["attributes"][0]["key"] = "service.version"
    (segments_dir(data) / "1.jsonl").write_text(json.dumps(request) + "\n")
    settings = variables("http://127.0.0.1:4318", "grpc", traces=False)
    (tmp_path / ".claude" / "settings.json").write_text(json.dumps({"env": settings}))
    extract(data, FleetConfig(own_telemetry(data)), now=datetime(2026, 11, 27, tzinfo=UTC))
    told = CliRunner().invoke(main, call)
    assert "telemetry is on, and goes to http://127.0.0.1:4318." in told.output
    assert "Received here: 1 kB in 1 file" in told.output
    assert "x            events           2        2  2026-11-26 22:01  2026-11-26 22:01" in told.output
    assert "x sent no points: OTEL_METRICS_EXPORTER was not otlp, or that version sends none." in told.output


def test_status_names_the_faults_of_a_version(tmp_path: Path) -> None:
    data = tmp_path / "data"
    segments_dir(data).mkdir(parents=True)
    lines = []
    for version in ("2.1.120", "2.1.332"):
        request = log_request(event("user_prompt", "s", 1), version=version)
        request["resourceLogs"][0]["resource"]["attributes"][0]["key"] = "service.version"
        lines.append(json.dumps(request) + "\n")
    (segments_dir(data) / "1.jsonl").write_text("".join(lines))
    extract(data, FleetConfig(own_telemetry(data)), now=datetime(2026, 11, 27, tzinfo=UTC))
    told = CliRunner().invoke(main, ["telemetry", "status", "--data-dir", str(data)]).output
    assert "2.1.120 has a known fault: metrics are silently not sent." in told
    assert "2.1.332 has" not in told
