"""Requests of log records in JSON that are as the protocol has them: they can be kept as they came.

They are most of what clients send. To read them into the few kinds of things that the protocol knows takes a third of
what it takes to read any JSON, go through it and write it anew. What is not so plain is left to that.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import msgspec


class _Strict(msgspec.Struct, rename="camel", gc=False, forbid_unknown_fields=True):
    """Fields that are not named here would be skipped unread, and what they hold may be no JSON."""


class _Attribute(_Strict):
    key: str
    value: Any = None


class _Holder(_Strict):
    """A resource or a scope."""

    attributes: list[_Attribute] | None = None
    name: Any = None
    version: Any = None
    schema_url: Any = None
    entity_refs: Any = None
    dropped_attributes_count: Any = None


class _Record(_Strict):
    attributes: list[_Attribute] | None = None
    time_unix_nano: Any = None
    observed_time_unix_nano: Any = None
    severity_number: Any = None
    severity_text: Any = None
    body: Any = None
    event_name: Any = None
    trace_id: Any = None
    span_id: Any = None
    flags: Any = None
    dropped_attributes_count: Any = None


class _Scope(_Strict):
    scope: _Holder | None = None
    log_records: list[_Record] | None = None
    schema_url: Any = None


class _Resource(_Strict):
    resource: _Holder | None = None
    scope_logs: list[_Scope] | None = None
    schema_url: Any = None


class _Request(_Strict):
    resource_logs: list[_Resource]


REDACTED = {"stringValue": "<REDACTED>"}
"""What a client sends in the place of content that it was not told to send."""

_DECODER = msgspec.json.Decoder(_Request)


class Plain(NamedTuple):
    """A line without its end, how many records are in it, and their events by name."""

    line: bytes
    records: int
    events: Counter[str]


def plain(signal: str, body: bytes, left_out: frozenset[str], most_attributes: int, longest_name: int) -> Plain | None:
    """What is kept of a body of which all can be kept; None where that is not plain.

    It is not where an attribute is named in `left_out`, or a record has more attributes.
    """
    if signal != "logs":
        return None
    try:
        request = _DECODER.decode(body)
    except (ValueError, RecursionError):
        return None
    records = 0
    events: Counter[str] = Counter()
    for resource in request.resource_logs:
        if not _is_plain(resource.resource, left_out, most_attributes):
            return None
        for scope in resource.scope_logs or ():
            if not _is_plain(scope.scope, left_out, most_attributes):
                return None
            for record in scope.log_records or ():
                if not _is_plain(record, left_out, most_attributes):
                    return None
                records += 1
                name = _event_name(record)
                if name and len(name) <= longest_name:
                    events[name] += 1
    # Between the tokens of JSON a line's end means nothing, and within them none can stand.
    return Plain(b" ".join(body.splitlines()) if b"\n" in body or b"\r" in body else body, records, events)


def _is_plain(holder: _Holder | _Record | None, left_out: frozenset[str], most: int) -> bool:
    if holder is None or holder.attributes is None:
        return True
    if len(holder.attributes) > most:
        return False
    return not any(one.key in left_out and one.value != REDACTED for one in holder.attributes)


def _event_name(record: _Record) -> str | None:
    for attribute in record.attributes or ():
        if attribute.key == "event.name":
            value = attribute.value
            name = value.get("stringValue") if isinstance(value, dict) else None
            return name if isinstance(name, str) else None
    return None
