"""What the commands share: where they work, which rows they are asked about, and the clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from fleetledger.base import clock, paths
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.text import clean

if TYPE_CHECKING:
    from datetime import date

    from fleetledger.published.ledger import Filters, Ledger

SESSION_FILTER_OPTIONS = (
    click.option("--since", metavar="DAY", help="First day: 2026-11-01, today, yesterday, or 7d for seven days ago."),
    click.option("--until", metavar="DAY", help="Last day, included."),
    click.option("--fleet", metavar="NAME", help="Only this fleet: claude_code or mu."),
    click.option("--host", metavar="NAME", help="Only this host."),
    click.option("--account", metavar="NAME", help="Only this account."),
    click.option("--project", metavar="TEXT", help="Only projects with this in their names."),
)
"""What sessions are found by."""

FILTER_OPTIONS = (
    *SESSION_FILTER_OPTIONS[:2],
    click.option(
        "--timezone", metavar="ZONE", help="IANA time zone of days, weeks, months [default: that of the build]."
    ),
    *SESSION_FILTER_OPTIONS[2:],
    click.option("--model", metavar="TEXT", help="Only models with this in their names."),
)

WINDOW_FILTER_OPTIONS = FILTER_OPTIONS[:6]
"""What usage windows are told apart by: all but project and model, which share them."""


class Places(NamedTuple):
    """Where a command works: the configuration file that was named, if one was, and the data directory."""

    named: Path | None
    data: Path

    @property
    def config(self) -> Path | None:
        """The configuration file: what was named, else the usual one; None if there is none."""
        return self.named or paths.usual_config()

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
    """Add the options that sessions are found by: `--since` to `--project`; `narrow_sessions` takes what they gave."""
    for option in reversed(SESSION_FILTER_OPTIONS):
        function = option(function)
    return function


def narrowed(places: Places, given: dict[str, str | None]) -> Ledger:
    """The published file, narrowed to what the filter options gave, as `narrow` does it."""
    from fleetledger.published.ledger import Ledger

    ledger = Ledger(published(places.data))
    narrow(ledger, given)
    return ledger


def narrow(ledger: Ledger, given: dict[str, str | None], usual_timezone: str | None = None) -> None:
    """Narrow a ledger to what the filter options gave. Raises click.UsageError where they make no sense.

    Without `--timezone`, days are those of `usual_timezone`, and without that those of the build.
    """
    named = given.pop("timezone")
    timezone = _timezone(ledger, named) if named else usual_timezone or ledger.timezone
    ledger.narrow(_filters(ledger, timezone, given), timezone)


def narrow_sessions(ledger: Ledger, given: dict[str, str | None]) -> None:
    """Narrow a ledger to what the options that sessions are found by gave, in days of this machine."""
    narrow(ledger, {**given, "timezone": None}, ledger.local_timezone())


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
    since, until = (_day(ledger, timezone, option, given.pop(option)) for option in ("since", "until"))
    if since and until and since > until:
        raise click.UsageError(f"--since {since} is after --until {until}.")
    return Filters(since, until, **given)


def _day(ledger: Ledger, timezone: str, option: str, text: str | None) -> date | None:
    from datetime import date, timedelta

    if text is None:
        return None
    days_ago = {"today": 0, "yesterday": 1}.get(text)
    if counted := re.fullmatch(r"(\d{1,5})d", text):
        days_ago = int(counted[1])
    if days_ago is not None:
        return ledger.today(clock.now().replace(tzinfo=None), timezone) - timedelta(days=days_ago)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        expected = "a day like 2026-11-01, today, yesterday or 7d"
        raise click.BadParameter(f"{text!r} is not {expected}.", param_hint=f"--{option}") from error


def published(data: Path) -> Path:
    """The published file of `data`; the demo's where there is no other."""
    for place in (data, paths.demo_dir(data)):
        if paths.published_path(place).exists():
            return paths.published_path(place)
    raise FleetledgerError(f"Nothing is published in {data} yet; type `fleetledger refresh` first.")
