"""What the SQL says a call costs is what genai-prices' own calculator says, for every model of every book.

The pricing models, as dbt compiled them, run over a table of generated calls that stands in for `int_model_calls`.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import pytest
from built_fleet import BuiltFleet
from calculator import PROVIDERS, Call, list_price, listed_variant
from genai_prices.types import ClauseEquals, ClauseOr, MatchLogic, ModelInfo
from priced_calls import priced_calls

from fleetledger.rates.generate import BOOKS, RateRow, generate

PATH_OF_BOOK = {
    "anthropic": "anthropic_api",
    "openai": "openai_api",
    "openrouter": "openrouter",
    "aws": "bedrock",
    "google": "vertex",
}
FAST_FACTOR = {"claude-opus-4-6": 6, "claude-opus-4-7": 6}
US_MODELS = {"claude-sonnet-4-6", "claude-sonnet-5", "claude-opus-4-6", "claude-opus-4-8", "claude-fable-5"}
MICRO_DOLLAR = Decimal("0.000001")

#: Names that genai-prices does not know as they are logged, with the book and the model that they are.
REWRITTEN = [
    ("claude_code", "claude-opus-4-6[1m]", "anthropic", "claude-opus-4-6"),
    (
        "claude_code",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws",
        "regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ),
    ("claude_code", "global.anthropic.claude-opus-5-5-v1:0", "aws", "global.anthropic.claude-opus-5-5"),
    ("claude_code", "claude-4.6-sonnet", "anthropic", "claude-sonnet-4-6"),
    ("claude_code", "claude-fable-5.1", "anthropic", "claude-fable-5-1"),
    ("claude_code", "claude-opus-5-thinking", "anthropic", "claude-opus-5"),
    ("anthropic_api", "anthropic/claude-haiku-4.5", "anthropic", "claude-haiku-4-5"),
    ("anthropic_oauth", "Claude-Opus-4-5-20251101", "anthropic", "claude-opus-4-5"),
    ("anthropic_api", "claude-opus-4@20250514", "google", "claude-4-opus"),
    ("anthropic_api", "claude-opus-5-5@20260901", "google", "claude-opus-5-5"),
    ("anthropic_api", "claude-opus-5-5@default", "google", "claude-opus-5-5"),
    ("vertex", "publishers/anthropic/models/claude-sonnet-4@20250514", "google", "claude-4-sonnet"),
    (
        "bedrock",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws",
        "regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ),
    (
        "bedrock",
        "apac.anthropic.claude-sonnet-4-20250514-v1:0",
        "aws",
        "regional.anthropic.claude-sonnet-4-20250514-v1:0",
    ),
    ("bedrock", "global.anthropic.claude-opus-4-6-v1[1m]", "aws", "global.anthropic.claude-opus-4-6-v1:0"),
    ("openai_codex", "openai/gpt-5.5", "openai", "gpt-5.5"),
    ("openrouter", "anthropic/claude-opus-4.6", "openrouter", "anthropic/claude-opus-4.6"),
]

#: Models that the path's own book does not know.
BORROWED = [
    ("openrouter", "claude-opus-4-6", "anthropic", "claude-opus-4-6"),
    ("openrouter", "claude-haiku-4-5-20251001", "anthropic", "claude-haiku-4-5"),
    ("gateway", "claude-sonnet-4-5-20250929", "anthropic", "claude-sonnet-4-5"),
    ("gateway", "gpt-5.5", "openai", "gpt-5.5"),
    (None, "gemini-2.5-pro", "google", "gemini-2.5-pro"),
    ("bedrock", "claude-opus-4-1", "anthropic", "claude-opus-4-1"),
]


class Priced(NamedTuple):
    cost_usd: Decimal | None
    rate_id: str | None
    rate_is_exact: bool | None


class Case(NamedTuple):
    """A call, and the model by whose prices the calculator is to price it: its own, or (`borrowed`) the vendor's."""

    call: Call
    book: str
    model: ModelInfo
    borrowed: bool


