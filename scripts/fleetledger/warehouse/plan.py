"""The plan of a build: the SQL that dbt ran, to be run again without dbt where only what is landed has changed.

dbt takes half a minute and more for what is the same each time: it imports itself, reads the project, renders each
model and looks up what is there. A plan is what comes of that. It holds for one project, byte for byte, and for the
warehouse that dbt made from it, whose tables are there, with their types and comments, and only need to be filled
(refill).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.files import write_file

KINDS = ("batch", "kept", "lookup", "whole")
"""What `refill` says where it names no column."""


class Key(NamedTuple):
    """A column, for SQL, that tells whose a row is; where that is no session, the model whose column says whose the
    values are.

    >>> Model("checks", "", "table", "", "task_id of int_tasks").key()
    Key(column='task_id', model='int_tasks', model_column='task_id')
    >>> Model("sessions", "", "table", "", "session_id").key()
    Key(column='session_id', model=None, model_column='session_id')
    >>> Model("activity", "", "table", "", "session_id or none").key()
    Key(column="coalesce(session_id, '')", model=None, model_column='session_id')
    """

    column: str
    model: str | None
    model_column: str


class Model(NamedTuple):
    """A model: its place in the warehouse, quoted for SQL, how dbt materialized it, its select, its refill and slice.

    `refill` is what the model's YAML says in its meta, None (`whole`) where it says nothing:

    - `batch`: each row is made of one landed line alone, and names it (line_id); it reads no other models than such
      ones and look-ups of what they say
    - `session_id`, or another column: rows are made of the lines of one group of sessions, which share lines, alone;
      those of a session are found by this column; `task_id of int_tasks` where the ids of a session stand in int_tasks,
      which has session ids, and `task_id of int_tasks.id` where the column has another name there;
      `session_id or none` where what has no session is of the one that is called '' by what it is made of
    - `kept`: as those, but what one session alone makes true stays true, so that rows are only ever added
    - `lookup`: rows say what is so of values that rows of its parents name (what a request costs), so that it is right
      for the rows of some sessions, too; `lookup numbered by id` where a column only numbers them
    - `whole`: all else; made anew of everything

    A table that was made anew and is as it was concerns nobody. One that differs concerns, of what is kept by sessions,
    those of the rows that differ: what such a model reads of one that is made in whole, it reads by its own sessions or
    tasks, where that has a column `session_id` or `task_id`; where it has none, it is made in whole itself.

    `slice` is how a mart without sessions is cut where a part of the marts is published (slices).
    """

    name: str
    relation: str
    materialized: str
    sql: str
    refill: str | None = None
    slice: str | None = None

    def kind(self) -> str:
        """What `refill` says where it names no column of sessions; `key` where it does."""
        word = str(self.refill or "whole").partition(" ")[0]
        return word if word in KINDS else "key"

    def number(self) -> str | None:
        """The column that only numbers the rows of a look-up."""
        return str(self.refill).partition(" numbered by ")[2] or None

    def key(self) -> Key | None:
        """How the rows of a session are found, None where `refill` names no column."""
        if self.kind() != "key":
            return None
        named, _, of = str(self.refill).partition(" of ")
        column, _, none = named.partition(" or ")
        model, _, other = of.partition(".")
        return Key(f"coalesce({column}, '')" if none else column, model or None, other or column)

    def named(self, database: str) -> str:
        """The model's place in another database."""
        return database + self.relation[self.relation.index(".") :]


class DataTest(NamedTuple):
    """A data test: a select of what is wrong. The name of one of a package has the package's before it."""

    name: str
    sql: str


class Plan(NamedTuple):
    """What a build by dbt made, and what it tested."""

    models: list[Model]
    tests: list[DataTest]

    def parents(self) -> dict[str, set[str]]:
        """The models that stand in the SQL of each model and test, by their names."""
        steps: list[Model | DataTest] = [*self.models, *self.tests]
        return {
            step.name: {model.name for model in self.models if model.name != step.name and model.relation in step.sql}
            for step in steps
        }


def write_plan(data: Path, plan: Plan) -> None:
    """Keep the plan of a build beside the warehouse in `data` that it made."""
    write_file(plan_path(data), json.dumps(plan))


def read_plan(data: Path) -> Plan | None:
    """The plan of the last build by dbt in `data`; None where none was kept, or none that this version can read."""
    try:
        models, tests = json.loads(plan_path(data).read_bytes())
        return Plan([Model(*model) for model in models], [DataTest(*test) for test in tests])
    except (OSError, ValueError, TypeError):
        return None


def plan_path(data: Path) -> Path:
    """Where the plan of the warehouse in `data` stands."""
    return data / "plan.json"
