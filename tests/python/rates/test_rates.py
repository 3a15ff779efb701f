"""The rate seed says what genai-prices says: its prices on every day, its names, and nothing that no row can hold."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest
from genai_prices import data
from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    ConditionalPrice,
    MatchLogic,
    ModelInfo,
    ModelPrice,
    PriceVariant,
    Provider,
    StartDateConstraint,
    Tier,
    TieredPrices,
    TimeOfDateConstraint,
)

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.rates import generate as rates
from fleetledger.rates.generate import (
    ALWAYS,
    BOOKS,
    MatchRule,
    RateRow,
    RatesError,
    generate,
    match_rule,
    update_rates,
)
from fleetledger.sources.settings import KINDS

SEEDS = PROJECT_ROOT / "seeds/prices"
PROVIDERS = {provider.id: provider for provider in data.providers}
OPUS_46 = "anthropic:claude-opus-4-6:standard:2026-03-13:0"
ONE_FIVE = ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(5))
NO_TTS = ClauseRegex(regex=r"^(?!.*-[tT][tT][sS](?:$|-))")


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows() -> list[RateRow]:
    return generate()


def by_model(rows: list[RateRow]) -> dict[tuple[str, str], list[RateRow]]:
    found: dict[tuple[str, str], list[RateRow]] = {}
    for row in rows:
        found.setdefault((row.price_book, row.model_id), []).append(row)
    return found


# --- The file --------------------------------------------------------------------------------------------------------


def test_the_seed_is_what_the_installed_package_gives() -> None:
    difference = rates.rates_diff()
    assert difference.is_same_file, f"run `fleetledger prices update`: {difference}"


def test_generating_twice_gives_the_same_bytes(rows: list[RateRow]) -> None:
    assert rates.to_csv(rows) == rates.to_csv(generate())


def test_update_says_what_changed_and_leaves_nothing_else_behind(tmp_path: Path, rows: list[RateRow]) -> None:
    path = tmp_path / "model_rates.csv"
    first = update_rates(path)
    assert (first.rows, len(first.added), first.removed, first.changed) == (len(rows), len(rows), (), ())
    text = path.read_text(encoding="utf-8")

    lines = text.splitlines(keepends=True)
    opus = next(i for i, line in enumerate(lines) if line.startswith(f"{OPUS_46},"))
    gone = lines[-1].split(",")[0]
    edited = [*lines[:opus], lines[opus].replace(",0,5,25,", ",0,6,25,"), *lines[opus + 1 : -1]]
    path.write_text("".join(edited).replace(",0.2.3,", ",0.0.1,") + edited[1].replace("claude-2", "claude-zero"))
    expected = rates.rates_diff(path)
    assert path.read_text(encoding="utf-8") != text
    second = update_rates(path)
    assert second == expected
    assert second.changed == (OPUS_46,)
    assert second.added == (gone,)
    assert second.removed == ("anthropic:claude-zero:standard:1970-01-01:0",)
    assert path.read_text(encoding="utf-8") == text
    assert update_rates(path).is_same_file
    assert [entry.name for entry in tmp_path.iterdir()] == ["model_rates.csv"]


def test_rate_ids_are_unique_and_sources_are_named(rows: list[RateRow]) -> None:
    assert len({row.rate_id for row in rows}) == len(rows)
    assert {(row.source, row.source_version) for row in rows} == {("genai-prices", version("genai-prices"))}
    assert len({row.source_date for row in rows}) == 1


def test_every_price_fits_the_columns(rows: list[RateRow]) -> None:
    for row in rows:
        for column in rates.PRICE_COLUMNS:
            price = getattr(row, column)
            assert price is None or 0 <= price < 10**6, row.rate_id


# --- Prices ----------------------------------------------------------------------------------------------------------


def price_on(rows: list[RateRow], variant: str, day: dt.date, tokens: int) -> RateRow | None:
    """The row that holds: the latest period that has begun, and in it the highest tier that the tokens are above."""
    begun = [row for row in rows if row.price_variant == variant and row.valid_from <= day]
    latest = [row for row in begun if row.valid_from == max(row.valid_from for row in begun)]
    reached = [row for row in latest if row.tier_start == 0 or tokens > row.tier_start]
    return max(reached, key=lambda row: row.tier_start, default=None)


def unit_price(price: ModelPrice, units: tuple[str, ...], tokens: int) -> Decimal | None:
    for unit in units:
        value = getattr(price, unit)
        if isinstance(value, TieredPrices):
            reached = [tier.price for tier in value.tiers if tokens > tier.start]
            return reached[-1] if reached else value.base
        if value is not None:
            return Decimal(value)
    return None


def days_around(model: ModelInfo) -> list[dt.date]:
    """The days on which the model's prices may change and those beside them, and one far off."""
    starts = {ALWAYS, *rates._start_dates(model)}
    far = dt.date(2030, 1, 1)
    return sorted({far} | {start + dt.timedelta(days=shift) for start in starts for shift in (-1, 0, 1)})


