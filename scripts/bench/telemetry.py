"""What the telemetry server takes, with all that it takes on disk before it answers, and what a refresh of it costs."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import click
import duckdb
import msgspec
from google.protobuf.json_format import ParseDict

from bench.process import BenchError, Machine, command_of, run
from fleetledger.base.paths import published_path, segments_dir
from fleetledger.telemetry.protobuf import REQUESTS

CLIENTS, BATCH, SENT = 4, 500, 100_000
"""For the rate: how many clients send at once, how many records a request has, and how many are sent in all."""
SMALL_BATCH, SMALL_BATCHES = 100, 300
"""For the time of an answer: a client's batch, and how many it sends one after the other."""
GOING_ON = 20
"""For the refresh: of this many sessions of before the new records are, too; each request is of a session."""
FIRST_TIME = 1_795_730_478_683_000_000
TYPES = {"JSON": "application/json", "protobuf": "application/x-protobuf"}
RATES = {"protobuf": 20_000, "JSON": 30_000}
SLOWEST_MS, SLOWEST_REFRESH = 5, 2

Json = dict[str, Any]


class Figure(msgspec.Struct, frozen=True):
    """What was measured, in words, and the budget for it: None where there is none."""

    what: str
    value: str
    bar: str | None = None
    holds: bool | None = None


class Results(msgspec.Struct, frozen=True):
    """All figures of one machine."""

    machine: Machine
    figures: list[Figure]


class _Server(NamedTuple):
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(scratch: Path) -> Iterator[Figure]:
    """Measure all figures, in `scratch`. Raises BenchError."""
    for form, least in RATES.items():
        yield from _received(scratch / form, form, least)
    yield from _refreshed(scratch / "refreshed")


def table(results: Results) -> str:
    """The figures as Markdown."""
    lines = ["| what | measured | bar |", "|---|---|---|"]
    for figure in results.figures:
        bar = "" if figure.bar is None else f"{figure.bar}: {'holds' if figure.holds else '**does not hold**'}"
        lines.append(f"| {figure.what} | {figure.value} | {bar} |")
    machine = results.machine
    of = f"{machine.processor}, {machine.cores} cores, load {machine.load:.2f} before; commit {machine.commit}."
    return "\n".join([of, "", *lines])


def _received(data: Path, form: str, least: int) -> Iterator[Figure]:
    with _serving(data) as server:
        small = _body(_events(0, SMALL_BATCH, 0), form)
        _post(server, [small] * 10, form)
        times = _post(server, [small] * SMALL_BATCHES, form)
        bodies = [_body(_events(first, BATCH, 0), form) for first in range(0, SENT // CLIENTS, BATCH)]
        worked, began = server.cpu_seconds(), perf_counter()
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda _: _post(server, bodies, form), range(CLIENTS)))
        seconds, worked = perf_counter() - began, server.cpu_seconds() - worked
    kept = sum(path.read_bytes().count(b"\n") for path in segments_dir(data).glob("*.jsonl"))
    if kept != 10 + SMALL_BATCHES + CLIENTS * len(bodies):
        raise BenchError(f"{kept} requests are on disk, and others were answered")
    rate, milliseconds = SENT / worked, median(times) * 1000
    click.echo(f"  {form}: {rate:,.0f} records a second of processor, {milliseconds:.2f} ms", err=True)
    yield Figure(
        f"records received a second of one core, by {form}",
        f"{rate:,.0f} ({SENT / seconds:,.0f} a second by the clock, from {CLIENTS} clients on this machine)",
        f"at least {least:,}",
        rate >= least,
    )
    yield Figure(
        f"a batch of {SMALL_BATCH} by {form}, until it is answered",
        f"{milliseconds:.1f} ms in the median",
        f"at most {SLOWEST_MS} ms",
        milliseconds <= SLOWEST_MS,
    )


