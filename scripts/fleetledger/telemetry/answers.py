"""What a server answers: the protocol's responses, in the form that the request came in."""

from __future__ import annotations

import json

from fleetledger.telemetry.requests import SHAPES, Kept, RefusedError

RETRY_SECONDS = 2
"""When to try again, where that is worth it."""
RETRYABLE = {429, 503}
_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 408: 4, 413: 3, 415: 3, 429: 8, 503: 14}
"""The codes of gRPC that go with those of HTTP."""


def success(signal: str, kept: Kept, *, is_protobuf: bool) -> bytes:
    """An Export response; it says how many records were left out, if any."""
    reason = "records with too many attributes, or that are no records, were left out"
    if is_protobuf:
        # In all three responses the field 1 is partial_success, and in it 1 is the number, 2 the reason.
        partial = b"\x08" + _varint(kept.rejected) + _text(2, reason)
        return b"\x0a" + _varint(len(partial)) + partial if kept.rejected else b""
    partial_success = {SHAPES[signal].rejected: str(kept.rejected), "errorMessage": reason}
    return json.dumps({"partialSuccess": partial_success} if kept.rejected else {}).encode()


def refusal(refused: RefusedError, *, is_protobuf: bool) -> bytes:
    """A google.rpc.Status: 1 is the code, 2 the message."""
    code = _CODES.get(refused.status, 2)
    if is_protobuf:
        return b"\x08" + _varint(code) + _text(2, refused.message)
    return json.dumps({"code": code, "message": refused.message}).encode()


def _text(field: int, text: str) -> bytes:
    encoded = text.encode()
    return bytes([field << 3 | 2]) + _varint(len(encoded)) + encoded


def _varint(number: int) -> bytes:
    r"""A number as protobuf writes it.

    >>> _varint(300)
    b'\xac\x02'
    """
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
