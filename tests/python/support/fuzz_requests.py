"""Bodies that atheris makes up, led by what they reach in the code: each is kept as a line that reads, or refused.

Of protobuf the short way and the long one must keep the same.

Started by test_fuzz.py; by hand: python tests/python/support/fuzz_requests.py CORPUS -max_total_time=60
"""

from __future__ import annotations

import json
import sys
from unittest.mock import patch

import atheris  # type: ignore[import-not-found,unused-ignore] # comes with the fuzzing alone

with atheris.instrument_imports(include=["fleetledger.telemetry", "fleetledger.sources.otlp"]):
    import msgspec

    from fleetledger.sources.otlp import Request
    from fleetledger.telemetry import plain_protobuf
    from fleetledger.telemetry.requests import JSON_BYTES, SHAPES, Kept, RefusedError, decompress, keep
    from fleetledger.telemetry.tap import shown

STATUSES = {400, 413, 415}


def try_one(data: bytes) -> None:
    """The first byte says what the rest is."""
    if not data:
        return
    kind, body = data[0], data[1:]
    signal = [*SHAPES][kind % 3]
    is_protobuf = bool(kind & 128)
    if kind & 64:
        try:
            body = decompress(body, "gzip", JSON_BYTES)
        except RefusedError:
            return
    kept = kept_or_refused(signal, body, is_protobuf=is_protobuf)
    if is_protobuf:
        with patch.object(plain_protobuf, "plain", lambda *_: None):
            assert kept_or_refused(signal, body, is_protobuf=True) == kept
    if kept is None or not kept.line:
        return
    assert kept.records > 0
    assert kept.line.endswith(b"\n")
    assert kept.line.count(b"\n") == 1
    assert isinstance(json.loads(kept.line), dict)
    rows = msgspec.json.decode(kept.line, type=Request).rows
    assert sum(map(len, rows)) >= (kept.records if signal != "metrics" else 0)
    for text in shown(kept.line, verbose=True):
        assert not set(text) & {"\x1b", "\n", "\x00"}


def kept_or_refused(signal: str, body: bytes, *, is_protobuf: bool) -> Kept | None:
    """What is kept of a body, None where it is refused."""
    try:
        return keep(signal, body, is_protobuf=is_protobuf)
    except RefusedError as refused:
        if refused.status not in STATUSES:
            raise
        return None


if __name__ == "__main__":
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()
