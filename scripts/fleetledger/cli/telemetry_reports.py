"""The reports on what telemetry tells: telemetry, latency, errors, decisions and active-time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from fleetledger.cli.options import Places, filter_options, narrowed, session_filter_options, with_places
from fleetledger.cli.output import print_document, table_options
from fleetledger.reports.choices import ACTIVE_GROUPS, DECISION_GROUPS, ERROR_GROUPS, LATENCY_GROUPS

RENDER = "telemetry"

limit_option = click.option("-n", "--limit", type=click.IntRange(1), help="How many rows; of days the last.")


def _by(groups: Iterable[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add `--by`, which is the first of the groups where nothing else is said."""
    names = tuple(groups)
    return click.option(
        "--by", type=click.Choice(names), default=names[0], show_default=True, help="What the rows are."
    )


@click.command("telemetry")
@with_places
@filter_options
@table_options
def telemetry_report(places: Places, form: str, **filters: str | None) -> None:
    """Reconcile transcripts with what Claude Code reported by telemetry.

    How much of the transcripts it covers, what the comparison of each request gave, what requests cost that no
    transcript shows, and what telemetry corrects.

    \b
    Examples:
      fleetledger report telemetry
      fleetledger report telemetry --since 7d --json
    """
    from fleetledger.reports.telemetry import telemetry

    print_document(telemetry(narrowed(places, filters)), form, render=RENDER)


@click.command("latency")
@with_places
@filter_options
@_by(LATENCY_GROUPS)
@limit_option
@table_options
def latency_report(places: Places, by: str, limit: int | None, form: str, **filters: str | None) -> None:
    """How long requests took, by telemetry: to the first token, and in all.

    \b
    Examples:
      fleetledger report latency
      fleetledger report latency --by hour --since today --model opus
    """
    from fleetledger.reports.telemetry import latency

    print_document(latency(narrowed(places, filters), by=by, limit=limit), form, render=RENDER)


@click.command("errors")
@with_places
@filter_options
@_by(ERROR_GROUPS)
@limit_option
@table_options
def errors_report(places: Places, by: str, limit: int | None, form: str, **filters: str | None) -> None:
    """How many tries of requests failed or were refused, of how many, by telemetry.

    \b
    Examples:
      fleetledger report errors
      fleetledger report errors --by day --since 30d
    """
    from fleetledger.reports.telemetry import errors

    print_document(errors(narrowed(places, filters), by=by, limit=limit), form, render=RENDER)


@click.command("decisions")
@with_places
@filter_options
@_by(DECISION_GROUPS)
@limit_option
@table_options
def decisions_report(places: Places, by: str, limit: int | None, form: str, **filters: str | None) -> None:
    """Which tool calls were allowed, by whom, and what came of them, by telemetry.

    Telemetry does not say which model asked: with --model, nothing is shown.

    \b
    Examples:
      fleetledger report decisions
      fleetledger report decisions --by source --project shop
    """
    from fleetledger.reports.telemetry import decisions

    print_document(decisions(narrowed(places, filters), by=by, limit=limit), form, render=RENDER)


@click.command("active-time")
@with_places
@session_filter_options
@_by(ACTIVE_GROUPS)
@limit_option
@table_options
def active_time_report(places: Places, by: str, limit: int | None, form: str, **filters: str | None) -> None:
    """How long people and the client were active, by telemetry, in days of the build.

    \b
    Examples:
      fleetledger report active-time
      fleetledger report active-time --by project --since 7d
    """
    from fleetledger.reports.telemetry import active_time

    ledger = narrowed(places, {**filters, "model": None})
    print_document(active_time(ledger, by=by, limit=limit), form, render=RENDER)
