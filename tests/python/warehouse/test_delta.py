"""A ledger that grows by what is new is, in every row, the one that is made whole of the same logs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import BuiltFleet
from histories import HAPPENINGS, Happening, History
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from refilled import differences, plan_of, quietly

from fleetledger.base.paths import landing_dir, published_path, warehouse_path
from fleetledger.published.publish import publish
from fleetledger.published.text_index import read_index, text_dir
from fleetledger.warehouse.filling import TEMPLATE
from fleetledger.warehouse.plan import Plan
from fleetledger.warehouse.refill import refill

UNKNOWN = "drop table main.built_from"
"""Nothing tells what the ledger was made of, so that all of it is made anew."""

UNFILLED = f"create or replace table main.build_state as select false as is_complete, '{TEMPLATE}' as build_id"

OF_THE_BUILD = {"marts.build_info", "main.build_state"}
"""They say when the warehouse was built, and give the build a name."""

QUICK = settings(suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate], deadline=None)
ROUNDS = st.lists(
    st.lists(st.builds(Happening, st.sampled_from(HAPPENINGS), st.integers(0, 60)), min_size=1, max_size=6),
    min_size=2,
    max_size=4,
)
EVERYTHING = [
    [Happening("begin", 0), Happening("begin", 4), Happening("mu", 0), Happening("agent", 1)],
    [
        Happening("grow", 0),
        Happening("fork", 1),
        Happening("commit", 3),
        Happening("unended", 2),
        Happening("telemetry", 0),
    ],
    [Happening("grow", 1), Happening("fork", 3), Happening("summary", 2), Happening("reuse", 0), Happening("cut", 2)],
    [Happening("grow", 2), Happening("garble", 1), Happening("host", 3), Happening("mu", 1), Happening("mark", 0)],
    [Happening("redact", 0), Happening("redact", 1), Happening("redact", 1), Happening("timeless", 4)],
    [
        Happening("rewrite", 3),
        Happening("commit", 5),
        Happening("secret", 0),
        Happening("mu", 1),
        Happening("title", 1),
    ],
    [Happening("redact", 2), Happening("reuse", 5), Happening("summary", 5), Happening("grow", 6)],
    [Happening("budget", 3), Happening("pull", 7), Happening("backfill", 1), Happening("advise", 0)],
    [Happening("advise", 1), Happening("advise", 0), Happening("budget", 3), Happening("commit", 2)],
    [Happening("budget", 9), Happening("judge", 0)],
    [Happening("instruct", 0), Happening("judge", 1), Happening("judge", 0)],
    [Happening("beside", 0), Happening("refork", 1), Happening("move", 2)],
    [Happening("refork", 7), Happening("beside", 0), Happening("move", 3), Happening("grow", 7)],
    [Happening("beside", 1), Happening("plan", 2)],
    [Happening("plan", 4), Happening("plan", 3)],
    [Happening("plan", 0)],
    [Happening("commit", 1), Happening("grow", 0), Happening("telemetry", 4), Happening("backfill", 3)],
    [Happening("telemetry", 0), Happening("telemetry", 1), Happening("telemetry", 3)],
]
"""Each thing that may happen, at least once, and what it meets."""


@dataclass(frozen=True)
class Ledgers:
    """An empty ledger to begin with, and the plan that its tables are made by."""

    empty: Path
    plan: Plan

    def begun(self, data: Path, *statements: str) -> None:
        """Put an empty ledger into `data`, and change what it says of itself."""
        data.mkdir(parents=True, exist_ok=True)
        shutil.copy(warehouse_path(self.empty), warehouse_path(data))
        with duckdb.connect(str(warehouse_path(data))) as warehouse:
            for statement in statements:
                warehouse.execute(statement)

    def refresh(self, history: History) -> str | None:
        """Refill and publish; why everything was made anew, if it was."""
        refilled = refill(history.data, self.plan, history.now, quietly)
        publish(history.data, history.now, delta=refilled.delta)
        if refilled.delta:
            refilled.delta.close()
        return refilled.whole_because


@pytest.fixture(scope="module")
def ledgers(fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> Ledgers:
    place = tmp_path_factory.mktemp("ledgers")
    found = Ledgers(place, plan_of(fleet))
    shutil.copy(warehouse_path(fleet.data), warehouse_path(place))
    with duckdb.connect(str(warehouse_path(place))) as warehouse:
        warehouse.execute(UNKNOWN)
    refill(place, found.plan, History(place / "nothing").now, quietly)
    return found


def check(place: Path, ledgers: Ledgers, rounds: list[list[Happening]], *begun: str) -> list[str | None]:
    """Let a ledger grow round by round, and compare it with one made whole; why it was made whole itself, by round."""
    history = History(place)
    ledgers.begun(history.data, *begun)
    reasons = []
    for number, happenings in enumerate(rounds):
        for happening in happenings:
            history.happen(happening)
        history.extract(small_batches=1 if number % 3 == 2 else None)
        reasons.append(ledgers.refresh(history))
    whole = place / "whole"
    ledgers.begun(whole, UNKNOWN)
    shutil.copytree(landing_dir(history.data), landing_dir(whole))
    refill(whole, ledgers.plan, history.now, quietly)
    publish(whole, history.now)
    assert differences(history.data, whole).keys() == OF_THE_BUILD
    assert published_tables(history.data) == published_tables(whole)
    assert texts(history.data) == texts(whole)
    return reasons


def published_tables(data: Path) -> dict[str, list[Any]]:
    """The rows of each published table, in order."""
    with duckdb.connect(str(published_path(data)), read_only=True) as published:
        tables = published.execute("select table_name from duckdb_tables() order by all").fetchall()
        columns = "* exclude (built_at)"
        return {
            table: published.execute(
                f"select {columns if table == 'build_info' else '*'} from {table} order by all"
            ).fetchall()
            for (table,) in tables
        }


def texts(data: Path) -> list[Any]:
    """The texts that count, in order."""
    index = read_index(data)
    assert index
    files = [str(text_dir(data) / name) for name in (*index.said, *index.rest)]
    gone = [str(text_dir(data) / index.gone)] if index.gone else []
    with duckdb.connect() as connection:
        connection.execute("create table gone (text_key ubigint)")
        if gone:
            connection.execute("insert into gone from read_parquet($1)", [gone])
        return connection.execute(
            "from read_parquet($1) anti join gone using (text_key) order by all", [files]
        ).fetchall()


def test_everything_that_may_happen(ledgers: Ledgers, tmp_path: Path) -> None:
    assert {happening.what for round_ in EVERYTHING for happening in round_} == set(HAPPENINGS)
    assert check(tmp_path, ledgers, EVERYTHING) == [None] * len(EVERYTHING)


@settings(QUICK, max_examples=2)
@given(rounds=ROUNDS)
def test_any_history(ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory, rounds: list[list[Happening]]) -> None:
    check(tmp_path_factory.mktemp("history"), ledgers, rounds, UNFILLED)


@pytest.mark.stress
@settings(QUICK, max_examples=100)
@given(rounds=ROUNDS)
def test_many_histories(
    ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory, rounds: list[list[Happening]]
) -> None:
    check(tmp_path_factory.mktemp("history"), ledgers, rounds)
