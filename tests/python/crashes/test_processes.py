"""Processes that are killed at any instant, and processes that meet: nothing is lost, and nothing is doubled."""

from __future__ import annotations

import random
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from compiled_models import Marts, marts
from landed_files import Generations, assert_all_is_landed, landed_files
from namespace import COMMAND
from processes import MEETING, STEPS, GrowingFleet, Run
from published_fixture import write_published

from fleetledger.base.paths import published_path, warehouse_path
from fleetledger.landing.states import FileKey
from fleetledger.simulate.fleet import simulate
from fleetledger.warehouse.record import forget, inputs, is_current, remember

LANDING_STEPS = ("extract", "extract in workers", "compaction")
MISSES = 8
"""How many kills of a step may come too late."""


@dataclass(frozen=True)
class Undisturbed:
    """The demo's logs, what is landed of them where nothing is killed, and the marts of that."""

    logs: Path
    landed: dict[tuple[str, FileKey], Generations]
    marts: Marts


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, warehouse_of: Callable[..., Marts]) -> Undisturbed:
    place = tmp_path_factory.mktemp("undisturbed")
    simulate(place / "whole")
    fleet = GrowingFleet(place / "whole", place, 1)
    fleet.grow()
    fleet.run(STEPS["extract"])
    return Undisturbed(place / "whole", landed_files(fleet.data), warehouse_of(fleet.data))


def growing(undisturbed: Undisturbed, place: Path, kills: int) -> GrowingFleet:
    """A fleet that has landed the beginnings of its logs, and grows slowly enough for so many kills of each step."""
    fleet = GrowingFleet(undisturbed.logs, place, 20 + len(LANDING_STEPS) * (kills + MISSES))
    fleet.grow()
    fleet.run(STEPS["extract"])
    return fleet


def published(data: Path) -> Marts:
    with duckdb.connect(str(published_path(data)), read_only=True) as connection:
        return marts(connection, schema="main")


def built(data: Path) -> Marts:
    with duckdb.connect(str(warehouse_path(data)), read_only=True) as connection:
        return marts(connection)


def assert_same(fleet: GrowingFleet, undisturbed: Undisturbed) -> None:
    """All bytes and all marts are what they are undisturbed."""
    assert landed_files(fleet.data) == undisturbed.landed
    assert_all_is_landed(fleet.data, fleet.config)
    found, wanted = published(fleet.data), undisturbed.marts
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


def kill_everything(fleet: GrowingFleet, undisturbed: Undisturbed, seconds: float, seed: int, kills: int) -> None:
    """Kill each step of a fleet, whose first build took some seconds, so many times; one run, and all is whole."""
    # The first build reads the whole project, which the next ones find read.
    killer = Killer(fleet, {"build": seconds / 2}, seed, kills)
    kill_landing(killer)
    fleet.finish()
    fleet.run(STEPS["extract"])
    before = kill_refills(killer, undisturbed)
    killer.kill("build", lambda: fleet.forget_warehouse() if killer.chance() else None)
    assert_nothing_half_built_is_published(fleet, before, undisturbed.marts)
    killer.measure("beginning")
    assert_same(fleet, undisturbed)
    killer.kill("beginning", lambda: forget(fleet.data))
    assert_nothing_half_built_is_published(fleet, undisturbed.marts)
    fleet.run(STEPS["refresh"])
    assert_same(fleet, undisturbed)
    killer.measure("publish")
    killer.kill("publish")
    assert published(fleet.data) == undisturbed.marts
    fleet.run(STEPS["publish"])
    assert_same(fleet, undisturbed)


def kill_landing(killer: Killer) -> None:
    """Kill extractions of logs that grow."""
    for name in LANDING_STEPS:
        killer.fleet.grow()
        killer.measure(name)

    def grow() -> None:
        # What a killed run was to land is left to the next, which may be killed as well.
        if killer.chance():
            killer.fleet.run(STEPS["extract"])
        killer.fleet.grow()

    for name in LANDING_STEPS:
        killer.kill(name, grow)
        landed_files(killer.fleet.data)


