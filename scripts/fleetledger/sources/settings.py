"""A user's own rows: budgets, plans, prices, cost kinds, audit rules and project folds, and the reporting time zone.

They stand in the configuration file, as tables that each begin with [[budget]], [[plan]] and so on, or in CSV files
that it names below [csv]. Each row is checked by itself: one that cannot be used is told and left out, the rest holds.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from fleetledger.base.errors import why
from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.base.text import near

Row = dict[str, Any]

REPORTING = "settings_reporting"
"""The table of what is said once: the time zone."""


class Wrong(ValueError):
    """A value cannot be used; the message says what was expected in its place."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user has set: rows by landed table, and what was left out, a sentence each, with its place."""

    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


class Column(NamedTuple):
    """A column of a kind of rows: how a value is read, and what stands where there is none.

    `read` takes what TOML or CSV gives and raises Wrong. Without a value a `required` column is an error.
    """

    read: Callable[[object], object]
    required: bool = True
    default: object = None


class Kind(NamedTuple):
    """A kind of rows: the table that they land in, columns that each tell them apart, and all columns.

    `finish` takes a row whose values are all well, fills in what follows from others, and raises Wrong where they do
    not go together.
    """

    table: str
    keys: tuple[tuple[str, ...], ...]
    columns: Mapping[str, Column]
    finish: Callable[[Row], Row] = lambda row: row


def text(value: object) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise Wrong("text that is not empty")
    return value.strip()


def one_of(*words: str) -> Callable[[object], str]:
    """A reader of one of some words."""

    def read(value: object) -> str:
        if value not in words:
            raise Wrong(f"{', '.join(words[:-1])} or {words[-1]}{near(value, words)}")
        return str(value)

    return read


def amount(whole_digits: int, decimals: int) -> Callable[[object], Decimal]:
    """A reader of an amount of at most so many digits, which is not negative."""

    def read(value: object) -> Decimal:
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number < 10**whole_digits or number != round(number, decimals):
            raise Wrong(f"a number such as 12.5, 0 or more, with up to {decimals} decimals")
        return round(number, decimals)

    return read


def whole(value: object) -> int:
    """A whole number that is not negative."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,18}", str(value)):
        raise Wrong("a whole number, 0 or more")
    return int(str(value))


def day(value: object) -> date:
    """A day, as TOML has it or as text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Wrong("a day like 2026-11-01") from error


def expression(value: object) -> str:
    """A regular expression that DuckDB takes (RE2)."""
    # The native module: the wrapper takes longer to import than a refresh with nothing new takes.
    import _duckdb

    pattern = text(value)
    try:
        with _duckdb.connect() as connection:
            connection.execute("select regexp_matches('', $1)", [pattern]).fetchall()
    except _duckdb.Error as error:
        raise Wrong("a regular expression as RE2 reads them (no look-around, no back-references)") from error
    return pattern


def zone(value: object) -> str:
    """An IANA time zone."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(text(value)).key
    except (ValueError, OSError, KeyError) as error:
        known = {name.lower(): name for name in available_timezones()}
        close = get_close_matches(str(value).lower(), known, n=1)
        meant = f" (did you mean {known[close[0]]}?)" if close else ""
        raise Wrong(f"an IANA time zone, such as Europe/Berlin or UTC{meant}") from error


def _budget(row: Row) -> Row:
    if row["scope"] == "all" and row["scope_value"]:
        raise Wrong("no scope_value where scope is all, which has no names")
    return row


def _plan(row: Row) -> Row:
    if row["starts_on"] > row["ends_on"]:
        raise Wrong(f"ends_on on or after starts_on, which is {row['starts_on']}")
    return row


def _price(row: Row) -> Row:
    """A price of a model that says no other name is for the model's own; its name is put together of what it is for."""
    if not row["match_names"] and not row["match_regex"]:
        row["match_names"] = row["model_id"].lower()
    parts = (row["price_book"], row["model_id"], row["price_variant"], row["valid_from"], row["tier_start"])
    row["rate_id"] = row["rate_id"] or ":".join(["own", *map(str, parts)])
    if any(row["rate_id"] in shipped("prices", seed, "rate_id") for seed in ("model_rates", "rate_supplements")):
        raise Wrong(f"a rate_id that no list price has, not {row['rate_id']!r}")
    return row


def _cost_kind(row: Row) -> Row:
    if not row["provider"] and not row["model_regex"]:
        raise Wrong("a provider, a model_regex, or both")
    return row