@pytest.mark.parametrize("book", BOOKS)
def test_the_rows_hold_the_packages_prices_on_every_day_and_in_every_tier(book: str, rows: list[RateRow]) -> None:
    models = by_model(rows)
    for model in PROVIDERS[book].models:
        own = models.get((book, model.id), [])
        contexts = {next(iter(variant.when.values())): variant.when for variant in model.price_variants or ()}
        for variant in {row.price_variant for row in own}:
            tiers = sorted({row.tier_start for row in own})
            for day in days_around(model):
                at = dt.datetime(day.year, day.month, day.day, 23, 59, tzinfo=dt.UTC)
                price = model.get_prices(at, contexts.get(variant))
                for tokens in [0, *(start + more for start in tiers for more in (0, 1))]:
                    row = price_on(own, variant, day, tokens) or price_on(own, "standard", day, tokens)
                    if row is None:
                        assert day < ALWAYS
                        continue
                    for column, units in rates.PRICE_COLUMNS.items():
                        expected = unit_price(price, units, tokens)
                        actual = getattr(row, column)
                        assert (actual is None) == (expected is None), (row.rate_id, column, day)
                        if expected is not None:
                            assert abs(actual - expected) <= rates.PRICE_QUANTUM / 2, (row.rate_id, column, day)


def test_only_models_without_text_prices_are_left_out(rows: list[RateRow]) -> None:
    kept = by_model(rows)
    for book in BOOKS:
        for model in PROVIDERS[book].models:
            if (book, model.id) not in kept:
                prices = rates._standard_prices(model)
                assert any(price.input_mtok is None or price.output_mtok is None for price in prices) or any(
                    getattr(price, unit) is not None for price in prices for unit in rates.INEXPRESSIBLE_UNITS
                ), model.id


@pytest.mark.parametrize(
    ("rate_id", "prices"),
    [
        ("anthropic:claude-opus-4-5:standard:1970-01-01:0", "5 25 0.5 6.25 10 10"),
        ("anthropic:claude-opus-4-6:standard:1970-01-01:200000", "10 37.5 1 12.5 20 10"),
        ("anthropic:claude-opus-4-6:standard:2026-03-13:0", "5 25 0.5 6.25 10 10"),
        ("anthropic:claude-opus-4-8:fast:1970-01-01:0", "10 50 1 12.5 20 10"),
        ("anthropic:claude-sonnet-4-5:batch:2026-10-14:200000", "3 11.25 0.3 3.75 6 10"),
        ("openai:gpt-5.5:standard:1970-01-01:272000", "10 45 1 None None 10"),
        ("openai:gpt-5.5:priority:2026-10-12:0", "12.5 75 1.25 None None 10"),
    ],
)
def test_prices_that_anyone_can_look_up(rate_id: str, prices: str, rows: list[RateRow]) -> None:
    row = next(row for row in rows if row.rate_id == rate_id)
    found = [getattr(row, column) for column in rates.PRICE_COLUMNS]
    assert " ".join("None" if price is None else f"{price.normalize():f}" for price in found) == prices


# --- Names -----------------------------------------------------------------------------------------------------------


def rule_matches(rule: MatchRule, name: str) -> bool:
    if name in rule.names:
        return True
    if rule.regex is None or not re.search(rule.regex, name):
        return False
    return rule.not_regex is None or not re.search(rule.not_regex, name)


