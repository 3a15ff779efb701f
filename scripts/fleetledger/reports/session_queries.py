"""The questions that find sessions in the published file: SQL in, rows as dictionaries out."""

from __future__ import annotations

from fleetledger.published.ledger import Ledger, Row, Sql, where

KEYS = (
    "session_id, parent_session_id, fleet, host, account, project, started_in, title, started_at, ended_at,"
    " outcome_class"
)

COSTS = "billed_cost_usd, subscription_cost_usd, unknown_cost_usd, model_call_count, unpriced_call_count"
"""Money of the three kinds apart, null where there was no call of the kind; never to be added."""


def newest_sessions(ledger: Ledger, limit: int) -> tuple[int, list[Row]]:
    """How many sessions pass the ledger's filters, and the `limit` that were last active most recently.

    `last_active_local` is when, in the ledger's time zone. Days are compared with when a session was active.
    """
    chosen, values = sessions_query(ledger)
    query = f"""
        with chosen as ({chosen})
        select
            {KEYS}, {COSTS},
            strftime(timezone(?, timezone('UTC', coalesce(ended_at, started_at))), '%Y-%m-%d %H:%M')
                as last_active_local,
            count(*) over () as session_count
        from chosen
        order by coalesce(ended_at, started_at) desc nulls last, session_id
        limit ?
    """
    rows = ledger.rows(query, [*values, ledger.timezone, limit])
    counts = [row.pop("session_count") for row in rows]
    return counts[0] if counts else 0, rows


def sessions_query(ledger: Ledger) -> Sql:
    """The sessions that pass the ledger's filters, as a query and its parameters.

    `outcome_class` is that of the session's last task that is no sub-agent's.
    """
    terms, values = where(ledger.key_terms() + ledger.time_terms("started_at", "ended_at"))
    query = f"""
        select sessions.*, outcomes.outcome_class
        from (select * from fct_sessions where {terms}) as sessions
        left join (
            select session_id, max_by(outcome_class, coalesce(ended_at, timestamp '0001-01-01')) as outcome_class
            from fct_tasks
            where not is_subagent
            group by session_id
        ) as outcomes using (session_id)
    """
    return query, values
