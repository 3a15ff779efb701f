"""The server: HTTP, and gRPC where it is asked for, until it is told to end."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeAlias

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from fleetledger.base.errors import CallError, FleetledgerError, why
from fleetledger.telemetry.http import make_app
from fleetledger.telemetry.intake import Intake
from fleetledger.telemetry.requests import CONTENT, LEFT_OUT, PERSONAL
from fleetledger.telemetry.segments import Segments

Begun: TypeAlias = Callable[[int, int | None], None]
"""Told the ports of HTTP and of gRPC once connections are taken."""
CONNECTIONS = 512
GARBAGE = 50_000
"""After so many more objects the collector of garbage looks for circles."""
HEADER_SECONDS = 15.0
"""A connection on which no whole request header came for as long is closed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a server listens, and whom it lets in. A port of 0 is any that is free; without `grpc_port` no gRPC."""

    host: str = "127.0.0.1"
    port: int = 4318
    grpc_port: int | None = None
    token: str | None = None
    keeps_personal: bool = False
    keeps_content: bool = False

    def left_out(self) -> frozenset[str]:
        """The attributes that are not kept."""
        kept = (PERSONAL if self.keeps_personal else frozenset()) | (CONTENT if self.keeps_content else frozenset())
        return LEFT_OUT - kept


def serve(data: Path, settings: Settings, now: Callable[[], datetime], begun: Begun) -> None:
    """Receive into `data` until SIGINT or SIGTERM; `begun` is told the ports once connections are taken.

    Raises CallError where it would listen to other machines without a token, FleetledgerError where it cannot listen.
    """
    check_reach(settings.host, settings.token)
    with closing(Segments(data, now)) as segments:
        listen(Intake(segments, settings.left_out()), settings, begun)


def listen(intake: Intake, settings: Settings, begun: Begun) -> None:
    """Have an intake take what comes until SIGINT or SIGTERM; as `serve`."""
    check_reach(settings.host, settings.token)
    # To read a request makes many thousand objects and no circles: to look for those each time takes a fifth of all.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    with closing(_listen(settings.host, settings.port)) as listening:
        asyncio.run(_serve(intake, settings, listening, begun))


def check_reach(host: str, token: str | None) -> None:
    """Raise CallError where other machines could ask without a token; before anything is made."""
    if token is None and not is_loopback(host):
        raise CallError(
            f"{host} can be reached from other machines, so a token is needed: put one into a file"
            " and name it with --token-file"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        another = "; is another server at work? --port names another port" if error.errno == errno.EADDRINUSE else ""
        raise FleetledgerError(f"cannot listen on {host} port {port}: {why(error)}{another}") from error
    return listening


async def _serve(intake: Intake, settings: Settings, listening: socket.socket, begun: Begun) -> None:
    config = uvicorn.Config(
        make_app(intake, token=settings.token),
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=10,
    )
    server = _Server(config)
    grpc_server, grpc_port = None, None
    if settings.grpc_port is not None:
        from fleetledger.telemetry import grpc

        grpc_server, grpc_port = await grpc.begin(intake, settings.host, settings.grpc_port, settings.token)
    server.begun = lambda: begun(listening.getsockname()[1], grpc_port)
    try:
        await server.serve(sockets=[listening])
    finally:
        if grpc_server is not None:
            await grpc_server.stop(grace=5)


class _Server(uvicorn.Server):
    begun: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun()


class PatientProtocol(H11Protocol):
    """HTTP/1.1 whose patience ends: uvicorn itself waits for a header for ever."""

    header_seconds = HEADER_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's is narrower
        """Begin to watch a new connection."""
        super().connection_made(transport)
        self._last_cycle: Any = None
        self._watch = self.loop.call_later(self.header_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching it."""
        self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Close a connection that waits for a header, and waited for the same one when it was looked at last."""
        if self.conn.their_state is h11.IDLE and self.cycle is self._last_cycle:
            self.transport.close()
            return
        self._last_cycle = self.cycle
        self._watch = self.loop.call_later(self.header_seconds, self._look)
