"""Prometheus itself, from Debian's package, scrapes the server: what it answers is what the tables hold."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from built_fleet import BuiltFleet
from click.testing import CliRunner
from compiled_models import read_models, run_models
from telemetry_server import running

from fleetledger.cli.main import main
from fleetledger.landing.extract import extract
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.discovery import own_telemetry

PATIENCE = 60
CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs: [{{job_name: claude_code, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}]
"""
QUESTIONS = {
    "sum by (model) (claude_code_cost_usage_USD_total)": """
        select model, sum(added_value) from intermediate.int_telemetry_points
        where metric_name = 'claude_code.cost.usage' group by all order by all
    """,
    'sum by (event) (claude_code_events_total{event=~"api_.*"})': """
        select event_name, count(*) from staging.stg_otel__log_records
        where starts_with(event_name, 'api_') group by all order by all
    """,
}
"""Questions to Prometheus, and what they are in SQL. An event that was sent again is counted again by Prometheus."""

pytestmark = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="Prometheus is not installed: apt-get install prometheus"
)


@contextmanager
def scraping(place: Path, port: int) -> Iterator[str]:
    """Prometheus at work on the server at a port; its address."""
    (place / "prometheus.yml").write_text(CONFIG.format(port=port))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    call = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={address}"]
    with (place / "log").open("wb") as log, subprocess.Popen(call, cwd=place, stdout=log, stderr=log) as process:
        try:
            yield address
        finally:
            process.kill()


def answered(address: str, question: str) -> list[tuple[str, float]]:
    """What Prometheus answers, by the value of the label that is asked by; nothing while it has not scraped yet."""
    url = f"http://{address}/api/v1/query?{urllib.parse.urlencode({'query': question})}"
    ends = monotonic() + PATIENCE
    while monotonic() < ends:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as response:
                found = json.load(response)["data"]["result"]
        except OSError:
            continue
        if found:
            return sorted((next(iter(one["metric"].values())), float(one["value"][1])) for one in found)
    return []


def test_its_answers_are_those_of_the_tables(fleet: BuiltFleet, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (tmp_path / "prometheus").mkdir()
    with running(data) as server:
        to = ["--endpoint", f"http://127.0.0.1:{server.port}"]
        sent = CliRunner().invoke(main, ["telemetry", "simulate", str(tmp_path / "client"), "--seconds", "300", *to])
        assert sent.exit_code == 0, sent.output
        with scraping(tmp_path / "prometheus", server.port) as address:
            told = {question: answered(address, question) for question in QUESTIONS}
    extract(data, FleetConfig(own_telemetry(data)), now=datetime(2026, 11, 27, tzinfo=UTC))
    with run_models(read_models(fleet.manifest), fleet.data, data) as warehouse:
        for question, query in QUESTIONS.items():
            held = warehouse.sql(query).fetchall()
            assert len(held) > 1
            assert [name for name, _ in told[question]] == [name for name, _ in held]
            assert [value for _, value in told[question]] == pytest.approx([float(value) for _, value in held])
