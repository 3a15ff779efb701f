"""The reports on whether the work was any good: outcomes, rates and value."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from fleetledger.cli_options import Places, filter_options, narrow, published, with_places
from fleetledger.console import is_terminal

if TYPE_CHECKING:
    from fleetledger.report_queries import Ledger, Row

METRICS = ("hallucination", "degradation", "clean_success", "interrupt", "denial", "tool_error")
FIELDS = ("fleet", "host", "account", "project", "provider", "model", "day", "week", "month")
VALUE_FIELDS = ("fleet", "host", "account", "project", "model", "month")


@click.command("outcomes")
@with_places
@filter_options
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all decimals.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with all decimals.")
def outcomes_report(places: Places, as_json: bool, as_csv: bool, **filters: str | None) -> None:
    """What became of the tasks, and what each outcome cost.

    \b
    Examples:
      fleetledger report outcomes
      fleetledger report outcomes --project shop --since 30d
    """
    from fleetledger.outcome_report import outcomes_report as report_of

    _show(report_of(_ledger(places, filters)), as_json, as_csv)


@click.command("rates")
@with_places
@click.option("--metric", required=True, type=click.Choice(METRICS), help="What to tell the rate of.")
@click.option(
    "--by",
    default="provider,model",
    show_default=True,
    metavar="FIELDS",
    help=f"Fields with commas: {', '.join(FIELDS)}.",
)
@filter_options
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all decimals.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with all decimals.")
def rates_report(places: Places, metric: str, by: str, as_json: bool, as_csv: bool, **filters: str | None) -> None:
    """How often something went wrong, or right, of how many that could be observed.

    Beside each rate stands that of mu's own analytics, where they know it.

    \b
    Examples:
      fleetledger report rates --metric hallucination
      fleetledger report rates --metric tool_error --by fleet,model --since 30d
    """
    from fleetledger.outcome_report import rates_report as report_of

    _show(report_of(_ledger(places, filters), metric, _fields(by)), as_json, as_csv)


@click.command("value")
@with_places
@click.option(
    "--by",
    default="project",
    show_default=True,
    metavar="FIELDS",
    help=f"One or more of {', '.join(VALUE_FIELDS)}, with commas between.",
)
@filter_options
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all decimals.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with all decimals.")
def value_report(places: Places, by: str, as_json: bool, as_csv: bool, **filters: str | None) -> None:
    """What a success, a commit on the default branch and a merged pull request cost.

    And what went into work that failed, was reverted, or of which nothing tells. A month counts whole, whatever days
    --since and --until name.

    \b
    Examples:
      fleetledger report value
      fleetledger report value --by model,month --project shop
    """
    from fleetledger.outcome_report import value_report as report_of

    _show(report_of(_ledger(places, filters), _fields(by, VALUE_FIELDS)), as_json, as_csv)


def _fields(by: str, known: tuple[str, ...] = FIELDS) -> tuple[str, ...]:
    fields = tuple(dict.fromkeys(field.strip() for field in by.split(",") if field.strip()))
    for field in fields:
        if field not in known:
            raise click.BadParameter(f"{field!r} is no field; there is {', '.join(known)}.", param_hint="--by")
    return fields


def _ledger(places: Places, filters: dict[str, str | None]) -> Ledger:
    from fleetledger.report_queries import Ledger

    ledger = Ledger(published(places.data))
    narrow(ledger, filters)
    return ledger


def _show(document: Row, as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude one another.")
    if as_json or as_csv:
        from fleetledger.report_formats import to_csv, to_json

        click.echo(to_json(document) if as_json else to_csv(document), nl=as_json)
        return
    from fleetledger.blocks import plain, print_to
    from fleetledger.outcome_render import blocks

    if is_terminal(sys.stdout):
        from rich.console import Console

        print_to(Console(highlight=False), blocks(document))
    else:
        click.echo(plain(blocks(document)), nl=False)
