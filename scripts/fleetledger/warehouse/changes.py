"""What has changed since the warehouse was made, and which models that concerns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import NamedTuple

import duckdb

from fleetledger.sources.fleets import FLEETS
from fleetledger.warehouse.plan import DataTest, Model, Plan

LOG_TABLES = {fleet.table for fleet in FLEETS.values()}
STAGED = {
    "claude_code_lines": "stg_claude_code__lines",
    "claude_code_files": "stg_claude_code__file_lines",
    "mu_events": "stg_mu__events",
    "otel_requests": "stg_otel__lines",
}
"""The models that hold a row a landed line, by the landing table that they read."""

BATCH, DELTA, LATER, WHOLE, SAME, VIEW = "batch", "delta", "later", "whole", "same", "view"
"""What a refresh does with a model: adds rows of new lines; replaces rows of touched sessions; makes it anew of all
that is there; leaves it as it is; or it is a view. Of what is made `later`, what it reads will tell."""


class WholeNeeded(Exception):
    """The rows of some sessions are not all that has to be made anew; the message says why."""


class NothingBuilt(WholeNeeded):
    """There is no whole build to bring up to date."""


class Changes(NamedTuple):
    """What is landed now and was not when the warehouse was made, and the other way round.

    `added` and `gone` are ids of batches of sessions' lines by their table; `inputs` are the other tables of the schema
    landing, and the seeds, whose rows differ.
    """

    added: Mapping[str, list[str]]
    gone: Mapping[str, list[str]]
    inputs: frozenset[str]

    @property
    def logs(self) -> set[str]:
        """The tables of lines of sessions that differ."""
        return {table for table in STAGED if self.added[table] or self.gone[table]}


def changes(connection: duckdb.DuckDBPyConnection, landing: str) -> Changes:
    """Compare the schema `landing`, which shows what is landed now, with what the attached warehouse was made of.

    Raises NothingBuilt where nothing tells what that was.
    """
    noted = "select 1 from duckdb_tables() where database_name = 'warehouse' and table_name = 'built_from'"
    if not connection.execute(noted).fetchone():
        raise NothingBuilt("nothing tells what the tables were made of")
    now, then = f"(from {landing}.inputs)", "(from warehouse.main.built_from)"
    added = connection.execute(f"{now} except {then} order by all").fetchall()
    gone = connection.execute(f"{then} except {now} order by all").fetchall()
    return Changes(
        {table: [name for one, name, _ in added if one == table] for table in STAGED},
        {table: [name for one, name, _ in gone if one == table] for table in STAGED},
        frozenset(one for one, *_ in [*added, *gone] if one not in STAGED),
    )


def only_of_new_logs(connection: duckdb.DuckDBPyConnection, plan: Plan, landing: str) -> bool:
    """Whether those sources of logs that came, went or changed are sources of no line that is staged yet."""
    now, then = f"(from {landing}.inputs)", "(from warehouse.main.built_from)"
    changed = f"select name from (({now} except {then}) union all ({then} except {now})) where input = 'sources'"
    relations = {model.name: model.relation for model in plan.models}
    return not any(
        connection.execute(
            f"select 1 from {relations[staged]} where concat_ws('/', host, fleet, account) in ({changed}) limit 1"
        ).fetchone()
        for staged in STAGED.values()
    )


def roles(plan: Plan, parents: Mapping[str, set[str]], changed: Changes, harmless: Collection[str]) -> dict[str, str]:
    """What a refresh has to do with each model, in the order in which models can be made.

    `parents` are the plan's, `harmless` those inputs whose change concerns the lines of new batches alone. Of a model
    that reads what else has changed, or what is made of everything, what is in that decides (LATER). Raises WholeNeeded
    where what is made once a batch has to be made anew.
    """
    if "withheld" in changed.inputs:
        raise WholeNeeded("other sessions are withheld")
    models = {model.name: model for model in plan.models}
    news = readers(plan, changed)
    found: dict[str, str] = {}
    concerned: set[str] = set()
    tainted: set[str] = set()
    for name in TopologicalSorter({name: parents[name] for name in models}).static_order():
        model = models[name]
        read = news.get(name, set())
        if read or parents[name] & concerned or "current_timestamp" in model.sql:
            concerned.add(name)
        if read - changed.logs - set(harmless) or parents[name] & tainted:
            tainted.add(name)
        found[name] = _role(model, name in concerned, name in tainted)
        if found[name] == LATER:
            tainted.add(name)
    return found


def readers(plan: Plan, changed: Changes) -> dict[str, set[str]]:
    """The models and tests that read what has changed themselves, and which inputs that is."""
    inputs = changed.inputs | changed.logs
    if changed.logs or changed.inputs & {"scanned_batches", *LOG_TABLES}:
        inputs |= {"batches"}
    steps: list[Model | DataTest] = [*plan.models, *plan.tests]
    read = {step.name: {table for table in inputs if _reads(step, table)} for step in steps}
    return {name: tables for name, tables in read.items() if tables}


def of_lines(plan: Plan, parents: Mapping[str, set[str]], order: Iterable[str]) -> list[str]:
    """The models that are made of landed lines alone: once a batch, and look-ups of what those say, in order."""
    models = {model.name: model for model in plan.models}
    found: list[str] = []
    for name in order:
        looks_up = models[name].kind() == "lookup" and parents[name] and parents[name] <= {*found}
        if models[name].kind() == "batch" or looks_up:
            found.append(name)
    return found


def _reads(step: Model | DataTest, table: str) -> bool:
    return any(f'"warehouse"."{schema}"."{table}"' in step.sql for schema in ("landing", "seeds"))


def _role(model: Model, is_concerned: bool, is_tainted: bool) -> str:
    if model.materialized == "view":
        return VIEW
    if not is_concerned:
        return SAME
    if model.kind() == "batch":
        if is_tainted:
            raise WholeNeeded(f"what {model.name} is made of has changed for lines that are staged")
        return BATCH
    return LATER if is_tainted or model.kind() == "whole" else DELTA
