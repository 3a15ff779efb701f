"""Every distinct price of a whole warehouse, against genai-prices' own calculator, which also resolves the names."""

from __future__ import annotations

import csv
from dataclasses import asdict, fields
from decimal import Decimal
from functools import cache
from typing import NamedTuple

import pytest
from built_fleet import BuiltFleet
from calculator import PROVIDERS, Call, list_price, listed_variant
from genai_prices.types import ModelInfo

from fleetledger.paths import PROJECT_ROOT

BOOK_OF_PATH = {
    "anthropic_api": "anthropic",
    "anthropic_oauth": "anthropic",
    "bedrock": "aws",
    "claude_code": "anthropic",
    "openai_api": "openai",
    "openai_codex": "openai",
    "openrouter": "openrouter",
}
BOOK_OF_VENDOR = {"claude": "anthropic", "gpt": "openai"}
BUCKETS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")
MICRO_DOLLAR = Decimal("0.000001")


class Priced(NamedTuple):
    """A call of the warehouse and what it is said to cost."""

    call: Call
    cost_kind: str
    cost_usd: Decimal | None


@pytest.fixture(scope="module")
def priced(fleet: BuiltFleet) -> list[Priced]:
    """One call for each provider, model, day, shape of tokens and price."""
    names = [field.name for field in fields(Call)]
    shape = ", ".join(name for name in names if name not in ("model_call_id", "called_at"))
    with fleet.warehouse() as warehouse:
        rows = warehouse.sql(
            f"""
            select {shape}, cost_kind, cost_usd, min(model_call_id) as model_call_id, min(called_at) as called_at
            from marts.fct_model_calls
            group by {shape}, cost_kind, cost_usd, cast(called_at as date)
            """
        ).select(*names, "cost_kind", "cost_usd")
        return [Priced(Call(*row[:-2]), *row[-2:]) for row in rows.fetchall()]


@cache
def found(provider: str | None, name: str) -> tuple[str, ModelInfo, bool] | None:
    """Book and model that price a call, and whether that is another book than the path's own."""
    own = BOOK_OF_PATH.get(provider or "")
    vendor = BOOK_OF_VENDOR.get(name.partition("-")[0])
    for book in (own, vendor):
        if book and (model := PROVIDERS[book].find_model(name)):
            return book, model, book != own
    return None


@cache
def multipliers() -> dict[tuple[str, str, str, str], Decimal]:
    """The factors that genai-prices does not carry, by book, model, field and logged value."""
    with (PROJECT_ROOT / "seeds/rate_multipliers.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["price_book"], row["model_id"], row["request_field"], row["logged_value"]): Decimal(row["multiplier"])
            for row in csv.DictReader(file)
        }


def expected_cost(call: Call) -> Decimal | None:
    """The calculator's price; None where no book knows the model or the log no tokens."""
    known = found(call.provider, call.model)
    if known is None or None in (call.input_tokens, call.output_tokens):
        return None
    book, model, is_borrowed = known
    variant = None if is_borrowed else listed_variant(call, model)
    factor = Decimal(1)
    for field, value in (("speed", call.speed), ("inference_geo", call.inference_geo)):
        if not is_borrowed and not (field == "speed" and variant):
            factor *= multipliers().get((book, model.id, field, value or ""), 1)
    if call.usage_source == "model_call":
        return list_price(call, book, model, variant=variant, factor=factor)
    # The sum of a task's requests is priced by the base tier: a thousand tokens of a kind at a time.
    total = Decimal(0)
    for bucket in BUCKETS:
        thousand = Call(**(asdict(call) | dict.fromkeys(BUCKETS, 0) | {bucket: 1000}))
        total += list_price(thousand, book, model, variant=variant, factor=factor) * getattr(call, bucket) / 1000
    return total


def test_every_price_is_the_calculators(priced: list[Priced]) -> None:
    for call, cost_kind, cost_usd in priced:
        wanted = Decimal(0) if cost_kind == "free" else expected_cost(call)
        if wanted is None or cost_usd is None:
            assert cost_usd is wanted is None, call
            continue
        # Quotients in OpenRouter's list are kept to eight decimals.
        slack = MICRO_DOLLAR if call.provider == "openrouter" else Decimal(0)
        assert abs(cost_usd - wanted) <= slack, (call, wanted, cost_usd)


def test_the_warehouse_has_something_of_everything_to_price(priced: list[Priced]) -> None:
    calls = [one.call for one in priced if one.cost_usd is not None and one.cost_kind != "free"]
    assert len(calls) > 500
    assert {call.provider for call in calls} >= set(BOOK_OF_PATH)
    assert {"batch", "us", "fast"} <= {
        value for call in calls for value in (call.service_tier, call.inference_geo, call.speed)
    }
    assert any(call.web_search_requests for call in calls)
    unpriced = [one.call for one in priced if one.cost_usd is None]
    assert {call.model for call in unpriced if call.output_tokens is not None} == {
        "claude-nimbus-preview",
        "harbor-coder-1",
    }
