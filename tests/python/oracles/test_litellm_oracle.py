"""Every price of Claude's and OpenAI's chat models against litellm's list, on every platform that it has.

litellm is a third list, of other people, beside genai-prices and ccusage. Each difference stands in
`litellm_differences.csv` with its reason: a new one fails, and so does one that is gone.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from built_fleet import BuiltFleet
from calculator import Call
from priced_calls import priced_calls

KNOWN = Path(__file__).with_name("litellm_differences.csv")
LIST = "litellm/model_prices_and_context_window_backup.json"

#: The serving path that a provider of litellm's is here; any other is a gateway without a price book.
PATHS = {
    "anthropic": "anthropic_api",
    "azure_ai": "foundry",
    "bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "bedrock_mantle": "bedrock",
    "openai": "openai_api",
    "vertex_ai-anthropic_models": "vertex",
}
BUCKETS = {
    "input": ("input_usd_per_mtok", "input_cost_per_token"),
    "output": ("output_usd_per_mtok", "output_cost_per_token"),
    "cache_read": ("cache_read_usd_per_mtok", "cache_read_input_token_cost"),
    "cache_write_5m": ("cache_write_5m_usd_per_mtok", "cache_creation_input_token_cost"),
    "cache_write_1h": ("cache_write_1h_usd_per_mtok", "cache_creation_input_token_cost_above_1hr"),
}
#: Claude's web search is no service of Bedrock's, whatever litellm copies into its entries there.
WITHOUT_SEARCH = ("bedrock", "bedrock_converse", "bedrock_mantle")
SEARCH = "web_search"

SUFFIXES = {"standard": "", "batch": "_batches", "flex": "_flex", "priority": "_priority"}
KEY = re.compile(
    rf"(?P<bucket>{'|'.join(key for _, key in BUCKETS.values())})"
    r"(?:_above_(?P<above>\d+)k_tokens)?(?P<suffix>_batches|_flex|_priority)?"
)

#: What litellm prices and no log of the two fleets tells.
UNLOGGED = re.compile(
    r"_(?:ultrafast|decisions)$|audio|image|video|_per_second|_per_session|_dbu_|character|_per_query$"
)


class Price(NamedTuple):
    """What a bucket of a model costs in US dollars a million tokens (a thousand searches), above a number of tokens."""

    name: str
    variant: str
    above: int
    bucket: str
    usd: Decimal


def entries() -> dict[str, dict[str, Any]]:
    """Claude's models of every provider, and OpenAI's own chat models, that have a price by the token."""
    path = distribution("litellm").locate_file(LIST)
    listed: dict[str, dict[str, Any]] = json.loads(Path(str(path)).read_bytes())
    return {
        name: entry
        for name, entry in listed.items()
        if entry.get("mode") in ("chat", "responses")
        and ("claude" in name or entry.get("litellm_provider") == "openai")
        and entry.get("input_cost_per_token")
    }


def theirs(name: str, entry: dict[str, Any]) -> Iterator[Price]:
    for key, value in entry.items():
        if (match := KEY.fullmatch(key)) and value is not None:
            bucket = next(bucket for bucket, (_, stem) in BUCKETS.items() if stem == match["bucket"])
            variant = next(variant for variant, suffix in SUFFIXES.items() if suffix == (match["suffix"] or ""))
            yield Price(name, variant, 1000 * int(match["above"] or 0), bucket, per_million(value))
    searches = (entry.get("search_context_cost_per_query") or {}).get("search_context_size_medium")
    if searches and entry["litellm_provider"] not in WITHOUT_SEARCH:
        yield Price(name, "standard", 0, SEARCH, per_million(searches) / 1000)
    for bucket, (_, stem) in BUCKETS.items():
        for value, factor in (entry.get("provider_specific_entry") or {}).items():
            if entry.get(stem):
                yield Price(name, value, 0, bucket, per_million(entry[stem]) * Decimal(str(factor)))


def per_million(value: float) -> Decimal:
    return (Decimal(str(value)) * 1_000_000).quantize(Decimal("0.00001")).normalize()


def logged_name(name: str) -> str:
    """The name as such a path logs it: without litellm's name of the provider, but with a region in it."""
    provider, slash, rest = name.partition("/")
    return rest if slash and "us-gov" not in name and provider != "anthropic" else name


def call(number: int, name: str, entry: dict[str, Any], variant: str) -> Call:
    provider = entry["litellm_provider"]
    return Call(
        model_call_id=f"call-{number}",
        provider=PATHS.get(provider, provider),
        model=logged_name(name),
        called_at=dt.datetime(2026, 11, 27),
        speed="fast" if variant == "fast" else None,
        service_tier=variant if variant in SUFFIXES and variant != "standard" else None,
        inference_geo="us" if variant == "us" else None,
        input_tokens=1,
        output_tokens=1,
        cache_read_tokens=0,
        cache_write_5m_tokens=0,
        cache_write_1h_tokens=0,
        web_search_requests=0,
    )


