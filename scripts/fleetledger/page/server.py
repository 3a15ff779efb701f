"""The live page: the addresses of the export, answered from the published file as it is now, and what happens.

It is also the receiver of telemetry. It listens on this machine alone, or asks for a token.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import socket
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import NamedTuple

import _duckdb
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fleetledger.base.errors import FleetledgerError, why
from fleetledger.page.answers import (
    OVERVIEW,
    BadParameterError,
    Json,
    as_json,
    ask,
    is_there,
    overall,
    parameters,
    sources,
)
from fleetledger.page.export import opened, question
from fleetledger.page.feed import Hub, Receiver
from fleetledger.page.sessions import details, session_id_of
from fleetledger.page.site import PARTS, STYLE, block, index, part, policy
from fleetledger.telemetry.http import make_app
from fleetledger.telemetry.server import PatientProtocol

LOOK_SECONDS = 0.5
"""How often it is looked whether another file was published."""

CACHED_BYTES = 32 * 2**20
PAGES = (
    *("overview", "sessions", "outcomes", "quality", "signals", "tools", "limits"),
    *("whatif", "attention", "live", "about"),
)
COOKIE = "fleetledger"
HEADERS = {
    "Content-Security-Policy": policy() + "; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]"}


class Asked(NamedTuple):
    """What was asked: an answer's name, and its parameters in order."""

    name: str
    parameters: tuple[tuple[str, object], ...] = ()


class Ledger:
    """The published file; opened anew when another was swapped in. Answers are kept for as long as it is the same."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._opened: tuple[str, _duckdb.DuckDBPyConnection] | None = None
        self._kept: OrderedDict[Asked, bytes] = OrderedDict()

    def edition(self) -> str:
        """What tells one published file from the next; empty while there is none."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return ""
        return f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"

    def answer(self, asked: Asked) -> tuple[str, bytes | None]:
        """The edition and the answer in JSON; None where the file has none of that name. Raises FleetledgerError."""
        edition, connection = self._cursor()
        with self._lock:
            if asked in self._kept and self._opened and self._opened[0] == edition:
                self._kept.move_to_end(asked)
                return edition, self._kept[asked]
        with closing(connection):
            found = _answer(connection, asked)
        if found is None:
            return edition, None
        text = as_json(found).encode()
        with self._lock:
            if self._opened and self._opened[0] == edition:
                self._kept[asked] = text
                while sum(map(len, self._kept.values())) > CACHED_BYTES:
                    self._kept.popitem(last=False)
        return edition, text

    def _cursor(self) -> tuple[str, _duckdb.DuckDBPyConnection]:
        with self._lock:
            edition = self.edition()
            if self._opened is None or self._opened[0] != edition:
                connection = opened(self._path)
                self._opened = (edition, connection)
                self._kept.clear()
            return edition, question(self._opened[1])


def _answer(connection: _duckdb.DuckDBPyConnection, asked: Asked) -> Json | None:
    name, given = asked
    if name.startswith("sessions/"):
        session_id = session_id_of(connection, name.removeprefix("sessions/"))
        found = dict(details(connection, [session_id])) if session_id is not None else {}
        return next(iter(found.values()), None)
    if name == "sources":
        return sources(connection)
    return ask(connection, name, dict(given)) if is_there(connection, name) else None


class _Admit:
    """Lets in who brings the token; without one, who addresses this machine.

    The latter keeps pages out that a browser shows under a name of their own which leads here.
    """

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refused = self._refused(request)
        if refused is not None:
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refused(self, request: Request) -> Response | None:
        if self._token is None:
            host = request.headers.get("host", "")
            if host in _LOCAL_NAMES or host.rpartition(":")[0] in _LOCAL_NAMES:
                return None
            return _error(403, "the request is not addressed to this machine")
        given = request.query_params.get("token", "")
        if request.url.path == "/" and _same(given, self._token):
            response = RedirectResponse("/", 303, HEADERS)
            response.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
            return response
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if _same(bearer, self._token) or _same(request.cookies.get(COOKIE, ""), self._token):
            return None
        return _error(401, "open the page as /?token=…, or send the header Authorization: `Bearer` and the token")


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status, HEADERS)


