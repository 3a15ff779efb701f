"""Every distinct price of a whole warehouse, against genai-prices' own calculator, which also resolves the names."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import NamedTuple

import pytest
from built_fleet import BuiltFleet
from calculator import BOOK_OF_PATH, Call, price_of

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


def test_every_price_is_the_calculators(priced: list[Priced]) -> None:
    for call, cost_kind, cost_usd in priced:
        wanted = Decimal(0) if cost_kind == "free" else price_of(call)
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
