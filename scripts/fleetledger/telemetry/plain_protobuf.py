"""Requests of log records or spans in protobuf of which all can be kept, written as JSON without a tree of objects.

They are most of what clients send. Attributes are most of a request, and a few of each record are new each time: a text
of some letters, a number of some digits. Protobuf writes those in one way, which is read here from the bytes by hand;
whatever is written in another way, or is anything else, is left to protobuf. What is kept is to the byte what
`read_request` and the encoder make.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from struct import Struct
from typing import Any, TypeAlias

import msgspec
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from fleetledger.telemetry.plain_logs import Plain
from fleetledger.telemetry.protobuf import (
    ATTRIBUTES,
    IDS,
    LISTS,
    LONG,
    Reader,
    TooManyError,
    double,
    with_attributes_as_bytes,
)

_LISTS = {
    "logs": ("resource_logs", "scope_logs", "log_records"),
    "traces": ("resource_spans", "scope_spans", "spans"),
}
"""By signal the lists of resources, scopes and records."""

_encode = msgspec.json.encode


class _NotPlainError(Exception):
    """Something is to be left out, or added, which the writer does not."""


def plain(signal: str, body: bytes, left_out: frozenset[str], most_attributes: int, longest_name: int) -> Plain | None:
    """What is kept of a body of which all records are kept; None where that is not plain, or it is no such request."""
    if signal not in _LISTS:
        return None
    message = with_attributes_as_bytes()[signal]()
    writer = _Writer(left_out, most_attributes, longest_name)
    pieces: list[bytes] = []
    try:
        message.ParseFromString(body)
        writer.write(message, _LISTS[signal], pieces)
    except (DecodeError, UnicodeDecodeError, TooManyError, _NotPlainError):
        return None
    return Plain(b"".join(pieces), writer.records, writer.events)


class _Writer:
    """Writes one request, and counts what is in it."""

    def __init__(self, left_out: frozenset[str], most_attributes: int, longest_name: int) -> None:
        self.records = 0
        self.events: Counter[str] = Counter()
        self._reader = Reader(left_out)
        self._most = most_attributes
        self._texts = _Texts(self._reader, longest_name)
        self._strings: dict[str, bytes] = {}

    def write(self, message: Message, lists: Sequence[str], pieces: list[bytes]) -> None:
        """Write a request, or what in it holds the first of lists: by pieces, since it is long."""
        fields = _fields(message.DESCRIPTOR)
        found = message.ListFields()
        self._reader.count(len(found))
        before = b"{"
        for field, value in found:
            name, write = fields[field.number]
            pieces.append(before + name)
            before = b","
            if field.name == lists[0]:
                self._write_list(value, lists[1:], pieces)
            else:
                pieces.append(write(self, value))
        if not getattr(message, lists[0]):
            raise _NotPlainError
        pieces.append(b"}")

    def _write_list(self, messages: Sequence[Message], lists: Sequence[str], pieces: list[bytes]) -> None:
        self._reader.count(len(messages))
        before = b"["
        for message in messages:
            pieces.append(before)
            before = b","
            if lists:
                self.write(message, lists, pieces)
            else:
                pieces.append(self.message(message))
        pieces.append(b"]")
        if not lists:
            self.records += len(messages)

    def message(self, message: Message) -> bytes:
        """Any message."""
        fields = _fields(message.DESCRIPTOR)
        found = message.ListFields()
        self._reader.count(len(found))
        texts = []
        for field, value in found:
            name, write = fields[field.number]
            texts.append(name + write(self, value))
        return b"{%b}" % b",".join(texts)

    def list_of(self, write: _Write, values: Sequence[Any]) -> bytes:
        """A list of values that are each written in a way."""
        self._reader.count(len(values))
        return b"[%b]" % b",".join([write(self, value) for value in values])

    def attributes(self, values: Sequence[bytes]) -> bytes:
        """A list of attributes, without those that are left out. Raises _NotPlainError where they are too many."""
        if len(values) > self._most:
            raise _NotPlainError
        self._reader.count(2 * len(values))
        return b"[%b]" % b",".join(filter(None, map(self._texts.__getitem__, values)))

    def attributes_of_event(self, values: Sequence[bytes]) -> bytes:
        """As `attributes`, and count the event that they name."""
        attributes = values[:]
        text = self.attributes(attributes)
        names = self._texts.event_names
        for attribute in attributes:
            if attribute in names:
                if name := names[attribute]:
                    self.events[name] += 1
                break
        return text

    def value(self, value: AnyValue) -> bytes:
        """A value outside of attributes; the text of an event is the same in all of its kind."""
        if value.WhichOneof("value") != "string_value":
            return self.message(value)
        self._reader.count(1)
        string = value.string_value
        text = self._strings.get(string)
        if text is None:
            text = self._strings[string] = b'{"stringValue":%b}' % _encode(string)
        return text


_Write: TypeAlias = Callable[[_Writer, Any], bytes]


class _Texts(dict[bytes, "bytes | None"]):
    """Attributes by their bytes, as JSON, each made when it is first asked for; None of those that are left out."""

    def __init__(self, reader: Reader, longest_name: int) -> None:
        super().__init__()
        self.event_names: dict[bytes, str | None] = {}
        self._reader = reader
        self._longest_name = longest_name
        self._forms: dict[bytes, _Form | None] = {}

    def __missing__(self, attribute: bytes) -> bytes | None:
        # Up to the tag of the value, where the key and the value are shorter than 128 bytes.
        head = attribute[: attribute[1] + 5] if len(attribute) > 1 else attribute
        try:
            form = self._forms[head]
        except KeyError:
            form = self._forms[head] = self._form(head)
        if form is not None:
            size, template, read = form
            if len(attribute) == size and (text := read(template, attribute)) is not None:
                self[attribute] = text
                return text
        return self._by_protobuf(attribute)

    def _form(self, head: bytes) -> _Form | None:
        """How attributes are read that begin like this; None where that is left to protobuf."""
        key_size = len(head) - 5
        if not 0 <= key_size < _CONTINUED or head[:2] != bytes((_KEY, key_size)):
            return None
        if head[-3] != _VALUE or head[-2] >= _CONTINUED:
            return None
        key = head[2:-3].decode()
        if key in self._reader.left_out or key == "event.name":
            return None
        reading = _reading(head[-1], head[-2])
        if reading is None:
            return None
        value, read = reading
        name = _encode(key).replace(b"%", b"%%")
        return len(head) - 1 + head[-2], b'{"key":%b,"value":{%b}}' % (name, value), read

    def _by_protobuf(self, attribute: bytes) -> bytes | None:
        one = KeyValue.FromString(attribute)
        kind = one.value.WhichOneof("value")
        found = self._reader.key_value(one, kind)
        text = None if found is None else _encode(found)
        if one.key == "event.name":
            name = one.value.string_value
            self.event_names[attribute] = name if len(name) <= self._longest_name else None
        # What a list holds counts each time.
        if kind not in LISTS:
            self[attribute] = text
        return text


_KEY, _VALUE = 0x0A, 0x12
"""Before the key and the value of an attribute; their sizes follow."""
_STRING, _INT, _DOUBLE = 0x0A, 0x18, 0x21
"""Before what a value is."""
_CONTINUED = 0x80
"""A byte of a number that is as large says that another one follows."""
_double_at = Struct("<d").unpack_from

_Read: TypeAlias = "Callable[[bytes, bytes], bytes | None]"
_Form: TypeAlias = "tuple[int, bytes, _Read]"
"""How long an attribute is, the JSON that its value is put into, and what does so: None where it is another form."""


def _reading(tag: int, size: int) -> tuple[bytes, _Read] | None:
    if tag == _STRING and size > 1:
        return b'"stringValue":%b', _string(size - 2)
    if tag == _INT and size in _INTS:
        return b'"intValue":"%d"', _INTS[size]
    if tag == _DOUBLE and size == 9:
        return b'"doubleValue":%b', _double
    return None


def _string(size: int) -> _Read:
    def read(template: bytes, attribute: bytes) -> bytes | None:
        begin = len(attribute) - size
        return template % _encode(attribute[begin:].decode()) if attribute[begin - 1] == size else None

    return read


def _int_of_1(template: bytes, attribute: bytes) -> bytes | None:
    last = attribute[-1]
    return template % last if last < _CONTINUED else None


def _int_of_2(template: bytes, attribute: bytes) -> bytes | None:
    first, last = attribute[-2], attribute[-1]
    return template % (first & 0x7F | last << 7) if last < _CONTINUED <= first else None


def _int_of_3(template: bytes, attribute: bytes) -> bytes | None:
    first, second, last = attribute[-3], attribute[-2], attribute[-1]
    if last < _CONTINUED <= second and first >= _CONTINUED:
        return template % (first & 0x7F | (second & 0x7F) << 7 | last << 14)
    return None


_INTS: dict[int, _Read] = {2: _int_of_1, 3: _int_of_2, 4: _int_of_3}


def _double(template: bytes, attribute: bytes) -> bytes | None:
    return template % _encode(double(_double_at(attribute, len(attribute) - 8)[0]))


@cache
def _fields(descriptor: Descriptor) -> dict[int, tuple[bytes, _Write]]:
    """What each field of a message type begins with, by number, and what writes its value."""
    return {field.number: (b"%b:" % _encode(field.json_name), _writing(field)) for field in descriptor.fields}


def _writing(field: FieldDescriptor) -> _Write:
    if field.name in ATTRIBUTES:
        is_event = field.containing_type.name == "LogRecord"
        return _Writer.attributes_of_event if is_event else _Writer.attributes
    one = _writing_one(field)
    return (lambda writer, values: writer.list_of(one, values)) if field.is_repeated else one


def _writing_one(field: FieldDescriptor) -> _Write:
    if field.message_type is not None:
        return _Writer.value if field.message_type.name == AnyValue.DESCRIPTOR.name else _Writer.message
    if field.cpp_type in LONG:
        return lambda _, value: b'"%d"' % value
    if field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE:
        return lambda _, value: _encode(double(value))
    if field.name in IDS:
        return lambda _, value: b'"%b"' % value.hex().encode()
    # Bytes become Base64.
    return lambda _, value: _encode(value)