def asks_for(name: str, model: ModelInfo) -> dict[str, str]:
    """The logged fields by which a request asks for a variant of the model's prices."""
    by_speed = {"speed": name} in [variant.when for variant in model.price_variants or ()]
    return {"speed" if by_speed else "service_tier": name}


def listed_names(clause: MatchLogic) -> Iterator[str]:
    if isinstance(clause, ClauseEquals):
        yield clause.equals
    elif isinstance(clause, ClauseOr):
        for part in clause.or_:
            yield from listed_names(part)


def rate_rows() -> dict[tuple[str, str], list[RateRow]]:
    found: dict[tuple[str, str], list[RateRow]] = {}
    for row in generate():
        found.setdefault((row.price_book, row.model_id), []).append(row)
    return found


def some_call(
    rng: random.Random, number: int, provider: str | None, name: str, rows: list[RateRow], asks: dict[str, str]
) -> Call:
    """A call near a day on which the model's prices change, and near a threshold of its context tiers."""
    day = rng.choice([row.valid_from for row in rows]) + dt.timedelta(days=rng.choice((-1, 0, 0, 1, 90)))
    moment = dt.datetime.combine(day, rng.choice((dt.time(), dt.time(12), dt.time(23, 59, 59))))
    total = rng.choice([row.tier_start for row in rows]) + rng.choice((0, 1, rng.randrange(1_000_000)))
    cuts = sorted(rng.randrange(total + 1) for _ in range(3))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]
    return Call(
        model_call_id=f"call-{number}",
        provider=provider,
        model=name,
        called_at=max(moment, dt.datetime(1970, 1, 1)),
        speed=asks.get("speed", rng.choice((None, "standard"))),
        service_tier=asks.get("service_tier", rng.choice((None, "standard", "default"))),
        inference_geo=asks.get("inference_geo", rng.choice((None, "", "global", "not_available"))),
        input_tokens=parts[0],
        output_tokens=rng.randrange(100_000),
        cache_read_tokens=parts[1],
        cache_write_5m_tokens=parts[2],
        cache_write_1h_tokens=parts[3],
        web_search_requests=rng.choice((0, 0, 3)),
    )


def all_cases() -> list[Case]:
    """Two calls of every name of every book, one for each variant of a model, and rewritten and borrowed names."""
    rng = random.Random(20261121)
    rates = rate_rows()
    cases: list[Case] = []

    def add(
        path: str | None, name: str, book: str, model: ModelInfo, asks: dict[str, str], borrowed: bool = False
    ) -> None:
        call = some_call(rng, len(cases), path, name, rates[book, model.id], asks)
        cases.append(Case(call, book, model, borrowed))

    for book in BOOKS:
        path = PATH_OF_BOOK[book]
        for model in PROVIDERS[book].models:
            names = [name for name in dict.fromkeys([model.id, *listed_names(model.match)]) if model.is_match(name)]
            # GovCloud has prices of its own, which this list does not know (seed rate_supplements).
            names = [name for name in names if not name.startswith("us-gov.")]
            if (book, model.id) not in rates or not names or names[0].endswith(":free"):
                continue
            for name in names:
                add(path, name, book, model, {})
                add(path, name, book, model, {})
            for variant in sorted({row.price_variant for row in rates[book, model.id]} - {"standard"}):
                add(path, names[0], book, model, asks_for(variant, model))
            if book == "anthropic":
                add("claude_code", names[0], book, model, {"speed": "fast"})
                add("claude_code", names[0], book, model, {"inference_geo": "us", "service_tier": "batch"})
    for logged, borrowed in ((REWRITTEN, False), (BORROWED, True)):
        for provider, name, book, model_id in logged:
            model = next(model for model in PROVIDERS[book].models if model.id == model_id)
            add(provider, name, book, model, {}, borrowed)
            add(provider, name, book, model, {"speed": "fast"}, borrowed)
    return cases


