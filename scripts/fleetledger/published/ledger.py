"""The questions a report asks of the published file: SQL in, rows as dictionaries out. Nothing is written or formatted.

Money of different cost kinds is never summed: every group of calls has `billed_cost_usd`, `subscription_cost_usd` and
`unknown_cost_usd` apart, and free calls have a count only. An amount is null where there are calls of its kind and
none could be priced, 0 where there are none; `<kind>_unpriced_calls` counts the calls that it lacks. Token sums are
null where no call had a count.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

# The native module that `duckdb` wraps: importing the wrapper takes longer than all the queries of a report.
import _duckdb

from fleetledger.base.errors import FleetledgerError

PRICED_KINDS = ("billed", "subscription", "unknown")
"""The cost kinds that have an amount; the fourth is `free`."""

TOKENS = (
    "input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
)

GROUP_KEYS = ("period", "fleet", "host", "account", "provider", "model", "project")
"""What calls can be grouped by; `period` is the day, or the first day of the ISO week or of the month."""

Row = dict[str, Any]


class ReportError(FleetledgerError):
    """The published file cannot be read."""


class Filters(NamedTuple):
    """Which model calls a report is about; None lets all pass.

    Days are inclusive, in the report's time zone. `project` and `model` are parts of names, whatever their case.
    """

    since: date | None = None
    until: date | None = None
    fleet: str | None = None
    host: str | None = None
    account: str | None = None
    project: str | None = None
    model: str | None = None


SESSION_COLUMNS = (
    *("session_id", "parent_session_id", "fleet", "host", "account"),
    *("project", "title", "started_at", "ended_at"),
)
"""What of a session stands before its measures, with `started_at_local`."""


def _measures() -> str:
    counted = "coalesce(sum({}), 0) as {}".format
    of_kind = "filter (where cost_kind = '{}')".format
    measures = [
        counted("model_call_count", "model_calls"),
        counted("final_usage_call_count", "final_usage_calls"),
        counted("inexact_rate_call_count", "inexact_rate_calls"),
        *(f"sum({column}) as {column}" for column in (*TOKENS, "web_search_requests")),
        f"coalesce(sum(model_call_count) {of_kind('free')}, 0) as free_calls",
    ]
    for kind in PRICED_KINDS:
        only = of_kind(kind)
        measures += [
            f"coalesce(sum(model_call_count) {only}, 0) as {kind}_calls",
            f"coalesce(sum(unpriced_call_count) {only}, 0) as {kind}_unpriced_calls",
            f"case when count(*) {only} = 0 then 0 else sum(cost_usd) {only} end as {kind}_cost_usd",
        ]
    return ", ".join(measures)


MEASURES = _measures()
"""What is said of a group of calls; over rows with the columns of DAY_MEASURES."""

DAY_MEASURES = ", ".join(
    (
        "model_call_count",
        "unpriced_call_count",
        "final_usage_call_count",
        "inexact_rate_call_count",
        *TOKENS,
        "web_search_requests",
        "cost_usd",
    )
)

CALL_MEASURES = f"""
    case when usage_source <> 'task_telemetry' then 1 else 0 end as model_call_count,
    case when cost_usd is null then 1 else 0 end as unpriced_call_count,
    case when usage_is_final then 1 else 0 end as final_usage_call_count,
    case when not rate_is_exact and cost_usd is not null then 1 else 0 end as inexact_rate_call_count,
    {", ".join(TOKENS)}, web_search_requests, cost_usd