def literals(clause: MatchLogic) -> Iterator[str]:
    match clause:
        case ClauseOr(or_=parts) | ClauseAnd(and_=parts):
            for part in parts:
                yield from literals(part)
        case ClauseEquals(equals=text) | ClauseStartsWith(starts_with=text) | ClauseEndsWith(ends_with=text):
            yield text.lower()
        case ClauseContains(contains=text):
            yield text.lower()


def names(book: str) -> list[str]:
    """The ids of every book, every literal of this one, and what logs make of those of this one."""
    own = {text for model in PROVIDERS[book].models for text in (model.id.lower(), *literals(model.match))}
    others = {model.id.lower() for provider in data.providers for model in provider.models}
    forms = (
        "{}-20260814",
        "{}-2026-08-14",
        "{}@20260814",
        "{}-tts",
        "{}-tts-preview",
        "us.anthropic.{}-v1:0",
        "global.anthropic.{}",
        "x/{}",
        "{}[1m]",
        "{}x",
    )
    # OpenRouter's names are whole ones, and many: two forms tell what ten would.
    decorated = {form.format(name) for name in own for form in (forms[:2] if book == "openrouter" else forms)}
    return sorted(
        own | others | decorated | {"", "claude", "gpt-", "gemini-2.5-pro-preview-tts", "gemini-3.8-flash-tts-x"}
    )


@pytest.mark.parametrize("book", BOOKS)
def test_rules_match_the_names_that_the_package_matches(book: str) -> None:
    book_names = names(book)
    for model in PROVIDERS[book].models:
        rule = match_rule(model.match)
        wrong = [name for name in book_names if rule_matches(rule, name) != model.match.is_match(name)]
        assert not wrong, (model.id, rule, wrong[:3])


@pytest.mark.parametrize("book", BOOKS)
def test_duckdb_reads_the_expressions_as_python_does(book: str, rows: list[RateRow]) -> None:
    own = [row for row in rows if row.price_book == book]
    expressions = {text for row in own for text in (row.match_regex, row.match_not_regex) if text}
    # Python is slow at these alternatives; the test above has tried every name.
    book_names = names(book)[::4]
    with duckdb.connect() as connection:
        connection.execute("create table names as select unnest($names) as name", {"names": book_names})
        for expression in sorted(expressions):
            found = connection.execute("select name from names where regexp_matches(name, $1)", [expression]).fetchall()
            wanted = {name for name in book_names if re.search(expression, name)}
            assert {name for (name,) in found} == wanted, expression


@pytest.mark.parametrize("book", BOOKS)
def test_a_model_that_is_left_out_hides_no_other(book: str, rows: list[RateRow]) -> None:
    kept = {row.model_id for row in rows if row.price_book == book}
    models = PROVIDERS[book].models
    book_names = names(book)
    for left_out in [model for model in models if model.id not in kept]:
        for name in filter(left_out.match.is_match, book_names):
            hidden = [model.id for model in models if model.id in kept and model.match.is_match(name)]
            assert not hidden, (left_out.id, name)


def test_match_rules_of_each_kind() -> None:
    clause = ClauseOr(
        or_=[
            ClauseEquals(equals="Exact"),
            ClauseOr(or_=[ClauseStartsWith(starts_with="pre.fix"), ClauseEndsWith(ends_with="end+")]),
            ClauseContains(contains="mid|dle"),
            ClauseRegex(regex=r"^a-\d{8}$"),
        ]
    )
    assert match_rule(clause) == MatchRule(names=("exact",), regex=r"^pre\.fix|end\+$|mid\|dle|^a-\d{8}$")
    without = ClauseOr(or_=[ClauseAnd(and_=[ClauseStartsWith(starts_with="g"), NO_TTS]), ClauseEquals(equals="g-tts")])
    assert match_rule(without) == MatchRule(names=("g-tts",), regex="^g", not_regex=r"^(?:.*-[tT][tT][sS](?:$|-))")
    assert rule_matches(match_rule(without), "g-tts")
    assert not rule_matches(match_rule(without), "g-tts-1")


