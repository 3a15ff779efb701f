"""The page's questions, each a file of SQL over the published file (analyses/page), and their answers as columns.

What is asked of a question are variables of the connection (`getvariable('since')`). An answer whose tables the file
does not hold is none: an older file, or one of a newer project, shows what it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import Any, NamedTuple

import _duckdb
import msgspec

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.base.sql import name_of

Json = dict[str, Any]

QUERIES = PROJECT_ROOT / "analyses" / "page"

OVERVIEW = ("build", "coverage", "days", "outcomes", "attention", "plans", "budgets")
"""What the first page shows: it stands in the page itself, so that nothing has to be waited for."""

OF_A_SESSION = (
    *("session", "calls", "turns", "tasks", "tools", "files", "findings"),
    *("commits", "pull_requests", "stops", "signals"),
)

TEXTS = ("fleet", "host", "account", "provider", "project", "model", "kind", "q")
DAYS = ("since", "until")
NUMBERS = ("most", "dearest")
LONGEST = 400
MOST = 100_000
DECIMALS = 9


class BadParameterError(FleetledgerError):
    """What was asked makes no sense."""


class Source(NamedTuple):
    """Where an answer comes from: its SQL, what it says of itself, and the tables that it reads."""

    sql: str
    about: str
    tables: tuple[str, ...]


@cache
def answer_names() -> tuple[str, ...]:
    """The answers that are of no one session, in order."""
    return tuple(sorted(path.stem for path in QUERIES.glob("*.sql") if not path.stem.startswith("session_")))


def overall() -> tuple[str, ...]:
    """The answers that stand for themselves: all but those of one session."""
    return tuple(name for name in answer_names() if name != "session")


@cache
def sql_of(name: str) -> str:
    """The SQL of an answer."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def parameters(given: Mapping[str, str]) -> dict[str, object]:
    """What is asked, as values of the types that the SQL takes. Raises BadParameterError.

    >>> parameters({"since": "2026-11-01", "most": "5"})
    {'since': datetime.date(2026, 11, 1), 'most': 5}
    """
    found: dict[str, object] = {}
    for name, text in given.items():
        if name in DAYS:
            found[name] = _day(name, text)
        elif name in NUMBERS:
            if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > MOST:
                raise BadParameterError(f"{name}: expected a number up to {MOST}")
            found[name] = int(text)
        elif name in TEXTS:
            if not text or len(text) > LONGEST or "\0" in text or not _is_text(text):
                raise BadParameterError(f"{name}: expected 1 to {LONGEST} characters of text")
            found[name] = text
        else:
            raise BadParameterError("unknown parameter; there is " + ", ".join((*DAYS, *TEXTS, *NUMBERS)))
    return found


def _day(name: str, text: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadParameterError(f"{name}: expected a day like 2026-11-01") from error


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_there(connection: _duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the file holds the tables that an answer reads."""
    return tables_of(name) <= tables_there(connection)


def tables_there(connection: _duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The tables of the file."""
    return frozenset(row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall())


@cache
def tables_of(name: str) -> frozenset[str]:
    """The published tables that an answer reads."""
    read = re.findall(r"\b(?:from|join)\s+((?:fct|dim|page)_\w+|build_info|log_drift|unpriced_models)", sql_of(name))
    return frozenset(read)


@cache
def _limit_of(name: str) -> int | None:
    """How many rows an answer gives at most; None where all."""
    found = re.search(r"^limit ([0-9]+)$", sql_of(name), re.MULTILINE)
    return int(found[1]) if found else None


def ask(connection: _duckdb.DuckDBPyConnection, name: str, asked: Mapping[str, object] | None = None) -> Json:
    """An answer: its columns, by name; `count` rows, and whether it is `cut` there.

    The connection is one of its own: what is asked stays set.
    """
    for variable, value in (asked or {}).items():
        connection.execute(f"set variable {variable} = $1", [value])
    found = connection.execute(_in_doubles(connection, sql_of(name)))
    answer = columnar(name, [column[0] for column in found.description], found.fetchall())
    return answer | {"cut": True} if answer["count"] == _limit_of(name) else answer


def _in_doubles(connection: _duckdb.DuckDBPyConnection, sql: str) -> str:
    """A query whose decimals come as the numbers that JSON has: to make objects of them takes longer than all else."""
    if "_usd" not in sql:  # as all money is named
        return sql
    found = connection.sql(sql)
    amounts = [name_of(column) for column, kind in zip(found.columns, found.types, strict=True) if kind.id == "decimal"]
    cast = (f"round(cast({amount} as double), {DECIMALS}) as {amount}" for amount in amounts)
    return f"select * replace ({', '.join(cast)}) from (\n{sql}\n)" if amounts else sql  # noqa: S608 - our own query


def columnar(name: str, names: list[str], rows: list[tuple[Any, ...]]) -> Json:
    """Rows as columns."""
    values: Iterable[tuple[Any, ...]] = zip(*rows, strict=True) if rows else [()] * len(names)
    columns = {column: _column(list(found)) for column, found in zip(names, values, strict=True)}
    return {"answer": name, "count": len(rows), "columns": columns}


def _column(values: list[Any]) -> Any:  # noqa: ANN401 (JSON)
    """A column; one of few distinct texts as these texts and their places. What recurs is made plain once."""
    first = next((value for value in values if value is not None), None)
    if first is None or isinstance(first, bool | int):
        return values
    if isinstance(first, float):
        return [None if value is None else _number(value) for value in values]
    if isinstance(first, str | date):
        plain = {value: _plain(value) for value in set(values)}
        texts = sorted({text for text in plain.values() if text is not None})
        if 3 * len(texts) < len(values):
            number = {text: place for place, text in enumerate(texts)}
            places = {value: None if text is None else number[text] for value, text in plain.items()}
            return {"of": texts, "at": list(map(places.__getitem__, values))}
        return list(map(plain.__getitem__, values))
    return [_plain(value) for value in values]


def plain(column: Any) -> list[Any]:  # noqa: ANN401 (JSON)
    """The values of a column, as few texts and their places or not."""
    return [None if at is None else column["of"][at] for at in column["at"]] if isinstance(column, dict) else column


def _plain(value: Any) -> Any:  # noqa: ANN401 (whatever the database holds)
    if value is None:
        return None
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Decimal):
        return _number(round(float(value), DECIMALS))
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return value


def _number(value: float) -> float | int | None:
    """A number as short as it is; what is none (a division of nothing) is not known."""
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def visible(text: str) -> str:
    r"""Text in which nothing is hidden or turned: a sign takes the place of control and bidirectional characters.

    >>> visible("a\u202egnp.exe\x00")
    'a�gnp.exe�'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text)


def sources(connection: _duckdb.DuckDBPyConnection) -> Json:
    """Where each answer comes from: its SQL, and the tables that it reads, with what they say of themselves."""
    comments = dict(connection.execute("select table_name, comment from duckdb_tables()").fetchall())
    names = sorted(path.stem for path in QUERIES.glob("*.sql"))
    answers = {
        name: {
            "sql": sql_of(name),
            "tables": {table: comments[table] for table in sorted(tables_of(name)) if table in comments},
        }
        for name in names
    }
    return {"answer": "sources", "count": len(names), "of": answers}


_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def as_json(value: Json) -> str:
    """JSON that can stand in HTML and in a script: nothing in it ends an element or a line.

    >>> as_json({"a": "</script>"})
    '{"a":"\\\\u003c/script\\\\u003e"}'
    """
    text = msgspec.json.encode(value).decode()
    for char, escaped in _ESCAPED.items():
        text = text.replace(char, escaped)
    return text
