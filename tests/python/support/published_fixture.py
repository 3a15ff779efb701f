"""A small published file for tests of readers, made without dbt: a few calls in the tables of the marts' contracts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from fleetledger.base.paths import PROJECT_ROOT

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
    insert into dim_rates by name select * from (values
        ('anthropic:claude-opus-5', 'claude-opus-5', 1.0, 5.0, 25.0, 0.5, 6.25, 10.0, 10.0),
        ('anthropic:claude-haiku-4-5', 'claude-haiku-4-5', 1.0, 1.0, 5.0, 0.1, 1.25, 2.0, 10.0)
    ) as rates (
        rate_id, model_id, multiplier, input_usd_per_mtok, output_usd_per_mtok, cache_read_usd_per_mtok,
        cache_write_5m_usd_per_mtok, cache_write_1h_usd_per_mtok, web_search_usd_per_kcount
    )
"""
"""US dollars per million tokens; web searches per thousand."""

PRICED = """
    update fct_model_calls set called_on = cast(called_at as date);
    update fct_model_calls set cost_usd = case when cost_kind = 'free' then 0 else (
        select
            input_tokens * input_usd_per_mtok * 0.000001
            + output_tokens * output_usd_per_mtok * 0.000001
            + cache_read_tokens * cache_read_usd_per_mtok * 0.000001
            + cache_write_5m_tokens * cache_write_5m_usd_per_mtok * 0.000001
            + cache_write_1h_tokens * cache_write_1h_usd_per_mtok * 0.000001
            + web_search_requests * web_search_usd_per_kcount * 0.001
        from dim_rates where dim_rates.rate_id = fct_model_calls.rate_id
    ) end;
"""

MEASURES = """
    count(case when usage_source <> 'task_telemetry' then 1 end) as model_call_count,
    count(case when usage_is_final then 1 end) as final_usage_call_count,
    count(cost_usd) as priced_call_count,
    count(case when cost_usd is null then 1 end) as unpriced_call_count,
    count(case when not rate_is_exact then 1 end) as inexact_rate_call_count,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(reasoning_tokens) as reasoning_tokens,
    sum(cache_read_tokens) as cache_read_tokens,
    sum(cache_write_5m_tokens) as cache_write_5m_tokens,
    sum(cache_write_1h_tokens) as cache_write_1h_tokens,
    sum(web_search_requests) as web_search_requests,
    sum(cost_usd) as cost_usd
"""

BY_KIND = """
    sum(case when cost_kind = 'billed' then cost_usd end) as billed_cost_usd,
    sum(case when cost_kind = 'subscription' then cost_usd end) as subscription_cost_usd,
    sum(case when cost_kind = 'unknown' then cost_usd end) as unknown_cost_usd
"""

ROLLED_UP = f"""
    insert into fct_daily_costs by name
    select called_on, fleet, host, account, provider, cost_kind, project, model, {MEASURES}
    from fct_model_calls
    group by all;

    insert into fct_sessions by name
    select * exclude (priced_call_count, inexact_rate_call_count), project as started_in, project as resume_in,
        case when fleet = 'claude_code' then session_id end as transcript_id
    from (
        select
            session_id, any_value(fleet) as fleet, any_value(host) as host, any_value(account) as account,
            any_value(project) as project, min(called_at) as started_at, max(called_at) as ended_at,
            {MEASURES}, {BY_KIND}
        from fct_model_calls
        where session_id is not null
        group by session_id
    );

    insert into fct_tasks by name
    select session_id as task_id, session_id, false as is_subagent, started_at, ended_at from fct_sessions;

    insert into dim_accounts by name select distinct fleet, host, account, provider from fct_model_calls;

    insert into unpriced_models by name
    select distinct provider, model from fct_model_calls where cost_usd is null;
"""


@cache
def contracts() -> dict[str, dict[str, str]]:
    """The published tables, and the types of their columns, as the marts' contracts state them."""
    files = sorted((PROJECT_ROOT / "models/marts").rglob("*__models.yml"))
    models = [model for file in files for model in yaml.load(file.read_text(), yaml.CSafeLoader)["models"]]
    return {model["name"]: {column["name"]: column["data_type"] for column in model["columns"]} for model in models}


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
        for table, columns in contracts().items():
            described = ", ".join(f"{name} {data_type}" for name, data_type in columns.items())
            connection.execute(f"create table {table} ({described})")
        for number, call in enumerate(calls, start=1):
            insert(connection, "fct_model_calls", {**DEFAULTS, "model_call_id": f"call-{number}", **call})
        for statement in (RATES, PRICED, ROLLED_UP):
            connection.execute(statement)
        for term in drift:
            insert(connection, "log_drift", dict(zip(contracts()["log_drift"], term, strict=True)))
        for session, title in (titles or {}).items():
            connection.execute("update fct_sessions set title = ? where session_id = ?", [title, session])
        insert(connection, "build_info", {**BUILD, **build})
    return path


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, object]) -> None:
    """Insert a row of a published table; what it does not say is null."""
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
