"""Bringing the warehouse to what is landed now by what differs, in one transaction: a kill leaves what was there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import duckdb

from fleetledger.warehouse.changes import (
    BATCH,
    DELTA,
    SAME,
    VIEW,
    WHOLE,
    NothingBuilt,
    changes,
    only_of_new_logs,
)
from fleetledger.warehouse.delta import (
    CONCERNED,
    LINKS,
    OWN_TITLES,
    TITLES,
    Changed,
    Delta,
    TestFailed,
    note_complete,
)
from fleetledger.warehouse.landing_views import copy_landing, show_landing
from fleetledger.warehouse.plan import DataTest, Model, Plan
from fleetledger.warehouse.touched import close_over_groups, gather, stage, touch
from fleetledger.warehouse.transactions import transaction

Work = Callable[[duckdb.DuckDBPyConnection], None]
Run = Callable[[Mapping[str, Work], Mapping[str, set[str]]], None]

MADE, DIFFERING = "temp.main.made", "temp.main.differing"

MOST_SESSIONS, MOST_SHARE = 200, 0.2
"""Above both, so many sessions and such a share of all, what concerns them is made anew of everything."""


def refresh_by_delta(
    connection: duckdb.DuckDBPyConnection, data: Path, plan: Plan, run: Run, step: Callable[[str], None]
) -> Delta:
    """Bring the attached `warehouse` of `data` to what is landed now; the rows that were replaced.

    `run` does work by name, each after those that it names. Raises WholeNeeded where this is not the way, and
    TestFailed; both leave the warehouse as it was.
    """
    _attach(connection, plan, "fresh")
    _attach(connection, plan, "delta")
    build_before = _last_build(connection)
    show_landing(connection, data, "fresh.landing")
    changed = changes(connection, "fresh.landing")
    harmless = {"sources"} if only_of_new_logs(connection, plan, "fresh.landing") else set()
    delta = Delta(connection, plan, build_before, changed, harmless)
    if delta.has_rows:
        stage(delta, data, changed)
        touch(delta)
        gather(delta)
        run(*_works(delta))
        delta.note_keys()
    delta.execute(f"create temp table {CONCERNED.rpartition('.')[2]} as from delta.main.touched")
    _replace(delta, data, step)
    return delta


def _last_build(connection: duckdb.DuckDBPyConnection) -> str:
    """The id of the build that the warehouse is. Raises NothingBuilt where it is empty, or not one whole build."""
    if connection.execute("select is_complete from warehouse.main.build_state").fetchone() != (True,):
        raise NothingBuilt("nothing was built yet, or not to its end")
    ((build_id,),) = connection.execute("select build_id from warehouse.main.build_state").fetchall()
    return str(build_id)


def _attach(connection: duckdb.DuckDBPyConnection, plan: Plan, database: str) -> None:
    connection.execute(f"attach ':memory:' as {database}")
    for schema in sorted({model.relation.split(".")[1] for model in plan.models}):
        connection.execute(f"create schema {database}.{schema}")


def _works(delta: Delta) -> tuple[dict[str, Work], dict[str, set[str]]]:
    """What makes the tables of touched sessions in `delta`, by model, and which of them come before each."""
    # What has not changed is asked for touched sessions all the same, but for what is looked up.
    made = {
        name
        for name, role in delta.roles.items()
        if role in (DELTA, VIEW) or (role == SAME and delta.models[name].key())
    } - {*delta.of_lines}
    delta.here |= made
    delta.note_empty()
    places = {name: delta.rows(name) for name in delta.here}
    works: dict[str, Work] = {}
    for name in delta.roles:
        if name in made:
            model = delta.models[name]
            sql = delta.sql_on(model, places)
            if name == LINKS:
                sql = sql.replace(delta.models[TITLES].named("delta"), OWN_TITLES)
            works[name] = partial(_look_up if model.kind() == "lookup" else _make, delta, model, sql)
    return works, {name: delta.parents[name] & works.keys() for name in works}


def _make(delta: Delta, model: Model, sql: str, cursor: duckdb.DuckDBPyConnection) -> None:
    if model.materialized == "view":
        cursor.execute(f"create view {model.named('delta')} as ({sql})")
        return
    if delta.is_made_of_nothing(model):
        sql = f"from {model.relation} limit 0"
    kept = f" union (from {model.relation})" if model.kind() == "kept" else ""
    ((rows,),) = cursor.execute(f"create table {model.named('delta')} as ({sql}){kept}").fetchall()
    if not rows:
        delta.empty.add(model.name)


def _look_up(delta: Delta, model: Model, sql: str, cursor: duckdb.DuckDBPyConnection) -> None:
    """Make a look-up of what touched sessions name, and note whether all that it says is known.

    What looks that up alone then says nothing new, either.
    """
    changing = {name for name in delta.parents[model.name] if delta.roles[name] != SAME}
    if changing <= delta.nothing_new:
        cursor.execute(f"create view {model.named('delta')} as from {model.relation}")
        delta.nothing_new.add(model.name)
        return
    cursor.execute(f"create table {model.named('delta')} as ({sql})")
    told = f"* exclude ({model.number()})" if model.number() else "*"
    more = f"select {told} from {model.named('delta')} except select {told} from {model.relation}"
    if not cursor.execute(f"({more}) limit 1").fetchone():
        delta.nothing_new.add(model.name)
        # Its rows have other numbers there, which what looks up both go by.
        cursor.execute(f"drop table {model.named('delta')}")
        cursor.execute(f"create view {model.named('delta')} as from {model.relation}")


def _replace(delta: Delta, data: Path, step: Callable[[str], None]) -> None:
    """Replace the rows of touched sessions, make what is made in whole, and test it, in one transaction."""
    connection = delta.connection
    # DuckDB then writes the tables at the commit, and no log of them before.
    delta.execute("set checkpoint_threshold = '1KB'")
    with transaction(connection):
        copy_landing(connection, data, "fresh.landing", "warehouse.landing")
        for name in delta.roles:
            read = [delta.news(delta.models[name]), *(delta.changed[parent] for parent in delta.parents[name])]
            delta.changed[name] = _bring_up_to_date(delta, delta.models[name], max(read))
            step(name)
        for test in delta.plan.tests:
            _test(delta, test)
            step(test.name)
        delta.build_id = note_complete(connection, "fresh.landing")


def _bring_up_to_date(delta: Delta, model: Model, read: Changed) -> Changed:
    """Bring a model's table to what its parents say, of which `read` is what differs; what differs of it."""
    role = delta.roles[model.name]
    if role == BATCH:
        return _add_lines(delta, model)
    if role == DELTA and model.kind() == "kept":
        delta.execute(
            f"insert into {model.relation} by name (from {delta.rows(model.name)} except from {model.relation})"
        )
        return Changed.ROWS
    if role == DELTA and model.kind() != "lookup":
        return _replace_rows(delta, model)
    if role == VIEW:
        return read
    says_no_more = model.name in delta.of_lines and model.name in delta.nothing_new
    if read == Changed.NOTHING or says_no_more:
        delta.roles[model.name] = SAME
        return Changed.NOTHING
    if read == Changed.ROWS and delta.knows_keys(model):
        return _make_later(delta, model)
    return _make_whole(delta, model, read)


