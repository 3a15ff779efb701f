"""OTLP messages in protobuf, as the JSON that OTLP has for them.

The mapping is OTLP/JSON's: names in lowerCamelCase, 64-bit integers as decimal text, enumerations as numbers, the ids
of traces and spans in hexadecimal, other bytes in Base64.

Attributes are most of what there is, and most records of a request have most of them in common. So they are read as the
bytes that they are, and made JSON of once for all records that have the same.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

REQUESTS: dict[str, type[Message]] = {
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "traces": ExportTraceServiceRequest,
}

Json: TypeAlias = dict[str, Any]

VALUES = 400_000
"""As many fields and list elements may be in a request: each takes a few bytes in it, and some hundred as JSON."""

ATTRIBUTES = {"attributes", "filtered_attributes", "metadata"}
"""The fields of attributes. Lists of keys and values within a value are none: protobuf limits how deep those go."""
LISTS = {"array_value", "kvlist_value"}
"""The kinds of values that hold others."""
IDS = {"trace_id", "span_id", "parent_span_id"}
"""The fields of bytes that JSON has in hexadecimal."""
LONG = {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64}
"""The kinds of fields that JSON has as text."""


class TooManyError(Exception):
    """A request holds more than VALUES."""


def read_request(signal: str, body: bytes, left_out: frozenset[str] = frozenset()) -> Json:
    """The JSON form of an Export request of a signal (logs, metrics, traces), without attributes of some names.

    Attributes that are the same are one object in it. Raises ValueError where it is none, and TooManyError.
    """
    message = with_attributes_as_bytes()[signal]()
    try:
        message.ParseFromString(body)
        return Reader(left_out).message(message)
    except (DecodeError, UnicodeDecodeError) as error:
        raise ValueError("not a message of protobuf") from error


@cache
def with_attributes_as_bytes() -> dict[str, type[Message]]:
    """The classes of REQUESTS, but that attributes are bytes: in a message those look the same as messages do."""
    pool = DescriptorPool()
    added: set[str] = set()

    def add(file: FileDescriptor) -> None:
        if file.name in added:
            return
        added.add(file.name)
        for other in file.dependencies:
            add(other)
        changed = FileDescriptorProto()
        file.CopyToProto(changed)
        for field in _attributes(changed.message_type):
            field.type = FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")
        pool.AddSerializedFile(changed.SerializeToString())

    for request in REQUESTS.values():
        add(request.DESCRIPTOR.file)
    return {
        signal: GetMessageClass(pool.FindMessageTypeByName(request.DESCRIPTOR.full_name))
        for signal, request in REQUESTS.items()
    }


def _attributes(messages: Iterable[DescriptorProto]) -> Iterator[FieldDescriptorProto]:
    for message in messages:
        yield from (field for field in message.field if field.name in ATTRIBUTES)
        yield from _attributes(message.nested_type)


_Convert: TypeAlias = "Callable[[Reader, Any], Any]"


class Reader:
    """Makes JSON of one request."""

    def __init__(self, left_out: frozenset[str]) -> None:
        self._left = VALUES
        self.left_out = left_out
        self._known = _Known(self)

    def message(self, message: Message) -> Json:
        """Any message."""
        fields = _fields(message.DESCRIPTOR)
        found = message.ListFields()
        self.count(len(found))
        converted = {}
        for field, value in found:
            name, convert = fields[field.number]
            converted[name] = convert(self, value)
        return converted

    def list_of(self, convert: _Convert, values: Any) -> list[Any]:  # noqa: ANN401 (protobuf's lists have no type)
        """A list of values that are each converted in a way."""
        self.count(len(values))
        return [convert(self, value) for value in values]

    def attributes(self, attributes: Any) -> list[Json]:  # noqa: ANN401 (protobuf's lists have no type)
        """Attributes, as their bytes, without those that are left out."""
        self.count(2 * len(attributes))
        known = self._known
        return [one for attribute in attributes if (one := known[attribute])]

    def key_values(self, values: Any) -> list[Json]:  # noqa: ANN401 (protobuf's lists have no type)
        """Keys and values within a value, likewise."""
        self.count(2 * len(values))
        return [one for value in values if (one := self.key_value(value, value.value.WhichOneof("value")))]

    def key_value(self, one: KeyValue, kind: str | None) -> Json | None:
        """A key with its value, which is of a kind, as JSON; None where it is to be left out.

        The kinds that most values are of are spared the detour that other messages take.
        """
        key, value = one.key, one.value
        if key in self.left_out and value.string_value != "<REDACTED>":
            return None
        if kind == "string_value":
            return {"key": key, "value": {"stringValue": value.string_value}}
        if kind == "int_value":
            return {"key": key, "value": {"intValue": str(value.int_value)}}
        if kind == "double_value":
            return {"key": key, "value": {"doubleValue": double(value.double_value)}}
        return {"key": key, "value": self.message(value)}

    def count(self, values: int) -> None:
        """Note that so many more values were read. Raises TooManyError."""
        self._left -= values
        if self._left < 0:
            raise TooManyError


class _Known(dict[bytes, "Json | None"]):
    """Attributes by their bytes, each read when it is first asked for."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader

    def __missing__(self, attribute: bytes) -> Json | None:
        one = KeyValue.FromString(attribute)
        kind = one.value.WhichOneof("value")
        found = self._reader.key_value(one, kind)
        # What a list holds counts each time.
        if kind not in LISTS:
            self[attribute] = found
        return found


@cache
def _fields(descriptor: Descriptor) -> dict[int, tuple[str, _Convert]]:
    """The JSON name of each field of a message type, by number, and what makes JSON of its value."""
    return {field.number: (field.json_name, _converter(field)) for field in descriptor.fields}


def _converter(field: FieldDescriptor) -> _Convert:
    one = _converter_of_one(field)
    if field.message_type is KeyValue.DESCRIPTOR:
        return Reader.key_values
    if field.name in ATTRIBUTES:
        return Reader.attributes
    return (lambda reader, values: reader.list_of(one, values)) if field.is_repeated else one


def _converter_of_one(field: FieldDescriptor) -> _Convert:
    if field.message_type is not None:
        return Reader.message
    if field.cpp_type in LONG:
        return lambda _, value: str(value)
    if field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE:
        return lambda _, value: double(value)
    if field.type == FieldDescriptor.TYPE_BYTES:
        is_id = field.name in IDS
        return lambda _, value: value.hex() if is_id else b64encode(value).decode()
    return lambda _, value: value


def double(value: float) -> float | str:
    """A number as JSON has it: those that it has not are text."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
