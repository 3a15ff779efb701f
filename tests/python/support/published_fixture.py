"""A small published file for tests of readers, made without dbt: the columns that readers use, from a few calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

USD = "decimal(38, 16)"

CALL_COLUMNS: dict[str, str] = {
    "model_call_id": "varchar",
    "fleet": "varchar",
    "host": "varchar",
    "account": "varchar",
    "provider": "varchar",
    "cost_kind": "varchar",
    "session_id": "varchar",
    "project": "varchar",
    "client_version": "varchar",
    "model": "varchar",
    "called_at": "timestamp",
    "called_on": "date",
    "input_tokens": "bigint",
    "output_tokens": "bigint",
    "reasoning_tokens": "bigint",
    "cache_read_tokens": "bigint",
    "cache_write_5m_tokens": "bigint",
    "cache_write_1h_tokens": "bigint",
    "web_search_requests": "bigint",
    "usage_source": "varchar",
    "usage_is_final": "boolean",
    "cost_usd": USD,
    "rate_id": "varchar",
    "rate_is_exact": "boolean",
    "rate_caveats": "varchar",
}

DEFAULTS: dict[str, Any] = {
    "fleet": "claude_code",
    "host": "laptop",
    "account": "default",
    "provider": "claude_code",
    "cost_kind": "subscription",
    "session_id": "s1",
    "project": "/home/ann/shop",
    "model": "claude-opus-5",
    "called_at": "2026-11-20 10:00:00",
    "input_tokens": 1_000,
    "output_tokens": 200,
    "cache_read_tokens": 0,
    "cache_write_5m_tokens": 0,
    "cache_write_1h_tokens": 0,
    "web_search_requests": 0,
    "usage_source": "model_call",
    "usage_is_final": True,
    "rate_id": "anthropic:claude-opus-5",
    "rate_is_exact": True,
}

DRIFT = """
    create table log_drift (
        fleet varchar, term_kind varchar, term varchar, first_version varchar, last_version varchar, line_count bigint,
        first_logged_at timestamp, last_logged_at timestamp, example_host varchar, example_account varchar,
        example_source_path varchar, example_line_number bigint
    )
"""

BUILD = {
    "as_of": "2026-11-20 18:00:00",
    "built_at": "2026-11-20 18:30:00",
    "is_demo": False,
    "has_text": True,
    "reporting_timezone": "UTC",
    "rates_source": "genai-prices",
    "rates_version": "0.2.3",
    "rates_date": "2026-11-20",
    "landed_line_count": 40,
    "rejected_line_count": 1,
}

RATES = """
    select * from (values
        ('anthropic:claude-opus-5', 'claude-opus-5', 1.0, 5.0, 25.0, 0.5, 6.25, 10.0, 10.0),
        ('anthropic:claude-haiku-4-5', 'claude-haiku-4-5', 1.0, 1.0, 5.0, 0.1, 1.25, 2.0, 10.0)
    ) as rates (
        rate_id, model_id, multiplier, input_usd_per_mtok, output_usd_per_mtok, cache_read_usd_per_mtok,
        cache_write_5m_usd_per_mtok, cache_write_1h_usd_per_mtok, web_search_usd_per_kcount
    )
"""
"""US dollars per million tokens; web searches per thousand."""

PRICED = """
    update fct_model_calls set cost_usd = case when cost_kind = 'free' then 0 else (
        select
            input_tokens * input_usd_per_mtok * 0.000001
            + output_tokens * output_usd_per_mtok * 0.000001
            + cache_read_tokens * cache_read_usd_per_mtok * 0.000001
            + cache_write_5m_tokens * cache_write_5m_usd_per_mtok * 0.000001
            + cache_write_1h_tokens * cache_write_1h_usd_per_mtok * 0.000001
            + web_search_requests * web_search_usd_per_kcount * 0.001
        from dim_rates where dim_rates.rate_id = fct_model_calls.rate_id
    ) end
"""

DAILY = """
    create table fct_daily_costs as
    select
        called_on, fleet, host, account, provider, cost_kind, project, model,
        count(case when usage_source <> 'task_telemetry' then 1 end) as model_call_count,
        count(case when cost_usd is null then 1 end) as unpriced_call_count,
        count(case when usage_is_final then 1 end) as final_usage_call_count,
        count(case when not rate_is_exact then 1 end) as inexact_rate_call_count,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(reasoning_tokens) as reasoning_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(web_search_requests) as web_search_requests,
        sum(cost_usd) as cost_usd
    from fct_model_calls
    group by all
"""

SESSIONS = """
    create table fct_sessions as
    select
        session_id, cast(null as varchar) as parent_session_id, fleet, host, account, project, project as started_in,
        cast(null as varchar) as title, min(called_at) as started_at, max(called_at) as ended_at,
        sum(case when cost_kind = 'billed' then cost_usd end) as billed_cost_usd,
        sum(case when cost_kind = 'subscription' then cost_usd end) as subscription_cost_usd,
        sum(case when cost_kind = 'unknown' then cost_usd end) as unknown_cost_usd,
        count(case when usage_source <> 'task_telemetry' then 1 end) as model_call_count,
        count(case when cost_usd is null then 1 end) as unpriced_call_count
    from fct_model_calls
    where session_id is not null
    group by all
"""

TASKS = """
    create table fct_tasks as
    select
        session_id as task_id, cast(null as varchar) as parent_task_id, session_id, cast(null as varchar) as agent_id,
        false as is_subagent, started_at, ended_at, cast(null as varchar) as outcome_class
    from fct_sessions
"""

ACCOUNTS = "create table dim_accounts as select distinct fleet, host, account, provider from fct_model_calls"

UNPRICED = "create table unpriced_models as select distinct provider, model from fct_model_calls where cost_usd is null"


def write_published(
    path: Path,
    calls: Iterable[Mapping[str, Any]],
    titles: Mapping[str, str] | None = None,
    drift: Iterable[Sequence[object]] = (),
    **build: object,
) -> Path:
    """Write a published file of `calls` (as they differ from DEFAULTS), `titles` by session, rows of `drift`, `build`.

    Costs follow from RATES; a call whose rate_id is None has none. `called_on` is the UTC day.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        columns = ", ".join(f"{name} {data_type}" for name, data_type in CALL_COLUMNS.items())
        connection.execute(f"create table fct_model_calls ({columns})")
        connection.execute(f"create table dim_rates as {RATES}")
        marks = ", ".join("?" for _ in CALL_COLUMNS)
        for number, call in enumerate(calls, start=1):
            row = {**DEFAULTS, "model_call_id": f"call-{number}", **call}
            values = [row.get(name) for name in CALL_COLUMNS]
            connection.execute(f"insert into fct_model_calls values ({marks})", values)
        connection.execute("update fct_model_calls set called_on = cast(called_at as date)")
        for statement in (PRICED, DAILY, SESSIONS, TASKS, ACCOUNTS, UNPRICED, DRIFT):
            connection.execute(statement)
        for term in drift:
            connection.execute(f"insert into log_drift values ({', '.join('?' for _ in term)})", term)
        for session, title in (titles or {}).items():
            connection.execute("update fct_sessions set title = ? where session_id = ?", [title, session])
        info = {**BUILD, **build}
        selected = ", ".join(f"cast(? as {_type(name, value)}) as {name}" for name, value in info.items())
        connection.execute(f"create table build_info as select {selected}", list(info.values()))
    return path


def _type(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "bigint"
    return {"as_of": "timestamp", "built_at": "timestamp", "rates_date": "date"}.get(name, "varchar")