def _audit_rule(row: Row) -> Row:
    """A rule of our own that is named again takes what is said of it; any other has to say what it looks for."""
    known = shipped("audit", "audit_rules", "rule_id")
    new = row["rule_id"] not in known
    if new and row["severity"] == "off":
        raise Wrong(f"the rule_id of a rule that there is, not {row['rule_id']!r}{near(row['rule_id'], known)}")
    for column in ("severity", "applies_to", "category"):
        if new and not row[column]:
            raise Wrong(f"{column}, since no rule of that rule_id is there yet")
    if row["applies_to"] == "command" or (row["scope"] == "expression"):
        for column in ("pattern", "not_pattern"):
            if row[column]:
                expression(row[column])
    return row


@cache
def shipped(topic: str, seed: str, column: str) -> tuple[str, ...]:
    """The values of a column of a seed that comes with the project."""
    with (PROJECT_ROOT / "seeds" / topic / f"{seed}.csv").open(newline="", encoding="utf-8") as lines:
        return tuple(dict.fromkeys(row[column] for row in csv.DictReader(lines)))


def price_book(value: object) -> str:
    """A price list that some serving path is priced by."""
    books = sorted(shipped("prices", "provider_price_books", "price_book"))
    return one_of(*books)(value)


def price_variant(value: object) -> str:
    """What a request has to ask for to get a price."""
    return one_of(*sorted(shipped("prices", "model_rates", "price_variant")))(value)


_PRICE = amount(6, 8)
_OPTIONAL = Column(text, required=False)
_PATTERN = Column(expression, required=False)

KINDS = {
    "budget": Kind(
        "settings_budgets",
        (("scope", "scope_value", "period", "cost_kind"),),
        {
            "scope": Column(one_of("all", "fleet", "account", "project", "model", "session")),
            "scope_value": _OPTIONAL,
            "period": Column(one_of("day", "week", "month", "session")),
            "cost_kind": Column(one_of("billed", "subscription", "unknown")),
            "limit_usd": Column(amount(14, 4)),
            "warn_share": Column(amount(2, 4), required=False, default=Decimal("0.8")),
        },
        _budget,
    ),
    "plan": Kind(
        "settings_plans",
        (("provider", "account", "label", "starts_on"),),
        {
            "provider": Column(text),
            "account": Column(text),
            "label": Column(text),
            "starts_on": Column(day),
            "ends_on": Column(day),
            "cost_usd": Column(amount(14, 4)),
        },
        _plan,
    ),
    "price": Kind(
        "settings_prices",
        (("price_book", "model_id", "price_variant", "valid_from", "tier_start"), ("rate_id",)),
        {
            "rate_id": _OPTIONAL,
            "price_book": Column(price_book),
            "model_id": Column(text),
            "match_names": _OPTIONAL,
            "match_regex": _PATTERN,
            "match_not_regex": _PATTERN,
            "price_variant": Column(price_variant, required=False, default="standard"),
            "valid_from": Column(day, required=False, default=date(1970, 1, 1)),
            "tier_start": Column(whole, required=False, default=0),
            "input_usd_per_mtok": Column(_PRICE),
            "output_usd_per_mtok": Column(_PRICE),
            "cache_read_usd_per_mtok": Column(_PRICE, required=False),
            "cache_write_5m_usd_per_mtok": Column(_PRICE, required=False),
            "cache_write_1h_usd_per_mtok": Column(_PRICE, required=False),
            "web_search_usd_per_kcount": Column(_PRICE, required=False),
            "source": _OPTIONAL,
            "source_version": _OPTIONAL,
            "source_date": Column(day, required=False),
        },
        _price,
    ),
    "cost_kind": Kind(
        "settings_cost_kinds",
        (("provider", "model_regex"),),
        {
            "provider": _OPTIONAL,
            "model_regex": _PATTERN,
            "cost_kind": Column(one_of("billed", "subscription", "free", "unknown")),
        },
        _cost_kind,
    ),
    "audit_rule": Kind(
        "settings_audit_rules",
        (("rule_id",),),
        {
            "rule_id": Column(text),
            "severity": Column(one_of("critical", "high", "medium", "low", "off"), required=False),
            "applies_to": Column(one_of("path", "command", "url", "output"), required=False),
            "scope": Column(
                one_of("read", "write", "write_outside_project", "outside_allow_list", "expression"), required=False
            ),
            "program": _OPTIONAL,
            "pattern": _OPTIONAL,
            "not_pattern": _OPTIONAL,
            "category": _OPTIONAL,
            "what_to_do": _OPTIONAL,
        },
        _audit_rule,
    ),
    "project_fold": Kind(
        "settings_project_folds",
        (("pattern",),),
        {"pattern": Column(expression), "replacement": Column(text), "note": _OPTIONAL},
    ),
    "directive": Kind(
        "settings_directives",
        (("directive",),),
        {
            "directive": Column(text),
            "program": Column(text),
            "subcommand": _OPTIONAL,
            "broken_pattern": Column(expression),
            "meaning": _OPTIONAL,
        },
    ),
    "ticket": Kind("settings_tickets", (("pattern",),), {"pattern": Column(expression), "note": _OPTIONAL}),
}
"""The kinds of rows, by the names that tables of the configuration begin with."""


