from __future__ import annotations

import gzip
import json

import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from telemetry_server import event, log_request

from fleetledger.telemetry.requests import JSON_BYTES, PERSONAL, SHAPES, Kept, RefusedError, decompress, keep

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*"abc"]) | st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)


def kept(signal: str, body: bytes, *, is_protobuf: bool) -> Kept | int:
    """What is kept, or the status of the refusal."""
    try:
        return keep(signal, body, is_protobuf=is_protobuf)
    except RefusedError as refused:
        return refused.status


@given(st.sampled_from([*SHAPES]), st.binary(), st.booleans())
def test_bytes_are_kept_or_refused(signal: str, body: bytes, is_protobuf: bool) -> None:
    answer = kept(signal, body, is_protobuf=is_protobuf)
    assert answer in (400, 413) or isinstance(answer, Kept)


@given(st.sampled_from([*SHAPES]), JSON, JSON, JSON)
def test_any_json_at_any_depth_is_kept_or_refused(signal: str, record: object, resource: object, scope: object) -> None:
    resources, scopes, records, _ = SHAPES[signal]
    for request in (
        record,
        {resources: record},
        {resources: [{"resource": resource, scopes: record}]},
        {resources: [{"resource": resource, scopes: [{"scope": scope, records: record}]}]},
        {resources: [{"resource": resource, scopes: [{"scope": scope, records: [record, {"attributes": resource}]}]}]},
        {resources: [{scopes: [{records: [{"name": "m", "sum": {"dataPoints": [record]}}]}]}]},
    ):
        answer = kept(signal, json.dumps(request).encode(), is_protobuf=False)
        if isinstance(answer, Kept):
            assert answer.line.count(b"\n") == (answer.records > 0)
            assert isinstance(json.loads(answer.line or b"{}"), dict)
        else:
            assert answer == 400


@given(st.binary(max_size=60), st.integers(0, 200))
def test_a_damaged_request_in_protobuf_is_kept_or_refused(noise: bytes, place: int) -> None:
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=7, trace_id=b"\x01" * 16)
    for number in range(5):
        record.attributes.add(key=f"key {number}").value.array_value.values.add().int_value = number
    body = request.SerializeToString()
    answer = kept("logs", body[:place] + noise + body[place:], is_protobuf=True)
    assert answer == 400 or isinstance(answer, Kept)


def test_protobuf_is_kept_as_the_json_of_the_protocol() -> None:
    request = ExportTraceServiceRequest()
    span = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(
            trace_id=b"\xab" * 16,
            span_id=b"\xcd" * 8,
            name="n",
            kind=3,
            start_time_unix_nano=2**63,
            dropped_events_count=4,
        )
    )
    for key, value in {"text": "é", "whole": 2**53 + 1, "part": 0.5, "flag": False}.items():
        held = span.attributes.add(key=key).value
        if isinstance(value, bool):
            held.bool_value = value
        elif isinstance(value, int):
            held.int_value = value
        elif isinstance(value, float):
            held.double_value = value
        else:
            held.string_value = value
    span.attributes.add(key="bytes").value.bytes_value = b"\xff"
    span.attributes.add(key="list").value.array_value.values.add().double_value = float("nan")
    span.attributes.add(key="none")
    line = keep("traces", request.SerializeToString(), is_protobuf=True).line
    assert json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"] == [
        {
            "traceId": "ab" * 16,
            "spanId": "cd" * 8,
            "name": "n",
            "kind": 3,
            "startTimeUnixNano": str(2**63),
            "droppedEventsCount": 4,
            "attributes": [
                {"key": "text", "value": {"stringValue": "é"}},
                {"key": "whole", "value": {"intValue": str(2**53 + 1)}},
                {"key": "part", "value": {"doubleValue": 0.5}},
                {"key": "flag", "value": {"boolValue": False}},
                {"key": "bytes", "value": {"bytesValue": "/w=="}},
                {"key": "list", "value": {"arrayValue": {"values": [{"doubleValue": "NaN"}]}}},
                {"key": "none", "value": {}},
            ],
        }
    ]


def test_points_are_the_records_of_metrics() -> None:
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    metrics.add(name="s").sum.data_points.add(as_double=0.0)
    metrics.add(name="h").histogram.data_points.add(bucket_counts=[1, 2**40], explicit_bounds=[0.5])
    metrics.add(name="nothing")
    found = keep("metrics", request.SerializeToString(), is_protobuf=True)
    assert (found.records, found.rejected) == (2, 1)
    written = json.loads(found.line)["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    assert [metric["name"] for metric in written] == ["s", "h"]
    assert written[0]["sum"]["dataPoints"] == [{"asDouble": 0.0}]
    assert written[1]["histogram"]["dataPoints"] == [{"bucketCounts": ["1", str(2**40)], "explicitBounds": [0.5]}]


def test_who_somebody_is_is_not_kept_wherever_it_stands() -> None:
    personal = {"key": "user.email", "value": {"stringValue": "ann@example.org"}}
    span = {"attributes": [personal], "events": [{"attributes": [personal]}], "links": [{"attributes": [personal]}]}
    request = {
        "resourceSpans": [
            {
                "resource": {"attributes": [personal]},
                "scopeSpans": [{"scope": {"attributes": [personal]}, "spans": [span]}],
            }
        ]
    }
    body = json.dumps(request).encode()
    assert b"ann" not in keep("traces", body, is_protobuf=False).line
    assert keep("traces", body, is_protobuf=False, left_out=frozenset()).line.count(b"ann@example.org") == 5


def test_a_record_that_is_none_is_left_out_and_counted() -> None:
    sound = event("user_prompt", "s", 1)
    crowded = {"attributes": [{"key": str(number), "value": {}} for number in range(1001)]}
    request = log_request(sound, crowded, 5)  # type: ignore[arg-type] # 5 is no record
    found = keep("logs", json.dumps(request).encode(), is_protobuf=False)
    assert (found.records, found.rejected) == (1, 2)
    assert json.loads(found.line) == log_request(sound)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"resourceLogs": [' + b"{}," * 600_000 + b"{}]}", 413),
        (b'{"resourceLogs": "' + b"x" * JSON_BYTES + b'"}', 413),
        (b'{"resourceLogs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"resourceSpans": []}', 400),
        (b'{"resourceLogs": [{"scopeLogs": {}}]}', 400),
        (b"[]", 400),
        (b"", 400),
    ],
    ids=["too many", "too long", "too deep", "another signal", "no list", "no object", "nothing"],
)
def test_what_is_no_request_is_refused(body: bytes, status: int) -> None:
    assert kept("logs", body, is_protobuf=False) == status


