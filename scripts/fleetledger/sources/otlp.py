"""OpenTelemetry as files hold it: an Export request of logs, metrics or spans a line, in OTLP's JSON.

That is what the collector's file exporter writes, and what `fleetledger telemetry serve` keeps. A line is landed with
its records as lists of rows: log records, points of metrics, spans. Their attributes are one JSON object each, in which
the attributes' values stand as plain JSON; staging reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

_Json = dict[str, Any]
_Row = tuple[Any, ...]

_OF_ALL = {
    "record_number": "integer",
    "session_id": "text",
    "service_name": "text",
    "service_version": "text",
    "scope_name": "text",
    "attributes": "text",
}
COLUMNS: dict[str, Mapping[str, str]] = {
    "logs": {
        **_OF_ALL,
        "event_name": "text",
        "event_sequence": "integer",
        "time_unix_nano": "integer",
        "observed_time_unix_nano": "integer",
    },
    "points": {
        **_OF_ALL,
        "metric_name": "text",
        "unit": "text",
        "point_kind": "text",
        "temporality": "integer",
        "is_monotonic": "flag",
        "start_time_unix_nano": "integer",
        "time_unix_nano": "integer",
        "value": "number",
    },
    "spans": {
        **_OF_ALL,
        "trace_id": "text",
        "span_id": "text",
        "parent_span_id": "text",
        "span_name": "text",
        "start_time_unix_nano": "integer",
        "end_time_unix_nano": "integer",
        "status_code": "integer",
    },
}
"""Lists of records, each with the columns of a record; `record_number` is its place in the line, from 1 on."""

POINT_KINDS = ("sum", "gauge", "histogram", "exponentialHistogram", "summary")
_PREFIX = "claude_code."
_INT64 = range(-(2**63), 2**63)


class Request(msgspec.Struct, rename="camel", gc=False):
    """A line. Its records are taken out of it as soon as it is read: the rest takes many times as much memory."""

    resource_logs: Any = None
    resource_metrics: Any = None
    resource_spans: Any = None
    rows: Any = ((), (), ())

    def __post_init__(self) -> None:
        """Take the records out."""
        self.rows = (
            _numbered(_logs(self.resource_logs)),
            _numbered(_points(self.resource_metrics)),
            _numbered(_spans(self.resource_spans)),
        )
        self.resource_logs = self.resource_metrics = self.resource_spans = None


LINE = Request


def columns(requests: Sequence[Request]) -> list[Sequence[Any]]:
    """The values of `COLUMNS`, in its order, one sequence a column."""
    return [[request.rows[number] for request in requests] for number in range(len(COLUMNS))]


def is_record(request: Request) -> bool:
    """Whether an object found in the middle of a damaged line is a request of its own, not a part of another."""
    return any(request.rows)


def _numbered(records: Iterator[_Row]) -> list[_Row]:
    return [(number, *record) for number, record in enumerate(records, 1)]


def _logs(resources: object) -> Iterator[_Row]:
    for record, of_all in _records(resources, "scopeLogs", "logRecords"):
        attributes = of_all[-1]
        name = attributes.get("event.name", record.get("eventName"))
        if not isinstance(name, str):
            body = _plain(record.get("body"))
            name = body.removeprefix(_PREFIX) if isinstance(body, str) else None
        yield (
            *_finished(of_all),
            name,
            _integer(attributes.get("event.sequence")),
            _integer(record.get("timeUnixNano")),
            _integer(record.get("observedTimeUnixNano")),
        )


def _points(resources: object) -> Iterator[_Row]:
    for metric, scope in _parts(resources, "scopeMetrics", "metrics"):
        for kind in POINT_KINDS:
            data = metric.get(kind)
            if not isinstance(data, dict):
                continue
            for point in _objects(data.get("dataPoints")):
                yield (
                    *_finished(_with_attributes(point, scope)),
                    _text(metric.get("name")),
                    _text(metric.get("unit")),
                    kind,
                    _integer(data.get("aggregationTemporality")),
                    data.get("isMonotonic") is True,
                    _integer(point.get("startTimeUnixNano")),
                    _integer(point.get("timeUnixNano")),
                    _number(point.get("asDouble", point.get("asInt", point.get("sum")))),
                )


def _spans(resources: object) -> Iterator[_Row]:
    for span, of_all in _records(resources, "scopeSpans", "spans"):
        status = span.get("status")
        yield (
            *_finished(of_all),
            _text(span.get("traceId")),
            _text(span.get("spanId")),
            _text(span.get("parentSpanId")) or None,
            _text(span.get("name")),
            _integer(span.get("startTimeUnixNano")),
            _integer(span.get("endTimeUnixNano")),
            _integer(status.get("code")) if isinstance(status, dict) else None,
        )


def _records(resources: object, scopes: str, records: str) -> Iterator[tuple[_Json, _Row]]:
    for record, scope in _parts(resources, scopes, records):
        yield record, _with_attributes(record, scope)


def _parts(resources: object, scopes: str, parts: str) -> Iterator[tuple[_Json, _Row]]:
    """The records, or metrics, of a request, each with the service, its version, and the scope."""
    for resource in _objects(resources):
        of = _attributes(resource.get("resource"))
        service, version = _text(of.get("service.name")), _text(of.get("service.version"))
        for scope in _objects(resource.get(scopes)):
            about = scope.get("scope")
            name = _text(about.get("name")) if isinstance(about, dict) else None
            for part in _objects(scope.get(parts)):
                yield part, (service, version, name)


def _with_attributes(record: _Json, scope: _Row) -> _Row:
    attributes = _attributes(record)
    return (_text(attributes.get("session.id")), *scope, attributes)


def _finished(of_all: _Row) -> _Row:
    """What stands in all records, with the attributes as text."""
    return (*of_all[:-1], _JSON.encode(of_all[-1]).decode())


_JSON = msgspec.json.Encoder(order="sorted")


def _attributes(holder: object) -> _Json:
    """Attributes by their names; of two of one name the last."""
    listed = holder.get("attributes") if isinstance(holder, dict) else None
    return {
        attribute["key"]: _plain(attribute.get("value"))
        for attribute in _objects(listed)
        if isinstance(attribute.get("key"), str)
    }


def _plain(value: object) -> Any:  # noqa: ANN401 (any JSON)
    """OTLP's `AnyValue` as the plain JSON that it stands for."""
    if not isinstance(value, dict):
        return None
    for kind, held in value.items():
        if kind == "intValue":
            return _integer(held)
        if kind == "arrayValue":
            return [_plain(one) for one in _objects(held.get("values") if isinstance(held, dict) else None)]
        if kind == "kvlistValue":
            return _attributes({"attributes": held.get("values")} if isinstance(held, dict) else None)
        if kind in ("stringValue", "boolValue", "doubleValue", "bytesValue"):
            return held if isinstance(held, str | bool | int | float) else None
    return None


def _objects(listed: object) -> Iterator[_Json]:
    if isinstance(listed, list):
        yield from (one for one in listed if isinstance(one, dict))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: object) -> int | None:
    """A 64-bit integer, which OTLP writes as text and some clients as a number."""
    if isinstance(value, str) and len(value) <= _DIGITS and value.lstrip("-").isdecimal():
        try:
            value = int(value)
        except ValueError:
            return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in _INT64:
        return None
    return value


_DIGITS = 20


def _number(value: object) -> float | None:
    if isinstance(value, str):
        whole = _integer(value)
        return None if whole is None else float(whole)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
