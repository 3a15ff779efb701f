"""OpenTelemetry's own exporters send to the server; what they sent is what the tables hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import BuiltFleet
from compiled_models import read_models, run_models
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from telemetry_server import Server, kept_lines, running

from fleetledger.base.paths import segments_dir
from fleetledger.landing.extract import extract
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.discovery import own_telemetry
from fleetledger.sources.fleets import Source

NOW = datetime(2026, 11, 27, tzinfo=UTC)
RESOURCE = Resource({"service.name": "claude-code", "service.version": "2.1.332"})
FIRST_TIME = 1_795_730_478_683_000_000
DELTA: dict[type, AggregationTemporality] = {Counter: AggregationTemporality.DELTA}
CUMULATIVE: dict[type, AggregationTemporality] = {Counter: AggregationTemporality.CUMULATIVE}


def send(session: str, logs: Any, metrics: Any, spans: Any) -> None:  # noqa: ANN401 (any exporter)
    """Three requests of a session, as events, as metrics in two exports, and as spans."""
    log_provider = LoggerProvider(RESOURCE)
    log_provider.add_log_record_processor(BatchLogRecordProcessor(logs))
    reader = PeriodicExportingMetricReader(metrics, export_interval_millis=3_600_000)
    meter_provider = MeterProvider([reader], RESOURCE)
    tracer_provider = TracerProvider(resource=RESOURCE)
    tracer_provider.add_span_processor(BatchSpanProcessor(spans))
    logger = log_provider.get_logger("com.anthropic.claude_code.events")
    cost = meter_provider.get_meter("com.anthropic.claude_code").create_counter("claude_code.cost.usage", "USD")
    tracer = tracer_provider.get_tracer("com.anthropic.claude_code.tracing")
    for number in range(3):
        about: dict[str, Any] = {"session.id": session, "request_id": f"{session} {number}", "model": "claude-opus-4-5"}
        attributes = about | {
            "event.name": "api_request",
            "event.sequence": number,
            "cost_usd": 0.25,
            "input_tokens": number,
        }
        logger.emit(
            LogRecord(
                timestamp=1_795_730_478_683_000_000 + number, body="claude_code.api_request", attributes=attributes
            )
        )
        cost.add(0.25, {"session.id": session, "model": "claude-opus-4-5"})
        with tracer.start_as_current_span("claude_code.llm_request", attributes=about):
            pass
        meter_provider.force_flush()
    for provider in (log_provider, meter_provider, tracer_provider):
        provider.shutdown()


def send_by_http(server: Server) -> None:
    url = f"http://127.0.0.1:{server.port}/v1"
    for session, compression, temporality in (
        ("http", Compression.NoCompression, DELTA),
        ("http gzip", Compression.Gzip, CUMULATIVE),
    ):
        send(
            session,
            HttpLogs(f"{url}/logs", compression=compression),
            HttpMetrics(f"{url}/metrics", compression=compression, preferred_temporality=temporality),
            HttpSpans(f"{url}/traces", compression=compression),
        )


def send_by_grpc(server: Server) -> None:
    from grpc import Compression as GrpcCompression
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    to: dict[str, Any] = {"endpoint": f"127.0.0.1:{server.grpc_port}", "insecure": True}
    for session, compression in (("grpc", GrpcCompression.NoCompression), ("grpc gzip", GrpcCompression.Gzip)):
        send(
            session,
            OTLPLogExporter(**to, compression=compression),
            OTLPMetricExporter(**to, compression=compression, preferred_temporality=DELTA),
            OTLPSpanExporter(**to, compression=compression),
        )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a server that all of them sent to."""
    data = tmp_path_factory.mktemp("clients") / "data"
    with running(data, "--grpc-port", "0") as server:
        send_by_http(server)
        send_by_grpc(server)
    return data


def warehouse(fleet: BuiltFleet, data: Path, *sources: Source) -> duckdb.DuckDBPyConnection:
    extract(data, FleetConfig(sources), now=NOW)
    return run_models(read_models(fleet.manifest), fleet.data, data)


def test_the_tables_hold_what_exporters_sent(fleet: BuiltFleet, data: Path) -> None:
    with warehouse(fleet, data, *own_telemetry(data)) as built:
        requests = built.sql("""
            select session_id, count(*), sum(input_tokens)::integer, sum(client_cost_usd)::double, min(client_version)
            from marts.fct_telemetry_requests group by all order by all
        """).fetchall()
        points = built.sql("""
            select session_id, sum(added_value), bool_or(is_cumulative)
            from intermediate.int_telemetry_points group by all order by all
        """).fetchall()
        spans = built.sql("""
            select session_id, count(distinct span_id), min(length(trace_id)), bool_and(ended_at >= begun_at)
            from staging.stg_otel__spans group by all order by all
        """).fetchall()
    sessions = ["grpc", "grpc gzip", "http", "http gzip"]
    assert requests == [(session, 3, 3, 0.75, "2.1.332") for session in sessions]
    assert points == [(session, 0.75, session == "http gzip") for session in sessions]
    assert spans == [(session, 3, 32, True) for session in sessions]


def test_a_collectors_file_lands_the_same_and_adds_nothing_twice(fleet: BuiltFleet, data: Path, tmp_path: Path) -> None:
    (tmp_path / "collector").mkdir()
    lines = [json.dumps(line) + "\n" for line in kept_lines(data)]
    (tmp_path / "collector" / "telemetry.jsonl").write_text("".join(lines))
    collector = Source("otlp", "collector", "default", None, tmp_path / "collector")
    question = "select * exclude (host) from marts.fct_telemetry_requests order by all"
    segments = Source("otlp", "here", "receiver", None, segments_dir(data))
    with warehouse(fleet, tmp_path / "own", segments) as own:
        received = own.sql(question).fetchall()
    with warehouse(fleet, tmp_path / "file", collector) as read:
        assert read.sql(question).fetchall() == received
    with warehouse(fleet, tmp_path / "both", segments, collector) as both:
        assert both.sql(question).fetchall() == received
        assert both.sql("select sum(added_value) from intermediate.int_telemetry_points").fetchall() == [(3.0,)]
