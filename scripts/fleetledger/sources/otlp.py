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


_NOTHING = msgspec.Raw(b"[]")


class Request(msgspec.Struct, rename="camel", gc=False):
    """A line. Its records are taken out of it as soon as it is read: the rest takes many times as much memory."""

    resource_logs: msgspec.Raw = _NOTHING
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
        self.resource_logs = _NOTHING
        self.resource_metrics = self.resource_spans = None


LINE = Request


def columns(requests: Sequence[Request]) -> list[Sequence[Any]]:
    """The values of `COLUMNS`, in its order, one sequence a column."""
    return [[request.rows[number] for request in requests] for number in range(len(COLUMNS))]


def is_record(request: Request) -> bool:
    """Whether an object found in the middle of a damaged line is a request of its own, not a part of another."""
    return any(request.rows)


def _numbered(records: Iterator[_Row]) -> list[_Row]:
    return [(number, *record) for number, record in enumerate(records, 1)]


class _Value(msgspec.Struct, rename="camel", gc=False, forbid_unknown_fields=True):
    string_value: str | None = None
    int_value: int | str | None = None
    double_value: int | float | None = None
    bool_value: bool | None = None


class _Attribute(msgspec.Struct, gc=False):
    key: str
    value: _Value | None = None


class _Record(msgspec.Struct, rename="camel", gc=False):
    attributes: list[_Attribute]
    event_name: Any = None
    body: Any = None
    time_unix_nano: Any = None
    observed_time_unix_nano: Any = None


class _Scope(msgspec.Struct, rename="camel", gc=False):
    log_records: list[_Record]
    scope: Any = None


class _Resource(msgspec.Struct, rename="camel", gc=False):
    scope_logs: list[_Scope]
    resource: Any = None


_PLAIN_LOGS = msgspec.json.Decoder(list[_Resource])


def _logs(resources: msgspec.Raw) -> Iterator[_Row]:
    """The log records of a request: they are most of what there is, and read in half the time where they are plain."""
    try:
        plain = _PLAIN_LOGS.decode(resources)
    except msgspec.ValidationError:
        yield from _any_logs(msgspec.json.decode(resources))
        return
    for resource in plain:
        of = _attributes(resource.resource)
        service, version = _text(of.get("service.name")), _text(of.get("service.version"))
        for scope in resource.scope_logs:
            name = _text(scope.scope.get("name")) if isinstance(scope.scope, dict) else None
            for record in scope.log_records:
                attributes = {attribute.key: _plain_value(attribute.value) for attribute in record.attributes}
                yield (
                    *_finished((_text(attributes.get("session.id")), service, version, name, attributes)),
                    *_of_log(attributes, record.event_name, record.body),
                    _integer(record.time_unix_nano),
                    _integer(record.observed_time_unix_nano),
                )


def _plain_value(value: _Value | None) -> str | int | float | None:
    if value is None:
        return None
    if value.string_value is not None:
        return value.string_value
    if value.int_value is not None:
        return _integer(value.int_value)
    return value.double_value if value.double_value is not None else value.bool_value


def _of_log(attributes: _Json, event_name: object, body: object) -> tuple[str | None, int | None]:
    """A log record's event and its number."""
    name = attributes.get("event.name", event_name)
    if not isinstance(name, str):
        told = _plain(body)
        name = told.removeprefix(_PREFIX) if isinstance(told, str) else None
    return name, _integer(attributes.get("event.sequence"))


def _any_logs(resources: object) -> Iterator[_Row]:
    for record, of_all in _records(resources, "scopeLogs", "logRecords"):
        yield (
            *_finished(of_all),
            *_of_log(of_all[-1], record.get("eventName"), record.get("body")),
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
    for kind in _KINDS:
        held = value.get(kind)
        if held is None:
            continue
        if kind == "intValue":
            return _integer(held)
        if kind == "arrayValue":
            return [_plain(one) for one in _objects(held.get("values") if isinstance(held, dict) else None)]
        if kind == "kvlistValue":
            return _attributes({"attributes": held.get("values")} if isinstance(held, dict) else None)
        return held if isinstance(held, str | bool | int | float) else None
    return None


_KINDS = ("stringValue", "intValue", "doubleValue", "boolValue", "arrayValue", "kvlistValue", "bytesValue")


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
