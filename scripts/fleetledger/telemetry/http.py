"""OTLP over HTTP: POST /v1/logs, /v1/metrics, /v1/traces, as JSON or protobuf."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from fleetledger.telemetry.answers import RETRY_SECONDS, RETRYABLE, refusal, success
from fleetledger.telemetry.intake import Hold, Intake
from fleetledger.telemetry.metrics import CONTENT_TYPE
from fleetledger.telemetry.requests import (
    JSON_BYTES,
    PROTOBUF_BYTES,
    SHAPES,
    RefusedError,
    decompress,
    too_large,
)

BODY_SECONDS = 30.0
"""As long may a body take to come."""
DRAINED_BYTES = 64 * 2**20
DRAIN_SECONDS = 2.0
_JSON = "application/json"
_PROTOBUF = "application/x-protobuf"
_LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]"}


def make_app(intake: Intake, *, token: str | None = None, body_seconds: float = BODY_SECONDS) -> Starlette:
    """The application. With a token, each request must bring it; without, it must be addressed to this machine.

    The latter keeps pages out that a browser shows under a name of their own which leads here. Nothing is ever allowed
    to pages: they cannot send these content types to another origin without being allowed to.
    """

    def route(signal: str) -> Callable[[Request], Awaitable[Response]]:
        async def receive(request: Request) -> Response:
            content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            is_protobuf = content_type == _PROTOBUF
            headers = {}
            incoming = _Incoming(request)
            try:
                _admit(request, token)
                if content_type not in (_JSON, _PROTOBUF):
                    raise RefusedError(415, f"the content type must be {_JSON} or {_PROTOBUF}")
                with intake.hold() as hold:
                    body = await _body(
                        request, incoming, hold, PROTOBUF_BYTES if is_protobuf else JSON_BYTES, body_seconds
                    )
                    kept = await intake.keep(signal, body, is_protobuf=is_protobuf)
                status, answer = 200, success(signal, kept, is_protobuf=is_protobuf)
            except RefusedError as refused:
                intake.refuse(signal, refused)
                status, answer = refused.status, refusal(refused, is_protobuf=is_protobuf)
                await incoming.drain()
                headers = {"Connection": "close"}
                if status in RETRYABLE:
                    headers["Retry-After"] = str(RETRY_SECONDS)
                if status == 401:
                    headers["WWW-Authenticate"] = "Bearer"
            return Response(answer, status, headers, media_type=_PROTOBUF if is_protobuf else _JSON)

        return receive

    async def tell(request: Request) -> Response:
        try:
            _admit(request, token)
        except RefusedError as refused:
            return Response(refused.message, refused.status)
        counts = intake.counts
        told = intake.metrics.text(counts.records, counts.requests, counts.events)
        return Response(told, media_type=CONTENT_TYPE)

    routes = [Route(f"/v1/{signal}", route(signal), methods=["POST"]) for signal in SHAPES]
    return Starlette(routes=[*routes, Route("/metrics", tell, methods=["GET"])])


def _admit(request: Request, token: str | None) -> None:
    if token is not None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise RefusedError(401, "the header Authorization must be `Bearer` and the server's token")
    elif request.headers.get("host", "").rpartition(":")[0] not in _LOCAL_NAMES and (
        request.headers.get("host", "") not in _LOCAL_NAMES
    ):
        raise RefusedError(403, "the request is not addressed to this machine")


class _Incoming:
    """The body of a request as it comes."""

    def __init__(self, request: Request) -> None:
        self._receive = request.receive
        self._ended = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """What is still to come. Raises ClientDisconnect."""
        while not self._ended:
            message = await self._receive()
            self._ended = not message.get("more_body", False)
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            yield message.get("body", b"")

    async def drain(self) -> None:
        """Read on for a while what will not be taken: who is still sending would not see the answer otherwise."""
        left = DRAINED_BYTES
        with suppress(TimeoutError, ClientDisconnect):
            async with asyncio.timeout(DRAIN_SECONDS):
                async for chunk in self.chunks():
                    left -= len(chunk)
                    if left < 0:
                        return


async def _body(request: Request, incoming: _Incoming, hold: Hold, limit: int, seconds: float) -> bytes:
    """A request's body, decompressed. Raises RefusedError."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise RefusedError(413, too_large(limit))
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in incoming.chunks():
                hold.add(len(chunk))
                body += chunk
                if len(body) > limit:
                    raise RefusedError(413, too_large(limit))
    except TimeoutError as error:
        raise RefusedError(408, f"the body did not come within {seconds:g} seconds") from error
    except ClientDisconnect as error:
        raise RefusedError(400, "the body was cut off") from error
    encoding = request.headers.get("content-encoding", "").strip().lower()
    plain = decompress(bytes(body), encoding, limit)
    hold.add(len(plain) - len(body))
    return plain
