"""Bringing the warehouse to what is landed now by the plan of the last build, without dbt.

Where logs have grown, only what is made of the sessions that have grown is made anew (delta). Where that is not the
way, each table is emptied and filled. Either way its columns, types and comments stay as dbt made them, and
`main.build_state` says that the tables are of one build.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import duckdb

from fleetledger.base.errors import FleetledgerError, LandingError
from fleetledger.base.locks import lock
from fleetledger.base.paths import warehouse_path
from fleetledger.base.sql import text_of
from fleetledger.base.steps import Step
from fleetledger.warehouse.build import BuildError, Built, told
from fleetledger.warehouse.changes import NothingBuilt, WholeNeeded
from fleetledger.warehouse.delta import Delta, TestFailed, note_complete
from fleetledger.warehouse.filling import Filling, changes_since_template
from fleetledger.warehouse.landing_views import show_landing
from fleetledger.warehouse.memory import LITTLE, MUCH, lacks_memory, lift_limit, limit_memory, prepare
from fleetledger.warehouse.plan import Plan
from fleetledger.warehouse.record import begin
from fleetledger.warehouse.replace import Work, refresh_by_delta
from fleetledger.warehouse.transactions import transaction

THREADS = 2
"""How many statements run beside each other, as when dbt builds."""

SETTINGS = {
    "TimeZone": "UTC",
    "preserve_insertion_order": "false",
    "disabled_compression_methods": "fsst",
    "zstd_min_string_length": "64",
}
"""What profiles.yml gives to dbt."""

SMALL = 10_000_000
"""Bytes of logs below which one thread takes less: handing out the work costs more than it saves."""


class RefillError(FleetledgerError):
    """The plan cannot be run, or a test found something; dbt is to build, and to say what is wrong."""


class Refilled(NamedTuple):
    """What was done: what the plan has, and either the rows that were replaced or a reason.

    `delta` is to be published, and then closed; `whole_because` says why all tables of a whole build were made anew.
    """

    built: Built
    delta: Delta | None = None
    whole_because: str | None = None


def refill(data: Path, plan: Plan, now: datetime, step: Step) -> Refilled:
    """Run a plan on the warehouse in `data` that it was made with.

    Raises RefillError, after which the warehouse is not of one build, BuildError where dbt could not do it either, and
    LockHeld where another is at work on it.
    """
    built = Built(Counter(models=len(plan.models), tests=len(plan.tests)), [])
    with lock(data / "build.lock", now):
        begin(data)
        with _errors_told(data):
            try:
                return Refilled(built, _by_delta(data, plan, step))
            except WholeNeeded as reason:
                _whole(data, plan, step)
                return Refilled(built, whole_because=None if isinstance(reason, NothingBuilt) else str(reason))


@contextmanager
def _errors_told(data: Path) -> Iterator[None]:
    """Have what is written be private, and errors of the database and the landing be those of a refill."""
    before = os.umask(0o077)
    try:
        yield
    except duckdb.Error as error:
        reason = told(str(error))
        if "No space left on device" in reason:
            raise BuildError(f"{warehouse_path(data)}: {reason}") from error
        raise RefillError(f"The plan cannot be run: {reason}") from error
    except LandingError as error:
        raise RefillError(str(error)) from error
    except TestFailed as failed:
        raise RefillError(f"The test {failed} found something") from failed
    finally:
        os.umask(before)


def _connect(data: Path, memory: str | None) -> duckdb.DuckDBPyConnection:
    """A connection in which the warehouse of `data` is attached, with a limit of memory or without."""
    connection = duckdb.connect()
    try:
        # What a killed refresh left there is of nobody's use.
        shutil.rmtree(data / "spill", ignore_errors=True)
        prepare(connection, data)
        if memory:
            limit_memory(connection, memory)
        # Statements are many and most are small: a second thread within each costs a quarter more than two at a time.
        connection.execute("set global threads = 1")
        for name, value in SETTINGS.items():
            connection.execute(f"set global {name} = {text_of(value)}")
        connection.execute(f"attach {text_of(warehouse_path(data))} as warehouse")
    except BaseException:
        connection.close()
        raise
    return connection


def _by_delta(data: Path, plan: Plan, step: Step) -> Delta:
    try:
        return _by_delta_within(LITTLE, data, plan, step)
    except duckdb.Error as error:
        if not lacks_memory(error):
            raise
        # All of it is one transaction, which has left what was there.
        return _by_delta_within(None, data, plan, step)


def _by_delta_within(memory: str | None, data: Path, plan: Plan, step: Step) -> Delta:
    connection = _connect(data, memory)
    done = Counter[str]()

    def tell(name: str) -> None:
        done["steps"] += 1
        step(min(done["steps"], len(plan.models)), len(plan.models), name)

    def run(work: Mapping[str, Work], parents: Mapping[str, set[str]]) -> None:
        in_parallel(connection, work, parents, tell)

    try:
        delta = refresh_by_delta(connection, data, plan, run, tell)
        connection.execute("detach fresh")
        connection.execute("detach warehouse")
    except BaseException:
        connection.close()
        raise
    return delta


def _whole(data: Path, plan: Plan, step: Step) -> None:
    """Empty and fill each table, and run each test."""
    done: list[str] = []

    def tell(name: str) -> None:
        done.append(name)
        step(len(done), len(parents), name)

    parents = plan.parents()
    with _connect(data, MUCH) as connection:
        show_landing(connection, data, "warehouse.landing")
        filling = Filling(plan, parents, changes_since_template(connection, "warehouse.landing"))
        work: dict[str, Work] = {
            **{model.name: partial(filling.fill, model) for model in plan.models},
            **{test.name: partial(filling.test, test) for test in plan.tests},
        }
        ((landed,),) = connection.execute("select coalesce(sum(bytes), 0) from warehouse.landing.batches").fetchall()
        if landed < SMALL:
            one_by_one(connection, work, parents, tell)
        else:
            connection.execute("create or replace table warehouse.main.build_state as select false as is_complete")
            in_parallel(connection, work, parents, tell)
            note_complete(connection, "warehouse.landing")


def one_by_one(
    connection: duckdb.DuckDBPyConnection,
    work: Mapping[str, Work],
    parents: Mapping[str, set[str]],
    tell: Callable[[str], None],
) -> None:
    """Do each piece of work after those that it needs, in one thread and one transaction.

    A commit a table, and handing out little work, take as long as the work does.
    """
    connection.begin()
    for name in TopologicalSorter(parents).static_order():
        work[name](connection)
        tell(name)
    note_complete(connection, "warehouse.landing")
    connection.commit()


def in_parallel(
    connection: duckdb.DuckDBPyConnection,
    work: Mapping[str, Work],
    parents: Mapping[str, set[str]],
    tell: Callable[[str], None],
) -> None:
    """Do each piece of work after those that it needs, some at a time, each with a cursor and a transaction of its own.

    What the limit of memory is too little for is done again without one, and so is all that comes after it.
    """
    order = TopologicalSorter(parents)
    order.prepare()
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            while order.is_active():
                running |= {pool.submit(_with_cursor, connection, work[name]): name for name in order.get_ready()}
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    future.result()
                    order.done(name)
                    tell(name)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _with_cursor(connection: duckdb.DuckDBPyConnection, work: Work) -> None:
    try:
        _in_transaction(connection, work)
    except duckdb.Error as error:
        if not lacks_memory(error):
            raise
        lift_limit(connection)
        _in_transaction(connection, work)


def _in_transaction(connection: duckdb.DuckDBPyConnection, work: Work) -> None:
    with connection.cursor() as cursor, transaction(cursor):
        work(cursor)
