"""What genai-prices' own calculator says that a call costs, for tests of what the SQL says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from genai_prices import Usage, data
from genai_prices.types import ModelInfo

PROVIDERS = {provider.id: provider for provider in data.providers}
USUAL_VALUES = {None, "", "standard", "default", "global", "not_available"}
"""Values of the request's fields that ask for nothing that has a price of its own."""


@dataclass(frozen=True)
class Call:
    """The columns of int_model_calls that pricing reads."""

    model_call_id: str
    provider: str | None
    model: str
    called_at: dt.datetime
    speed: str | None
    service_tier: str | None
    inference_geo: str | None
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    web_search_requests: int
    usage_source: str = "model_call"


def listed_variant(call: Call, model: ModelInfo) -> dict[str, str] | None:
    """The variant of the model's prices that the call asks for by its speed or tier; None where there is none."""
    asked = {call.speed, call.service_tier} - USUAL_VALUES
    variants = [variant.when for variant in model.price_variants or ()]
    return next((when for when in variants if asked & set(when.values())), None)


def list_price(call: Call, book: str, model: ModelInfo, *, variant: dict[str, str] | None, factor: Decimal) -> Decimal:
    """The calculator's price of a call by a model's prices; `factor` multiplies the tokens' part, as geography does."""
    writes = call.cache_write_5m_tokens + call.cache_write_1h_tokens
    usage = Usage(
        input_tokens=call.input_tokens + call.cache_read_tokens + writes,
        output_tokens=call.output_tokens,
        cache_read_tokens=call.cache_read_tokens,
        cache_write_tokens=writes,
        cache_write_1h_tokens=call.cache_write_1h_tokens,
        web_searches=call.web_search_requests,
    )
    price = model.calc_price(
        usage,
        PROVIDERS[book],
        genai_request_timestamp=call.called_at.replace(tzinfo=dt.UTC),
        price_context=variant,
    )
    tokens = price.input_price + price.output_price
    return factor * tokens + price.total_price - tokens