def expected_cost(case: Case) -> Decimal:
    """The calculator's price of the call, times the factors that it does not know."""
    call, model = case.call, case.model
    variant = None if case.borrowed else listed_variant(call, model)
    factor = Decimal(1)
    if case.book == "anthropic" and not case.borrowed:
        if call.speed == "fast" and variant is None:
            factor *= FAST_FACTOR.get(model.id, 1)
        if call.inference_geo == "us" and model.id in US_MODELS:
            factor *= Decimal("1.1")
    return list_price(call, case.book, model, variant=variant, factor=factor)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    found = all_cases()
    # The factors of the other models are in the same seed; here they would only be a second copy of it.
    return [case for case in found if case.call.inference_geo != "us" or case.model.id in US_MODELS]


@pytest.fixture(scope="module")
def priced(cases: list[Case], fleet: BuiltFleet) -> dict[str, Priced]:
    """What fct_model_calls says of the calls, by model_call_id."""
    with priced_calls(fleet, [case.call for case in cases]) as warehouse:
        rows = warehouse.sql("select model_call_id, cost_usd, rate_id, rate_is_exact from marts.fct_model_calls")
        return {row[0]: Priced(*row[1:]) for row in rows.fetchall()}


def test_the_cases_reach_every_model_variant_and_tier(cases: list[Case], priced: dict[str, Priced]) -> None:
    assert len(priced) == len(cases) > 3000
    used = {priced[case.call.model_call_id].rate_id for case in cases}
    rates = rate_rows()
    reachable = {(case.book, case.model.id) for case in cases}
    assert len(reachable) > 0.95 * len(rates)
    # Calls stand near days and thresholds by chance, so that most rows of the seed are used, and not all.
    every_row = {row.rate_id for rows in rates.values() for row in rows}
    assert len(used & every_row) > 0.75 * len(every_row)


def test_sql_and_calculator_agree_to_the_last_digit(cases: list[Case], priced: dict[str, Priced]) -> None:
    for case in cases:
        found = priced[case.call.model_call_id]
        wanted = expected_cost(case)
        assert found.cost_usd is not None, case
        # Quotients in OpenRouter's list are kept to eight decimals, a hundredth of a micro-dollar per million tokens.
        slack = MICRO_DOLLAR if case.book == "openrouter" else Decimal(0)
        assert abs(found.cost_usd - wanted) <= slack, (case, wanted, found)


def test_the_rate_is_the_models_own(cases: list[Case], priced: dict[str, Priced]) -> None:
    for case in cases:
        found = priced[case.call.model_call_id]
        assert found.rate_id is not None
        assert found.rate_id.startswith(f"{case.book}:{case.model.id}:"), (case, found)


def test_borrowed_prices_are_inexact(cases: list[Case], priced: dict[str, Priced]) -> None:
    borrowed = [case for case in cases if case.borrowed]
    assert len(borrowed) == 2 * len(BORROWED)
    assert {priced[case.call.model_call_id].rate_is_exact for case in borrowed} == {False}


def test_asking_for_what_has_no_price_is_inexact(cases: list[Case], priced: dict[str, Priced]) -> None:
    fast = [case for case in cases if case.call.speed == "fast" and not case.borrowed and case.book == "anthropic"]
    without = [case for case in fast if {"speed": "fast"} not in [v.when for v in case.model.price_variants or ()]]
    unpriced = [case for case in without if case.model.id not in FAST_FACTOR]
    assert unpriced
    assert {priced[case.call.model_call_id].rate_is_exact for case in unpriced} == {False}
    multiplied = [case for case in without if case.model.id in FAST_FACTOR]
    assert {(priced[case.call.model_call_id].rate_id or "").rsplit(":", 1)[1] for case in multiplied} == {"x6"}