def _refreshed(place: Path) -> Iterator[Figure]:
    data = place / "data"
    (place / "projects").mkdir(parents=True)
    config = place / "fleet.toml"
    config.write_text('[[source]]\nfleet = "claude_code"\nroot = "."\n')
    refresh = (command_of("fleetledger"), "refresh", "--config", config, "--data-dir", data)
    for round_ in range(2):
        segment = segments_dir(data) / f"{round_}.jsonl"
        segment.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        numbers = range(round_ * SENT, (round_ + 1) * SENT, BATCH)
        requests = (_events(first, BATCH, first // BATCH - round_ * GOING_ON) for first in numbers)
        segment.write_bytes(b"".join(_body(request, "JSON") + b"\n" for request in requests))
        usage = run(refresh, place / "log")
    with duckdb.connect(str(published_path(data)), read_only=True) as published:
        ((held,),) = published.execute("select count(*) from fct_telemetry_requests").fetchall()
    if held != 2 * SENT:
        raise BenchError(f"{held} requests are published, and {2 * SENT} were received")
    click.echo(f"  refresh: {usage.seconds:.2f} s, {usage.cpu_seconds:.2f} s of processor", err=True)
    yield Figure(
        f"refresh after {SENT:,} records, with as many before",
        f"{usage.seconds:.2f} s, {usage.cpu_seconds:.2f} s of processor, {usage.peak_bytes / 1e6:,.0f} MB",
        f"under {SLOWEST_REFRESH} s",
        usage.seconds < SLOWEST_REFRESH,
    )


@contextmanager
def _serving(data: Path) -> Iterator[_Server]:
    call = [str(command_of("fleetledger")), "telemetry", "serve", "--port", "0", "--data-dir", str(data)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            found = re.search(r":(\d+)", said)
            if found is None:
                raise BenchError(f"the telemetry server did not begin: {said}")
            yield _Server(int(found[1]), process.pid)
        finally:
            process.terminate()


def _post(server: _Server, bodies: list[bytes], form: str) -> list[float]:
    """Send bodies one after the other on one connection; the seconds until each was answered. Raises BenchError."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    seconds = []
    for body in bodies:
        began = perf_counter()
        connection.request("POST", "/v1/logs", body, {"Content-Type": TYPES[form]})
        response = connection.getresponse()
        response.read()
        seconds.append(perf_counter() - began)
        if response.status != 200:
            raise BenchError(f"the telemetry server answered {response.status}")
    connection.close()
    return seconds


def _body(request: Json, form: str) -> bytes:
    if form == "JSON":
        return json.dumps(request, separators=(",", ":")).encode()
    body: bytes = ParseDict(request, REQUESTS["logs"]()).SerializeToString()
    return body


def _events(first: int, count: int, session: int) -> Json:
    """A request of as many events of a session as Claude Code sends for requests to the API, numbered from `first`."""
    resource = {"service.name": "claude-code", "service.version": "2.1.332", "os.type": "linux", "host.arch": "amd64"}
    records = [_event(number, session) for number in range(first, first + count)]
    scope = {"name": "com.anthropic.claude_code.events", "version": "2.1.332"}
    logs = [{"scope": scope, "logRecords": records}]
    return {"resourceLogs": [{"resource": {"attributes": _attributes(resource)}, "scopeLogs": logs}]}


def _event(number: int, session: int) -> Json:
    time = str(FIRST_TIME + number * 1_000_000)
    attributes = {
        "user.id": "0" * 64,
        "session.id": f"8720db20-9fa2-5439-ad21-{session:012d}",
        "anthropic.provider": "firstParty",
        "terminal.type": "xterm-256color",
        "event.name": "api_request",
        "event.timestamp": "2026-11-26T22:01:18.683Z",
        "event.sequence": number,
        "prompt.id": f"e61f3f49-fe89-4d7e-8c63-{number // 10:012d}",
        "model": "claude-opus-4-5",
        "input_tokens": 11,
        "output_tokens": 200 + number % 1000,
        "cache_read_tokens": 30_101,
        "cache_creation_tokens": 2007,
        "cache_creation_5m_tokens": 2007,
        "cache_creation_1h_tokens": 0,
        "cost_usd": 0.0328 + number % 1000 * 0.000025,
        "duration_ms": 1000 + number % 5000,
        "ttft_ms": 200 + number % 900,
        "request_id": f"req_{number:024d}",
        "speed": "normal",
        "query_source": "repl_main_thread",
        "effort": "medium",
    }
    body = {"stringValue": "claude_code.api_request"}
    return {"timeUnixNano": time, "observedTimeUnixNano": time, "body": body, "attributes": _attributes(attributes)}


def _attributes(values: Mapping[str, object]) -> list[Json]:
    kinds = {str: "stringValue", int: "intValue", float: "doubleValue"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in values.items()]
