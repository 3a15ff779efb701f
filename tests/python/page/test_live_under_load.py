"""The live page for ten minutes, twenty that follow, 200 events a second: none lost, none doubled, little memory."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from pathlib import Path
from statistics import median
from typing import IO

import pytest
from live_server import served

PAGES, A_SECOND, SECONDS = 20, 200, 600
MOST_MB, GROWTH_MB = 250, 15
WHEN = "2026-11-20T10:%02d:%02d.000Z"


def line(number: int) -> str:
    at = WHEN % (number // 60 % 60, number % 60)
    message = {"role": "user", "content": f"prompt {number}"}
    known = {
        "type": "user",
        "sessionId": "load",
        "uuid": f"u{number}",
        "timestamp": at,
        "cwd": "/p",
        "version": "2.1.0",
    }
    return json.dumps(known | {"message": message}) + "\n"


class Follower(threading.Thread):
    """A page that is open: what it was told, by number."""

    def __init__(self, port: int, last: int) -> None:
        super().__init__(daemon=True)
        self.prompts: list[int] = []
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/api/feed")
        self._stream: IO[bytes] = connection.getresponse()
        self._last = last

    def run(self) -> None:
        for text in self._stream:
            if text.startswith(b"data: ") and (found := re.search(rb'"prompt (\d+)"', text)):
                self.prompts.append(int(found[1]))
                if self.prompts[-1] == self._last:
                    return


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1000


@pytest.mark.stress
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_ten_minutes_of_two_hundred_events_a_second(tmp_path: Path) -> None:
    project = tmp_path / "logs/projects/-p"
    project.mkdir(parents=True)
    log = project / "load.jsonl"
    log.write_text(line(0))
    fleet = tmp_path / "fleet.toml"
    fleet.write_text('[[source]]\nfleet = "claude_code"\nhost = "here"\nroot = "logs"\naccount = "me"\n')
    count = A_SECOND * SECONDS
    with served(fleet, tmp_path / "data") as (server, port):
        followers = [Follower(port, count) for _ in range(PAGES)]
        for follower in followers:
            follower.start()
        memory, begun = [], time.monotonic()
        with log.open("a") as file:
            for number in range(1, count + 1):
                file.write(line(number))
                if number % 20 == 0:
                    file.flush()
                    time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
                if number % (5 * A_SECOND) == 0:
                    memory.append(resident_mb(server.pid))
        for follower in followers:
            follower.join(30)
        memory.append(resident_mb(server.pid))
    for follower in followers:
        assert follower.prompts == list(range(1, count + 1))
    quarter = len(memory) // 4
    assert max(memory) < MOST_MB, memory
    assert median(memory[-quarter:]) - median(memory[quarter : 2 * quarter]) < GROWTH_MB, memory
