"""What Prometheus is told."""

from __future__ import annotations

import http.client
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from telemetry_server import Server, event, log_request, running

from fleetledger.telemetry.metrics import Metrics

DELTA, CUMULATIVE = 1, 2
Sums = dict[str, float]


def point(value: float, second: int, **attributes: str) -> dict[str, Any]:
    return {
        "asDouble": value,
        "startTimeUnixNano": "1000000000",
        "timeUnixNano": str(second * 10**9),
        "attributes": [{"key": key, "value": {"stringValue": text}} for key, text in attributes.items()],
    }


def metric_request(name: str, unit: str, temporality: int, *points: dict[str, Any]) -> dict[str, Any]:
    data = {"aggregationTemporality": temporality, "isMonotonic": True, "dataPoints": list(points)}
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": name, "unit": unit, "sum": data}]}]}]}


def told(server: Server) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/metrics")
    response = connection.getresponse()
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return response.read().decode()


def taken(*requests: dict[str, Any]) -> Sums:
    metrics = Metrics()
    for request in requests:
        metrics.take(json.dumps(request).encode())
    lines = metrics.text(Counter(), Counter(), Counter()).splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def test_sessions_are_no_labels_and_a_point_that_came_twice_counts_once() -> None:
    first = metric_request("claude_code.cost.usage", "USD", DELTA, point(0.5, 2, model="m", **{"session.id": "s"}))
    other = metric_request("claude_code.cost.usage", "USD", DELTA, point(0.25, 2, model="m", **{"session.id": "t"}))
    assert taken(first, first, other) == {'claude_code_cost_usage_USD_total{model="m"}': 0.75}


def test_a_cumulative_stream_adds_what_is_new_and_begins_again_after_a_reset() -> None:
    requests = [
        metric_request("claude_code.token.usage", "tokens", CUMULATIVE, point(value, second, type="input"))
        for second, value in enumerate([5, 8, 8, 2], 2)
    ]
    assert taken(*requests) == {'claude_code_token_usage_tokens_total{type="input"}': 10.0}


def test_hostile_text_stays_within_its_quotes_and_series_do_not_grow_without_end() -> None:
    hostile = metric_request("claude_code.x", "", DELTA, point(1, 2, model='a"} 1\nb\\'))
    assert taken(hostile) == {'claude_code_x_total{model="a\\"} 1\\nb\\\\"}': 1.0}
    many = [point(1, 2, model=str(number)) for number in range(10_100)]
    sums = taken(metric_request("claude_code.x", "", DELTA, *many))
    assert len(sums) == 10_001
    assert sum(sums.values()) == 10_100


def test_the_server_tells_what_came_and_what_it_answered(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        cost = metric_request("claude_code.cost.usage", "USD", DELTA, point(0.5, 2, model="m"))
        assert server.post_json("metrics", cost).status == 200
        assert (
            server.post_json("logs", log_request(event("api_error", "s", 1), event("user_prompt", "s", 2))).status
            == 200
        )
        assert server.post("/v1/logs", b"{", Content_Type="application/json").status == 400
        lines = told(server).splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'claude_code_cost_usage_USD_total{model="m"} 0.5',
        'claude_code_events_total{event="api_error"} 1',
        'claude_code_events_total{event="user_prompt"} 1',
        'fleetledger_telemetry_records_total{signal="logs"} 2',
        'fleetledger_telemetry_records_total{signal="metrics"} 1',
        'fleetledger_telemetry_requests_total{signal="logs",status="200"} 1',
        'fleetledger_telemetry_requests_total{signal="logs",status="400"} 1',
        'fleetledger_telemetry_requests_total{signal="metrics",status="200"} 1',
    ]
    assert all(re.fullmatch(r"# TYPE \w+ counter", line) for line in lines if line.startswith("#"))
