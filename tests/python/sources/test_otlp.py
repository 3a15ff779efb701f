"""Log records are read fast where they are plain, and are the same rows as by the way that takes anything."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fleetledger.sources.otlp import LINE

WHOLE = st.integers(-(2**65), 2**65)
VALUES = st.none() | st.one_of(
    st.builds(lambda held: {"stringValue": held}, st.text(max_size=5) | st.none()),
    st.builds(lambda held: {"intValue": held}, WHOLE | WHOLE.map(str) | st.text(max_size=3)),
    st.builds(lambda held: {"doubleValue": held}, st.floats(allow_nan=False, allow_infinity=False) | WHOLE),
    st.builds(lambda held: {"boolValue": held}, st.booleans()),
    st.just({}),
)
KEYS = st.sampled_from(["session.id", "event.name", "event.sequence", "b", "a"]) | st.text(max_size=3)
RECORDS = st.fixed_dictionaries(
    {"attributes": st.lists(st.fixed_dictionaries({"key": KEYS, "value": VALUES}), max_size=6)},
    optional={"eventName": st.none() | st.text(max_size=3), "body": VALUES, "timeUnixNano": WHOLE | WHOLE.map(str)},
)


@given(st.lists(RECORDS, max_size=4))
def test_plain_records_are_the_rows_that_all_others_are(records: list[dict[str, Any]]) -> None:
    without_attributes = {"body": {"stringValue": "claude_code.last"}}
    *others, last = rows([*records, without_attributes])
    assert rows(records) == others
    assert last[-4] == "last"


def rows(records: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    scope = {"scope": {"name": "events"}, "logRecords": records}
    resource = {"attributes": [{"key": "service.version", "value": {"stringValue": "2.1"}}]}
    request = {"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}
    logs, *_ = msgspec.json.decode(json.dumps(request), type=LINE).rows
    return list(logs)