def _add_lines(delta: Delta, model: Model) -> Changed:
    """Add what was made of new lines; take away that of vanished ones; let moved ones say where they lie now."""
    if delta.finds("select 1 from fresh.main.vanished"):
        delta.execute(f"delete from {model.relation} where line_id in (select line_id from fresh.main.vanished)")
    if delta.finds("select 1 from fresh.main.moved") and "batch_id" in _columns(delta, model):
        delta.execute(f"""
            update {model.relation} as held set batch_id = moved.batch_id
            from fresh.main.moved where held.line_id = moved.line_id
        """)
    delta.execute(f"insert into {model.relation} by name from {model.named('fresh')}")
    return Changed.ROWS


def _replace_rows(delta: Delta, model: Model) -> Changed:
    is_replaced = delta.is_replaced(model)
    ((gone,),) = delta.execute(f"delete from {model.relation} where {is_replaced}").fetchall()
    if model.name in delta.empty:
        return Changed.ROWS if gone else Changed.NOTHING
    delta.execute(f"insert into {model.relation} by name from {delta.rows(model.name)} where {is_replaced}")
    return Changed.ROWS


def _make_later(delta: Delta, model: Model) -> Changed:
    """Replace the rows of the sessions that are concerned, of parents some of which were made of everything."""
    parents = delta.parents[model.name]
    if delta.concerns_more():
        # Tables are brought up to date before those that read them.
        kept = {name for name in parents if delta.models[name].key()}
        places = {
            name: f"(select * from {delta.models[name].relation} where {delta.is_of(delta.models[name])})"
            for name in kept
        }
    elif delta.has_rows:
        places = {name: delta.rows(name) for name in parents if delta.has(name)}
    else:
        delta.roles[model.name] = SAME
        return Changed.NOTHING
    sql = delta.sql_on(model, places)
    rows = delta.make_later(model.name)
    delta.execute(f"create temp table {rows.rpartition('.')[2]} as from {model.relation} limit 0")
    delta.execute(f"insert into {rows} by name ({sql})")
    delta.roles[model.name] = DELTA
    return _replace_rows(delta, model)


