"""Write `seeds/prices/model_rates.csv` from the price data inside the installed `genai-prices` package.

Only the data that came with the package is read: no network, and no clock, so that one version gives one file, byte by
byte. What a price means is taken from the package's own calculator (`genai_prices.types`), which a test compares.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from genai_prices.types import MatchLogic, ModelInfo, ModelPrice, Provider, TieredPrices

SOURCE = "genai-prices"
RATES_PATH = PROJECT_ROOT / "seeds/prices/model_rates.csv"

#: The price lists a serving path of the two fleets is priced by (seeds/prices/provider_price_books.csv).
BOOKS = ("anthropic", "openai", "openrouter", "aws", "google")

#: The day from which a price without a start date holds.
ALWAYS = date(1970, 1, 1)

STANDARD = "standard"

#: Prices keep this many decimals. Real list prices have six at most; OpenRouter's list also holds quotients, such as
#: 0.08333333333333334.
PRICE_QUANTUM = Decimal("0.00000001")

#: Price units that become columns; where two feed one column, the first that a model has wins.
PRICE_COLUMNS: dict[str, tuple[str, ...]] = {
    "input_usd_per_mtok": ("input_mtok",),
    "output_usd_per_mtok": ("output_mtok",),
    "cache_read_usd_per_mtok": ("cache_read_mtok",),
    "cache_write_5m_usd_per_mtok": ("cache_write_5m_mtok", "cache_write_mtok"),
    "cache_write_1h_usd_per_mtok": ("cache_write_1h_mtok",),
    "web_search_usd_per_kcount": ("web_searches_kcount",),
}
TEXT_UNITS = frozenset(unit for units in PRICE_COLUMNS.values() for unit in units)

#: Units of things that no log of the two fleets counts. They change nothing about the price of text tokens.
UNCOUNTED_UNIT = re.compile(r"(^|_)(audio|image|video)_|^storage_searches_kcount$|^input_mchars$")

#: Units that change what a text call costs and that the columns cannot say. A model with one is left out: unpriced, not
#: mispriced.
INEXPRESSIBLE_UNITS = frozenset({"output_reasoning_mtok", "requests_kcount"})

#: What a request may ask for that changes its price, as the package names it. OpenRouter's `route` stands in no log.
VARIANT_CONTEXTS = frozenset({"processing", "speed", "service_tier"})
UNLOGGED_CONTEXTS = frozenset({"route"})

#: The names by which providers call their normal service; not variants.
STANDARD_NAMES = frozenset({"default", "standard"})

NAME_SEPARATOR = "|"


class RatesError(FleetledgerError):
    """The price data holds something that the seed cannot say, so that writing it would drop or bend a price."""


@dataclass(frozen=True)
class MatchRule:
    """Which logged model names (in lower case) a rate is for: those listed, or that match `regex` and not `not_regex`.

    Both are RE2 expressions that are searched for anywhere in the name, as DuckDB's `regexp_matches` does.
    """

    names: tuple[str, ...] = ()
    regex: str | None = None
    not_regex: str | None = None


@dataclass(frozen=True)
class RateRow:
    """One line of the seed: the prices of one model, variant, period and context tier.

    In USD per million tokens, and per thousand searches. A price that the book does not name is None. A tier other than
    0 holds for calls whose total input is above `tier_start` tokens.
    """

    rate_id: str
    price_book: str
    model_id: str
    match_names: str | None
    match_regex: str | None
    match_not_regex: str | None
    price_variant: str
    valid_from: date
    tier_start: int
    input_usd_per_mtok: Decimal | None
    output_usd_per_mtok: Decimal | None
    cache_read_usd_per_mtok: Decimal | None
    cache_write_5m_usd_per_mtok: Decimal | None
    cache_write_1h_usd_per_mtok: Decimal | None
    web_search_usd_per_kcount: Decimal | None
    source: str
    source_version: str
    source_date: date


@dataclass(frozen=True)
class RatesUpdate:
    """What regenerating the seed changes. `changed` leaves out the columns that only name the source."""

    version: str
    source_date: date
    rows: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    is_same_file: bool


COLUMNS = tuple(field.name for field in fields(RateRow))
SOURCE_COLUMNS = frozenset({"source", "source_version", "source_date"})


def update_rates(path: Path = RATES_PATH) -> RatesUpdate:
    """Write the seed anew at `path`, swapped in whole, and say what changed against what stood there."""
    text, update = _compare(path)
    if not update.is_same_file:
        part = path.with_name(f"{path.name}.part")
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    return update


def rates_diff(path: Path = RATES_PATH) -> RatesUpdate:
    """Say what `update_rates` would change, and change nothing."""
    return _compare(path)[1]


def generate(providers: Sequence[Provider] | None = None, version: str | None = None) -> list[RateRow]:
    """Every rate of the books, ordered by book, model, variant, start and tier.

    `providers` and `version` default to the installed package's. Raises RatesError where the data says what the seed
    cannot.
    """
    if providers is None:
        from genai_prices import data

        providers = data.providers
    version = version or installed_version(SOURCE)
    source_date = data_date(providers)
    books = {provider.id: provider for provider in providers}
    missing = [book for book in BOOKS if book not in books]
    if missing:
        raise RatesError(f"{SOURCE} {version} has no prices of {', '.join(missing)}")
    rows: list[RateRow] = []
    for book in BOOKS:
        ids = [model.id for model in books[book].models]
        if ids != sorted(ids):
            raise RatesError(f"{SOURCE} {version}: {book} is not sorted by model id, the order of matching")
        for model in books[book].models:
            rows.extend(_model_rows(book, model, version, source_date))
    return rows


def data_date(providers: Iterable[Provider]) -> date:
    """The newest day the data can be shown to be of: that of the last price change seen at OpenRouter.

    The package carries no release date. Its start dates elsewhere can be announced ones, in the future; OpenRouter's
    list is read again and again, and a change in it is dated the day it was seen.
    """
    models = [model for provider in providers if provider.id == "openrouter" for model in provider.models]
    seen = [start for model in models for start in _start_dates(model)]
    if not seen:
        raise RatesError(f"{SOURCE} has no dated price change of openrouter, which the date of the data is taken from")
    return max(seen)


def to_csv(rows: Iterable[RateRow]) -> str:
    """The rows as CSV text: a header, LF line ends, prices in plain decimal notation, nothing for what is None."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in astuple(row)] for row in rows)
    return out.getvalue()


