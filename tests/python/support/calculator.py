"""What genai-prices' own calculator says that a call costs, for tests of what the SQL says.

What it does not know is taken from the seeds.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cache

from genai_prices import Usage, data
from genai_prices.types import ModelInfo

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.rates.generate import generate

PROVIDERS = {provider.id: provider for provider in data.providers}
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
    """The list's price of a call: the calculator's, or by a row of the project's own where it knows none.

    `factor` multiplies the tokens' part, as geography does; so does a batch where the list has no row for it yet.
    """
    at = call.called_at.replace(tzinfo=dt.UTC)
    if variant and not any(
        one.when == variant and (one.constraint is None or one.constraint.active(at))
        for one in model.price_variants or ()
    ):
        (field, value), variant = next(iter(variant.items())), None
        factor *= multipliers().get((book, model.id, "service_tier" if field == "processing" else field, value), 1)
    row = supplement(call, book, model.id, next(iter(variant.values())) if variant else "standard")
    if row:
        searches = (call.web_search_requests or 0) * price(row, "web_search_usd_per_kcount") / 1000
        return factor * tokens_price(call, row) + searches
    writes = call.cache_write_5m_tokens + call.cache_write_1h_tokens
    usage = Usage(
        input_tokens=total_input(call),
        output_tokens=call.output_tokens,
        cache_read_tokens=call.cache_read_tokens,
        cache_write_tokens=writes,
        cache_write_1h_tokens=call.cache_write_1h_tokens,
        web_searches=call.web_search_requests,
    )
    said = model.calc_price(usage, PROVIDERS[book], genai_request_timestamp=at, price_context=variant)
    tokens = said.input_price + said.output_price
    return factor * tokens + said.total_price - tokens


def total_input(call: Call) -> int:
    """All input tokens of a call, which tell its context tier."""
    return call.input_tokens + call.cache_read_tokens + call.cache_write_5m_tokens + call.cache_write_1h_tokens


Row = dict[str, str]


@cache
def supplements() -> dict[tuple[str, str, str], list[Row]]:
    """The rows of seed rate_supplements by book, model and variant."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    with (PROJECT_ROOT / "seeds/prices/rate_supplements.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["price_book"], row["model_id"], row["price_variant"]), []).append(row)
    return found


@cache
def list_starts(book: str, model_id: str, variant: str) -> frozenset[tuple[dt.date, int]]:
    """The days and tiers of a model's prices in the generated list."""
    rows = (row for row in generate() if (row.price_book, row.model_id, row.price_variant) == (book, model_id, variant))
    return frozenset((row.valid_from, row.tier_start) for row in rows)


def supplement(call: Call, book: str, model_id: str, variant: str) -> Row | None:
    """The row of the project's own that prices a call: of the period that its day is in, the highest tier below it."""
    mine = {
        (dt.date.fromisoformat(row["valid_from"]), int(row["tier_start"])): row
        for row in supplements().get((book, model_id, variant), ())
    }
    if not mine:
        return None
    starts = mine.keys() | list_starts(book, model_id, variant)
    rows = [start for start in starts if start[0] <= call.called_at.date()]
    day = max((day for day, _ in rows), default=None)
    tiers = [tier for since, tier in rows if since == day and tier < max(total_input(call), 1)]
    return mine.get((day, max(tiers))) if day and tiers else None


def price(row: Row, *columns: str) -> Decimal:
    """The first of the prices that a row has."""
    return next((Decimal(row[column]) for column in columns if row[column]), Decimal(0))


def tokens_price(call: Call, row: Row) -> Decimal:
    """The price of a call's tokens by a row; a cache price that is missing is that of the next wider bucket."""
    columns = ["input_usd_per_mtok", "cache_write_5m_usd_per_mtok", "cache_write_1h_usd_per_mtok"]
    return (
        call.input_tokens * price(row, columns[0])
        + call.output_tokens * price(row, "output_usd_per_mtok")
        + call.cache_read_tokens * price(row, "cache_read_usd_per_mtok", columns[0])
        + call.cache_write_5m_tokens * price(row, columns[1], columns[0])
        + call.cache_write_1h_tokens * price(row, *reversed(columns))
    ) / 1_000_000


@cache
def found(provider: str | None, name: str) -> tuple[str, ModelInfo, bool] | None:
    """Book and model that price a call, and whether that is another book than the path's own."""
    own = "aws" if ".anthropic." in name else BOOK_OF_PATH.get(provider or "")
    vendor = BOOK_OF_VENDOR.get(name.partition("-")[0])
    for book in (own, vendor):
        if book and (model := PROVIDERS[book].find_model(name)):
            return book, model, book != own
    return None


@cache
def multipliers() -> dict[tuple[str, str, str, str], Decimal]:
    """The factors that genai-prices does not carry, by book, model, field and logged value."""
    with (PROJECT_ROOT / "seeds/prices/rate_multipliers.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["price_book"], row["model_id"], row["request_field"], row["logged_value"]): Decimal(row["multiplier"])
            for row in csv.DictReader(file)
        }


@cache
def price_of(call: Call) -> Decimal | None:
    """The calculator's price of a logged call; None where no book knows the model or the log no tokens."""
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
