"""A refresh whose cost is that of the sessions that new lines touch.

Rows of one group of sessions (int_session_links) are made of the lines of that group alone. So the plan's SQL is run as
it is on a small database in memory, which holds only the lines of those groups that have grown, and then their rows are
replaced in the warehouse, in one transaction: a kill leaves what was there before.

    fresh   what is made of the lines of new batches alone
    delta   what is made of the lines of touched groups
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from uuid import uuid4

import duckdb

from fleetledger.base.paths import landing_dir
from fleetledger.warehouse.changes import (
    BATCH,
    DELTA,
    SAME,
    STAGED,
    WHOLE,
    Changes,
    NothingBuilt,
    WholeNeeded,
    changes,
    only_of_new_logs,
    roles,
)
from fleetledger.warehouse.landing_views import copy_landing, show_landing, show_logs
from fleetledger.warehouse.plan import DataTest, Model, Plan

Run = Callable[[Mapping[str, str], Mapping[str, set[str]]], None]

LINKS = "int_session_links"
REPEATED = "int_claude_code_repeated_tool_ids"
LINES, BLOCKS, TITLES = "stg_claude_code__lines", "stg_claude_code__content_blocks", "stg_claude_code__titles"
MU_EVENTS = "stg_mu__events"
OWN_TITLES = "delta.main.own_titles"
MU_SESSION = "host || '/' || daemon_id || '/' || logged_session_id"

MOST_LINES, MOST_SHARE = 20_000, 0.2
"""Above both, so many lines and such a share of all, the tables are made anew in whole: that takes less memory."""

GAP = 2048
"""How many rows may lie between two that are wanted before they are read apart: what DuckDB reads at once."""


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
    """The rows of touched sessions, made anew, in the database `delta` of a connection; `close` forgets them.

    `roles` say what was done with each model of the plan, `has_rows` whether any log has grown; `build_before` and
    `build_id` name what the warehouse was before and what it is now.
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
        self.has_rows = bool(changed.logs)
        self.roles = roles(plan, self.parents, changed, harmless)
        self.build_before = build_before
        self.build_id = build_before
        self._keys: dict[tuple[str, str], str] = {}

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def execute(self, query: str) -> duckdb.DuckDBPyConnection:
        """Run a statement."""
        return self.connection.execute(query)

    def finds(self, query: str) -> bool:
        """Whether a query gives a row."""
        return self.execute(f"{query} limit 1").fetchone() is not None

    def sql(self, model: Model, database: str, but: Iterable[str] = ()) -> str:
        """A model's SQL on the tables of a database, but for those of some models, and on what is landed now."""
        sql = model.sql
        for name, other in self.models.items():
            if name not in but:
                sql = sql.replace(other.relation, other.named(database))
        return sql.replace('"warehouse"."landing"', '"fresh"."landing"')

    def replaced(self) -> list[Model]:
        """The models of which rows are replaced by those in `delta`."""
        return [model for name, model in self.models.items() if self.roles[name] == DELTA and model.key()]

    def note_keys(self) -> None:
        """Note the keys of the rows to be replaced: those of touched sessions, as they were and as they are."""
        for key in filter(None, (model.key() for model in self.replaced())):
            if key.model is None or (key.model, key.model_column) in self._keys:
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

    def is_touched(self, model: Model) -> str:
        """The condition, for SQL, that a row of a model is to be replaced."""
        key = model.key()
        if key is None or key.model is None:
            return f"{key.column if key else 'session_id'} in (select session_id from delta.main.touched)"
        return f"{key.column} in (select key from {self._keys[key.model, key.model_column]})"


