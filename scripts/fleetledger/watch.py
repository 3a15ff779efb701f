"""Refreshing whenever logs have grown: for as long as it runs, what is published is a few seconds old.

File system events say when (watchfiles); where there are none, the files are looked at every few seconds. Every ten
minutes a refresh looks by itself, for what no event tells: logs behind a symbolic link, or a line that has waited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event as Stop
from time import monotonic
from typing import NamedTuple, TypeAlias

import _duckdb

from fleetledger import pipeline
from fleetledger.base import clock
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.locks import lock
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.files import SUFFIX, find_log_files, log_root

EVERY_SECONDS = 5.0
"""The least time from the beginning of one refresh to that of the next."""

POLL_SECONDS = 10.0
"""How often the files are looked at where there are no events."""

LOOK_SECONDS = 60.0
"""How often it is looked whether events have told all, and a failed refresh is tried again."""

ANYWAY_SECONDS = 600.0

WAKE_SECONDS = 1.0
"""How long it waits for an event before it asks the clock, too."""


class Watching(NamedTuple):
    """These directories are watched now, by events or by looking; at the beginning, and whenever others are there."""

    directories: tuple[Path, ...]
    by_events: bool


class Failed(NamedTuple):
    """A refresh failed; what was published before stays, and it is tried again."""

    reason: str


Seen: TypeAlias = set[tuple[str, int, int]]

Tell: TypeAlias = Callable[["pipeline.Event | Watching | Failed"], None]


def watch(data: Path, load: Callable[[], FleetConfig], tell: Tell, stop: Stop, *, poll: bool = False) -> None:
    """Refresh `data` now and whenever logs grow, until `stop` is set; a refresh that has begun ends first.

    `load` gives the configuration, and is asked before each refresh; `poll` is to look instead of waiting for events,
    which network file systems do not give. `data` is a directory that is there. Raises LockHeld where it is watched
    already; whatever else fails is told, and tried again.
    """
    with lock(data / "watch.lock", clock.now()):
        while not stop.is_set():
            began, (config, seen) = monotonic(), _refreshed(data, load, tell)
            for changed in _looks(config, seen, tell, stop, poll):
                stop.wait(max(0.0, began + EVERY_SECONDS - monotonic()))
                if stop.is_set():
                    return
                waited = monotonic() - began
                if changed or config is None or waited >= ANYWAY_SECONDS:
                    began, before = monotonic(), config
                    config, _ = _refreshed(data, load, tell)
                    if _directories(config) != _directories(before):
                        break


def _refreshed(data: Path, load: Callable[[], FleetConfig], tell: Tell) -> tuple[FleetConfig | None, Seen]:
    """Refresh; the configuration that it went by, None where it failed, and the logs that were there when it began."""
    try:
        config = load()
        seen = _seen(config)
        pipeline.refresh(data, config, tell)
    except (FleetledgerError, OSError, _duckdb.Error) as error:
        tell(Failed(str(error)))
        return None, set()
    return config, seen


def _looks(config: FleetConfig | None, seen: Seen, tell: Tell, stop: Stop, poll: bool) -> Iterator[bool]:
    """Whether logs are others than `seen`, each time that they change or are looked at; ends when others are to watch.

    Without a configuration, which could not be read, there is nothing to look at.
    """
    directories = _directories(config)
    if not poll and directories:
        try:
            yield from _events(config, seen, tell, stop)
            return
        except OSError:
            # So many directories are watched on this machine that the system takes no more.
            pass
    tell(Watching(directories, by_events=False))
    yield from _polls(config, seen, stop)


def _events(config: FleetConfig | None, seen: Seen, tell: Tell, stop: Stop) -> Iterator[bool]:
    import watchfiles

    directories = _directories(config)
    watched = [*directories, *([config.path] if config and config.path else [])]
    changes = watchfiles.watch(
        *watched,
        watch_filter=lambda _, path: path.endswith(SUFFIX) or not Path(path).suffix or Path(path) in watched,
        stop_event=stop,
        rust_timeout=int(1000 * WAKE_SECONDS),
        yield_on_timeout=True,
        raise_interrupt=False,
        force_polling=False,
    )
    looked: float | None = None
    for changed in changes:
        if looked is None:
            # What grew before the system was asked for events, no event tells: so it is looked once at the beginning.
            tell(Watching(directories, by_events=True))
        if changed:
            yield True
        if looked is None or monotonic() - looked >= LOOK_SECONDS:
            before, seen, looked = seen, _seen(config), monotonic()
            yield seen != before
            if _directories(config) != directories:
                return


def _polls(config: FleetConfig | None, seen: Seen, stop: Stop) -> Iterator[bool]:
    directories = _directories(config)
    while not stop.wait(POLL_SECONDS if config else LOOK_SECONDS):
        before, seen = seen, _seen(config)
        yield seen != before
        if _directories(config) != directories:
            return


def _directories(config: FleetConfig | None) -> tuple[Path, ...]:
    """Where logs are that can be watched: those directories of the sources that are there."""
    found: Iterable[Path] = (log_root(source) for source in config.sources) if config else ()
    return tuple(sorted({directory for directory in found if directory.is_dir()}))


def _seen(config: FleetConfig | None) -> Seen:
    """What tells that logs have changed: names, sizes and times."""
    sources = config.sources if config else ()
    seen = {(file.path, file.size, file.mtime_ns) for source in sources for file in find_log_files(source)[0]}
    if config and config.path and config.path.exists():
        stat = config.path.stat()
        seen.add((str(config.path), stat.st_size, stat.st_mtime_ns))
    return seen