class Tier(NamedTuple):
    """The prices here of a kind of request, above a number of input tokens."""

    above: int
    usd: dict[str, Decimal]
    caveats: str | None


@pytest.fixture(scope="module")
def listed() -> dict[tuple[str, str], list[Price]]:
    """litellm's prices by name and variant."""
    found: dict[tuple[str, str], list[Price]] = {}
    for name, entry in entries().items():
        for price in theirs(name, entry):
            found.setdefault((name, price.variant), []).append(price)
    return found


@pytest.fixture(scope="module")
def ours(listed: dict[tuple[str, str], list[Price]], fleet: BuiltFleet) -> dict[tuple[str, str], list[Tier]]:
    """The prices here of the same requests, as they hold without end."""
    all_entries = entries()
    calls = {key: call(number, key[0], all_entries[key[0]], key[1]) for number, key in enumerate(listed)}
    with priced_calls(fleet, list(calls.values())) as warehouse:
        return {key: tiers(warehouse, one) for key, one in calls.items()}


def tiers(warehouse: duckdb.DuckDBPyConnection, one: Call) -> list[Tier]:
    columns = [column for column, _ in BUCKETS.values()]
    rows = warehouse.execute(
        f"""
        select tier_start, request_caveats, {", ".join(columns)}, coalesce(web_search_usd_per_kcount, 0)
        from intermediate.int_rate_requests
        inner join intermediate.int_request_rates using (rate_request_id)
        where provider = $1 and model = $2 and speed is not distinct from $3
            and service_tier is not distinct from $4 and inference_geo is not distinct from $5
            and valid_to = date '9999-12-31'
        order by tier_start
        """,
        [one.provider, one.model, one.speed, one.service_tier, one.inference_geo],
    ).fetchall()
    return [
        Tier(above, dict(zip([*BUCKETS, SEARCH], prices, strict=True)), caveats) for above, caveats, *prices in rows
    ]


def at(prices: Iterable[Price], bucket: str, above: int) -> Decimal | None:
    """litellm's price of a bucket of a request with more input than `above`; None where it names none."""
    fitting = [price for price in prices if price.bucket == bucket and price.above <= above]
    return max(fitting, key=lambda price: price.above).usd if fitting else None


def differences(
    listed: dict[tuple[str, str], list[Price]], ours: dict[tuple[str, str], list[Tier]]
) -> Iterator[tuple[str, str, str, str]]:
    """Name, variant, tier, and what both say, where they do not say the same."""
    for (name, variant), prices in listed.items():
        tiers = ours[name, variant]
        if not tiers:
            yield name, variant, "", "no rate here"
            continue
        for above in sorted({price.above for price in prices} | {tier.above for tier in tiers}):
            mine = max((tier for tier in tiers if tier.above <= above), key=lambda tier: tier.above)
            said = {bucket: at(prices, bucket, above) for bucket in [*BUCKETS, SEARCH]}
            off = [
                f"{bucket} {usd:f} here {mine.usd[bucket].normalize():f}"
                for bucket, usd in said.items()
                if usd is not None and abs(usd - mine.usd[bucket]) > Decimal("0.000011")
            ]
            if off:
                yield name, variant, str(above), "; ".join(off)


def test_every_difference_is_known(
    listed: dict[tuple[str, str], list[Price]], ours: dict[tuple[str, str], list[Tier]]
) -> None:
    with KNOWN.open(encoding="utf-8", newline="") as file:
        known = {tuple(row[:4]): row[4] for row in csv.reader(file)}
    assert all(known.values()), "a difference without a reason"
    found = {("name", "variant", "above_tokens", "litellm says"), *differences(listed, ours)}
    assert sorted(found - known.keys()) == []
    assert sorted(known.keys() - found) == []


def test_a_gateways_price_is_never_exact(ours: dict[tuple[str, str], list[Tier]]) -> None:
    all_entries = entries()
    for (name, _), tiers in ours.items():
        if all_entries[name]["litellm_provider"] not in PATHS:
            assert all("vendor_price_book" in (tier.caveats or "") for tier in tiers), name


def test_all_that_litellm_prices_is_read_or_stands_in_no_log(listed: dict[tuple[str, str], list[Price]]) -> None:
    assert len({name for name, _ in listed}) > 400
    for name, entry in entries().items():
        for key in entry:
            if "cost" in key and key != "search_context_cost_per_query":
                assert KEY.fullmatch(key) or UNLOGGED.search(key), (name, key)
