"""What history would have cost otherwise: other models, or another lifetime of what is written to the cache.

One query over the published file: the calls that were made, at the rates of dim_possible_rates, which are made by the
rules that recorded calls are priced by. Only calls that have both costs are compared; the others are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fleetledger.base.errors import CallError
from fleetledger.published.ledger import Ledger, Row, where
from fleetledger.reports.choices import CACHE_TTLS
from fleetledger.reports.document import header

NEAREST = 5

SAME_TOKENS = (
    "Another model would have used as many tokens: the same prompts, answers and tool calls. It would not have, and"
    " nobody knows by how much."
)
SAME_REQUESTS = (
    "Speed, service tier and geography stay as they were asked for; so do days, prices of the day, and tiers."
)
SAME_PATH = (
    "Each call stays on its serving path, and its money of its kind; calls that cost nothing by kind are left out."
)
SAME_CACHE = "As much is read from the cache and written to it as was."
TTL_CACHE = {
    "5m": "All that is written to the cache is written for 5 minutes, and is read from it as often as it was: pauses"
    " of more than 5 minutes would in truth be paid for by writing again.",
    "1h": "All that is written to the cache is written for an hour. What was written again after a pause of less is"
    " still paid for again: in truth it would not have been.",
}

COST = """
    cast(
        cast(cast(input_tokens as decimal(19, 0)) * rates.input_usd_per_mtok * 0.000001 as decimal(38, 16))
        + cast(cast(output_tokens as decimal(19, 0)) * rates.output_usd_per_mtok * 0.000001 as decimal(38, 16))
        + cast(cast(cache_read as decimal(19, 0)) * rates.cache_read_usd_per_mtok * 0.000001 as decimal(38, 16))
        + cast(cast(write_5m as decimal(19, 0)) * rates.cache_write_5m_usd_per_mtok * 0.000001 as decimal(38, 16))
        + cast(cast(write_1h as decimal(19, 0)) * rates.cache_write_1h_usd_per_mtok * 0.000001 as decimal(38, 16))
        + cast(cast(searches as decimal(19, 0)) * rates.web_search_usd_per_kcount * 0.001 as decimal(38, 16))
        as decimal(38, 16)
    )
"""
"""A call's cost by the dbt project's macros `usd` and `usd_per_thousand`: multiplied, not rounded."""

QUERY = """
    with pairs as (select unnest(?) as from_model, unnest(?) as to_model),
    calls as (
        select
            calls.provider, calls.model, calls.cost_kind, calls.speed, calls.service_tier, calls.inference_geo,
            calls.usage_source, calls.cost_usd, cast(calls.called_at as date) as day,
            calls.input_tokens, calls.output_tokens,
            coalesce(calls.cache_read_tokens, 0) as cache_read,
            coalesce(calls.cache_write_5m_tokens, 0) as was_5m, coalesce(calls.cache_write_1h_tokens, 0) as was_1h,
            coalesce(calls.web_search_requests, 0) as searches,
            case
                when pairs.to_model is null or pairs.to_model = pairs.from_model then calls.model
                else pairs.to_model
            end as to_model,
            case {ttl} when '5m' then was_5m + was_1h when '1h' then 0 else was_5m end as write_5m,
            case {ttl} when '5m' then 0 when '1h' then was_5m + was_1h else was_1h end as write_1h,
            case
                when calls.usage_source = 'task_telemetry' then 1
                else greatest(calls.input_tokens + cache_read + was_5m + was_1h, 1)
            end as tier_tokens
        from (select * from fct_model_calls where cost_kind <> 'free' and {terms}) as calls
        left join dim_models as models
            on calls.provider is not distinct from models.provider and calls.model is not distinct from models.model
        {join} join pairs on pairs.from_model in (calls.model, models.rate_model_id)
    ),
    repriced as (
        select calls.*, rates.rate_caveats, {cost} as otherwise_usd
        from calls
        left join dim_possible_rates as rates
            on calls.provider is not distinct from rates.provider
            and calls.to_model = rates.model
            and calls.speed is not distinct from rates.speed
            and calls.service_tier is not distinct from rates.service_tier
            and calls.inference_geo is not distinct from rates.inference_geo
            and calls.day >= rates.valid_from and calls.day < rates.valid_to
            and calls.tier_tokens > rates.tier_start and calls.tier_tokens <= rates.tier_end
    )
    select
        provider, model, cost_kind, to_model,
        count(*) filter (where usage_source <> 'task_telemetry') as model_calls,
        count(*) filter (where cost_usd is null or otherwise_usd is null) as left_out_calls,
        count(*) filter (where cost_usd is not null and rate_caveats is not null) as inexact_calls,
        sum(cost_usd) filter (where otherwise_usd is not null) as recorded_usd,
        sum(otherwise_usd) filter (where cost_usd is not null) as whatif_usd,
        sum(otherwise_usd - cost_usd) as difference_usd
    from repriced
    group by provider, model, cost_kind, to_model
    order by greatest(recorded_usd, whatif_usd) desc nulls last, provider, model, cost_kind
