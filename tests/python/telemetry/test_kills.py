"""A server that is killed under load: what it answered for is landed exactly once, and so is what was sent again."""

from __future__ import annotations

import http.client
import random
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from built_fleet import BuiltFleet
from compiled_models import read_models, run_models
from telemetry_server import Server, event, log_request

from fleetledger.landing.extract import extract
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.discovery import own_telemetry

SENDERS = 4
EVENTS = 5
"""Events a request."""


class Load:
    """Clients that send events one request after the other, each again until it is answered for."""

    def __init__(self, server: Server, requests: int) -> None:
        self._server = server
        self._requests = requests
        self._changed = threading.Condition()
        self._answered = 0
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def go_on_with(self, server: Server) -> None:
        """Send to another server from now on."""
        with self._changed:
            self._server = server
            self._changed.notify_all()

    def wait_for(self, answered: int) -> None:
        """Wait until so many requests are answered."""
        with self._changed:
            self._changed.wait_for(lambda: self._answered >= answered)

    def end(self) -> None:
        """Wait until all are."""
        for thread in self._threads:
            thread.join()

    def _send(self, sender: int) -> None:
        for request in range(self._requests):
            first = request * EVENTS
            body = log_request(*(event("user_prompt", f"sender {sender}", first + number) for number in range(EVENTS)))
            server = self._server
            while not _is_answered(server, body):
                server = self._another_than(server)
            with self._changed:
                self._answered += 1
                self._changed.notify_all()

    def _another_than(self, tried: Server) -> Server:
        with self._changed:
            self._changed.wait_for(lambda: self._server is not tried)
            return self._server


def _is_answered(server: Server, body: dict[str, object]) -> bool:
    try:
        return server.post_json("logs", body).status == 200
    except (OSError, http.client.HTTPException):
        return False


def kill_often(place: Path, fleet: BuiltFleet, kills: int, requests: int) -> None:
    data = place / "data"
    server = Server(data)
    load = Load(server, requests)
    chance = random.Random(7)
    for kill in range(kills):
        # Each kill comes after some more requests, in the middle of others.
        load.wait_for(SENDERS * requests * kill // (kills + 1) + chance.randrange(5))
        server.kill()
        server = Server(data)
        load.go_on_with(server)
        if kill % 10 == 0:
            extract(data, FleetConfig(own_telemetry(data)))
    load.end()
    server.end()
    extract(data, FleetConfig(own_telemetry(data)), now=datetime(2100, 1, 1, tzinfo=UTC))
    with run_models(read_models(fleet.manifest), fleet.data, data) as warehouse:
        found = warehouse.sql("""
            select session_id, count(*), count(distinct event_sequence), max(event_sequence)
            from intermediate.int_telemetry_events group by all order by all
        """).fetchall()
    events = requests * EVENTS
    assert found == [(f"sender {number}", events, events, events - 1) for number in range(SENDERS)]


def test_what_was_answered_is_landed_once_however_often_it_is_killed(tmp_path: Path, fleet: BuiltFleet) -> None:
    kill_often(tmp_path, fleet, kills=3, requests=30)


@pytest.mark.stress
def test_a_hundred_kills(tmp_path: Path, fleet: BuiltFleet) -> None:
    kill_often(tmp_path, fleet, kills=100, requests=1000)
