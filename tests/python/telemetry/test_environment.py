from __future__ import annotations

import json
import subprocess

import pytest
from click.testing import CliRunner

from fleetledger.cli.main import main
from fleetledger.telemetry.environment import variables

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


@pytest.mark.parametrize("endpoint", ["127.0.0.1", 'http://a"; rm -rf "', "http://$(id)"])
def test_what_is_no_address_is_refused(endpoint: str) -> None:
    assert CliRunner().invoke(main, ["telemetry", "env", "--endpoint", endpoint]).exit_code == 2