# --- What the seed cannot say ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clause",
    [
        ClauseRegex(regex=r"^(?!x)"),
        ClauseRegex(regex=r"(?<=a)b"),
        ClauseRegex(regex=r"(a)\1"),
        ClauseAnd(and_=[ClauseStartsWith(starts_with="a"), ClauseEndsWith(ends_with="b")]),
        ClauseAnd(and_=[ClauseOr(or_=[]), NO_TTS]),
        ClauseOr(or_=[ClauseAnd(and_=[ClauseStartsWith(starts_with="a"), NO_TTS]), ClauseStartsWith(starts_with="b")]),
        ClauseEquals(equals="a|b"),
    ],
)
def test_a_rule_without_an_re2_form_is_refused(clause: MatchLogic) -> None:
    with pytest.raises(RatesError):
        match_rule(clause)


def model(
    model_id: str = "m", prices: ModelPrice | list[ConditionalPrice] = ONE_FIVE, *variants: PriceVariant
) -> ModelInfo:
    return ModelInfo(id=model_id, match=ClauseEquals(equals=model_id), prices=prices, price_variants=list(variants))


def variant(when: dict[str, str], constraint: StartDateConstraint | None = None, **prices: Decimal) -> PriceVariant:
    return PriceVariant(when=when, prices=ModelPrice(**prices), constraint=constraint)


def books(*models: ModelInfo) -> list[Provider]:
    """A small world in which anthropic has these models, and every other book one."""
    dated = ConditionalPrice(StartDateConstraint(start_date=dt.date(2026, 11, 9)), prices=ONE_FIVE)
    contents = {book: [model()] for book in BOOKS} | {"openrouter": [model("m", [dated])], "anthropic": list(models)}
    return [Provider(id=book, name=book, api_pattern="", models=content) for book, content in contents.items()]


OFF_PEAK = ConditionalPrice(TimeOfDateConstraint(dt.time(1), dt.time(2)), prices=ONE_FIVE)
DREAMS = ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(5), output_dreams_mtok=Decimal(9))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (model("m", [OFF_PEAK]), "m: prices depend on a TimeOfDateConstraint"),
        (model("m", ONE_FIVE, variant({"moon": "full"})), "m: prices depend on moon"),
        (
            model("m", ONE_FIVE, variant({"speed": "fast", "processing": "batch"})),
            r"m: prices depend on speed\+processing",
        ),
        (
            model("m", ONE_FIVE, variant({"service_tier": "default"}, input_mtok=Decimal(2))),
            "m: service_tier default has its own prices",
        ),
        (
            model("m", ONE_FIVE, variant({"speed": "fast"}), variant({"service_tier": "fast"})),
            "m: two kinds of request are called fast",
        ),
        (model("m", DREAMS), "m: does output_dreams_mtok charge for text calls"),
    ],
)
def test_a_price_that_no_row_can_hold_is_refused(changed: ModelInfo, message: str) -> None:
    with pytest.raises(RatesError, match=message):
        generate(books(changed), "1")


def test_books_out_of_order_or_missing_are_refused() -> None:
    with pytest.raises(RatesError, match="anthropic is not sorted by model id"):
        generate(books(model("b"), model("a")), "1")
    with pytest.raises(RatesError, match="has no prices of google"):
        generate([provider for provider in books() if provider.id != "google"], "1")
    with pytest.raises(RatesError, match="no dated price change of openrouter"):
        generate([provider for provider in books() if provider.id != "openrouter"], "1")


def test_rows_of_a_model_with_all_that_there_is() -> None:
    tiered = TieredPrices(base=Decimal(1), tiers=[Tier(start=100, price=Decimal(2))])
    quotient = Decimal("0.08333333333333334")
    january, february = (StartDateConstraint(start_date=dt.date(2026, month, 1)) for month in (1, 2))
    everything = model(
        "m",
        [
            ConditionalPrice(
                prices=ModelPrice(input_mtok=tiered, output_mtok=Decimal(5), cache_write_mtok=Decimal("1.25"))
            ),
            ConditionalPrice(january, prices=ModelPrice(input_mtok=quotient, output_mtok=Decimal(5))),
        ],
        variant({"processing": "batch"}, february, output_mtok=Decimal("2.5")),
        variant({"route": "elsewhere"}, output_mtok=Decimal(9)),
        variant({"service_tier": "default"}),
    )
    found = [row for row in generate(books(everything), "1") if row.price_book == "anthropic"]
    assert [line.split(",")[:1] + line.split(",")[8:13] for line in rates.to_csv(found).splitlines()[1:]] == [
        ["anthropic:m:standard:1970-01-01:0", "0", "1", "5", "", "1.25"],
        ["anthropic:m:standard:1970-01-01:100", "100", "2", "5", "", "1.25"],
        ["anthropic:m:standard:2026-01-01:0", "0", "0.08333333", "5", "", ""],
        ["anthropic:m:batch:2026-02-01:0", "0", "0.08333333", "2.5", "", ""],
    ]
    assert {(row.source_version, row.source_date) for row in found} == {("1", dt.date(2026, 11, 9))}


