"""A slice of marts: the sessions that went on since a day, or in which an account worked, each of them whole.

Sums of a slice since a day, or of an account, are those of the whole: a call since that day is of a session that went
on since then. How a mart that has no sessions is cut is the `slice` of its meta; see `condition`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import duckdb

from fleetledger.base.sql import name_of, text_of

AGAIN = "again"
"""The `slice` of a mart that is made of the slice's other marts, by its own SQL."""

CHOSEN = "temp.slice_sessions"
_ALL = "temp.all_sessions"

_SESSIONS = """
    create temp table all_sessions as
    with recursive

    sessions as (select * from {fct_sessions}),

    ancestors as (

        select session_id, session_id as ancestor from sessions

        union

        select ancestors.session_id, sessions.parent_session_id
        from ancestors
        join sessions on sessions.session_id = ancestors.ancestor
        where sessions.parent_session_id in (select session_id from sessions)

    ),

    -- The sessions of a family have their oldest ancestor in common, and all of a circle.
    families as (

        select
            ancestors.session_id,
            coalesce(
                min(ancestors.ancestor) filter (where parents.session_id is null), min(ancestors.ancestor)
            ) as family
        from ancestors
        join sessions on sessions.session_id = ancestors.ancestor
        left join sessions as parents on parents.session_id = sessions.parent_session_id
        group by ancestors.session_id

    ),

    told as (

        select session_id, max(requested_at) as requested_at from {fct_telemetry_requests} group by session_id

    )

    select
        sessions.session_id,
        families.family,
        sessions.account,
        greatest(sessions.ended_at, told.requested_at) as went_on_until
    from sessions
    join families using (session_id)
    left join told using (session_id)
"""

_CHOSEN = """
    create temp table slice_sessions as
    select session_id
    from temp.all_sessions
    where family in (
        select family
        from temp.all_sessions
        -- The day has begun that early wherever it is asked about.
        where ($since is null or went_on_until >= cast($since as timestamp) - interval 14 hours)
            and (
                $account is null
                or account = $account
                or session_id in (select session_id from {fct_model_calls} where account = $account)
            )
    )
"""


class Slice(NamedTuple):
    """Which part of the marts is taken: what went on since a day, and of one account; None is all."""

    since: date | None = None
    account: str | None = None

    def is_all(self) -> bool:
        """Whether it leaves nothing out."""
        return self == Slice()


def choose(connection: duckdb.DuckDBPyConnection, wanted: Slice, rows: Mapping[str, str]) -> tuple[int, int]:
    """Note the sessions of a slice of marts, whose rows stand by name in `rows`; how many they are, and of how many."""
    connection.execute(_SESSIONS.format_map(rows))
    connection.execute(_CHOSEN.format_map(rows), wanted._asdict())
    ((chosen,),) = connection.execute(f"select count(*) from {CHOSEN}").fetchall()
    ((known,),) = connection.execute(f"select count(*) from {_ALL}").fetchall()
    return chosen, known


def condition(
    wanted: Slice, columns: list[str], word: str | None, rows: Mapping[str, str], made: Mapping[str, str]
) -> str:
    """Which rows of a mart are of the slice; `columns` are the mart's, `word` its `slice`, `made` the tables so far.

    - nothing: the rows of its sessions (by `session_id`, or the `task_id` of fct_tasks). What is of no session that is
      known is of no account, either
    - `all`: what holds for every log, such as rates
    - `again`: none, the mart is made anew
    - `git_branch of fct_model_calls`: rows whose value stands in the slice of that mart
    - else a time or a day: rows of which it is since the day of the slice. They are sums of the whole; where an account
      is named, those of that account, and none of a mart that does not tell whose they are
    """
    if word is None:
        return _of_sessions(wanted, columns, rows)
    if word == "all":
        return "true"
    column, _, mart = word.partition(" of ")
    if mart:
        return f"{_of_account(wanted, columns, 'true')} and {column} in (select {column} from {made[mart]})"
    since = f"{word} >= {text_of(wanted.since.isoformat())}" if wanted.since else "true"
    return f"{since} and {_of_account(wanted, columns, 'false')}"


def _of_sessions(wanted: Slice, columns: list[str], rows: Mapping[str, str]) -> str:
    if "session_id" in columns:
        known, chosen = f"select session_id from {_ALL}", f"select session_id from {CHOSEN}"
        column = "session_id"
    else:
        tasks = f"select task_id from {rows['fct_tasks']} where session_id in (select session_id from {{}})"
        known, chosen = tasks.format(_ALL), tasks.format(CHOSEN)
        column = "task_id"
    stays = "" if wanted.account else f" or {column} is null or {column} not in ({known})"
    return f"({column} in ({chosen}){stays})"


def _of_account(wanted: Slice, columns: list[str], untold: str) -> str:
    if wanted.account is None:
        return "true"
    return f"{name_of('account')} = {text_of(wanted.account)}" if "account" in columns else untold
