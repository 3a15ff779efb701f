"""What is written from protobuf straight is what the long way through objects makes, whatever the bytes are."""

from __future__ import annotations

import json
import struct
from unittest.mock import patch

import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from telemetry_server import event, log_request

from fleetledger.telemetry import plain_protobuf
from fleetledger.telemetry.requests import Kept, RefusedError, keep


def varint(number: int, longer: int = 0) -> bytes:
    """A number as protobuf writes it, and as many bytes longer than it need be."""
    out = bytearray()
    while number > 0x7F or longer:
        if number <= 0x7F:
            longer -= 1
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, held: bytes, longer: int = 0) -> bytes:
    """A field that holds bytes, a text or a message."""
    return varint(number << 3 | 2) + varint(len(held), longer) + held


TEXTS = st.text(max_size=6) | st.sampled_from(['"', "\\", "\n\x00\x1b\x7f", "%d%", "é\u2028😀", "a" * 127, "b" * 128])
BYTES = TEXTS.map(str.encode) | st.binary(max_size=4)
LONGER = st.sampled_from([0, 0, 0, 1])
INTS = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 127, 128, 16_383, 16_384, 2**21 - 1, 2**21, 2**63, 2**64 - 1])
KEYS = BYTES | st.sampled_from(
    [b"event.name", b"event.name", b"user.email", b"prompt", b"100%", b"k" * 127, b"k" * 128]
)
SCALARS = st.one_of(
    st.builds(field, st.just(1), BYTES | st.just(b"<REDACTED>"), LONGER),
    INTS.flatmap(lambda number: LONGER.map(lambda longer: b"\x18" + varint(number, longer))),
    st.floats(width=64).map(lambda number: b"\x21" + struct.pack("<d", number)),
    st.sampled_from([b"\x10\x00", b"\x10\x01", b"", b"\x60\x05", b"\x18", b"\x21\x00"]),
    st.builds(field, st.just(7), BYTES),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner.map(lambda one: field(1, one)), max_size=2).map(lambda all_: field(5, b"".join(all_)))
        | st.tuples(KEYS, inner).map(lambda one: field(6, field(1, field(1, one[0]) + field(2, one[1]))))
        | st.tuples(inner, inner).map(b"".join)
    ),
    max_leaves=3,
)


@st.composite
def attributes(draw: st.DrawFn) -> bytes:
    """An attribute as it may come: mostly as clients write it, in another order or longer, with more or less in it."""
    key, value = field(1, draw(KEYS), draw(LONGER)), field(2, draw(VALUES), draw(LONGER))
    return draw(st.sampled_from([key + value] * 6 + [value + key, key, value, key + value + value, key + value + key]))


UNKNOWN = st.sampled_from([b"", b"", b"\x98\x06\x07", b"\x9a\x06\x01a"])
TIMES = st.sampled_from([b"", b"\x09" + bytes(8), b"\x09" + b"\xff" * 8])
IDS = st.sampled_from([b"", field(9, b"\xab" * 16) + field(10, b"\xcd" * 8), field(9, b"")])
LISTS = st.lists(attributes().map(lambda one: field(6, one)), max_size=5).map(b"".join)
BODIES = VALUES.map(lambda value: field(5, value)) | st.just(b"")
RECORDS = st.tuples(TIMES, BODIES, LISTS, BODIES, IDS, UNKNOWN).map(b"".join)
SCOPES = st.tuples(
    st.sampled_from([b"", field(1, field(1, b"scope"))]) | attributes().map(lambda one: field(1, field(3, one))),
    st.lists(RECORDS.map(lambda one: field(2, one)), max_size=3).map(b"".join),
).map(b"".join)
RESOURCES = st.tuples(
    st.just(b"") | attributes().map(lambda one: field(1, field(1, one))),
    st.lists(SCOPES.map(lambda one: field(2, one)), max_size=2).map(b"".join),
    UNKNOWN,
).map(b"".join)
REQUESTS = st.lists(RESOURCES.map(lambda one: field(1, one)), max_size=2).map(b"".join)


def kept(signal: str, body: bytes) -> Kept | tuple[int, str]:
    try:
        return keep(signal, body, is_protobuf=True)
    except RefusedError as refused:
        return refused.status, refused.message


def kept_by_the_long_way(signal: str, body: bytes) -> Kept | tuple[int, str]:
    with patch.object(plain_protobuf, "plain", lambda *_: None):
        return kept(signal, body)


@given(st.sampled_from(["logs", "logs", "traces"]), REQUESTS)
@example("logs", field(1, field(2, field(2, field(6, b"\x0a")))))
def test_both_ways_keep_the_same_bytes(signal: str, body: bytes) -> None:
    assert kept(signal, body) == kept_by_the_long_way(signal, body)


@given(attributes())
def test_any_attribute_is_read_as_protobuf_reads_it(attribute: bytes) -> None:
    body = field(1, field(2, field(2, field(6, attribute) * 2)))
    assert kept("logs", body) == kept_by_the_long_way("logs", body)


@pytest.mark.parametrize("number", [1, 999, 1000, 1001])
def test_records_with_too_many_attributes_are_left_out_by_both(number: int) -> None:
    request = log_request(event("a", "s", 1), {"attributes": [{"key": str(at), "value": {}} for at in range(number)]})
    body = ParseDict(request, ExportLogsServiceRequest()).SerializeToString()
    found = kept("logs", body)
    assert found == kept_by_the_long_way("logs", body)
    assert isinstance(found, Kept)
    assert (found.records, found.rejected) == ((1, 1) if number > 1000 else (2, 0))


def test_what_clients_send_goes_the_short_way() -> None:
    request = log_request(
        event("api_request", "s", 300, cost_usd=0.5, model="m", duration_ms=70_000, flag=True, user__email="a@b"),
        event("user_prompt", "s", 301, prompt="hello", prompt_length=5),
        service__name="claude-code",
    )
    body = ParseDict(request, ExportLogsServiceRequest()).SerializeToString()
    found = plain_protobuf.plain("logs", body, frozenset({"user.email", "prompt"}), 1000, 100)
    assert found is not None
    assert (found.records, found.events) == (2, {"api_request": 1, "user_prompt": 1})
    assert b"a@b" not in found.line
    assert b"hello" not in found.line
    assert len(json.loads(found.line)["resourceLogs"][0]["scopeLogs"][0]["logRecords"]) == 2