def _compare(path: Path) -> tuple[str, RatesUpdate]:
    rows = generate()
    text = to_csv(rows)
    old_text = path.read_text(encoding="utf-8") if path.exists() else ""
    old, new = _by_id(old_text), _by_id(text)
    return text, RatesUpdate(
        version=rows[0].source_version,
        source_date=rows[0].source_date,
        rows=len(rows),
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(rate_id for rate_id in new.keys() & old.keys() if new[rate_id] != old[rate_id])),
        is_same_file=text == old_text,
    )


def _by_id(text: str) -> dict[str, dict[str, str]]:
    return {
        row["rate_id"]: {column: value for column, value in row.items() if column not in SOURCE_COLUMNS}
        for row in csv.DictReader(io.StringIO(text))
    }


def _cell(value: str | int | date | Decimal | None) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


# --- Prices ----------------------------------------------------------------------------------------------------------


def _model_rows(book: str, model: ModelInfo, version: str, source_date: date) -> Iterator[RateRow]:
    if not _has_text_prices(model):
        return
    rule = match_rule(model.match)
    for variant, context in _variants(model):
        for valid_from, price in _periods(model, context):
            for tier_start in _tier_starts(price):
                yield RateRow(
                    rate_id=f"{book}:{model.id}:{variant}:{valid_from}:{tier_start}",
                    price_book=book,
                    model_id=model.id,
                    match_names=NAME_SEPARATOR.join(rule.names) or None,
                    match_regex=rule.regex,
                    match_not_regex=rule.not_regex,
                    price_variant=variant,
                    valid_from=valid_from,
                    tier_start=tier_start,
                    **{column: _price(price, units, tier_start) for column, units in PRICE_COLUMNS.items()},
                    source=SOURCE,
                    source_version=version,
                    source_date=source_date,
                )