def test_an_empty_request_is_fine_and_nothing_is_written() -> None:
    assert kept("logs", b"{}", is_protobuf=False) == kept("logs", b"", is_protobuf=True) == Kept(b"", 0)


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (gzip.compress(bytes(1001), mtime=0), "gzip", 413),
        (gzip.compress(b"a", mtime=0)[:-1], "gzip", 400),
        (gzip.compress(b"a", mtime=0) + b"b", "gzip", 400),
        (b"a", "gzip", 400),
        (b"a", "br", 415),
    ],
    ids=["too much", "cut off", "more than one", "none", "another kind"],
)
def test_what_does_not_unpack_is_refused(body: bytes, encoding: str, status: int) -> None:
    with pytest.raises(RefusedError) as refused:
        decompress(body, encoding, 1000)
    assert refused.value.status == status


def test_what_is_plain_is_kept_as_it_came_and_all_else_is_gone_through() -> None:
    """Both ways count the same and keep the same; where a name may be written with an escape, it is gone through."""
    request = log_request(event("user_prompt", "s", 1), event("api_error", "t", 2, text="a\nb"), service__name="x")
    plain = json.dumps(request, indent=1).encode()
    through = json.dumps(request | {"another": "\u00e9"}).encode()
    as_it_came, gone_through = (keep("logs", body, is_protobuf=False) for body in (plain, through))
    assert json.loads(as_it_came.line) == request
    assert as_it_came.line.count(b"\n") == 1
    assert (as_it_came.records, as_it_came.events) == (gone_through.records, gone_through.events) == (2, EVENTS)
    personal = json.dumps(log_request(event("user_prompt", "s", 1, user__email="ann@example.org"))).encode()
    for body in (personal, personal.replace(b"user.email", b"\\u0075ser.email"), personal.replace(b"{", b"{\n ")):
        assert b"ann@" not in keep("logs", body, is_protobuf=False).line


EVENTS = {"user_prompt": 1, "api_error": 1}


@given(st.binary(min_size=1, max_size=8), st.integers(0, 400))
def test_a_damaged_request_in_json_is_kept_as_valid_json_or_refused(noise: bytes, place: int) -> None:
    body = json.dumps(log_request(event("user_prompt", "s", 1)), separators=(",", ":")).encode()
    answer = kept("logs", body[:place] + noise + body[place + 1 :], is_protobuf=False)
    if isinstance(answer, Kept):
        assert isinstance(json.loads(answer.line or b"{}"), dict)
        assert answer.line.count(b"\n") == (answer.records > 0)
    else:
        assert answer == 400


@pytest.mark.parametrize("is_protobuf", [False, True])
def test_what_was_said_is_kept_only_where_that_is_asked(is_protobuf: bool) -> None:
    said = event("user_prompt", "s", 1, prompt="open the pod bay doors", prompt_length=22)
    redacted = event("user_prompt", "s", 2, prompt="<REDACTED>")
    for records, kept_prompts in (([said, redacted], [None, "<REDACTED>"]), ([redacted], ["<REDACTED>"])):
        request = log_request(*records)
        body = json.dumps(request).encode()
        if is_protobuf:
            body = ParseDict(request, ExportLogsServiceRequest()).SerializeToString()
        (resource,) = json.loads(keep("logs", body, is_protobuf=is_protobuf).line)["resourceLogs"]
        found = [
            {one["key"]: one["value"] for one in record["attributes"]}
            for record in resource["scopeLogs"][0]["logRecords"]
        ]
        assert [one.get("prompt", {}).get("stringValue") for one in found] == kept_prompts
        assert b"pod bay" in keep("logs", body, is_protobuf=is_protobuf, left_out=PERSONAL).line or said not in records


def test_personal_attributes_of_protobuf_are_left_out_wherever_they_stand() -> None:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    span = resource.scope_spans.add().spans.add(name="n")
    for holder in (resource.resource, resource.scope_spans[0].scope, span, span.events.add(), span.links.add()):
        holder.attributes.add(key="user.email").value.string_value = "ann@example.org"
        holder.attributes.add(key="empty").value.string_value = ""
    line = keep("traces", request.SerializeToString(), is_protobuf=True).line
    assert b"ann@" not in line
    assert line.count(b'{"key":"empty","value":{"stringValue":""}}') == 5