def app(published: Path, hub: Hub, receiver: Receiver, *, token: str | None = None) -> Starlette:
    """The application: the page, its answers, the feed, and the receiver of telemetry."""
    ledger = Ledger(published)

    async def told(request: Request, asked: Asked, media_type: str = "application/json") -> Response:
        tag = _tag(ledger.edition(), asked)
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=HEADERS | {"ETag": tag})
        try:
            edition, text = await run_in_threadpool(ledger.answer, asked)
        except (FleetledgerError, _duckdb.Error) as error:
            return _error(503, str(error).splitlines()[0])
        if text is None:
            return _error(404, "the published file has no such answer")
        return Response(text, media_type=media_type, headers=HEADERS | {"ETag": _tag(edition, asked)})

    async def page(request: Request) -> Response:
        blocks = []
        for name in OVERVIEW:
            try:
                _, text = await run_in_threadpool(ledger.answer, Asked(name))
            except (FleetledgerError, _duckdb.Error) as error:
                return _error(503, str(error).splitlines()[0])
            if text is not None:
                blocks.append(block(name, text.decode()))
        return Response(index(blocks, "live"), media_type="text/html", headers=HEADERS)

    async def shortcut(request: Request) -> Response:
        name = request.path_params["name"]
        if name in PARTS:
            kind = "text/css" if name == STYLE else "text/javascript"
            return Response(part(name), media_type=kind, headers=HEADERS)
        if name in PAGES:
            query = request.url.query
            return RedirectResponse(f"/#/{name}" + (f"?{query}" if query else ""), 307, HEADERS)
        return _error(404, "there is no such page")

    async def answer(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in (*overall(), "sources"):
            return _error(404, "there is no such answer")
        try:
            given = parameters(dict(request.query_params))
        except BadParameterError as error:
            return _error(400, str(error))
        return await told(request, Asked(name, tuple(sorted(given.items()))))

    async def session(request: Request) -> Response:
        key = request.path_params["key"]
        if not re.fullmatch(r"[0-9a-f]{16}", key):
            return _error(400, "a session's key is 16 hexadecimal digits")
        return await told(request, Asked(f"sessions/{key}"))

    async def feed(request: Request) -> Response:
        last = request.headers.get("last-event-id") or request.query_params.get("after") or ""
        if not re.fullmatch(r"[0-9]{0,15}", last):
            return _error(400, "after: expected the number of an event")
        events = hub.follow(int(last) if last else hub.last)
        return StreamingResponse(
            events, media_type="text/event-stream", headers=HEADERS | {"Cache-Control": "no-store"}
        )

    async def health(request: Request) -> Response:
        edition = ledger.edition()
        return JSONResponse({"edition": edition, "events": hub.last}, 200 if edition else 503, HEADERS)

    async def requests(request: Request) -> Response:
        counts = receiver.counts
        by_status = {f"{signal} {status}": count for (signal, status), count in sorted(counts.requests.items())}
        found = {"newest": list(receiver.log)[::-1], "requests": by_status, "events": dict(counts.events)}
        return JSONResponse(found, 200, HEADERS)

    async def look() -> None:
        """Tell those who follow when another file is published."""
        known = ledger.edition()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = ledger.edition()
            if now and now != known:
                known = now
                hub.tell("refreshed", {"edition": now})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        hub.begin()
        looking = asyncio.create_task(look())
        yield
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking

    routes: list[BaseRoute] = [
        Route("/", page, methods=["GET"]),
        Route("/api/feed", feed, methods=["GET"]),
        Route("/api/health", health, methods=["GET"]),
        Route("/api/requests", requests, methods=["GET"]),
        Route("/api/sessions/{key}.json", session, methods=["GET"]),
        Route("/api/{name}.json", answer, methods=["GET"]),
        *make_app(receiver, token=token).routes,
        Route("/{name}", shortcut, methods=["GET"]),
    ]
    middleware = [Middleware(_Admit, token=token), Middleware(GZipMiddleware, minimum_size=1000)]
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan)


def _tag(edition: str, asked: Asked) -> str:
    return '"' + hashlib.sha256(json.dumps([edition, asked], default=str).encode()).hexdigest()[:20] + '"'


def serve(
    application: Starlette,
    host: str,
    port: int,
    begun: Callable[[int], None],
    ending: Callable[[], None],
) -> None:
    """Serve until SIGINT or SIGTERM; `begun` is told the port once connections are taken.

    `ending` ends answers that would go on for ever.

    Raises FleetledgerError where it cannot listen.
    """
    with closing(_listening(host, port)) as listening:
        config = uvicorn.Config(
            application,
            http=PatientProtocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        server = _Server(config)
        server.begun = lambda: begun(listening.getsockname()[1])
        server.ending = ending
        asyncio.run(server.serve(sockets=[listening]))


class _Server(uvicorn.Server):
    begun: Callable[[], object]
    ending: Callable[[], object]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.ending()
        await super().shutdown(sockets)


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise FleetledgerError(f"cannot listen on {host} port {port}: {why(error)}") from error
    return listening
