"""Making tables anew of everything that is landed, but those that hold all the same what a template has of nothing."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from fleetledger.warehouse.changes import Changes, NothingBuilt, changes, readers
from fleetledger.warehouse.delta import TestFailed
from fleetledger.warehouse.plan import DataTest, Model, Plan

TEMPLATE = "template"
"""The build that the empty warehouse of a template is, until its first table is filled."""


def changes_since_template(connection: duckdb.DuckDBPyConnection, landing: str) -> Changes | None:
    """What is landed that was not when the attached warehouse was made, if nobody has filled any of its tables yet."""
    if connection.execute("from warehouse.main.build_state").fetchone() != (False, TEMPLATE):
        return None
    try:
        found = changes(connection, landing)
    except NothingBuilt:
        return None
    # What is withheld is told of in words of its own, beside the lines that are left.
    return None if "withheld" in found.inputs else found


class Filling:
    """Fills tables and runs tests, each after those that it reads, and leaves out what nothing has changed for.

    `changed` is what has changed since all tables were made; None where that is not known, or too much.
    """

    def __init__(self, plan: Plan, parents: Mapping[str, set[str]], changed: Changes | None) -> None:
        self._parents = parents
        self._knows = changed is not None
        self._reads = readers(plan, changed) if changed else {}
        self._unchanged: set[str] = set()

    def fill(self, model: Model, cursor: duckdb.DuckDBPyConnection) -> None:
        """Empty and fill the table of a model."""
        if self._is_unchanged(model):
            self._unchanged.add(model.name)
        elif model.materialized != "view":
            ((before,),) = cursor.execute(f"truncate {model.relation}").fetchall()
            ((after,),) = cursor.execute(f"insert into {model.relation} by name ({model.sql})").fetchall()
            if not before and not after:
                self._unchanged.add(model.name)

    def test(self, test: DataTest, cursor: duckdb.DuckDBPyConnection) -> None:
        """Run a test. Raises TestFailed."""
        if not self._is_unchanged(test) and cursor.execute(f"select 1 from ({test.sql}) limit 1").fetchone():
            raise TestFailed(test.name)

    def _is_unchanged(self, step: Model | DataTest) -> bool:
        reads_news = step.name in self._reads or "current_timestamp" in step.sql
        return self._knows and not reads_news and self._parents[step.name] <= self._unchanged