def test_a_model_whose_price_the_columns_cannot_hold_is_left_out() -> None:
    by_request = ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(5), requests_kcount=Decimal(1))
    found = generate(books(model("a", by_request), model("b", ModelPrice(input_mtok=Decimal(1)))), "1")
    assert not [row for row in found if row.price_book == "anthropic"]


# --- The other seeds -------------------------------------------------------------------------------------------------


def test_multipliers_are_of_models_that_have_rates(rows: list[RateRow]) -> None:
    models = by_model(rows)
    supplements = {(row["price_book"], row["model_id"]) for row in seed("rate_supplements")}
    for row in seed("rate_multipliers"):
        key = row["price_book"], row["model_id"]
        assert key in models.keys() | supplements, row
        always = {rate.price_variant for rate in models.get(key, ()) if rate.valid_from == ALWAYS}
        assert row["logged_value"] not in always, row


def test_supplements_say_what_the_generated_list_does_not(rows: list[RateRow]) -> None:
    """A row that the list has whole is needed no longer; a model that the list lacks needs names to be found by."""
    models = by_model(rows)
    listed = {row.rate_id: row for row in rows}
    for row in seed("rate_supplements"):
        book, model, start, tier = (row[name] for name in ("price_book", "model_id", "valid_from", "tier_start"))
        assert row["rate_id"] == f"{book}:{model}:{row['price_variant']}:{start}:{tier}"
        assert row["source"], row
        assert row["source_date"], row
        assert bool(row["match_names"] or row["match_regex"]) == ((book, model) not in models), row
        if known := listed.get(row["rate_id"]):
            assert [name for name in rates.PRICE_COLUMNS if row[name] and getattr(known, name) is None], row


def test_the_fast_multiplier_is_what_openrouter_lists_for_the_same_models(rows: list[RateRow]) -> None:
    models = by_model(rows)
    fast = [row for row in seed("rate_multipliers") if row["request_field"] == "speed"]
    assert {row["model_id"] for row in fast} == {"claude-opus-4-6", "claude-opus-4-7"}
    for row in fast:
        own = price_on(models["anthropic", row["model_id"]], "standard", dt.date(2026, 11, 9), 1)
        listed_id = re.sub(r"-(\d)-(\d)$", r"-\1.\2-fast", f"anthropic/{row['model_id']}")
        listed = price_on(models["openrouter", listed_id], "standard", dt.date(2026, 11, 9), 1)
        assert own
        assert listed
        for column in ("input_usd_per_mtok", "output_usd_per_mtok"):
            assert getattr(own, column) * Decimal(row["multiplier"]) == getattr(listed, column)


def test_books_that_seeds_name_have_rates(rows: list[RateRow]) -> None:
    named = {
        row["price_book"]
        for name in ("provider_price_books", "model_vendors", "model_price_books")
        for row in seed(name)
    }
    assert named - {"none"} == set(BOOKS) == {row.price_book for row in rows}


def test_paths_are_named_alike_in_all_seeds() -> None:
    seeds = ("provider_price_books", "provider_cost_kinds", "usage_semantics")
    paths = [{row["provider"] for row in seed(name)} for name in seeds]
    assert paths[0] == paths[1] == paths[2]


def test_other_prices_have_the_columns_of_the_rates() -> None:
    for name in ("model_rates", "rate_supplements"):
        header = (SEEDS / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert header == ",".join(rates.COLUMNS)
    assert tuple(KINDS["price"].columns) == tuple(rates.COLUMNS)