"""
"""DAY_MEASURES of a single model call."""

KEYS = "fleet, host, account, provider, cost_kind, project, model"

LARGEST = f"greatest({', '.join(f'coalesce({kind}_cost_usd, 0)' for kind in PRICED_KINDS)})"
"""What groups are ranked by: the largest of their amounts. It compares the kinds and adds none."""

SINCE = "timezone('UTC', timezone(?, cast(? as timestamp)))"
UNTIL = "timezone('UTC', timezone(?, cast(? as timestamp) + interval 1 day))"
"""The instants, in UTC, at which a local day begins and ends; the parameters are the time zone and the day."""

Sql = tuple[str, list[Any]]
"""A condition or a query, and its parameters."""


def where(terms: Iterable[Sql]) -> Sql:
    """All of some conditions as one, which is true where there are none."""
    conditions, values = ["true"], list[Any]()
    for condition, parameters in terms:
        conditions.append(condition)
        values += parameters
    return " and ".join(conditions), values


class Ledger:
    """A published file, open for reading, and the calls of it that the questions are about: all, until `narrow`."""

    def __init__(self, path: Path) -> None:
        """Open the published file at `path`. Raises ReportError if it is none."""
        self.path = path
        try:
            # One thread: the queries are so small that more would take twice the time, most of it to prepare.
            self._connection = _duckdb.connect(str(path), read_only=True, config={"threads": "1"})
        except _duckdb.Error as error:
            raise self._unreadable(error) from error
        self.build = self.rows("select * from build_info")[0]
        self.narrow(Filters(), self.build["reporting_timezone"])

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def known(self, column: str) -> list[str]:
        """All values of `column` (fleet, host or account) that the file holds, in order."""
        query = f"select distinct {column} as value from dim_accounts order by value"
        return [row["value"] for row in self.rows(query)]

    def timezone_named(self, name: str) -> str | None:
        """The IANA time zone of that name, whatever its case, in IANA's spelling; None if there is none."""
        found = self.rows("select name from pg_timezone_names() where lower(name) = lower(?)", [name])
        return found[0]["name"] if found else None

    def local_timezone(self) -> str:
        """The time zone of this machine, or the one in `TZ`."""
        name: str = self.rows("select current_setting('TimeZone') as zone")[0]["zone"]
        return name

    def today(self, now: datetime, timezone: str) -> date:
        """The day that it is in `timezone` at `now`, which is UTC and has no zone of its own."""
        query = "select cast(timezone(?, timezone('UTC', cast(? as timestamp))) as date) as today"
        today: date = self.rows(query, [timezone, now])[0]["today"]
        return today

    def narrow(self, filters: Filters, timezone: str) -> None:
        """Make every later question one about the calls that pass `filters`, in days of `timezone` (a valid name)."""
        self.timezone = timezone
        self.filters = filters

    def groups(self, *sets: tuple[str, ...], unit: str = "day") -> list[list[Row]]:
        """The measures of the calls, grouped by each of `sets` of GROUP_KEYS; a period is a `unit` (day, week, month).

        Groups come in order of their period, then the costliest first. The set `()` is one row, even of no calls.
        """
        days, values = self._days()
        keys = [key for key in GROUP_KEYS if any(key in columns for columns in sets)]
        grouping_sets = ", ".join(f"({', '.join(columns)})" for columns in sets)
        flags = "".join(f"grouping({key}) as no_{key}, {key}, " for key in keys)
        period_first = "period nulls last, " if "period" in keys else ""
        order = f"{period_first}{LARGEST} desc, {', '.join(['model_calls desc', *keys])}"
        query = f"""
            with days as ({days}),
            periods as (select cast(date_trunc(?, day) as date) as period, * from days)
            select {flags} {MEASURES}
            from periods
            group by grouping sets ({grouping_sets})
            order by {order}
        """
        rows = self.rows(query, [*values, unit])
        return [[_group(row, keys, columns) for row in rows if _is_of(row, keys, columns)] for columns in sets]

    def unpriced_models(self) -> list[Row]:
        """Models without a rate, with the number of their calls that lack a cost, the most first."""
        calls, values = self._calls("called_on")
        query = f"""
            with calls as ({calls})
            select provider, model, sum(unpriced_call_count) as unpriced_calls
            from calls
            where exists (
                select 1
                from unpriced_models
                where unpriced_models.provider is not distinct from calls.provider
                    and unpriced_models.model is not distinct from calls.model
            )
            group by provider, model
            having unpriced_calls > 0
            order by unpriced_calls desc, provider, model
        """
        return self.rows(query, values)

    def inexact_rates(self) -> list[Row]:
        """Which calls were priced by a rate not quite theirs, and what it lacks (`rate_caveats`), the most first."""
        calls, values = self._calls("rate_caveats, rate_is_exact")
        query = f"""
            with calls as ({calls})
            select provider, model, rate_caveats, sum(inexact_rate_call_count) as model_calls
            from calls
            where rate_is_exact = false
            group by all
            order by model_calls desc, provider, model, rate_caveats
        """
        return self.rows(query, values)

    def versions(self) -> list[Row]:
        """The calls of each version of the agents that logged them, and how many of them have final usage."""
        calls, values = self._calls("client_version")
        query = f"""
            with calls as ({calls})
            select
                fleet, client_version, sum(model_call_count) as model_calls,
                sum(final_usage_call_count) as final_usage_calls
            from calls
            group by fleet, client_version
            order by fleet, client_version
        """
        return self.rows(query, values)

    def drift(self) -> list[Row]:
        """What the logs hold and the models do not know, whatever the calls are: the rows of log_drift."""
        return self.rows("select * from log_drift order by fleet, term_kind, line_count desc, term")

    def sessions(self, *, costliest: bool, limit: int | None) -> tuple[int, list[Row]]:
        """How many sessions the calls are of, and the first `limit`, newest or costliest first, with their measures."""
        calls, values = self._calls("session_id")
        order = f"{LARGEST} desc, started_at desc" if costliest else "started_at desc nulls last"
        query = f"""
            with calls as ({calls}),
            summed as (select session_id, {MEASURES} from calls where session_id is not null group by session_id),
            sessions as (select {", ".join(SESSION_COLUMNS)} from fct_sessions)
            select
                {", ".join(f"sessions.{column}" for column in SESSION_COLUMNS)},
                strftime(timezone(?, timezone('UTC', sessions.started_at)), '%Y-%m-%d %H:%M') as started_at_local,
                summed.* exclude (session_id), count(*) over () as session_count
            from summed
            inner join sessions using (session_id)
            order by {order}, session_id
            limit ?
        """
        rows = self.rows(query, [*values, self.timezone, limit])
        counts = [row.pop("session_count") for row in rows]
        return counts[0] if counts else 0, rows

    def costliest_session(self) -> Row | None:
        """The session with the largest amount of one cost kind, and that kind; None if no session cost anything."""
        calls, values = self._calls("session_id")
        query = f"""
            with calls as ({calls}),
            summed as (
                select session_id, cost_kind, sum(cost_usd) as cost_usd, sum(model_call_count) as model_calls
                from calls
                where session_id is not null
                group by session_id, cost_kind
                having sum(cost_usd) > 0
                order by cost_usd desc, session_id, cost_kind
                limit 1
            )
            select summed.*, sessions.fleet, sessions.account, sessions.project, sessions.title
            from summed
            left join fct_sessions as sessions using (session_id)
        """
        found = self.rows(query, values)
        return found[0] if found else None

    def rates_of_session(self, session_id: str, cost_kind: str) -> list[Row]:
        """The tokens of a session's priced calls of one cost kind, per rate, beside the rate; the costliest first.

        The rates are those that the costs were made with, multipliers of speed and geography included.
        """
        calls, values = self._calls("session_id, rate_id")
        counts = ", ".join(f"sum({column}) as {column}" for column in (*TOKENS, "web_search_requests", "cost_usd"))
        query = f"""
            with calls as ({calls}),
            summed as (
                select rate_id, model, {counts}
                from calls
                where session_id = ? and cost_kind = ? and cost_usd is not null
                group by rate_id, model
            )
            select summed.*, rates.* exclude (rate_id)
            from summed
            left join dim_rates as rates using (rate_id)
            order by cost_usd desc, rate_id, model
        """
        return self.rows(query, [*values, session_id, cost_kind])

    def _days(self) -> Sql:
        """The filtered calls summed per day and KEYS, as a query and its parameters."""
        if self.timezone == self.build["reporting_timezone"]:
            terms, values = where(self.key_terms() + self.day_terms("called_on"))
            query = f"select called_on as day, {KEYS}, {DAY_MEASURES} from fct_daily_costs where {terms}"
            return query, values
        # Offsets from UTC are whole quarters of an hour, and there are far fewer quarters than calls to convert.
        calls, values = self._calls("time_bucket(interval '15 minutes', called_at) as quarter")
        sums = ", ".join(f"sum({measure}) as {measure}" for measure in DAY_MEASURES.split(", "))
        query = f"""
            select cast(timezone(?, timezone('UTC', quarter)) as date) as day, * exclude (quarter)
            from (select quarter, {KEYS}, {sums} from ({calls}) group by quarter, {KEYS})
        """
        return query, [self.timezone, *values]

    def _calls(self, columns: str) -> Sql:
        """The filtered calls with `columns`, KEYS and their measures, as a query and its parameters."""
        terms, values = where(self.call_terms())
        return f"select {columns}, {KEYS}, {CALL_MEASURES} from fct_model_calls where {terms}", values

    def call_terms(self) -> list[Sql]:
        """What is true of the rows of fct_model_calls that pass the filters."""
        return self.key_terms() + self.time_terms("called_at")

    def key_terms(self, **columns: str) -> list[Sql]:
        """What is true of rows that pass the filters from `fleet` to `model`.

        `columns` says in SQL what a row has of one of these, where that is not the column of its name.
        """
        conditions = {
            **dict.fromkeys(("fleet", "host", "account"), "{} = ?"),
            **dict.fromkeys(("project", "model"), "contains(lower({}), lower(?))"),
        }
        return [
            (condition.format(columns.get(key, key)), [value])
            for key, condition in conditions.items()
            if (value := getattr(self.filters, key)) is not None
        ]

    def time_terms(self, began: str, ended: str | None = None) -> list[Sql]:
        """What is true of rows that are, in part at least, of the filters' days.

        They last from the instant `began` until `ended`, or are of the one instant; both are UTC.
        """
        bounds = ((f"{ended or began} >= {SINCE}", self.filters.since), (f"{began} < {UNTIL}", self.filters.until))
        return [(condition, [self.timezone, day]) for condition, day in bounds if day is not None]

    def day_terms(self, column: str, bound: str = "?") -> list[Sql]:
        """What is true of rows of the filters' days; `bound` is what a day becomes before `column` is compared."""
        bounds = ((f"{column} >= {bound}", self.filters.since), (f"{column} <= {bound}", self.filters.until))
        return [(condition, [day]) for condition, day in bounds if day is not None]

    def regex_fault(self, pattern: str) -> str | None:
        """What is wrong with a regular expression (RE2); None if nothing is."""
        try:
            self._connection.execute("select regexp_matches('', ?)", [pattern])
        except _duckdb.Error as error:
            return str(error).splitlines()[0].partition("Error: ")[2]
        return None

    def rows(self, query: str, parameters: list[Any] | None = None) -> list[Row]:
        """What a query of the published file answers, a dictionary to a row. Raises ReportError."""
        try:
            found = self._connection.execute(query, parameters)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except _duckdb.Error as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: _duckdb.Error) -> ReportError:
        reason = str(error).splitlines()[0]
        return ReportError(
            f"{self.path} cannot be read by this version ({reason}); `fleetledger publish` writes it anew"
        )


def _is_of(row: Row, keys: list[str], columns: tuple[str, ...]) -> bool:
    """Whether a row is of the grouping set of `columns`; SQL's `grouping` is 1 for a key that is not in a row's set."""
    return all((key in columns) != bool(row[f"no_{key}"]) for key in keys)


def _group(row: Row, keys: list[str], columns: tuple[str, ...]) -> Row:
    """A row with those of its keys that its grouping set has, in the set's order, then its measures."""
    dropped = {name for key in keys for name in (key, f"no_{key}")}
    return {key: row[key] for key in columns} | {name: value for name, value in row.items() if name not in dropped}
