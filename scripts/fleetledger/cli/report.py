"""The command that answers from the published file: report."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from fleetledger.cli.options import Places, filter_options, narrowed, with_places
from fleetledger.cli.output import alone, print_document, table_options
from fleetledger.reports.choices import GROUPS, REPORTS

LIMITED = ("sessions", *GROUPS)
SESSION_LIMIT = 20

OTHER_REPORTS = {
    "active-time": "telemetry_reports",
    "attention": "signals",
    "audit": "audit",
    "blocks": "budgets",
    "decisions": "telemetry_reports",
    "errors": "telemetry_reports",
    "latency": "telemetry_reports",
    "outcomes": "outcomes",
    "plans": "budgets",
    "rates": "outcomes",
    "signals": "signals",
    "telemetry": "telemetry_reports",
    "tools": "audit",
    "value": "outcomes",
    "waste": "signals",
}
"""Reports with options of their own, and the module of each, in which it is a command of the name `<name>_report`, with
_ for -."""


class Report(click.Command):
    """The command that hands over to a report with options of its own where its argument names one."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - as click declares it
    ) -> click.Context:
        """The context of the report that is called."""
        place = self._place_of_name(args)
        if place is None or args[place] not in OTHER_REPORTS:
            return super().make_context(info_name, args, parent, **extra)
        other = _other_report(args[place])
        return other.make_context(f"{info_name} {args[place]}", args[:place] + args[place + 1 :], parent, **extra)

    def _place_of_name(self, args: list[str]) -> int | None:
        """Where the report's name stands: the first argument that is neither an option nor the value of one."""
        options = [param for param in self.params if isinstance(param, click.Option) and not param.is_flag]
        with_value = {name for option in options for name in option.opts}
        is_value = False
        for place, argument in enumerate(args):
            if not is_value and not argument.startswith("-"):
                return place
            is_value = not is_value and argument in with_value
        return None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the reports with options of their own."""
        if not OTHER_REPORTS:
            return
        with formatter.section("Reports with options of their own (report NAME --help)"):
            formatter.write_dl([(name, _other_report(name).get_short_help_str()) for name in OTHER_REPORTS])


def _other_report(name: str) -> click.Command:
    module = import_module(f"fleetledger.cli.{OTHER_REPORTS[name]}")
    command: click.Command = getattr(module, f"{name.replace('-', '_')}_report")
    return command


@click.command(cls=Report)
@with_places
@click.argument("name", metavar="[NAME]", type=click.Choice(REPORTS), default="overview")
@filter_options
@click.option(
    "-n", "--limit", type=click.IntRange(1), help=f"Rows of sessions (default {SESSION_LIMIT}), models, projects."
)
@click.option("--costliest", is_flag=True, help="Sessions: the costliest first, not the newest.")
@table_options
@click.option(
    "--svg", type=click.Path(dir_okay=False, path_type=Path), callback=alone, help="As a picture, into this file."
)
def report(
    places: Places,
    name: str,
    limit: int | None,
    costliest: bool,
    as_json: bool,
    as_csv: bool,
    svg: Path | None,
    **filters: str | None,
) -> None:
    """Show what the agents cost, from the published file.

    NAME is overview (the default), daily, weekly, monthly, sessions, models or projects.
    Real spend (billed) and notional cost (subscriptions, marked ≈) stand side by side and are never added.

    \b
    Examples:
      fleetledger report
      fleetledger report weekly --since 30d --timezone Europe/Berlin
      fleetledger report sessions --costliest -n 5 --project shop
      fleetledger report models --json
    """
    if limit and name not in LIMITED:
        raise click.UsageError(f"--limit is for {', '.join(LIMITED)}.")
    if costliest and name != "sessions":
        raise click.UsageError("--costliest is for sessions.")

    from fleetledger.reports.costs import report as report_of

    ledger = narrowed(places, filters)
    default_limit = SESSION_LIMIT if name == "sessions" else None
    document = report_of(ledger, name, costliest=costliest, limit=limit or default_limit)
    print_document(document, as_json, as_csv, svg, render="costs")