class _Reader:
    """Reads rows of all kinds, and keeps what is well and what is not."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {kind.table: [] for kind in KINDS.values()}
        self.problems: list[str] = []
        self._places: dict[tuple[object, ...], str] = {}

    def take(self, kind: Kind, values: Mapping[str, object], where: str, column_at: str) -> None:
        """Take a row; `where` is its place, and a column of it is at `column_at` with the column's name."""
        row: Row = {}
        try:
            for name in values:
                if name not in kind.columns:
                    expected = f"expected one of {', '.join(kind.columns)}{near(name, tuple(kind.columns))}"
                    raise Wrong(f"{column_at.format(name)}: there is no such column; {expected}")
            for name, column in kind.columns.items():
                row[name] = _value(column, values.get(name), column_at.format(name))
            row = _finished(kind, row, where)
            self._check_distinct(kind, row, where)
        except Wrong as wrong:
            self.problems.append(f"{wrong}; this row is left out")
            return
        self.tables[kind.table].append(row)

    def _check_distinct(self, kind: Kind, row: Row, where: str) -> None:
        keys = {columns: (kind.table, columns, *(row[name] for name in columns)) for columns in kind.keys}
        for columns, key in keys.items():
            if key in self._places:
                raise Wrong(f"{where}: has the same {', '.join(columns)} as {self._places[key]}; expected one such row")
        self._places |= dict.fromkeys(keys.values(), where)


def _value(column: Column, value: object, where: str) -> object:
    if value is None or value == "":
        if column.required:
            raise Wrong(f"{where} is missing; expected {_expected(column)}")
        return column.default
    try:
        return column.read(value)
    except Wrong as wrong:
        raise Wrong(f"{where} is {str(value) if isinstance(value, date) else value!r}; expected {wrong}") from wrong


def _expected(column: Column) -> str:
    try:
        column.read(None)
    except Wrong as wrong:
        return str(wrong)
    return "a value"


def _finished(kind: Kind, row: Row, where: str) -> Row:
    try:
        return kind.finish(row)
    except Wrong as wrong:
        raise Wrong(f"{where}: expected {wrong}") from wrong


def read_settings(table: Mapping[str, Any], path: Path) -> Settings:
    """The settings in the configuration file at `path`, which says `table`. Wrong rows stand in the problems."""
    reader = _Reader()
    for name, kind in KINDS.items():
        for where, column_at, values in _rows(table, name, path, reader.problems):
            reader.take(kind, values, where, column_at)
    if "timezone" in table:
        try:
            timezone = _value(Column(zone), table["timezone"], f"{path}: timezone")
            reader.tables[REPORTING] = [{"timezone": timezone}]
        except Wrong as wrong:
            reader.problems.append(f"{wrong}; days are those of UTC")
    return Settings({REPORTING: [], **reader.tables}, tuple(reader.problems))


def _rows(
    table: Mapping[str, Any], name: str, path: Path, problems: list[str]
) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """The rows of a kind: the place of each, where a column of it is, and what it says."""
    entries = table.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problems.append(f"{path}: {name} is {entries!r}; expected tables that each begin with [[{name}]]")
        entries = []
    for number, entry in enumerate(entries, start=1):
        where = f"{path}: {name}[{number}]"
        yield where, f"{where}.{{}}", entry
    files = table.get("csv", {})
    named = files.get(name) if isinstance(files, dict) else None
    if named is not None:
        yield from _csv_rows(path.parent / Path(str(named)).expanduser(), KINDS[name], problems)


def _csv_rows(path: Path, kind: Kind, problems: list[str]) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """The rows of a CSV file, by its header; nothing of a file that cannot be read or has another header."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file, strict=True)
            header = [name.strip() for name in next(lines, [])]
            unknown = [name for name in header if name not in kind.columns]
            if unknown or not header or len(set(header)) < len(header):
                columns = tuple(kind.columns)
                found = f"column {unknown[0]!r}{near(unknown[0], columns)}" if unknown else f"{', '.join(header)!r}"
                problems.append(f"{path}:1: {found}; expected columns of {', '.join(columns)}; this file is left out")
                return
            for cells in lines:
                where = f"{path}:{lines.line_num}"
                if len(cells) > len(header):
                    problems.append(f"{where}: {len(cells)} values; expected {len(header)}; this row is left out")
                elif cells:
                    yield where, f"{where}: {{}}", dict(zip(header, map(str.strip, cells), strict=False))
    except OSError as error:
        problems.append(f"{path}: cannot read it: {why(error)}; this file is left out")
    except (UnicodeDecodeError, csv.Error) as error:
        problems.append(f"{path}: no CSV in UTF-8 ({error}); what follows is left out")
