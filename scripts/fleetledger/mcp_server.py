"""What agents may ask by the Model Context Protocol: costs, sessions, texts, outcomes, what needs a person, SQL.

Nothing is written, and nothing but the published file, the texts beside it and what doctor looks at is read. Each
answer is JSON of at most ANSWER characters: what does not fit is left out, and counted. `sql` has a connection of its
own, on which no other file can be opened, with a limit of rows and of time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Timer
from typing import Annotated, Any

import duckdb
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from fleetledger import __version__
from fleetledger.base import clock
from fleetledger.base.days import EXPECTED, named_days
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.text import near
from fleetledger.doctor.examine import examine
from fleetledger.published.ledger import Filters, Ledger
from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.published.text_index import read_index
from fleetledger.reports import costs
from fleetledger.reports.card import card
from fleetledger.reports.choices import CUTS, MOST_CUTS, UNITS
from fleetledger.reports.outcomes import outcomes_report
from fleetledger.reports.search import patterns
from fleetledger.reports.search import search as search_texts
from fleetledger.reports.sessions import sessions as newest_sessions
from fleetledger.reports.show import show as show_session

ANSWER = 8_000
"""Characters of an answer at most: some 2,000 tokens."""

SQL_ROWS, SQL_SECONDS = 200, 5.0

SAID = 400
"""Characters of each text that `show` gives."""

INSTRUCTIONS = (
    "Costs, outcomes and texts of coding agents' sessions, from a local ledger. billed_* is money paid; subscription_*"
    " is what a flat rate's tokens would cost at list prices: never add the two. null is unknown, not zero."
)

Since = Annotated[str | None, Field(description="First day: 2026-11-01, today, 7d, 2w, 2026-10, month, 'last week'")]
Until = Annotated[str | None, Field(description="Last day, included")]
Project = Annotated[str | None, Field(description="Part of the project's name")]


def server(data: Path, config: Path | None) -> MCPServer:
    """The server over the data directory `data`, and the configuration that doctor checks."""
    asked = Questions(data, config)
    made = MCPServer("fleetledger", version=__version__, instructions=INSTRUCTIONS, log_level="ERROR")
    for tool in (asked.cost, asked.sessions, asked.search, asked.show, asked.outcomes, asked.attention, asked.sql):
        made.tool(structured_output=False)(_answering(tool))
    return made


def _answering(tool: Callable[..., Row]) -> Callable[..., str]:
    """A tool that answers in JSON, and says of a failure what to do."""
    from functools import wraps

    @wraps(tool)
    def answer(*args: object, **arguments: object) -> str:
        try:
            return _fitting(tool(*args, **arguments))
        except (FleetledgerError, duckdb.Error) as error:
            raise ToolError(str(error)) from error

    answer.__annotations__ = {**tool.__annotations__, "return": str}
    return answer


class Questions:
    """The tools; their docstrings are what agents read."""

    def __init__(self, data: Path, config: Path | None) -> None:
        """Where the published file is, and the configuration."""
        from fleetledger.base.paths import published_path

        self._data, self._config, self._file = data, config, published_path(data)

    def cost(
        self,
        by: Annotated[str, Field(description=f"One or two of {', '.join(CUTS)}; comma between")] = "model",
        since: Since = None,
        until: Until = None,
        project: Project = None,
        limit: int = 20,
    ) -> Row:
        """What calls cost, grouped; totals are of all groups."""
        words = tuple(word.strip() for word in by.split(",") if word.strip())
        for word in words:
            if word not in CUTS:
                raise ToolError(f"{word!r} is not one of {', '.join(CUTS)}{near(word, CUTS)}")
        if not 0 < len(words) <= MOST_CUTS or sum(word in UNITS for word in words) > 1:
            raise ToolError("by: one or two keys, one of day, week and month")
        found = costs.groups(self._ledger(since, until, project), "cost", words, limit=limit)
        return _head(found) | {
            "totals": _money(found["totals"]),
            "rows": [{key: row[key] for key in found["by"]} | _money(row) for row in found["rows"]],
        }

    def sessions(self, project: Project = None, since: Since = None, until: Until = None, limit: int = 10) -> Row:
        """The newest sessions: id, project, cost, outcome, title."""
        found = newest_sessions(self._ledger(since, until, project), limit)
        return _head(found) | {"rows": [_session(row) for row in found["rows"]]}

    def search(
        self,
        words: Annotated[str, Field(description="All must stand in one prompt, answer or tool input")],
        project: Project = None,
        since: Since = None,
        limit: int = 5,
    ) -> Row:
        """Sessions in which words were said, with the places."""
        index = read_index(self._data)
        if index is None:
            raise ToolError("no texts are kept: the configuration says text = false, or nothing is published yet")
        wanted = patterns(tuple(words.split()), is_regex=False)
        if not wanted:
            raise ToolError("name a word to search for")
        ledger = self._ledger(since, None, project)
        found = search_texts(ledger, self._data, index, wanted, everything=False, limit=limit)
        return _head(found) | {
            "rows": [_session(row) | {"said": [hit["snippet"] for hit in row["hits"]]} for row in found["rows"]]
        }

    def show(self, session: Annotated[str, Field(description="Beginning of a session's id")]) -> Row:
        """One session: cost, time, files, commits, outcome, and what was said in short."""
        ledger = self._ledger(None, None, None)
        (found,) = card(ledger, session)["rows"]
        answer = {key: value for key, value in found.items() if not key.endswith("_tokens")} | _amounts(found)
        index = read_index(self._data)
        if index is None:
            return answer | {"rows": [], "note": "no texts are kept"}
        threads = show_session(ledger, self._data, index, found["session_id"], SAID)["threads"]
        items = [item for thread in threads for turn in thread["turns"] for item in turn["items"]]
        return answer | {
            "rows": [{item["kind"]: item["text"]} for item in items if item["kind"] in ("prompt", "answer")]
        }

    def outcomes(self, project: Project = None, since: Since = None, until: Until = None) -> Row:
        """What became of tasks: how many of each class, at what cost, and the share that could be observed."""
        found = outcomes_report(self._ledger(since, until, project))
        keys = ("outcome_class", "outcome_result", "tasks", "share")
        rows = [{key: row[key] for key in keys} | _amounts(row) for row in found["rows"]]
        return _head(found) | {"totals": found["totals"], "rows": rows}

    def attention(self) -> Row:
        """What needs a person: logs about to be lost, missing prices, budgets near or over their limits."""
        needs = examine(self._data, self._config, clock.now())["needs"]
        budgets = [row for row in self._ledger(None, None, None).ask("published/budgets") if row["state"] != "ok"]
        keys = ("scope", "scope_name", "period_name", "state", "cost_kind", "spent_usd", "limit_usd")
        return {"rows": needs, "budgets": [{key: row[key] for key in keys} for row in budgets]}

    def sql(self, query: Annotated[str, Field(description="One select for DuckDB")]) -> Row:
        """Ask by SQL, read-only: 200 rows, 5 seconds. Begin with `show tables` and `describe fct_sessions`."""
        with duckdb.connect(str(self._file), read_only=True, config={"enable_external_access": "false"}) as connection:
            connection.execute("set lock_configuration = true")
            timer = Timer(SQL_SECONDS, connection.interrupt)
            timer.start()
            try:
                found = connection.execute(query)
                names = [column[0] for column in found.description or ()]
                rows = found.fetchmany(SQL_ROWS + 1)
            except duckdb.InterruptException as error:
                raise ToolError(f"took longer than {SQL_SECONDS:.0f} seconds; ask for less") from error
            finally:
                timer.cancel()
        more = {"more_rows": True} if len(rows) > SQL_ROWS else {}
        return {"columns": names, "rows": [list(row) for row in rows[:SQL_ROWS]], **more}

    def _ledger(self, since: str | None, until: str | None, project: str | None) -> Ledger:
        if not self._file.exists():
            raise ToolError("nothing is published yet: `fleetledger refresh` makes it")
        ledger = Ledger(self._file)
        today = ledger.today(clock.now().replace(tzinfo=None), ledger.timezone)
        first, last = _day(since, today, is_last=False), _day(until, today, is_last=True)
        ledger.narrow(Filters(since=first, until=last, project=project), ledger.timezone)
        return ledger


def _day(text: str | None, today: date, *, is_last: bool) -> date | None:
    if not text:
        return None
    try:
        days = named_days(text, today)
    except (ValueError, OverflowError) as error:
        raise ToolError(f"{text!r} is not {EXPECTED}") from error
    if isinstance(days, timedelta):
        return today
    return days.last if is_last else days.first


def _head(document: Row) -> Row:
    """What every answer begins with."""
    keys = ("as_of_local", "timezone", "since", "until", "row_count")
    return {key: document[key] for key in keys if document.get(key) is not None} | (
        {"is_demo": True} if document["is_demo"] else {}
    )


def _money(row: Row) -> Row:
    tokens = sum(row[f"{kind}_tokens"] or 0 for kind in ("input", "output", "cache_read"))
    tokens += (row["cache_write_5m_tokens"] or 0) + (row["cache_write_1h_tokens"] or 0)
    return {"model_call_count": row["model_call_count"], "tokens": tokens, **_amounts(row)}


def _amounts(row: Row) -> Row:
    """The amounts of a row that are not nothing, to a hundredth of a cent."""
    names = [f"{kind}_cost_usd" for kind in PRICED_KINDS]
    found = {name: round(float(row[name]), 4) for name in names if row[name]}
    lacking = sum(row.get(f"{kind}_unpriced_call_count") or 0 for kind in PRICED_KINDS)
    return found | ({"unpriced_call_count": lacking} if lacking else {})


def _session(row: Row) -> Row:
    keys = ("session_id", "project", "last_active_local", "outcome_class", "title")
    return {key: row[key] for key in keys if row[key]} | _amounts(row)


def _fitting(answer: Row) -> str:
    """An answer as JSON, with as many of its rows as fit."""
    rows: list[Any] = answer["rows"]
    for count in range(len(rows), -1, -1):
        left_out = {"rows_left_out": len(rows) - count} if count < len(rows) else {}
        text = json.dumps(answer | {"rows": rows[:count]} | left_out, default=_plain, separators=(",", ":"))
        if len(text) <= ANSWER:
            return text
    return text[:ANSWER]


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat(timespec="seconds") if value.tzinfo is None else value.isoformat()
    return str(value)
