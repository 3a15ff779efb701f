"""Export requests: from the bytes of a body to the line that is kept, or a refusal that says why.

A line is what the collector's file exporter writes: one request of a signal in OTLP/JSON. Nothing of a body goes into a
refusal.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from fleetledger.telemetry import plain_logs, plain_protobuf
from fleetledger.telemetry.plain_logs import REDACTED
from fleetledger.telemetry.protobuf import TooManyError, read_request

JSON_BYTES = 16 * 2**20
PROTOBUF_BYTES = 4 * 2**20
"""The longest body, decompressed. Two bytes of protobuf can make a message of fifty bytes in memory; 4 MB is gRPC's own
limit, too."""
_TOKENS = 1_000_000
"""As many brackets and commas may be in a body: what a value takes in memory has little to do with its length."""
_TOO_MANY = "the body holds too many values; send smaller batches"
_ATTRIBUTES = 1000
"""A record with more attributes is left out. OpenTelemetry's own clients stop at 128."""

_NAME_LENGTH = 100

PERSONAL = frozenset({"user.email", "user.account_uuid", "user.account_id", "organization.id", "enduser.id"})
"""The attributes that say who somebody is: they are not kept unless the server is told to keep them."""

CONTENT = frozenset(
    {"prompt", "prompt_text", "user_prompt", "response", "system_prompt", "new_context", "body"}
    | {"tool_input", "tool_parameters", "full_command", "bash_command", "output"}
)
"""The attributes that hold what was said and done, where a client was told to send it: kept likewise."""

LEFT_OUT = PERSONAL | CONTENT


class Shape(NamedTuple):
    """The names of a signal's lists, and what the protocol calls the records that were left out."""

    resources: str
    scopes: str
    records: str
    rejected: str


SHAPES = {
    "logs": Shape("resourceLogs", "scopeLogs", "logRecords", "rejectedLogRecords"),
    "metrics": Shape("resourceMetrics", "scopeMetrics", "metrics", "rejectedDataPoints"),
    "traces": Shape("resourceSpans", "scopeSpans", "spans", "rejectedSpans"),
}
_PARTS = ("events", "links", "exemplars")
"""What of a record has attributes of its own."""
_POINTS = ("sum", "gauge", "histogram", "exponentialHistogram", "summary")

Json = dict[str, Any]


class RefusedError(Exception):
    """A request is not taken; `status` is that of HTTP. Where a client may try again, the answer says when."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a request: a line with its end, how many records are in it, and how many were left out.

    `events` counts the log records by the names of their events.
    """

    line: bytes
    records: int
    rejected: int = 0
    events: Counter[str] = field(default_factory=Counter)


def decompress(body: bytes, encoding: str, limit: int) -> bytes:
    """A body as it was before it was compressed. Raises RefusedError; never makes more than `limit` bytes.

    >>> import gzip
    >>> decompress(gzip.compress(b"{}"), "gzip", 10)
    b'{}'
    """
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise RefusedError(415, "the body must be compressed with gzip, or not at all")
    unpack = zlib.decompressobj(wbits=31)
    try:
        plain = unpack.decompress(body, limit + 1)
    except zlib.error as error:
        raise RefusedError(400, "the body is not what gzip makes") from error
    if len(plain) > limit:
        raise RefusedError(413, too_large(limit))
    if not unpack.eof or unpack.unused_data:
        raise RefusedError(400, "the body is not one whole gzip stream")
    return plain


def too_large(limit: int) -> str:
    """What is said of a body that is longer than it may be."""
    return f"the body is larger than {limit:,} bytes; send smaller batches"


def keep(signal: str, body: bytes, *, is_protobuf: bool, left_out: frozenset[str] = LEFT_OUT) -> Kept:
    """What is kept of a body, without the attributes named in `left_out`. Raises RefusedError."""
    limit = PROTOBUF_BYTES if is_protobuf else JSON_BYTES
    if len(body) > limit:
        raise RefusedError(413, too_large(limit))
    if not is_protobuf:
        _check_tokens(body)
    plain = plain_protobuf.plain if is_protobuf else plain_logs.plain
    if found := plain(signal, body, left_out, _ATTRIBUTES, _NAME_LENGTH):
        return Kept(found.line + b"\n" if found.records else b"", found.records, events=found.events)
    try:
        request = read_request(signal, body, left_out) if is_protobuf else msgspec.json.decode(body)
    except TooManyError as error:
        raise RefusedError(413, _TOO_MANY) from error
    except (ValueError, RecursionError) as error:
        expected = "protobuf" if is_protobuf else "JSON"
        raise RefusedError(400, f"the body does not read as an Export request in {expected}") from error
    # What was read of protobuf is without them.
    kept = _Sieve(signal, frozenset() if is_protobuf else left_out)
    if not kept.sift(request):
        return Kept(b"", 0, kept.rejected)
    try:
        return Kept(msgspec.json.encode(request) + b"\n", kept.records, kept.rejected, kept.events)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "the body is nested too deeply") from error


