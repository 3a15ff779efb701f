"""What the lines of new batches say, and which sessions they touch: the schemas `fresh` and `delta` of a refresh."""

from __future__ import annotations

from pathlib import Path

from fleetledger.base.paths import landing_dir
from fleetledger.warehouse.changes import STAGED, Changes, WholeNeeded
from fleetledger.warehouse.delta import (
    BLOCKS,
    FILE_LINES,
    LINES,
    LINKS,
    MU_EVENTS,
    OWN_TITLES,
    RECORDS,
    REPEATED,
    TITLES,
    Delta,
)
from fleetledger.warehouse.landing_views import show_logs
from fleetledger.warehouse.plan import Model

MU_SESSION = "host || '/' || daemon_id || '/' || logged_session_id"

MOST_LINES, MOST_SHARE = 20_000, 0.2
"""Above both, so many lines and such a share of all, the tables are made anew in whole: that takes less memory."""

GAP = 2048
"""How many rows may lie between two that are wanted before they are read apart: what DuckDB reads at once."""


def stage(delta: Delta, data: Path, changed: Changes) -> None:
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
    for name in delta.of_lines:
        model = delta.models[name]
        standing = " where line_id not in (select line_id from fresh.main.moved)" if model.kind() == "batch" else ""
        delta.execute(f"create table {model.named('fresh')} as select * from ({delta.sql(model, 'fresh')}){standing}")
    if not delta.finds("from fresh.main.vanished"):
        delta.nothing_new |= {
            name
            for name in delta.of_lines
            if delta.models[name].kind() == "lookup"
            and not delta.finds(f"(from {delta.models[name].named('fresh')} except from {delta.models[name].relation})")
        }


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
    made_of = [delta.models[name] for name in delta.of_lines if name in delta.parents[model.name]]
    for parent in made_of:
        delta.execute(f"create view {parent.named('fresh')} as ({delta.sql(parent, 'fresh')})")
    listed = f"select line_id, landed_at, batch_id from ({delta.sql(model, 'fresh')})"
    delta.execute(f"create temp table listed as {listed}")
    for parent in made_of:
        delta.execute(f"drop view {parent.named('fresh')}")
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


def touch(delta: Delta) -> None:
    """Note in `delta.main.touched` the sessions whose rows may differ: of each group with a new or vanished line, all.

    A title is of the session whose line it names: those two touch each other, but are no group.
    """
    links, repeated = delta.models[LINKS], delta.models[REPEATED].relation
    delta.execute(f"create table {links.named('fresh')} as ({delta.sql(links, 'fresh')})")
    vanished = "line_id in (select line_id from fresh.main.vanished)"
    of_vanished = " union all ".join(
        f"select session_id from {delta.models[name].relation} where {vanished}"
        for name in (LINES, TITLES, FILE_LINES, *RECORDS)
    )
    delta.execute(f"""
        create temp table news as
        from {links.named("fresh")}
        union
        select * from {links.relation} where session_id in (
            {of_vanished}
            union all
            select {MU_SESSION} from {delta.models[MU_EVENTS].relation} where {vanished}
        )
    """)
    if delta.finds("from fresh.main.vanished") and delta.finds(f"from news semi join {repeated} using (link)"):
        # An id that was repeated may be so no more.
        raise WholeNeeded("lines that name tools by repeated ids have been written anew")
    delta.execute(f"""
        insert into delta.main.touched
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
    close_over_groups(delta, "delta.main.touched", ("fresh", "warehouse"))
    total = f"select count(*) as lines, count(touched.session_id) as touched from {delta.models[LINES].relation}"
    ((lines, touched),) = delta.execute(f"{total} left join delta.main.touched using (session_id)").fetchall()
    if touched > MOST_LINES and touched > MOST_SHARE * lines:
        raise WholeNeeded(f"{touched:,} of {lines:,} lines are of sessions that have grown")


def close_over_groups(delta: Delta, sessions: str, databases: tuple[str, ...] = ("warehouse",)) -> None:
    """Add to a table of sessions those that share something with them, by the links in some databases."""
    links, repeated = delta.models[LINKS], delta.models[REPEATED].relation
    joining = f"link_kind <> 'title' and link not in (select link from {repeated})"
    inside = f"session_id in (select session_id from {sessions})"
    shared = " union all ".join(
        f"select link from {links.named(database)} where {joining} and {inside}" for database in databases
    )
    while True:
        ((count,),) = delta.execute(f"""
            insert into {sessions}
            select distinct session_id from {links.relation}
            where {joining} and not {inside} and link in ({shared})
        """).fetchall()
        if not count:
            return


def gather(delta: Delta) -> None:
    """Put the lines of touched sessions, and what was made of each, into `delta`."""
    lines, blocks, titles, events = (delta.models[name] for name in (LINES, BLOCKS, TITLES, MU_EVENTS))
    of_touched = "session_id in (select session_id from delta.main.touched)"
    standing = "line_id not in (select line_id from fresh.main.vanished)"
    _take(delta, lines, of_touched)
    _take(delta, blocks, f"line_id in (select line_id from {lines.named('delta')})")
    _take(delta, events, f"{MU_SESSION} in (select session_id from delta.main.touched)")
    for name in (FILE_LINES, *RECORDS):
        _take(delta, delta.models[name], of_touched)
    gathered = {LINES, BLOCKS, TITLES, MU_EVENTS, FILE_LINES, *RECORDS}
    gathered_lines = " union all ".join(f"select line_id from {model.named('delta')}" for model in (lines, events))
    for name in delta.of_lines:
        model = delta.models[name]
        if name in gathered or not delta.is_read_by_delta(name):
            continue
        gathered.add(name)
        if model.kind() == "batch":
            _take(delta, model, f"line_id in ({gathered_lines})")
        elif model.kind() == "lookup":
            delta.execute(
                f"create view {model.named('delta')} as from {model.relation} union from {model.named('fresh')}"
            )
    delta.here |= gathered
    # A title is among the links of its own session.
    delta.execute(f"""
        create table {OWN_TITLES} as
        from {titles.relation} where {of_touched} and {standing}
        union all
        from {titles.named("fresh")} where {of_touched}
    """)
    # With the session that it is about: here, or nowhere, so that it is about its own. Of millions of lines, those that
    # its titles name are looked up once.
    delta.execute(f"""
        create table delta.main.titled as
        select line_uuid from {lines.relation}
        where line_uuid in (select leaf_uuid from {OWN_TITLES}) and {standing}
    """)
    _take(
        delta,
        titles,
        f"""
            leaf_uuid in (select line_uuid from {lines.named("delta")})
            or ({of_touched} and (
                leaf_uuid is null
                or leaf_uuid not in (select line_uuid from delta.main.titled)
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
