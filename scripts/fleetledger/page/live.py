"""Serving the page while the ledger grows: a watch behind it, a follower of transcripts beside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event as Stop
from threading import Thread

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.locks import LockHeld
from fleetledger.base.paths import published_path
from fleetledger.page.feed import Follower, Hub, Receiver
from fleetledger.page.server import app, serve
from fleetledger.sources.config import FleetConfig
from fleetledger.telemetry.segments import Segments
from fleetledger.watch import Failed, Tell, watch


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is served, and what who asks must bring. A port of 0 is any that is free."""

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None


def serve_live(
    data: Path,
    load: Callable[[], FleetConfig],
    address: Address,
    now: Callable[[], datetime],
    begun: Callable[[int], None],
    tell: Tell,
) -> None:
    """Serve the page of `data` until SIGINT or SIGTERM; what the watch does is told to `tell`, in its thread.

    Where another process watches already, that one refreshes. Raises CallError, FleetledgerError.
    """
    hub, stop = Hub(), Stop()

    def watching() -> None:
        try:
            watch(data, load, tell, stop)
        except LockHeld as error:
            tell(Failed(f"{error}; that one refreshes"))

    def following() -> None:
        try:
            Follower(load(), lambda event: hub.tell("line", event)).run(stop)
        except (FleetledgerError, OSError) as error:
            tell(Failed(f"transcripts cannot be followed: {error}"))

    threads = [Thread(target=target, daemon=True) for target in (watching, following)]
    with closing(Segments(data, now)) as segments:

        def started(port: int) -> None:
            for thread in threads:
                thread.start()
            begun(port)

        application = app(published_path(data), hub, Receiver(segments, hub), token=address.token)
        try:
            serve(application, address.host, address.port, address.token, started)
        finally:
            stop.set()
            for thread in threads:
                if thread.is_alive():
                    thread.join()
