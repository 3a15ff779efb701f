"""What the commands share: where they work, which rows they are asked about, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from fleetledger.base import clock, paths
from fleetledger.base.days import EXPECTED, Span, counted_days, named_days
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.text import clean

if TYPE_CHECKING:
    from fleetledger.published.ledger import Filters, Ledger

SESSION_FILTER_OPTIONS = (
    click.option(
        "--since",
        metavar="DAY",
        help="First day: 2026-11-01, today, yesterday, monday, 7d ago, 1w, 12h, 2026-10, month, 'last week'.",
    ),
    click.option("--until", metavar="DAY", help="Last day, included."),
    click.option("--last", metavar="N", help="The last N days, today among them: 7, 2w, 3m."),
    click.option(
        "--timezone", metavar="ZONE", help="IANA time zone that days are of [default: as configured, else local]."
    ),
    click.option("--fleet", metavar="NAME", help="Only this fleet: claude_code or mu."),
    click.option("--host", metavar="NAME", help="Only this host."),
    click.option("--account", metavar="NAME", help="Only this account."),
    click.option("-p", "--project", metavar="TEXT", help="Only projects with this in their names."),
)
"""What sessions are found by."""

FILTER_OPTIONS = (
    *SESSION_FILTER_OPTIONS,
    click.option("--model", metavar="TEXT", help="Only models with this in their names."),
)

WINDOW_FILTER_OPTIONS = FILTER_OPTIONS[:7]
"""What usage windows are told apart by: all but project and model, which share them."""


class Places(NamedTuple):
    """Where a command works: the configuration file that was named, if one was, and the data directory."""

    named: Path | None
    data: Path

    @property
    def config(self) -> Path | None:
        """The configuration file: what was named, else the usual one; None if there is none."""
        return self.named or paths.usual_config()

    def seen(self) -> Places:
        """Where a question is answered: these places, or those of the demo where there is nothing but that."""
        demo = paths.demo_dir(self.data)
        has_own = any(part.exists() for part in (paths.published_path(self.data), paths.landing_dir(self.data)))
        if has_own or not paths.published_path(demo).exists():
            return self
        return Places(demo / "logs" / "fleet.toml", demo)

    def prepared(self) -> Path:
        """The data directory, made if it is not there: for its owner only, since transcripts hold secrets."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.data


def place_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add `--config` and `--data-dir`."""
    function = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the data is kept [default: $FLEETLEDGER_DATA, else this user's data directory].",
    )(function)
    return click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Where the logs are and whose [default: the usual fleet.toml, else this machine's are found].",
    )(function)


def with_places(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--config` and `--data-dir`, which may stand before its name as well, as a `Places`."""

    @click.pass_context
    def command(ctx: click.Context, /, config: Path | None, data_dir: Path | None, **arguments: object) -> None:
        before = ctx.find_root().params
        places = Places(config or before["config"], paths.data_dir(data_dir or before["data_dir"]))
        function(places, **arguments)

    return place_options(update_wrapper(command, function))


def filter_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that narrow a report: `--since` to `--model`; `narrow` takes what they gave."""
    for option in reversed(FILTER_OPTIONS):
        function = option(function)
    return function


def window_filter_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that usage windows are narrowed by: `--since` to `--account`; `narrow` takes what they gave."""
    for option in reversed(WINDOW_FILTER_OPTIONS):
        function = option(function)
    return function


def session_filter_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that sessions are found by: `--since` to `--project`; `narrow` takes what they gave."""
    for option in reversed(SESSION_FILTER_OPTIONS):
        function = option(function)
    return function


def narrowed(places: Places, given: dict[str, str | None]) -> Ledger:
    """The published file, narrowed to what the filter options gave, as `narrow` does it."""
    from fleetledger.published.ledger import Ledger

    ledger = Ledger(published(places))
    narrow(ledger, given)
    return ledger


def narrow(ledger: Ledger, given: dict[str, str | None]) -> None:
    """Narrow a ledger to what the filter options gave. Raises click.UsageError where they make no sense.

    Without `--timezone`, days are those of the configuration's time zone, else this machine's.
    """
    given = dict(given)
    named = given.pop("timezone")
    timezone = _timezone(ledger, named) if named else ledger.timezone
    ledger.narrow(_filters(ledger, timezone, given), timezone)


def _timezone(ledger: Ledger, name: str) -> str:
    found = ledger.timezone_named(name)
    if found is None:
        raise click.BadParameter(
            f"{name!r} is no IANA time zone, such as Europe/Berlin or UTC.", param_hint="--timezone"
        )
    return found


def _filters(ledger: Ledger, timezone: str, given: dict[str, str | None]) -> Filters:
    from fleetledger.published.ledger import Filters

    for column in ("fleet", "host", "account"):
        value = given[column]
        if value is not None and value not in (known := ledger.known(column)):
            there = ", ".join(map(clean, known)) or "none yet"
            raise click.BadParameter(f"{value!r} is not there; there is {there}.", param_hint=f"--{column}")
    since, until = _period(ledger, timezone, *(given.pop(option) for option in ("since", "until", "last")))
    return Filters(since, until, **given)


def _period(
    ledger: Ledger, timezone: str, since: str | None, until: str | None, last: str | None
) -> tuple[date | datetime | None, date | None]:
    """The first day, or instant, and the last day that --since, --until and --last name."""
    if since and last:
        raise click.UsageError("--since and --last exclude one another.")
    now = clock.now().replace(tzinfo=None)
    today = ledger.today(now, timezone)
    first = _counted(last, today) if last else _named("--since", since, today, now)
    end = _named("--until", until, today, now)
    if isinstance(end, datetime):
        raise click.BadParameter(f"{until!r} is no day; hours are for --since.", param_hint="--until")
    begin = first.first if isinstance(first, Span) else first
    begin = _in_slice(ledger.build.get("slice_since"), begin)
    if isinstance(begin, datetime):
        return begin, end.last if end else None
    if begin and end and begin > end.last:
        raise click.UsageError(f"--since {begin} is after --until {end.last}.")
    return begin, end.last if end else None


def _in_slice(slice_since: date | None, begin: date | datetime | None) -> date | datetime | None:
    """What a report begins with: of a slice, from the day on that it holds whole, and not before."""
    day = begin.date() if isinstance(begin, datetime) else begin
    if slice_since and day and day < slice_since:
        raise click.UsageError(
            f"What is published is a slice that begins on {slice_since}: --since {day} is before it."
        )
    return begin or slice_since


def first_day(option: str, text: str | None, today: date) -> date | None:
    """The first of the days that a text names; None where there is none."""
    days = _named(option, text, today, datetime.max)
    if isinstance(days, datetime):
        raise click.BadParameter(f"{text!r} is no day.", param_hint=option)
    return days.first if days else None


def _named(option: str, text: str | None, today: date, now: datetime) -> Span | datetime | None:
    """The days that a text names; the instant, in UTC, where it names hours."""
    if text is None:
        return None
    try:
        days = named_days(text, today)
        return now - days if isinstance(days, timedelta) else days
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{text!r} is not {EXPECTED}.", param_hint=option) from error


def _counted(text: str, today: date) -> date:
    try:
        return counted_days(text, today)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{text!r} is no number of days like 7, 2w or 3m.", param_hint="--last") from error


def published(places: Places) -> Path:
    """The published file; the demo's where there is nothing else."""
    file = paths.published_path(places.seen().data)
    if not file.exists():
        raise FleetledgerError(f"Nothing is published in {places.data} yet; type `fleetledger refresh` first.")
    return file
