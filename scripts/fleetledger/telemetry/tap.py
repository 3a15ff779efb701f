"""The tap: shows what a client sends as it comes, and passes it on if it is asked to."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from fleetledger.base import clock
from fleetledger.base.errors import FleetledgerError, why
from fleetledger.base.text import clean
from fleetledger.sources.otlp import COLUMNS, Request
from fleetledger.telemetry.intake import Intake
from fleetledger.telemetry.requests import Kept, RefusedError, keep
from fleetledger.telemetry.segments import Segments

FORWARD_SECONDS = 10
_SHOWN_APART = {"session.id", "event.name", "event.sequence", "event.timestamp"}
_OF_THE_CLIENT = {"user.id", "anthropic.provider", "anthropic.custom_base_url", "terminal.type"}
"""Attributes that are the same in all records of a client."""
_FIRST = (
    *("value", "ms", "type", "tool_name", "decision", "success", "status_code", "error", "plugin.name"),
    *("prompt_length", "response_length", "model", "cost_usd", "output_tokens", "input_tokens", "cache_read_tokens"),
    *("cache_creation_tokens", "duration_ms", "query_source"),
)
"""What is shown before the rest, where a line is cut at the edge of the terminal."""
_KINDS = {"logs": "event", "points": "point", "spans": "span"}

Show = Callable[[str], None]


def shown(line: bytes, *, verbose: bool = False) -> Iterator[str]:
    """A kept request as text, a line a record; `verbose` adds a line an attribute.

    Raises ValueError where it is none.
    """
    request = msgspec.json.decode(line, type=Request)
    for (column, kinds), rows in zip(COLUMNS.items(), request.rows, strict=True):
        for row in rows:
            yield from _record(_KINDS[column], dict(zip(kinds, row, strict=True)), verbose)


def _record(kind: str, record: dict[str, Any], verbose: bool) -> Iterator[str]:
    attributes = json.loads(record["attributes"])
    time = record.get("time_unix_nano") or record.get("start_time_unix_nano")
    name = record.get("event_name") or record.get("metric_name") or record.get("span_name") or "?"
    if kind == "point":
        attributes["value"] = record["value"]
    if kind == "span" and record["end_time_unix_nano"] and time:
        attributes["ms"] = round((record["end_time_unix_nano"] - time) / 1e6)
    if not verbose:
        attributes = {key: value for key, value in attributes.items() if not _is_told(key)}
    about = {key: attributes.pop(key) for key in _FIRST if key in attributes} | attributes
    session = str(record["session_id"] or "-")[:8]
    head = f"{_clock(time)} {kind:5} {session:8} {name.removeprefix('claude_code.')}"
    if verbose:
        yield clean(head)
        yield from (clean(f"    {key} = {_text(value)}") for key, value in about.items())
    else:
        yield clean(" ".join([head, *(f"{key}={_text(value)}" for key, value in about.items())]))


def _is_told(key: str) -> bool:
    """Whether an attribute says what the line says anyhow, or what every line would say."""
    return key in _SHOWN_APART or key in _OF_THE_CLIENT or key.startswith("gen_ai.")


def _text(value: object) -> str:
    """An attribute's value.

    >>> _text(0.043591200000000004), _text(60707.0), _text(True), _text("true")
    ('0.0435912', '60707', 'true', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _clock(nano: int | None) -> str:
    try:
        return f"{datetime.fromtimestamp((nano or 0) / 1e9, UTC):%H:%M:%S}" if nano else "--:--:--"
    except (ValueError, OverflowError):
        return "--:--:--"


class Tap(Intake):
    """An intake that shows what it takes, and keeps it where there are `segments`.

    With `forward` another server has to take it first: what that one answers is what the client is answered.
    """

    def __init__(self, show: Show, segments: Segments | None, forward: str | None, *, verbose: bool) -> None:
        super().__init__(segments)
        self._show = show
        self._forward = forward
        self._verbose = verbose

    async def keep(self, signal: str, body: bytes, *, is_protobuf: bool) -> Kept:
        """Show, pass on and keep a body. Raises RefusedError."""
        line = keep(signal, body, is_protobuf=is_protobuf, left_out=frozenset()).line
        for text in shown(line, verbose=self._verbose) if line else ():
            self._show(text)
        if self._forward:
            content_type = "application/x-protobuf" if is_protobuf else "application/json"
            await asyncio.to_thread(pass_on, self._forward, signal, body, content_type)
        return await super().keep(signal, body, is_protobuf=is_protobuf)

    def refuse(self, signal: str, refused: RefusedError) -> None:
        """Show that a request was not taken, and why: the client seldom says so."""
        super().refuse(signal, refused)
        self._show(f"{clock.now():%H:%M:%S} REFUSED a request of {signal} with {refused.status}: {refused.message}")


def pass_on(server: str, signal: str, body: bytes, content_type: str) -> None:
    """Send a body to a server, such as http://127.0.0.1:4318. Raises RefusedError with what that one answers."""
    address = urlsplit(server)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=FORWARD_SECONDS)
    try:
        connection.request("POST", f"{address.path.rstrip('/')}/v1/{signal}", body, {"Content-Type": content_type})
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException) as error:
        raise RefusedError(503, f"{server} cannot be reached") from error
    finally:
        connection.close()
    if response.status >= 300:
        raise RefusedError(response.status, f"{server} refused it")


def replay(path: Path, show: Show, forward: str | None, *, verbose: bool) -> None:
    """Show the requests in a file, a line each, and pass them on. Raises FleetledgerError, which names the line."""
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            _replay_line(f"{path}:{number}", line, show, forward, verbose)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as lines:
            yield from lines
    except OSError as error:
        raise FleetledgerError(f"{path}: cannot read: {why(error)}") from error


def _replay_line(place: str, line: bytes, show: Show, forward: str | None, verbose: bool) -> None:
    try:
        for text in shown(line, verbose=verbose):
            show(text)
        signal = next(name for part, name in _SIGNALS.items() if part in line[:64])
    except (ValueError, RecursionError, StopIteration) as error:
        raise FleetledgerError(f"{place}: the line is no Export request in OTLP's JSON") from error
    if forward:
        try:
            pass_on(forward, signal, line, "application/json")
        except RefusedError as refused:
            raise FleetledgerError(f"{place}: {refused.message} ({refused.status})") from refused


_SIGNALS = {b'"resourceLogs"': "logs", b'"resourceMetrics"': "metrics", b'"resourceSpans"': "traces"}