def refresh_by_delta(
    connection: duckdb.DuckDBPyConnection, data: Path, plan: Plan, run: Run, step: Callable[[str], None]
) -> Delta:
    """Bring the attached `warehouse` of `data` to what is landed now; the rows that were replaced.

    `run` executes statements by name, each after those that it names. Raises WholeNeeded where this is not the way, and
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
        _stage(delta, data, changed)
        _touch(delta)
        _gather(delta)
        run(*_statements(delta))
        delta.note_keys()
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


def _stage(delta: Delta, data: Path, changed: Changes) -> None:
    """Make in `fresh` what is made of each new line alone, and note what else became of lines.

    Compaction and rewriting put lines into other batches; those are `moved`. What is in no batch any more `vanished`.
    """
    files = {table: _files(delta, data, table, changed.added[table]) for table in STAGED}
    delta.execute("create table fresh.main.moved (line_id varchar, batch_id varchar)")
    delta.execute("create table fresh.main.vanished (line_id varchar)")
    for table in STAGED:
        if changed.gone[table]:
            _compare(delta, table, changed.gone[table], files[table])
    show_logs(delta.connection, "fresh.landing", {table: [*paths.values()] for table, paths in files.items()})
    for name in delta.roles:
        model = delta.models[name]
        if model.refill == "batch":
            delta.execute(f"""
                create table {model.named("fresh")} as
                select * from ({delta.sql(model, "fresh")})
                where line_id not in (select line_id from fresh.main.moved)
            """)


def _files(delta: Delta, data: Path, table: str, batches: list[str]) -> dict[str, Path]:
    """The files of batches, by their ids."""
    named = 'select batch_id, path from fresh.landing.batches where "table" = $1 and list_contains($2, batch_id)'
    found = delta.connection.execute(named, [table, batches]).fetchall()
    return {batch: landing_dir(data) / path for batch, path in found}


def _compare(delta: Delta, table: str, gone: list[str], files: dict[str, Path]) -> None:
    """Tell which lines of batches that are gone stand in new ones, and leave out of `files` those without other lines.

    A line is landed once: with its place, the time of that tells it from one that was written anew there since.
    """
    model = delta.models[STAGED[table]]
    show_logs(delta.connection, "fresh.landing", {table: [*files.values()]})
    delta.connection.execute(
        f"create temp table before as select line_id, landed_at from {model.relation}"
        " where list_contains($1, batch_id)",
        [gone],
    )
    listed = f"select line_id, landed_at, batch_id from ({delta.sql(model, 'fresh')})"
    delta.execute(f"create temp table listed as {listed}")
    delta.execute(
        "insert into fresh.main.moved select line_id, batch_id from listed semi join before using (line_id, landed_at)"
    )
    delta.execute(
        "insert into fresh.main.vanished select line_id from before anti join listed using (line_id, landed_at)"
    )
    other = "select distinct batch_id from listed anti join before using (line_id, landed_at)"
    with_others = {batch for (batch,) in delta.execute(other).fetchall()}
    for batch in files.keys() - with_others:
        del files[batch]
    delta.execute("drop table listed")
    delta.execute("drop table before")


def _touch(delta: Delta) -> None:
    """Note in `delta.main.touched` the sessions whose rows may differ: of each group with a new or vanished line, all.

    A title is of the session whose line it names: those two touch each other, but are no group.
    """
    links, repeated = delta.models[LINKS], delta.models[REPEATED].relation
    delta.execute(f"create table {links.named('fresh')} as ({delta.sql(links, 'fresh')})")
    vanished = "line_id in (select line_id from fresh.main.vanished)"
    delta.execute(f"""
        create temp table news as
        from {links.named("fresh")}
        union
        select * from {links.relation} where session_id in (
            select session_id from {delta.models[LINES].relation} where {vanished}
            union all
            select {MU_SESSION} from {delta.models[MU_EVENTS].relation} where {vanished}
            union all
            select session_id from {delta.models[TITLES].relation} where {vanished}
        )
    """)
    if delta.finds("from fresh.main.vanished") and delta.finds(f"from news semi join {repeated} using (link)"):
        # An id that was repeated may be so no more.
        raise WholeNeeded("lines that name tools by repeated ids have been written anew")
    delta.execute(f"""
        create table delta.main.touched as
        select session_id from news
        union
        select held.session_id from {links.relation} as held
        where
            held.link not in (select link from {repeated})
            and (
                held.link in (select link from news where link_kind <> 'title')
                or (held.link_kind <> 'title' and held.link in (select link from news))
            )
    """)
    while _join_groups(delta, links, repeated):
        pass
    total = f"select count(*) as lines, count(touched.session_id) as touched from {delta.models[LINES].relation}"
    ((lines, touched),) = delta.execute(f"{total} left join delta.main.touched using (session_id)").fetchall()
    if touched > MOST_LINES and touched > MOST_SHARE * lines:
        raise WholeNeeded(f"{touched:,} of {lines:,} lines are of sessions that have grown")


def _join_groups(delta: Delta, links: Model, repeated: str) -> bool:
    """Touch the sessions that share something with those that are touched; whether there were any."""
    of_touched = "session_id in (select session_id from delta.main.touched)"
    joining = f"link_kind <> 'title' and link not in (select link from {repeated})"
    ((count,),) = delta.execute(f"""
        insert into delta.main.touched
        select distinct session_id from {links.relation}
        where {joining} and not {of_touched} and link in (
            select link from {links.relation} where {joining} and {of_touched}
            union all
            select link from {links.named("fresh")} where {joining}
        )
    """).fetchall()
    return bool(count)


def _gather(delta: Delta) -> None:
    """Put the lines of touched sessions, and what was made of each, into `delta`."""
    lines, blocks, titles, events = (delta.models[name] for name in (LINES, BLOCKS, TITLES, MU_EVENTS))
    of_touched = "session_id in (select session_id from delta.main.touched)"
    standing = "line_id not in (select line_id from fresh.main.vanished)"
    _take(delta, lines, of_touched)
    _take(delta, blocks, f"line_id in (select line_id from {lines.named('delta')})")
    _take(delta, events, f"{MU_SESSION} in (select session_id from delta.main.touched)")
    # A title is among the links of its own session.
    delta.execute(f"""
        create table {OWN_TITLES} as
        from {titles.relation} where {of_touched} and {standing}
        union all
        from {titles.named("fresh")} where {of_touched}
    """)
    # With the session that it is about: here, or nowhere, so that it is about its own.
    _take(
        delta,
        titles,
        f"""
            leaf_uuid in (select line_uuid from {lines.named("delta")})
            or ({of_touched} and (
                leaf_uuid is null
                or leaf_uuid not in (
                    select line_uuid from {lines.relation} where line_uuid is not null and {standing}
                )
            ))
        """,
    )


def _take(delta: Delta, model: Model, where: str) -> None:
    """Put the rows of a staged table that hold a condition into `delta`: of those that are there, and of new ones."""
    delta.execute(f"create table {model.named('delta')} as from {model.relation} limit 0")
    standing = f"({where}) and line_id not in (select line_id from fresh.main.vanished)"
    places = _places(delta, model.relation, standing)
    if places:
        delta.execute(
            f"insert into {model.named('delta')} select * from {model.relation} where ({places}) and {standing}"
        )
    delta.execute(f"insert into {model.named('delta')} select * from {model.named('fresh')} where {where}")


def _places(delta: Delta, relation: str, where: str) -> str:
    """Where in a table the rows lie that hold a condition, as a condition on their places; empty where there are none.

    A condition on one column is no filter of a scan: all columns of all rows would be read.
    """
    found = delta.execute(f"""
        select min(place), max(place) from (
            select place, sum(is_far) over (order by place rows unbounded preceding) as run from (
                select
                    rowid as place,
                    case when rowid <= lag(rowid) over (order by rowid) + {GAP} then 0 else 1 end as is_far
                from {relation} where {where}
            )
        ) group by run order by 1
    """).fetchall()
    return " or ".join(f"rowid between {first} and {last}" for first, last in found)


def _statements(delta: Delta) -> tuple[dict[str, str], dict[str, set[str]]]:
    """What makes the tables of touched sessions in `delta`, by model, and which of them come before each."""
    gathered = {*STAGED.values(), BLOCKS, TITLES}
    elsewhere = {
        name
        for name, model in delta.models.items()
        if name not in gathered and (model.refill in (None, "batch", "whole") or delta.roles[name] == WHOLE)
    }
    # A view is no model of its own: it is of what it reads.
    elsewhere -= {name for name in elsewhere if delta.models[name].materialized == "view"}
    statements = {}
    for name in delta.roles:
        model = delta.models[name]
        if name not in gathered | elsewhere:
            sql = delta.sql(model, "delta", elsewhere)
            if name == LINKS:
                sql = sql.replace(delta.models[TITLES].named("delta"), OWN_TITLES)
            what = "view" if model.materialized == "view" else "table"
            kept = f" union (from {model.relation})" if model.refill == "kept" else ""
            statements[name] = f"create {what} {model.named('delta')} as ({sql}){kept}"
    return statements, {name: delta.parents[name] & statements.keys() for name in statements}


def _replace(delta: Delta, data: Path, step: Callable[[str], None]) -> None:
    """Replace the rows of touched sessions, make what is made in whole, and test it, in one transaction."""
    connection = delta.connection
    # DuckDB then writes the tables at the commit, and no log of them before.
    delta.execute("set checkpoint_threshold = '1KB'")
    connection.begin()
    try:
        copy_landing(connection, data, "fresh.landing", "warehouse.landing")
        if delta.has_rows:
            _add_lines(delta)
            for model in delta.replaced():
                is_touched = delta.is_touched(model)
                delta.execute(f"delete from {model.relation} where {is_touched}")
                delta.execute(f"insert into {model.relation} by name from {model.named('delta')} where {is_touched}")
        for name in delta.roles:
            model = delta.models[name]
            if model.refill == "kept" and delta.roles[name] == DELTA:
                delta.execute(
                    f"insert into {model.relation} by name (from {model.named('delta')} except from {model.relation})"
                )
            elif delta.roles[name] == WHOLE or (model.refill == "lookup" and delta.roles[name] == DELTA):
                delta.execute(f"truncate {model.relation}")
                delta.execute(f"insert into {model.relation} by name ({model.sql})")
                step(name)
        for test in delta.plan.tests:
            _test(delta, test)
            step(test.name)
        delta.build_id = note_complete(connection, "fresh.landing")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _add_lines(delta: Delta) -> None:
    """Add what was made of new lines; take away that of vanished ones; let moved ones say where they lie now."""
    for name, role in delta.roles.items():
        model = delta.models[name]
        if role != BATCH:
            continue
        if delta.finds("select 1 from fresh.main.vanished"):
            delta.execute(f"delete from {model.relation} where line_id in (select line_id from fresh.main.vanished)")
        if delta.finds("select 1 from fresh.main.moved") and "batch_id" in _columns(delta, model):
            delta.execute(f"""
                update {model.relation} as held set batch_id = moved.batch_id
                from fresh.main.moved where held.line_id = moved.line_id
            """)
        delta.execute(f"insert into {model.relation} by name from {model.named('fresh')}")


def _columns(delta: Delta, model: Model) -> list[str]:
    return [name for name, *_ in delta.execute(f"describe {model.relation}").fetchall()]


def _test(delta: Delta, test: DataTest) -> None:
    """Run a test where its tables differ from what they were: on the rows of touched sessions where those are all."""
    asked = delta.parents[test.name]
    found = {delta.roles[name] for name in asked}
    if found <= {SAME}:
        return
    sql = test.sql
    if found == {DELTA}:
        for name in asked:
            sql = sql.replace(delta.models[name].relation, delta.models[name].named("delta"))
    if delta.finds(f"select 1 from ({sql})"):
        raise TestFailed(test.name)