def _has_text_prices(model: ModelInfo) -> bool:
    """Whether text tokens have prices, in and out, in every period, and a text call is charged for nothing else."""
    periods = [set(_units(price)) for price in _standard_prices(model)]
    if not all({"input_mtok", "output_mtok"} <= units for units in periods):
        return False
    used = set[str]().union(*periods, *(_units(variant.prices) for variant in model.price_variants or ()))
    unknown = sorted(unit for unit in used - TEXT_UNITS - INEXPRESSIBLE_UNITS if not UNCOUNTED_UNIT.search(unit))
    if unknown:
        raise RatesError(f"{model.id}: does {unknown[0]} charge for text calls? rates.py has to be told")
    return not used & INEXPRESSIBLE_UNITS


def _variants(model: ModelInfo) -> Iterator[tuple[str, dict[str, str]]]:
    """Each named variant of the model's prices with the request context that selects it; the standard prices first."""
    yield STANDARD, {}
    contexts: dict[str, dict[str, str]] = {}
    for variant in model.price_variants or ():
        context, value = "+".join(variant.when), "+".join(variant.when.values())
        if context in UNLOGGED_CONTEXTS:
            continue
        if context not in VARIANT_CONTEXTS:
            raise RatesError(f"{model.id}: prices depend on {context}, and rates.py knows no such request")
        if value in STANDARD_NAMES:
            if _units(variant.prices):
                raise RatesError(f"{model.id}: {context} {value} has its own prices, and stands for the normal service")
            continue
        if contexts.setdefault(value, {context: value}) != {context: value}:
            raise RatesError(f"{model.id}: two kinds of request are called {value}")
    yield from sorted(contexts.items())


def _periods(model: ModelInfo, context: dict[str, str]) -> Iterator[tuple[date, ModelPrice]]:
    """The prices of a variant, each with the UTC day from which it holds; days that change nothing are left out."""
    last: ModelPrice | None = None
    for day in sorted({ALWAYS, *_start_dates(model)}):
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if context and not any(
            variant.when == context and (variant.constraint is None or variant.constraint.active(at))
            for variant in model.price_variants or ()
        ):
            continue
        price = model.get_prices(at, context)
        if last is None or _text_prices(price) != _text_prices(last):
            yield day, price
        last = price


def _start_dates(model: ModelInfo) -> set[date]:
    from genai_prices.types import ModelPrice, StartDateConstraint

    conditional = () if isinstance(model.prices, ModelPrice) else model.prices
    starts = set()
    for constraint in [price.constraint for price in (*conditional, *(model.price_variants or ()))]:
        if isinstance(constraint, StartDateConstraint):
            starts.add(constraint.start_date)
        elif constraint is not None:
            kind = type(constraint).__name__
            raise RatesError(f"{model.id}: prices depend on a {kind}, and a rate row knows only the day it starts")
    return starts


def _standard_prices(model: ModelInfo) -> list[ModelPrice]:
    from genai_prices.types import ModelPrice

    return [model.prices] if isinstance(model.prices, ModelPrice) else [period.prices for period in model.prices]


def _units(price: ModelPrice) -> dict[str, Decimal | TieredPrices]:
    return {unit: value for unit, value in vars(price).items() if value is not None}


def _text_prices(price: ModelPrice) -> dict[str, Decimal | TieredPrices]:
    return {unit: value for unit, value in _units(price).items() if unit in TEXT_UNITS}


def _tier_starts(price: ModelPrice) -> list[int]:
    from genai_prices.types import TieredPrices

    tiered = [value for value in _text_prices(price).values() if isinstance(value, TieredPrices)]
    return sorted({0, *(tier.start for prices in tiered for tier in prices.tiers)})