"""


class UnknownModelError(CallError):
    """A model that nothing is known of."""


class Change(NamedTuple):
    """Calls of the model `old` (as logged, or its id in the price book) go to `new` instead."""

    old: str
    new: str


def whatif(ledger: Ledger, changes: Sequence[Change], cache_ttl: str | None) -> Row:
    """The document of what the ledger's calls would have cost, by serving path, model and cost kind.

    Without changes it is about all calls, at their own models. Raises UnknownModelError, with names that are near.
    """
    _check(ledger, changes)
    terms, values = where(ledger.call_terms())
    ttl = f"'{cache_ttl}'" if cache_ttl in CACHE_TTLS else "null"
    query = QUERY.format(ttl=ttl, cost=COST, terms=terms, join="inner" if changes else "left")
    pairs = [[change.old for change in changes], [change.new for change in changes]]
    return header(ledger, "whatif") | {
        "changes": [change._asdict() for change in changes],
        "cache_ttl": cache_ttl,
        "assumptions": _assumptions(changes, cache_ttl),
        "rows": ledger.rows(query, [*pairs, *values]),
    }


def _assumptions(changes: Sequence[Change], cache_ttl: str | None) -> list[str]:
    other_models = [SAME_TOKENS] if any(change.old != change.new for change in changes) else []
    return [*other_models, TTL_CACHE[cache_ttl] if cache_ttl else SAME_CACHE, SAME_REQUESTS, SAME_PATH]


def _check(ledger: Ledger, changes: Sequence[Change]) -> None:
    if not changes:
        return
    called = ledger.rows("select model, rate_model_id from dim_models where model is not null")
    old = {name for row in called for name in row.values() if name is not None}
    new = {row["model"] for row in ledger.rows("select distinct model from dim_possible_rates")}
    for row in called:
        if sum(change.old in row.values() for change in changes) > 1:
            raise CallError(f"The calls of {row['model']!r} cannot go to several models at once.")
    for change in changes:
        if change.old not in old:
            raise UnknownModelError(f"No call was of the model {change.old!r}{_near(change.old, old)}")
        if change.new not in new | {change.old}:
            raise UnknownModelError(
                f"No price book of the serving paths in use knows {change.new!r}{_near(change.new, new)}"
            )


def _near(name: str, names: set[str]) -> str:
    """The names that are most like one, as the end of a sentence."""
    from difflib import get_close_matches

    lowered = {known.lower(): known for known in sorted(names)}
    found = get_close_matches(name.lower(), lowered, n=NEAREST, cutoff=0.5)
    found += [known for known in lowered if name.lower() in known and known not in found]
    near = [lowered[known] for known in found[:NEAREST]]
    return f"; near it are {', '.join(near)}." if near else "; `fleetledger report models` names those there are."
