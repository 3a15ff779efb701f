"""The plan of a build: the SQL that dbt ran, to be run again without dbt where only what is landed has changed.

dbt takes ten seconds and more for what is the same each time: it imports itself, reads the project, renders each model
and looks up what is there. A plan is what comes of that. It holds for one project, byte for byte, and for the warehouse
that dbt made from it, whose tables are there, with their types and comments, and only need to be filled (refill).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.files import write_file


class Model(NamedTuple):
    """A model: its place in the warehouse, quoted for SQL, how dbt materialized it, and its select."""

    name: str
    relation: str
    materialized: str
    sql: str


class DataTest(NamedTuple):
    """A data test: a select of what is wrong."""

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