def _price(price: ModelPrice, units: tuple[str, ...], tier_start: int) -> Decimal | None:
    """The price of the first of the units that the model has, in the tier above `tier_start` tokens, or None."""
    from genai_prices.types import TieredPrices

    prices = _units(price)
    value = next((prices[unit] for unit in units if unit in prices), None)
    if isinstance(value, TieredPrices):
        value = next((tier.price for tier in reversed(value.tiers) if tier.start <= tier_start), value.base)
    return None if value is None else value.quantize(PRICE_QUANTUM)


# --- Names -----------------------------------------------------------------------------------------------------------


def match_rule(clause: MatchLogic) -> MatchRule:
    """Turn a tree of match clauses into names and RE2 expressions. Raises RatesError for a tree that has no such form.

    RE2 has no look-ahead, so that `^(?!…)`, which the data joins to another clause with `and`, becomes `not_regex`.
    """
    from genai_prices.types import ClauseAnd, ClauseEquals

    names: list[str] = []
    patterns: list[str] = []
    excluded: list[str | None] = []
    for alternative in _alternatives(clause):
        if isinstance(alternative, ClauseEquals):
            names.append(_plain_name(alternative.equals))
        elif isinstance(alternative, ClauseAnd):
            pattern, not_pattern = _conjunction(alternative)
            patterns.append(pattern)
            excluded.append(not_pattern)
        else:
            patterns.append(_pattern(alternative))
            excluded.append(None)
    if len(set(excluded)) > 1:
        raise RatesError(f"a match rule excludes names from some of its alternatives only: {clause}")
    return MatchRule(
        names=tuple(dict.fromkeys(names)),
        regex="|".join(dict.fromkeys(patterns)) or None,
        not_regex=excluded[0] if excluded else None,
    )


def _alternatives(clause: MatchLogic) -> Iterator[MatchLogic]:
    from genai_prices.types import ClauseOr

    if isinstance(clause, ClauseOr):
        for part in clause.or_:
            yield from _alternatives(part)
    else:
        yield clause


def _conjunction(clause: MatchLogic) -> tuple[str, str]:
    """One expression that must be found and one that must not, of an `and` of just these two."""
    from genai_prices.types import ClauseAnd, ClauseRegex

    if isinstance(clause, ClauseAnd) and len(clause.and_) == 2:
        wanted, negated = clause.and_
        if isinstance(negated, ClauseRegex) and (found := re.fullmatch(r"\^\(\?!(.*)\)", negated.regex)):
            return _pattern(wanted), f"^(?:{_re2(found[1])})"
    raise RatesError(f"a match rule joins clauses in a way that has no RE2 form: {clause}")


def _pattern(clause: MatchLogic) -> str:
    from genai_prices.types import ClauseContains, ClauseEndsWith, ClauseRegex, ClauseStartsWith

    if isinstance(clause, ClauseStartsWith):
        return f"^{_escape(clause.starts_with)}"
    if isinstance(clause, ClauseEndsWith):
        return f"{_escape(clause.ends_with)}$"
    if isinstance(clause, ClauseContains):
        return _escape(clause.contains)
    if isinstance(clause, ClauseRegex):
        return _re2(clause.regex)
    raise RatesError(f"a match rule holds a clause that has no RE2 form: {clause}")


def _escape(text: str) -> str:
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text.lower())


def _re2(pattern: str) -> str:
    """The expression as it is, if RE2 reads it as Python does."""
    if re.search(r"\(\?(?!:)|\\[1-9]", pattern):
        raise RatesError(f"a match rule holds a regular expression that RE2 cannot read: {pattern}")
    return pattern


def _plain_name(name: str) -> str:
    if NAME_SEPARATOR in name:
        raise RatesError(f"a model name holds {NAME_SEPARATOR!r}, which separates names: {name}")
    return name.lower()