def kill_refills(killer: Killer, undisturbed: Undisturbed) -> Marts:
    """Kill refreshes that only add to the build before what is new, each in the state that such a refresh begins in.

    Warehouse and published file are those of before or of after, each time. Returns the marts of before.
    """
    data = killer.fleet.data
    killer.fleet.run(STEPS["publish"])
    now = inputs(data, text=True)
    remember(data, now._replace(landed="other lines"))
    aside = data.with_name("before")
    shutil.copytree(data, aside)
    whole = (built(aside), undisturbed.marts)

    def as_before() -> None:
        assert built(data) in whole
        assert published(data) in whole
        shutil.rmtree(data)
        shutil.copytree(aside, data)

    killer.measure("refill")
    assert is_current(data, now)
    assert_same(killer.fleet, undisturbed)
    killer.kill("refill", as_before)
    as_before()
    killer.measure("publish by delta")
    killer.kill("publish by delta", as_before)
    as_before()
    # What DuckDB writes beside the warehouse is left there.
    assert {stat.S_IMODE(path.stat().st_mode) for path in data.glob("warehouse.duckdb*")} == {0o600}
    return whole[0]


def assert_nothing_half_built_is_published(fleet: GrowingFleet, *whole: Marts) -> None:
    """A killed build leaves a warehouse that is not published, unless it had not begun or was at its end."""
    code, said = Run(STEPS["publish"], fleet).close()
    if code:
        assert "not of one whole build" in said or "nothing has been built" in said
    else:
        assert published(fleet.data) in whole


@pytest.mark.stress
def test_many_kills_lose_nothing_and_double_nothing(undisturbed: Undisturbed, tmp_path: Path, round_of_32: int) -> None:
    fleet = growing(undisturbed, tmp_path, kills=4)
    seconds = fleet.run(STEPS["build"])
    kill_everything(fleet, undisturbed, seconds, seed=round_of_32, kills=4)


KILLS = 2
"""How many of each step, where minutes are too long."""


@dataclass(frozen=True)
class Met:
    """A fleet that grew while it was built: how long that took, and what all said that were at it meanwhile."""

    fleet: GrowingFleet
    seconds: float
    builder: tuple[int, str]
    other_builder: tuple[int, str]
    extractors: list[tuple[int, str]]
    reports: list[subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def met(undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory) -> Met:
    """All of them at once, again and again while a build fills its tables: the first of the fleet's."""
    fleet = growing(undisturbed, tmp_path_factory.mktemp("met"), KILLS)
    write_published(published_path(fleet.data), [{}])
    report = [*COMMAND, "report", "--json", *fleet.places]
    builder = Run(STEPS["build"], fleet)
    assert builder.wait_for(b"b")
    begun = time.monotonic()
    other_builder = Run(STEPS["build"], fleet)
    while not warehouse_path(fleet.data).exists():
        assert not builder.wait_for(b"e", 0.1)
    extractors: list[tuple[int, str]] = []
    reports: list[subprocess.CompletedProcess[str]] = []
    with ThreadPoolExecutor(2) as readers:
        while len(extractors) < 16 and not builder.wait_for(b"e", 0):
            reading = [readers.submit(subprocess.run, report, capture_output=True, text=True) for _ in range(2)]
            fleet.grow()
            extractors += [run.close() for run in [Run(MEETING, fleet), Run(MEETING, fleet)]]
            reports += [one.result() for one in reading]
    builder.wait_for(b"e")
    seconds = time.monotonic() - begun
    return Met(fleet, seconds, builder.close(), other_builder.close(), extractors, reports)


def test_extractors_a_builder_and_readers_may_meet(met: Met) -> None:
    """What cannot be done now says who is at it."""
    assert met.builder[0] == 0, met.builder
    code, said = met.other_builder
    assert code == 1
    assert re.search(r"build\.lock is held by pid \d+ on .* since .*; wait for it to end\n$", said)
    assert {report.returncode for report in met.reports} == {0}
    assert {report.stdout for report in met.reports} == {met.reports[0].stdout}
    held = [said for code, said in met.extractors if code == 1]
    told = re.compile(r"\.lock is held by (pid \d+ on .*|another process); wait for it to end\n$")
    assert all(told.search(said) for said in held)
    assert len(met.extractors) > len(held) > 0


def test_kills_lose_nothing_and_double_nothing(met: Met, undisturbed: Undisturbed) -> None:
    kill_everything(met.fleet, undisturbed, met.seconds, seed=0, kills=KILLS)
