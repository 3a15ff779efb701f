"""The rows that differ since the last refresh.

Rows of one group of sessions (int_session_links) are made of the lines of that group alone. So the plan's SQL is run as
it is on a small database in memory, which holds only the lines of those groups that have grown, and then their rows are
replaced in the warehouse.

    fresh   what is made of the lines of new batches alone
    delta   what is made of the lines of touched groups
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from uuid import uuid4

import duckdb

from fleetledger.warehouse.changes import DELTA, LATER, Changes, WholeNeeded, of_lines, readers, roles
from fleetledger.warehouse.plan import DataTest, Key, Model, Plan

LINKS = "int_session_links"
REPEATED = "int_claude_code_repeated_tool_ids"
LINES, BLOCKS, TITLES = "stg_claude_code__lines", "stg_claude_code__content_blocks", "stg_claude_code__titles"
FILE_LINES = "stg_claude_code__file_lines"
MU_EVENTS = "stg_mu__events"
RECORDS = ("stg_otel__log_records", "stg_otel__metric_points")
OWN_TITLES = "delta.main.own_titles"
CONCERNED = "temp.main.concerned"


class Changed(IntEnum):
    """What differs of a model: nothing; rows of sessions that are known; or rows of any."""

    NOTHING = 0
    ROWS = 1
    ANYTHING = 2


class TestFailed(Exception):
    """A test found something; the message is its name."""


def note_complete(connection: duckdb.DuckDBPyConnection, landing: str) -> str:
    """Note that the tables of the attached warehouse are of one build, of what the schema `landing` shows; its id."""
    build_id = uuid4().hex
    connection.execute(f"create or replace table warehouse.main.built_from as from {landing}.inputs")
    connection.execute(
        f"create or replace table warehouse.main.build_state as select true as is_complete, '{build_id}' as build_id"
    )
    return build_id


class Delta:
    """The rows that differ, made anew, in a connection; `close` forgets them.

    `roles` say what was done with each model of the plan, `has_rows` whether any log has grown, or a source has come or
    gone that has no line yet; `build_before` and `build_id` name what the warehouse was before and what it is now.
    Sessions whose lines are new, and their groups, are `touched`; those that are `concerned` besides have no new lines,
    but something is told of them elsewhere. `here` names the models of which rows are made of touched sessions, and
    `empty` those of them that have none.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        plan: Plan,
        build_before: str,
        changed: Changes,
        harmless: set[str],
    ) -> None:
        self.connection = connection
        self.plan = plan
        self.models = {model.name: model for model in plan.models}
        self.parents = plan.parents()
        self.has_rows = bool(changed.logs or harmless & changed.inputs)
        self.roles = roles(plan, self.parents, changed, harmless)
        self.of_lines = of_lines(plan, self.parents, self.roles)
        self.changed: dict[str, Changed] = {}
        self.here: set[str] = set()
        self.empty: set[str] = set()
        self.concerns_others: bool | None = None
        self.nothing_new: set[str] = set()
        self.build_before = build_before
        self.build_id = build_before
        # New lines come to models by those that are made of them; a test that reads lines reads all.
        self._news = {
            name: tables - changed.logs if name in self.models else tables
            for name, tables in readers(plan, changed).items()
        }
        self._harmless = harmless
        self._keys: dict[tuple[str, str], str] = {}
        self._later: dict[str, str] = {}
        self._concerned: dict[str, str] = {}
        self.execute("create table delta.main.touched (session_id varchar)")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def execute(self, query: str) -> duckdb.DuckDBPyConnection:
        """Run a statement."""
        return self.connection.execute(query)

    def finds(self, query: str) -> bool:
        """Whether a query gives a row."""
        return self.execute(f"{query} limit 1").fetchone() is not None

    def sql(self, model: Model, database: str) -> str:
        """A model's SQL on the tables of a database, and on what is landed now."""
        return self.sql_on(model, {name: other.named(database) for name, other in self.models.items()})

    def sql_on(self, model: Model | DataTest, places: Mapping[str, str]) -> str:
        """The SQL of a model or test with other tables in the place of those of some models, on what is landed now."""
        sql = model.sql
        for name, place in places.items():
            sql = sql.replace(self.models[name].relation, place)
        return sql.replace('"warehouse"."landing"', '"fresh"."landing"')

    def is_read_by_delta(self, name: str) -> bool:
        """Whether a model of which rows of touched sessions are made reads this one."""
        return any(name in self.parents[other] and role == DELTA for other, role in self.roles.items())

    def tells_kept(self, model: Model) -> bool:
        """Whether a model is read by one that is kept by sessions, to which it matters which of its rows differ."""
        return any(model.name in self.parents[name] and self.models[name].kind() != "whole" for name in self.models)

    def rows(self, name: str) -> str:
        """Where the rows of a model are that were made of some sessions."""
        return self._later.get(name) or self.models[name].named("delta")

    def has(self, name: str) -> bool:
        """Whether rows of a model were made of some sessions."""
        return name in self.here or name in self._later

    def make_later(self, name: str) -> str:
        """Where the rows of a model are to be made that needs what was made of everything.

        They are of the sessions that are concerned so far: others may come, of which it has no rows then.
        """
        number = len(self._later)
        self._later[name] = f"temp.main.later_{number}"
        if self.concerns_more():
            self.execute(f"create temp table concerned_{number} as from {CONCERNED}")
            self._concerned[name] = f"temp.main.concerned_{number}"
        return self._later[name]

    def news(self, step: Model | DataTest) -> Changed:
        """What a model or test reads that differs, before any model is asked."""
        read = self._news.get(step.name, set())
        if read - self._harmless:
            return Changed.ANYTHING
        return Changed.ROWS if read or "current_timestamp" in step.sql else Changed.NOTHING

    def concerns_more(self) -> bool:
        """Whether sessions are concerned that are not touched."""
        if self.concerns_others is None:
            self.concerns_others = self.finds(f"from {CONCERNED} anti join delta.main.touched using (session_id)")
        return self.concerns_others

    def note_empty(self) -> None:
        """Note which of the tables of touched sessions' lines have no row."""
        self.empty = {
            name
            for name in self.here
            if self.models[name].kind() == "batch" and not self.finds(f"from {self.rows(name)}")
        }

    def is_made_of_nothing(self, model: Model) -> bool:
        """Whether a model of which rows are of some sessions reads nothing of those: then it says nothing of them."""
        return model.key() is not None and bool(self.parents[model.name]) and self.parents[model.name] <= self.empty

    def note_keys(self) -> None:
        """Note the keys of the rows to be replaced: those of touched sessions, as they were and as they are.

        Raises WholeNeeded where the model that says whose rows are is made of everything, and they are not.
        """
        for name, role in self.roles.items():
            key = self.models[name].key()
            if role not in (DELTA, LATER) or key is None or key.model is None:
                continue
            if self.roles[key.model] == LATER and role == DELTA:
                raise WholeNeeded(f"whose rows of {name} are has to be told of everything")
            if (key.model, key.model_column) in self._keys or self.roles[key.model] == LATER:
                continue
            of, table = self.models[key.model], f"delta.main.keys_{len(self._keys)}"
            self._keys[key.model, key.model_column] = table
            self.execute(f"""
                create table {table} as
                select {key.model_column} as key from {of.relation}
                where session_id in (select session_id from delta.main.touched)
                union
                select {key.model_column} from {of.named("delta")}
            """)

    def knows_keys(self, model: Model) -> bool:
        """Whether the rows of a model that are of some sessions can be found."""
        key = model.key()
        if key is None or key.model is None:
            return key is not None
        return not self.has_rows or (key.model, key.model_column) in self._keys

    def is_replaced(self, model: Model) -> str:
        """The condition, for SQL, that a row of a model is among those that were made anew."""
        if model.name in self._concerned:
            return self.is_of(model, self._concerned[model.name])
        key = model.key() or Key("session_id", None, "session_id")
        if key.model is None:
            return f"{key.column} in (select session_id from delta.main.touched)"
        return f"{key.column} in (select key from {self._keys[key.model, key.model_column]})"

    def is_of(self, model: Model, sessions: str = CONCERNED) -> str:
        """The condition, for SQL, that a row of a model is of sessions in a table, as it was or as it is."""
        key = model.key() or Key("session_id", None, "session_id")
        among = f"in (select session_id from {sessions})"
        if key.model is None:
            return f"{key.column} {among}"
        keys = f"select {key.model_column} from {self.models[key.model].relation} where session_id {among}"
        if (key.model, key.model_column) in self._keys:
            keys += f" union select key from {self._keys[key.model, key.model_column]}"
        return f"{key.column} in ({keys})"