def _check_tokens(body: bytes) -> None:
    if sum(body.count(token) for token in (b"{", b"[", b",")) > _TOKENS:
        raise RefusedError(413, _TOO_MANY)


class _Sieve:
    """Goes through a request, takes out what is not to be kept, and counts."""

    def __init__(self, signal: str, left_out: frozenset[str]) -> None:
        self._shape = SHAPES[signal]
        self._left_out = left_out
        self.records = 0
        self.rejected = 0
        self.events: Counter[str] = Counter()

    def sift(self, request: Any) -> bool:  # noqa: ANN401 - JSON
        """Change a request into what is kept of it; whether any record is left. Raises RefusedError."""
        resources, scopes, records, _ = self._shape
        if not isinstance(request, dict) or (request and resources not in request):
            raise RefusedError(400, f"the body is no Export request: it has no {resources}")
        for resource in self._objects(request, resources):
            self._clean(resource.get("resource"))
            for scope in self._objects(resource, scopes):
                self._clean(scope.get("scope"))
                kept = _listed(scope, records)
                scope[records] = self._metrics(kept) if records == "metrics" else self._records(kept)
        return self.records > 0

    def _objects(self, holder: Json, name: str) -> Iterator[Json]:
        found = _listed(holder, name)
        if not all(isinstance(one, dict) for one in found):
            raise RefusedError(400, f"{name} is not a list of objects")
        yield from found

    def _metrics(self, metrics: list[Any]) -> list[Json]:
        kept = []
        for metric in metrics:
            data = _data_of(metric)
            if data is None:
                self.rejected += 1
                continue
            data["dataPoints"] = self._records(data["dataPoints"])
            kept.append(metric)
        return kept

    def _records(self, records: list[Any]) -> list[Json]:
        kept = [record for record in records if self._is_sound(record)]
        self.records += len(kept)
        if self._shape.records == "logRecords":
            self.events.update(name for record in kept if (name := _event_name(record)))
        self.rejected += len(records) - len(kept)
        return kept

    def _is_sound(self, record: Any) -> bool:  # noqa: ANN401 - JSON
        if not isinstance(record, dict):
            return False
        parts = [part for name in _PARTS if name in record for part in _parts(record, name)]
        return all(self._clean(part) for part in (record, *parts))

    def _clean(self, holder: Any) -> bool:  # noqa: ANN401 - JSON
        """Take out of what has attributes those that are left out; whether they are as they should be."""
        if not isinstance(holder, dict):
            return holder is None
        sound = True
        for name in ("attributes", "filteredAttributes"):
            attributes = holder.get(name)
            if not attributes:
                continue
            if not isinstance(attributes, list) or len(attributes) > _ATTRIBUTES:
                holder[name] = []
                sound = False
                continue
            if self._left_out:
                holder[name] = [one for one in attributes if not self._is_left_out(one)]
        return sound

    def _is_left_out(self, attribute: Any) -> bool:  # noqa: ANN401 - JSON
        key = attribute.get("key") if isinstance(attribute, dict) else None
        return isinstance(key, str) and key in self._left_out and attribute.get("value") != REDACTED


def _listed(holder: Json, name: str) -> list[Any]:
    """The list of a name, empty where there is none. Raises RefusedError where something else stands there."""
    found = holder.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise RefusedError(400, f"{name} is not a list")
    return found


def _data_of(metric: Any) -> Json | None:  # noqa: ANN401 - JSON
    """What holds a metric's points; None where the metric is none."""
    if not isinstance(metric, dict):
        return None
    for name in _POINTS:
        data = metric.get(name)
        if isinstance(data, dict) and isinstance(data.setdefault("dataPoints", []), list):
            return data
    return None


def _event_name(record: Json) -> str | None:
    for one in record.get("attributes") or ():
        if isinstance(one, dict) and one.get("key") == "event.name":
            value = one.get("value")
            name = value.get("stringValue") if isinstance(value, dict) else None
            return name if isinstance(name, str) and len(name) <= _NAME_LENGTH else None
    return None


def _parts(record: Json, name: str) -> list[Any]:
    found = record.get(name)
    return found if isinstance(found, list) else []