def _make_whole(delta: Delta, model: Model, read: Changed) -> Changed:
    """Make a table anew of everything; what differs of it, where anything asks for that."""
    if not delta.tells_kept(model):
        _fill(delta, model, f"by name ({delta.sql_on(model, {})})")
        return Changed.ANYTHING
    delta.execute(f"create or replace temp table {MADE.rpartition('.')[2]} as from {model.relation} limit 0")
    delta.execute(f"insert into {MADE} by name ({delta.sql_on(model, {})})")
    delta.execute(f"""
        create or replace temp table {DIFFERING.rpartition(".")[2]} as
        (from {model.relation} except all from {MADE}) union all (from {MADE} except all from {model.relation})
    """)
    if not delta.finds(f"from {DIFFERING}"):
        delta.roles[model.name] = SAME
        return Changed.NOTHING
    _fill(delta, model, f"from {MADE}")
    if model.kind() == "lookup" and read == Changed.ROWS:
        # What it says of other values is what it said.
        return Changed.ROWS
    return _concern(delta, model)


def _fill(delta: Delta, model: Model, rows: str) -> None:
    delta.execute(f"truncate {model.relation}")
    delta.execute(f"insert into {model.relation} {rows}")
    delta.roles[model.name] = WHOLE


def _concern(delta: Delta, model: Model) -> Changed:
    """Note of which sessions the differing rows of a table are; whether that can be told of them."""
    sessions = _sessions(delta, model)
    if sessions is None:
        return Changed.ANYTHING
    before = _count(delta, CONCERNED)
    delta.execute(f"""
        insert into {CONCERNED}
        select distinct session_id from ({sessions})
        where session_id is not null and session_id not in (from {CONCERNED})
    """)
    if _count(delta, CONCERNED) > before:
        close_over_groups(delta, CONCERNED)
        delta.concerns_others = None
    count, of_all = _count(delta, CONCERNED), _count(delta, delta.models["int_sessions"].relation)
    return Changed.ANYTHING if count > MOST_SESSIONS and count > MOST_SHARE * of_all else Changed.ROWS


def _sessions(delta: Delta, model: Model) -> str | None:
    """A query for the sessions of the differing rows of a model; None where they do not say."""
    columns, key = _columns(delta, model), model.key()
    if "session_id" in columns:
        return f"select session_id from {DIFFERING}"
    if key and key.model:
        column, of, of_column = key.column, delta.models[key.model], key.model_column
    elif "task_id" in columns:
        column, of, of_column = "task_id", delta.models["int_tasks"], "task_id"
    else:
        return None
    return f"select session_id from {of.relation} where {of_column} in (select {column} from {DIFFERING})"


def _count(delta: Delta, table: str) -> int:
    ((count,),) = delta.execute(f"select count(*) from {table}").fetchall()
    return int(count)


def _columns(delta: Delta, model: Model) -> list[str]:
    return [name for name, *_ in delta.execute(f"describe {model.relation}").fetchall()]


def _test(delta: Delta, test: DataTest) -> None:
    """Run a test where its tables differ from what they were: on the rows of touched sessions where those are all."""
    asked = delta.parents[test.name]
    news = delta.news(test)
    if max([news, *(delta.changed[name] for name in asked)]) == Changed.NOTHING:
        return
    sql = test.sql
    if {delta.roles[name] for name in asked} == {DELTA} and news == Changed.NOTHING:
        sql = delta.sql_on(test, {name: _replaced(delta, delta.models[name]) for name in asked})
    if delta.finds(f"select 1 from ({sql})"):
        raise TestFailed(test.name)


def _replaced(delta: Delta, model: Model) -> str:
    """Where the rows of a model are that are of the same sessions as those of others that are asked for with it."""
    if delta.concerns_more() and model.key():
        return f"(select * from {model.relation} where {delta.is_of(model)})"
    return delta.rows(model.name)
