"""Logs that grow, are cut, written anew and deleted between extractions come to what one extraction of it all does."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from built_fleet import BuiltFleet
from compiled_models import Columns, Marts, read_models, run_models
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from logged_host import LoggedHost

from fleetledger.landing.states import QUIET_SECONDS
from fleetledger.simulate.fleet import simulate
from fleetledger.sources.fleets import FLEETS

MOST_BYTES = 17_000
"""Larger files of the demo are left out."""
DEEDS = ("grow", "grow", "grow", "cut", "rewrite", "delete", "rest")
ROUNDS = 5
OF_PLACES: Columns = {"log_drift": {"example_line_number"}}
VERDICT = (
    "task_id, exit_reason, mu_outcome_class, mu_outcome_confidence, mu_outcome_rationale,"
    " outcome_class, outcome_confidence, outcome_rule, outcome_rationale, evidence_coverage"
)
LINE_ID = re.compile(r"\b[0-9a-f]{32}\b")

Logs = dict[tuple[str, str], bytes]
"""Log files' contents by fleet and name."""


class Deed(NamedTuple):
    """What happens to a file before an extraction; how much of it, in percent."""

    what: str
    percent: int


@dataclass
class Log:
    """A log file: all that its writer has to say, and how much of that is there; `ever` is what was there to land.

    `ever` has an entry for each time that the file was found written anew.
    """

    fleet: str
    name: str
    content: bytes
    there: int = 0
    is_deleted: bool = True
    ever: list[bytes] = field(default_factory=list)

    @property
    def shown(self) -> bytes:
        return self.content[: self.there]

    def suffer(self, deed: Deed) -> None:
        part = len(self.content) * deed.percent // 100
        if deed.what == "grow":
            self.there, self.is_deleted = min(len(self.content), self.there + part), False
        elif deed.what == "cut":
            self.there = self.there * deed.percent // 100
        elif deed.what == "rewrite":
            lines = self.content.splitlines(keepends=True)
            left_out = deed.percent % len(lines)
            self.content = b"".join(lines[:left_out] + lines[left_out + 1 :]) or self.content
        elif deed.what == "delete":
            self.is_deleted = True

    def note(self) -> None:
        """Take down what an extraction finds."""
        if self.is_deleted:
            return
        found = landable(self.shown)
        if self.ever and self.shown.startswith(self.ever[-1]):
            self.ever[-1] = found
        else:
            self.ever.append(found)

    def all_that_was_there(self) -> bytes:
        """Every state of it in one file; what its last line lacks is all that stays as it is."""
        if not self.is_deleted:
            self.ever[-1] = self.shown
        *before, last = self.ever or [b""]
        return b"".join(state if state.endswith(b"\n") or not state else state + b"\n" for state in before) + last


def landable(content: bytes) -> bytes:
    """What of a file is landed at once: all but a last line that is not whole."""
    lines = content[: content.rfind(b"\n") + 1]
    try:
        json.loads(content[len(lines) :])
    except ValueError:
        return lines
    return content


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    """The demo's smaller files, as one account's, by fleet and name: forks and their originals, sub-agents, mu."""
    place = simulate(tmp_path_factory.mktemp("demo") / "logs").out
    roots = {"claude_code": "*/.claude*/projects/**/*.jsonl", "mu": "*/mu/events/*/*.jsonl"}
    below = {"claude_code": "projects", "mu": "events"}
    found = {}
    for fleet, pattern in roots.items():
        for path in sorted(place.glob(pattern)):
            parts = path.relative_to(place).parts
            name = "/".join(parts[parts.index(below[fleet]) + (fleet == "mu") :])
            if path.stat().st_size <= MOST_BYTES:
                found[fleet, name] = path.read_bytes()
    return found


def new_host(path: Path) -> LoggedHost:
    host = LoggedHost(path)
    host.add("mu", "default")
    return host


def write(host: LoggedHost, log: Log, content: bytes) -> None:
    host.write(content, log.name, list(FLEETS).index(log.fleet))


def delete(host: LoggedHost, log: Log) -> None:
    (host.sources[list(FLEETS).index(log.fleet)].root / log.name).unlink(missing_ok=True)


def check(place: Path, logs: Logs, deeds: list[list[Deed]], warehouse_of: Callable[..., Marts]) -> None:
    """Let the deeds of each round be done to the files in turn, with an extraction after each."""
    files = [Log(*key, content) for key, content in logs.items()]
    host = new_host(place / "interleaved")
    for number, deeds_of_round in enumerate(deeds):
        for position, log in enumerate(files):
            log.suffer(deeds_of_round[(position * 7 + number) % len(deeds_of_round)])
            delete(host, log) if log.is_deleted else write(host, log, log.shown)
            log.note()
        host.extract()
        host.pass_time(1)
    host.pass_time(QUIET_SECONDS)
    host.extract()
    at_once = new_host(place / "at once")
    for log in files:
        write(at_once, log, log.all_that_was_there())
    at_once.pass_time(QUIET_SECONDS)
    at_once.extract()
    found, wanted = (warehouse_of(one.data, OF_PLACES) for one in (host, at_once))
    for name in wanted:
        assert placeless(found[name]) == placeless(wanted[name]), name


def placeless(rows: Counter[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    """Rows without the ids that are made of a line's place, which is what differs."""
    found: Counter[tuple[Any, ...]] = Counter()
    for row, count in rows.items():
        found[tuple(LINE_ID.sub("line", value) if isinstance(value, str) else value for value in row)] += count
    return found


DEEDS_OF_ROUNDS = st.lists(
    st.lists(st.builds(Deed, st.sampled_from(DEEDS), st.integers(0, 100)), min_size=20, max_size=20),
    min_size=2,
    max_size=ROUNDS,
)
# To shrink what fails takes minutes, and hardly makes it clearer.
QUICK = settings(suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])


@settings(QUICK, max_examples=4)
@given(deeds=DEEDS_OF_ROUNDS)
def test_any_interleaving_gives_the_same_warehouse(
    tmp_path_factory: pytest.TempPathFactory, logs: Logs, warehouse_of: Callable[..., Marts], deeds: list[list[Deed]]
) -> None:
    check(tmp_path_factory.mktemp("interleaving"), logs, deeds, warehouse_of)


def test_verdicts_do_not_depend_on_the_order_of_lines(tmp_path: Path, logs: Logs, fleet: BuiltFleet) -> None:
    as_logged, shuffled = (new_host(tmp_path / name) for name in ("as logged", "shuffled"))
    for (of_fleet, name), content in logs.items():
        lines = content.splitlines()
        for host, order in ((as_logged, lines), (shuffled, Random(7).sample(lines, len(lines)))):
            write(host, Log(of_fleet, name, content), b"\n".join(order) + b"\n")
    found = []
    for host in (as_logged, shuffled):
        host.extract()
        with run_models(read_models(fleet.manifest), fleet.data, host.data) as warehouse:
            found.append(warehouse.sql(f"select {VERDICT} from marts.fct_tasks order by all").fetchall())
    assert len(found[0]) > 20
    assert found[0] == found[1]


@pytest.mark.stress
@settings(QUICK, max_examples=100)
@given(deeds=DEEDS_OF_ROUNDS)
def test_many_interleavings_give_the_same_warehouse(
    tmp_path_factory: pytest.TempPathFactory, logs: Logs, warehouse_of: Callable[..., Marts], deeds: list[list[Deed]]
) -> None:
    check(tmp_path_factory.mktemp("interleaving"), logs, deeds, warehouse_of)
