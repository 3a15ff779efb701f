"""Serving the page while the ledger grows: a watch behind it, a follower of transcripts beside it.

The watch is a process of its own: what a refresh takes of memory and of the processor is not the server's, which goes
on answering, and passing on what happens, while one runs.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event as Stop
from threading import Thread

from fleetledger import pipeline
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.locks import LockHeld
from fleetledger.base.paths import published_path
from fleetledger.page.feed import Follower, Hub, Receiver
from fleetledger.page.server import app, serve
from fleetledger.telemetry.segments import Segments
from fleetledger.telemetry.server import check_reach
from fleetledger.watch import Failed, Tell, watch


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is served, and what who asks must bring. A port of 0 is any that is free."""

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None


def serve_live(
    data: Path,
    config: Path | None,
    address: Address,
    now: Callable[[], datetime],
    begun: Callable[[int], None],
    tell: Tell,
) -> None:
    """Serve the page of `data` until SIGINT or SIGTERM; what the watch does is told to `tell`, in a thread of its own.

    `config` is the fleet.toml, None for the usual one. Where another process watches already, that one refreshes.
    Raises CallError where other machines could ask without a token, FleetledgerError where it cannot listen.
    """
    check_reach(address.host, address.token)
    # Numbers are larger than those of a server before, so that a page that was open then takes what comes now for new.
    hub, stop = Hub(int(now().timestamp() * 1000)), Stop()

    def following() -> None:
        try:
            Follower(pipeline.sources_of(data, config), lambda event: hub.tell("line", event)).run(stop)
        except (FleetledgerError, OSError) as error:
            tell(Failed(f"transcripts cannot be followed: {error}"))

    follower = Thread(target=following, daemon=True)
    with closing(Segments(data, now)) as segments, _watched(data, config, tell) as start_watching:

        def started(port: int) -> None:
            follower.start()
            start_watching()
            begun(port)

        application = app(published_path(data), hub, Receiver(segments, hub), token=address.token)
        try:
            serve(application, address.host, address.port, started, hub.end)
        finally:
            stop.set()
            if follower.is_alive():
                follower.join()


@contextmanager
def _watched(data: Path, config: Path | None, tell: Tell) -> Iterator[Callable[[], None]]:
    """Gives what starts a watch of `data` in another process, which ends with the block, or with this process."""
    context = get_context("spawn")
    here, there = context.Pipe()
    # Spawned, not forked: the server has threads by then.
    process = context.Process(target=_watch, args=(data, config, there))

    def telling() -> None:
        with suppress(EOFError, OSError):
            while True:
                tell(here.recv())

    listening = Thread(target=telling, daemon=True)

    def start() -> None:
        process.start()
        there.close()
        listening.start()

    try:
        yield start
    finally:
        if process.pid is not None:
            with suppress(OSError):  # It has ended by itself.
                here.send(None)
            process.join()
            listening.join()
        here.close()


def _watch(data: Path, config: Path | None, server: Connection) -> None:
    """Watch until the server says so, or is no more."""
    # Ctrl-C reaches all processes of a terminal; the server has the last word.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop = Stop()

    def waiting() -> None:
        with suppress(EOFError, OSError):
            server.recv()
        stop.set()

    Thread(target=waiting, daemon=True).start()

    def tell(event: object) -> None:
        with suppress(OSError):
            server.send(event)

    try:
        watch(data, lambda: pipeline.sources_of(data, config), tell, stop)
    except LockHeld as error:
        tell(Failed(f"{error}; that one refreshes"))
