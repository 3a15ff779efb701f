"""OTLP messages in protobuf, as the JSON that OTLP has for them.

The mapping is OTLP/JSON's: names in lowerCamelCase, 64-bit integers as decimal text, enumerations as numbers, the ids
of traces and spans in hexadecimal, other bytes in Base64.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS: dict[str, type[Message]] = {
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "traces": ExportTraceServiceRequest,
}

Json: TypeAlias = dict[str, Any]

VALUES = 400_000
"""As many fields and list elements may be in a request: each takes a few bytes in it, and some hundred as JSON."""

_IDS = {"trace_id", "span_id", "parent_span_id"}
_LONG = {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64}


class TooManyError(Exception):
    """A request holds more than VALUES."""


def read_request(signal: str, body: bytes, left_out: frozenset[str] = frozenset()) -> Json:
    """The JSON form of an Export request of a signal (logs, metrics, traces), without attributes of some names.

    Raises ValueError where it is none, and TooManyError.
    """
    message = REQUESTS[signal]()
    try:
        message.ParseFromString(body)
        return _Reader(left_out).message(message)
    except (DecodeError, UnicodeDecodeError) as error:
        raise ValueError("not a message of protobuf") from error


_Convert: TypeAlias = "Callable[[_Reader, Any], Any]"


class _Reader:
    """Makes JSON of one request."""

    def __init__(self, left_out: frozenset[str]) -> None:
        self._left = VALUES
        self._left_out = left_out

    def message(self, message: Message) -> Json:
        fields = _fields(message.DESCRIPTOR)
        found = message.ListFields()
        self._count(len(found))
        converted = {}
        for field, value in found:
            name, convert = fields[field.number]
            converted[name] = convert(self, value)
        return converted

    def list_of(self, convert: _Convert, values: Any) -> list[Any]:  # noqa: ANN401 (protobuf's lists have no type)
        self._count(len(values))
        return [convert(self, value) for value in values]

    def key_values(self, attributes: Any) -> list[Json]:  # noqa: ANN401 - a generated message
        """Attributes, without the detour that other messages take: they are most of what there is."""
        self._count(2 * len(attributes))
        found = []
        for one in attributes:
            key, value = one.key, one.value
            if key in self._left_out:
                continue
            # A text that is not empty tells its kind; to ask for the kind takes as long as all the rest.
            text = value.string_value
            if text:
                found.append({"key": key, "value": {"stringValue": text}})
            elif (kind := value.WhichOneof("value")) == "int_value":
                found.append({"key": key, "value": {"intValue": str(value.int_value)}})
            elif kind == "double_value":
                found.append({"key": key, "value": {"doubleValue": _double(value.double_value)}})
            else:
                found.append({"key": key, "value": self.message(value)})
        return found

    def _count(self, values: int) -> None:
        self._left -= values
        if self._left < 0:
            raise TooManyError


@cache
def _fields(descriptor: Descriptor) -> dict[int, tuple[str, _Convert]]:
    """The JSON name of each field of a message type, by number, and what makes JSON of its value."""
    return {field.number: (field.json_name, _converter(field)) for field in descriptor.fields}


def _converter(field: FieldDescriptor) -> _Convert:
    one = _converter_of_one(field)
    if field.message_type is not None and field.message_type.name == "KeyValue":
        return _Reader.key_values
    return (lambda reader, values: reader.list_of(one, values)) if field.is_repeated else one


def _converter_of_one(field: FieldDescriptor) -> _Convert:
    if field.message_type is not None:
        return _Reader.message
    if field.cpp_type in _LONG:
        return lambda _, value: str(value)
    if field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE:
        return lambda _, value: _double(value)
    if field.type == FieldDescriptor.TYPE_BYTES:
        is_id = field.name in _IDS
        return lambda _, value: value.hex() if is_id else b64encode(value).decode()
    return lambda _, value: value


def _double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
