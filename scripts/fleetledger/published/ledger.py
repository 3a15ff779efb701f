"""Asking the published file: SQL in, rows as dictionaries out. Nothing is written or formatted.

Queries are the files `<package>/queries/<name>.sql`. Their parameters are the filters, which each of them applies
(`$fleet is null or fleet = $fleet`), and what is asked of them.

Money of different cost kinds is never summed: every group of calls has `billed_cost_usd`, `subscription_cost_usd` and
`unknown_cost_usd` apart, and free calls have a count only. An amount is null where there are calls of its kind and
none could be priced, 0 where there are none; `<kind>_unpriced_call_count` counts the calls that it lacks. Token sums
are null where no call had a count.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

# The native module that `duckdb` wraps: importing the wrapper takes longer than all the queries of a report.
import _duckdb

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.text import composed
from fleetledger.published.rows import Row

CALL_KEYS = ("git_branch", "ticket", "agent", "skill", "mcp_server")
"""What only the calls themselves can be grouped by."""

GROUP_KEYS = ("period", "fleet", "host", "account", "provider", "model", "project", *CALL_KEYS)
"""What calls can be grouped by; `period` is the day, or the first day of the ISO week or of the month."""

# Not by importlib.resources, which imports what makes temporary files: a twentieth of a report's time.
PACKAGES = Path(__file__).parents[1]

UTC, UTC_TOO = "UTC", ("Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu")
"""What machines without a place call their time zone."""

Grouping = tuple[str, ...]
"""The keys that rows are grouped by; none is one group of all."""


class ReportError(FleetledgerError):
    """The published file cannot be read."""


class Filters(NamedTuple):
    """What a report is about; None lets all pass.

    Days are inclusive, in the report's time zone; `since` may be an instant (UTC) instead. `project` and `model` are
    parts of names, whatever their case.
    """

    since: date | datetime | None = None
    until: date | None = None
    fleet: str | None = None
    host: str | None = None
    account: str | None = None
    project: str | None = None
    model: str | None = None


@cache
def query(name: str) -> str:
    """The SQL of the query `package/name`."""
    package, _, stem = name.partition("/")
    return (PACKAGES / package / "queries" / f"{stem}.sql").read_text(encoding="utf-8")


class Ledger:
    """A published file, open for reading, and the filters that its queries apply: none, until `narrow`."""

    def __init__(self, path: Path) -> None:
        """Open the published file at `path`. Raises ReportError if it is none."""
        self.path = path
        try:
            # One thread: the queries are so small that more would take twice the time, most of it to prepare.
            self._connection = _duckdb.connect(str(path), read_only=True, config={"threads": "1"})
        except _duckdb.Error as error:
            raise self._unreadable(error) from error
        self.build = self.rows("select * from build_info")[0]
        self.narrow(Filters(), self._usual_timezone())

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def known(self, column: str) -> list[str]:
        """All values of `column` (fleet, host or account) that the file holds, in order."""
        return sorted({row[column] for row in self.rows("select distinct fleet, host, account from dim_accounts")})

    def timezone_named(self, name: str) -> str | None:
        """The IANA time zone of that name, whatever its case, in IANA's spelling; None if there is none."""
        found = self.rows("select name from pg_timezone_names() where lower(name) = lower(?)", [name])
        return found[0]["name"] if found else None

    def _usual_timezone(self) -> str:
        """The time zone that the configuration says; where it says none that of this machine, or the one in `TZ`."""
        name: str = self.build["reporting_timezone"]
        if not self.build.get("is_timezone_configured"):
            name = self.rows("select current_setting('TimeZone') as zone")[0]["zone"]
        return UTC if name in UTC_TOO else name

    def local(self, moment: datetime | None) -> str | None:
        """What clocks of the time zone that is asked in show at a moment, which is UTC; to the minute."""
        query = "select strftime(timezone(?, timezone('UTC', cast(? as timestamp))), '%Y-%m-%d %H:%M') as shown"
        shown: str | None = self.rows(query, [self.timezone, moment])[0]["shown"]
        return shown

    def today(self, now: datetime, timezone: str) -> date:
        """The day that it is in `timezone` at `now`, which is UTC and has no zone of its own."""
        query = "select cast(timezone(?, timezone('UTC', cast(? as timestamp))) as date) as today"
        today: date = self.rows(query, [timezone, now])[0]["today"]
        return today

    def narrow(self, filters: Filters, timezone: str) -> None:
        """Make every later question one about what passes `filters`, in days of `timezone` (a valid name)."""
        self.timezone = timezone
        self.filters = filters
        since = filters.since
        is_instant = isinstance(since, datetime)
        self._parameters = filters._asdict() | {
            "project": composed(filters.project) if filters.project is not None else None,
            "timezone": timezone,
            "from_calls": is_instant or timezone != self.build["reporting_timezone"],
            "since_at": since if is_instant else self._midnight(since, timezone, 0),
            "until_at": self._midnight(filters.until, timezone, 1),
        }

    def _midnight(self, day: date | None, timezone: str, days_later: int) -> datetime | None:
        """The instant, in UTC, at which a day begins in a time zone, or one that is so many days later."""
        if day is None:
            return None
        query = "select timezone('UTC', timezone(?, cast(? as timestamp) + to_days(?))) as began_at"
        began_at: datetime = self.rows(query, [timezone, day, days_later])[0]["began_at"]
        return began_at

    def ask(self, name: str, **asked: object) -> list[Row]:
        """What the query `package/name` answers to what is asked, of what passes the filters. Raises ReportError."""
        known = self._parameters | asked
        (statement,) = self._connection.extract_statements(query(name))
        return self.rows(statement, {key: known[key] for key in statement.named_parameters})

    def groups(self, name: str, keys: Iterable[str], *groupings: Grouping, **asked: object) -> list[list[Row]]:
        """What the query `package/name` answers, apart for each of `groupings` of `keys`.

        Rows have the keys of their grouping, in its order, then the measures.
        """
        no_measures = {"keys", *keys}
        answers: dict[Grouping, list[Row]] = {grouping: [] for grouping in groupings}
        for row in self.ask(name, groupings=[list(grouping) for grouping in answers], **asked):
            grouping = tuple(row["keys"])
            measures = {key: value for key, value in row.items() if key not in no_measures}
            answers[grouping].append({key: row[key] for key in grouping} | measures)
        return [answers[grouping] for grouping in groupings]

    def costs(
        self,
        *groupings: Grouping,
        unit: str = "day",
        sort: str | None = None,
        descending: bool | None = None,
        with_hidden: bool = False,
    ) -> list[list[Row]]:
        """The measures of the calls, grouped by each of `groupings` of GROUP_KEYS; a period is a `unit`.

        Groups come in the `sort` of their first key (key, cost, tokens or calls), `descending` or not: where neither is
        said in order of their period, else the costliest first. The grouping `()` is one row, even of no calls.
        `with_hidden` adds the requests that no transcript shows.
        """
        from_calls = any(key in CALL_KEYS for grouping in groupings for key in grouping)
        asked: Row = {"unit": unit, "sort": sort, "descending": descending, "with_hidden": with_hidden}
        asked |= {"from_calls": True} if from_calls else {}
        return self.groups("published/costs", GROUP_KEYS, *groupings, **asked)

    def unpriced_models(self) -> list[Row]:
        """Models without a rate, with the number of their calls that lack a cost, the most first."""
        return self.ask("published/unpriced_models")

    def regex_fault(self, pattern: str) -> str | None:
        """What is wrong with a regular expression (RE2); None if nothing is."""
        try:
            self._connection.execute("select regexp_matches('', ?)", [pattern])
        except _duckdb.Error as error:
            return str(error).splitlines()[0].partition("Error: ")[2]
        return None

    def rows(self, sql: str | _duckdb.Statement, parameters: list[Any] | dict[str, Any] | None = None) -> list[Row]:
        """What a query of the published file answers, a dictionary to a row. Raises ReportError."""
        try:
            found = self._connection.execute(sql, parameters)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except _duckdb.Error as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: _duckdb.Error) -> ReportError:
        reason = str(error).splitlines()[0]
        return ReportError(
            f"{self.path} cannot be read by this version ({reason}); `fleetledger refresh` writes it anew,"
            " or, where it finds nothing new, `fleetledger publish`"
        )
