"""Watching real files, in a real process that is ended by a signal."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from refreshed_demo import RefreshedDemo

from fleetledger import pipeline, watch
from fleetledger.base.errors import LandingError
from fleetledger.base.locks import LockHeld, lock
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.fleets import Source

PATIENCE = 300
"""Seconds after which what should have happened long ago is a failure."""


class Watch:
    """A watch over one directory of logs in a thread; refreshes are noted, and made by nobody."""

    def __init__(self, data: Path, patch: pytest.MonkeyPatch, *, poll: bool) -> None:
        self.data, self.stop, self.fails = data, Event(), False
        self.logs = data / "logs/projects/p"
        self.logs.mkdir(parents=True)
        self.told: list[object] = []
        self._something = Event()
        self.refreshes = 0
        patch.setattr(pipeline, "refresh", self._refresh)
        patch.setattr(watch, "EVERY_SECONDS", 0)
        patch.setattr(watch, "POLL_SECONDS", 0.01)
        patch.setattr(watch, "LOOK_SECONDS", 0.05)
        patch.setattr(watch, "WAKE_SECONDS", 0.05)
        source = Source("claude_code", "host", "default", None, data / "logs")
        arguments = (data, lambda: FleetConfig((source,)), self._tell, self.stop)
        self.thread = Thread(target=watch.watch, args=arguments, kwargs={"poll": poll})

    def _refresh(self, *_: object) -> bool:
        self.refreshes += 1
        self._something.set()
        if self.fails:
            raise LandingError("the landing is away")
        return True

    def _tell(self, event: object) -> None:
        self.told.append(event)
        self._something.set()

    def wait_for(self, what: str, count: int = 1) -> None:
        """Wait until so many refreshes were made, or events of a name told."""
        while count > (self.refreshes if what == "refresh" else [type(one).__name__ for one in self.told].count(what)):
            assert self._something.wait(PATIENCE), self.told
            self._something.clear()

    def grow(self) -> None:
        with (self.logs / "s.jsonl").open("a") as file:
            file.write("{}\n")


@contextmanager
def watching(data: Path, patch: pytest.MonkeyPatch, *, poll: bool) -> Iterator[Watch]:
    watched = Watch(data, patch, poll=poll)
    watched.thread.start()
    try:
        yield watched
    finally:
        watched.stop.set()
        watched.thread.join(PATIENCE)
    assert not watched.thread.is_alive()


@pytest.mark.parametrize("poll", [False, True])
def test_it_refreshes_at_first_and_when_logs_have_grown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, poll: bool
) -> None:
    with watching(tmp_path, monkeypatch, poll=poll) as watched:
        watched.wait_for("Watching")
        assert watched.told[0] == watch.Watching((tmp_path / "logs/projects",), by_events=not poll)
        before = watched.refreshes
        watched.grow()
        watched.wait_for("refresh", before + 1)


def test_it_survives_a_failed_refresh_says_so_and_tries_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with watching(tmp_path, monkeypatch, poll=False) as watched:
        watched.wait_for("Watching")
        watched.fails = True
        watched.grow()
        watched.wait_for("Failed")
        assert watch.Failed("the landing is away") in watched.told
        watched.fails = False
        watched.wait_for("refresh", watched.refreshes + 1)


def test_where_events_cannot_be_had_it_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object, **__: object) -> None:
        raise OSError("OS file watch limit reached.")

    monkeypatch.setattr("watchfiles.watch", none_left)
    with watching(tmp_path, monkeypatch, poll=False) as watched:
        watched.wait_for("Watching")
        assert watched.told[0] == watch.Watching((tmp_path / "logs/projects",), by_events=False)


def test_a_data_directory_is_watched_once(tmp_path: Path) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with lock(tmp_path / "watch.lock", now), pytest.raises(LockHeld, match=r"watch\.lock is held by pid"):
        watch.watch(tmp_path, lambda: FleetConfig(()), lambda _: None, Event())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_publishes_new_lines_and_ends_cleanly(
    refreshed: RefreshedDemo, tmp_path: Path, number: signal.Signals
) -> None:
    data = shutil.copytree(refreshed.copy, tmp_path / "data")
    places = ["--config", str(data / "logs/fleet.toml"), "--data-dir", str(data)]
    command = [sys.executable, "-m", "fleetledger", "watch", *places]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = iter(process.stdout)
        assert any(" Watching " in line for line in said)
        log = max((data / "logs").glob("**/projects/*/*.jsonl"))
        line = next(line for line in map(json.loads, log.read_text().splitlines()) if line.get("type") == "user")
        with log.open("a") as file:
            file.write(json.dumps(line | {"uuid": "new-line"}) + "\n")
        assert any(" Landed 1 new line " in line for line in said)
        assert any(" Published to " in line for line in said)
        process.send_signal(number)
        rest = list(said)
        assert process.wait(PATIENCE) == 0
    assert rest[-1] == "Stopped.\n"
