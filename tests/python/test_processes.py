"""Processes that are killed at any instant, and processes that meet: nothing is lost, and nothing is doubled."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from compiled_models import Marts, marts
from landed_files import assert_all_is_landed, landed_files
from namespace import COMMAND
from processes import MEETING, STEPS, GrowingFleet, Run

from fleetledger.paths import published_path
from fleetledger.refresh import inputs, is_current, remember
from fleetledger.simulate import simulate

LANDING_STEPS = ("extract", "extract in workers", "compaction")
MISSES = 8
"""How many kills of a step may come too late."""


@dataclass(frozen=True)
class Undisturbed:
    """The demo's logs, and what they come to where nothing is killed; `seconds` is how long a build, a publish took."""

    logs: Path
    data: Path
    seconds: dict[str, float]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    place = tmp_path_factory.mktemp("undisturbed")
    simulate(place / "whole")
    fleet = GrowingFleet(place / "whole", place, 1)
    fleet.grow()
    seconds = {name: fleet.run(STEPS[name]) for name in ("extract", "build", "publish")}
    return Undisturbed(place / "whole", fleet.data, seconds)


def published(data: Path) -> Marts:
    with duckdb.connect(str(published_path(data)), read_only=True) as connection:
        return marts(connection, schema="main")


def assert_same(fleet: GrowingFleet, undisturbed: Undisturbed) -> None:
    """All bytes and all marts are what they are undisturbed."""
    assert landed_files(fleet.data) == landed_files(undisturbed.data)
    assert_all_is_landed(fleet.data, fleet.config)
    found, wanted = published(fleet.data), published(undisturbed.data)
    assert found.keys() == wanted.keys()
    for name in wanted:
        assert found[name] == wanted[name], name


class Killer:
    """Kills steps of a growing fleet at instants that a seed decides, until so many kills fell into each."""

    def __init__(self, fleet: GrowingFleet, seconds: dict[str, float], seed: int, kills: int) -> None:
        self.fleet, self.kills = fleet, kills
        self._random = random.Random(seed)
        self._seconds = seconds.copy()

    def measure(self, name: str) -> None:
        self._seconds[name] = self.fleet.run(STEPS[name])

    def kill(self, name: str, before: Callable[[], None] = lambda: None) -> None:
        """Kill a step; a kill that comes too late is none. `before` sees to it that there is something to do."""
        inside = too_late = 0
        while inside < self.kills:
            assert too_late < MISSES, f"{inside} of {self.kills} kills fell into {name}"
            before()
            instant = self._random.random() * self._seconds[name]
            if self.fleet.kill(STEPS[name], instant, whole_group=self.chance()):
                inside += 1
            else:
                # The machine is less busy than it was when the step was measured.
                too_late += 1
                self._seconds[name] /= 2

    def chance(self) -> bool:
        return self._random.random() < 0.5


def kill_everything(undisturbed: Undisturbed, place: Path, seed: int, kills: int) -> None:
    """Kill each step so many times; one run, and all is as it would have been."""
    fleet = GrowingFleet(undisturbed.logs, place, 6 + len(LANDING_STEPS) * (kills + MISSES))
    killer = Killer(fleet, undisturbed.seconds, seed, kills)
    fleet.grow()
    fleet.run(STEPS["extract"])
    for name in LANDING_STEPS:
        fleet.grow()
        killer.measure(name)

    def grow() -> None:
        # What a killed run was to land is left to the next, which may be killed as well.
        if killer.chance():
            fleet.run(STEPS["extract"])
        fleet.grow()

    for name in LANDING_STEPS:
        killer.kill(name, grow)
        landed_files(fleet.data)
    fleet.finish()
    fleet.run(STEPS["extract"])
    killer.kill("build")
    assert_nothing_half_built_is_published(fleet, undisturbed)
    fleet.run(STEPS["build"])
    fleet.run(STEPS["publish"])
    assert_same(fleet, undisturbed)
    killer.kill("publish")
    assert published(fleet.data) == published(undisturbed.data)
    fleet.run(STEPS["publish"])
    assert_same(fleet, undisturbed)
    kill_refills(killer, place / "refilled")
    fleet.run(STEPS["refresh"])
    assert_same(fleet, undisturbed)


def kill_refills(killer: Killer, place: Path) -> None:
    """Kill refreshes that only fill the tables of the build before, each in the state that such a refresh begins in."""
    data = killer.fleet.data
    now = inputs(data, text=True)
    remember(data, now._replace(landed="other lines"))
    shutil.copytree(data, place)

    def as_before() -> None:
        shutil.rmtree(data)
        shutil.copytree(place, data)

    killer.measure("refill")
    assert is_current(data, now)
    killer.kill("refill", as_before)


def assert_nothing_half_built_is_published(fleet: GrowingFleet, undisturbed: Undisturbed) -> None:
    """A killed build leaves a warehouse that is not published, unless it had not begun or was at its end."""
    code, said = Run(STEPS["publish"], fleet).close()
    if code:
        assert "not of one whole build" in said or "nothing has been built" in said
    else:
        assert published(fleet.data) == published(undisturbed.data)


def test_kills_lose_nothing_and_double_nothing(undisturbed: Undisturbed, tmp_path: Path) -> None:
    kill_everything(undisturbed, tmp_path, seed=0, kills=2)


@pytest.mark.stress
def test_many_kills_lose_nothing_and_double_nothing(undisturbed: Undisturbed, tmp_path: Path, round_of_20: int) -> None:
    kill_everything(undisturbed, tmp_path, seed=round_of_20, kills=4)


def test_extractors_a_builder_and_readers_may_meet(
    undisturbed: Undisturbed, tmp_path: Path, warehouse_of: Callable[..., Marts]
) -> None:
    """All of them at once, again and again while a build lasts: what cannot be done now says who is at it."""
    fleet = GrowingFleet(undisturbed.logs, tmp_path, 12)
    fleet.grow()
    fleet.run(STEPS["extract"])
    published_path(fleet.data).write_bytes(published_path(undisturbed.data).read_bytes())
    report = [*COMMAND, "report", "--json", *fleet.places]
    builder = Run(STEPS["build"], fleet)
    assert builder.wait_for(b"b")
    other_builder = Run(STEPS["build"], fleet)
    landed: list[tuple[int, str]] = []
    reports: list[subprocess.CompletedProcess[str]] = []
    with ThreadPoolExecutor(3) as readers:
        while not builder.wait_for(b"e", 0):
            reading = [readers.submit(subprocess.run, report, capture_output=True, text=True) for _ in range(3)]
            if len(landed) < 20:
                fleet.grow()
                landed += [run.close() for run in [Run(MEETING, fleet), Run(MEETING, fleet)]]
            reports += [one.result() for one in reading]
    assert builder.close()[0] == 0
    code, said = other_builder.close()
    assert code == 1
    assert re.search(r"build\.lock is held by pid \d+ on .* since .*; wait for it to end\n$", said)
    assert {report.returncode for report in reports} == {0}
    assert {report.stdout for report in reports} == {reports[0].stdout}
    held = [said for code, said in landed if code == 1]
    told = re.compile(r"\.lock is held by (pid \d+ on .*|another process); wait for it to end\n$")
    assert all(told.search(said) for said in held)
    assert len(landed) > len(held) > 0
    fleet.finish()
    fleet.run(STEPS["extract"])
    assert landed_files(fleet.data) == landed_files(undisturbed.data)
    assert warehouse_of(fleet.data) == warehouse_of(undisturbed.data)
