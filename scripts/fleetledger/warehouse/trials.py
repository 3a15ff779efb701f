"""Looking for the sessions that break an identity of the figures: by building of some sessions, and of fewer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import duckdb

from fleetledger.base.paths import warehouse_path
from fleetledger.base.sql import NO_BAR, name_of, text_of
from fleetledger.warehouse.build import told
from fleetledger.warehouse.landing_views import SESSION_OF, show_landing, withhold
from fleetledger.warehouse.plan import DataTest, Model, Plan
from fleetledger.warehouse.withheld import Session, Withheld

MOST, MOST_SHARE = 20, 0.5
"""Above either, so many sessions and such a share of all, it is the models that are wrong, and not what is in a log."""


def find(data: Path, plan: Plan) -> Withheld | None:
    """The sessions without which the plan can be run and its tests pass; None where nothing or too much breaks it.

    Tests and models of a package of the user's are none of the figures' identities, and are not looked at. Each trial
    makes tables of some sessions anew, in memory; halving finds one among thousands in the time of a few builds.
    """
    with _Trials(data, plan) as trials:
        everything = trials.sessions()
        found: list[Session] = []
        reasons: list[str] = []
        while (broken := trials.fails([one for one in everything if one not in found])) is not None:
            trials.ask_only(broken.step)
            remaining = [one for one in everything if one not in found]
            more = [] if trials.fails([]) else _alone(trials, remaining)
            trials.ask_all()
            found += more
            reasons.append(broken.reason)
            if not more or len(found) > MOST or len(found) > MOST_SHARE * len(everything):
                return None
    return Withheld(tuple(found), ", ".join(reasons)) if found else None


class _Broken(NamedTuple):
    """The model or test that fails, and in what words to say so."""

    step: str
    reason: str


def _alone(trials: _Trials, sessions: Sequence[Session]) -> list[Session]:
    """Those of some sessions that break something, by themselves or with others that are near them in the list."""
    if not sessions or not trials.fails(sessions):
        return []
    if len(sessions) == 1:
        return list(sessions)
    first, second = _halves(sessions)
    return [*_alone(trials, first), *_alone(trials, second)] or _together(trials, sessions, [])


def _together(trials: _Trials, sessions: Sequence[Session], others: Sequence[Session]) -> list[Session]:
    """Those of some sessions that break something together with others, which break nothing by themselves."""
    if not sessions or not trials.fails([*others, *sessions]):
        return []
    if len(sessions) == 1:
        return list(sessions)
    first, second = _halves(sessions)
    found = _together(trials, first, others)
    return [*found, *_together(trials, second, [*others, *(one for one in first if one not in found)])]


def _halves(sessions: Sequence[Session]) -> tuple[Sequence[Session], Sequence[Session]]:
    middle = len(sessions) // 2
    return sessions[:middle], sessions[middle:]


class _Trials:
    """Runs of a plan on the lines of some sessions, in a database of their own."""

    def __init__(self, data: Path, plan: Plan) -> None:
        self._data = data
        self._models = {model.name: model for model in plan.models if "." not in model.name}
        self._tests = {test.name: test for test in plan.tests if "." not in test.name}
        parents = plan.parents()
        self._parents = {name: parents[name] & self._models.keys() for name in [*self._models, *self._tests]}
        self._steps = list(self._parents)
        self._sessions: list[Session] = []
        self._connection = duckdb.connect()

    def __enter__(self) -> _Trials:
        connection = self._connection
        connection.execute(NO_BAR)
        connection.execute("set global TimeZone = 'UTC'")
        connection.execute(f"attach {text_of(warehouse_path(self._data))} as built (read_only)")
        connection.execute("attach ':memory:' as warehouse")
        found = "select schema_name, table_name from duckdb_tables() where database_name = 'built'"
        for schema, table in connection.execute(found).fetchall():
            connection.execute(f"create schema if not exists warehouse.{name_of(schema)}")
            if schema == "seeds":
                named = f"{name_of(schema)}.{name_of(table)}"
                connection.execute(f"create table warehouse.{named} as from built.{named}")
        show_landing(connection, self._data, "warehouse.landing")
        withhold(connection, self._data, "warehouse.landing", ())
        asked = " union ".join(
            f"select {text_of(table)}, host, account, {session} from warehouse.landing.{table}"
            for table, session in SESSION_OF.items()
        )
        self._sessions = [Session(*row) for row in connection.execute(f"{asked} order by all").fetchall()]
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def sessions(self) -> list[Session]:
        """All that are landed, in order."""
        return self._sessions

    def ask_only(self, step: str) -> None:
        """Run no more than a model or test needs."""
        needed = {step}
        while more := {parent for name in needed for parent in self._parents[name]} - needed:
            needed |= more
        self._steps = [name for name in self._parents if name in needed]

    def ask_all(self) -> None:
        """Run all models and tests."""
        self._steps = list(self._parents)

    def fails(self, sessions: Iterable[Session]) -> _Broken | None:
        """What goes wrong with these sessions alone; None where nothing does."""
        kept = set(sessions)
        left_out = [one for one in self._sessions if one not in kept]
        withhold(self._connection, self._data, "warehouse.landing", left_out)
        for name in TopologicalSorter({name: self._parents[name] for name in self._steps}).static_order():
            try:
                if name in self._models:
                    self._make(self._models[name])
                elif self._finds(self._tests[name]):
                    return _Broken(name, name)
            except duckdb.Error as error:
                return _Broken(name, f"{name}: {told(str(error))}")
        return None

    def _make(self, model: Model) -> None:
        what = "view" if model.materialized == "view" else "table"
        self._connection.execute(f"create or replace {what} {model.relation} as ({model.sql})")

    def _finds(self, test: DataTest) -> bool:
        return self._connection.execute(f"select 1 from ({test.sql}) limit 1").fetchone() is not None
