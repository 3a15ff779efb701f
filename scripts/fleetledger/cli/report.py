"""The command that answers from the published file: report."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from fleetledger.base import clock
from fleetledger.base.text import near
from fleetledger.cli.options import Places, filter_options, narrowed, with_places
from fleetledger.cli.output import is_for_people, print_document, svg_option, table_options
from fleetledger.reports.choices import CUTS, GROUPS, MOST_CUTS, PERIODS, REPORTS, SORTS, SPANS, UNITS

SESSION_LIMIT = 20

OTHER_REPORTS = {
    "active-time": "telemetry_reports",
    "attention": "signals",
    "audit": "audit",
    "blocks": "budgets",
    "decisions": "telemetry_reports",
    "errors": "telemetry_reports",
    "joins": "outcomes",
    "latency": "telemetry_reports",
    "limits": "budgets",
    "outcomes": "outcomes",
    "plans": "budgets",
    "quality": "outcomes",
    "signals": "signals",
    "telemetry": "telemetry_reports",
    "tools": "audit",
    "value": "outcomes",
    "waste": "signals",
}
"""Reports with options of their own, and the module of each, in which it is a command of the name `<name>_report`, with
_ for -."""

OTHER_NAMES = {"rates": "quality", "session": "sessions", "model": "models", "project": "projects"}
"""Names that reports had, or are looked for by."""

NAMES = (*REPORTS, *OTHER_REPORTS)


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
        if place is not None:
            args = [*args[:place], OTHER_NAMES.get(args[place], args[place]), *args[place + 1 :]]
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

    def others(self) -> Iterator[tuple[str, click.Command]]:
        """The reports with options of their own, by name."""
        yield from ((name, _other_report(name)) for name in OTHER_REPORTS)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the reports with options of their own."""
        with formatter.section("Reports with options of their own (report NAME --help)"):
            formatter.write_dl([(name, other.get_short_help_str()) for name, other in self.others()])


def _other_report(name: str) -> click.Command:
    module = import_module(f"fleetledger.cli.{OTHER_REPORTS[name]}")
    command: click.Command = getattr(module, f"{name.replace('-', '_')}_report")
    return command


def _named(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if value not in REPORTS:
        raise click.BadParameter(
            f"{value!r} is no report{near(value, NAMES)}; there is {', '.join(NAMES)}.", ctx, param
        )
    return value


def _near_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in NAMES if name.startswith(incomplete)]


def _near_cuts(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    first, comma, last = incomplete.rpartition(",")
    return [f"{first}{comma}{name}" for name in CUTS if name.startswith(last)]


def _cuts(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.strip().replace("_", "-") for word in (value or "").split(",") if word.strip()))
    for word in words:
        if word not in CUTS:
            raise click.BadParameter(f"{word!r} is not one of {', '.join(CUTS)}{near(word, CUTS)}.", ctx, param)
    if len(words) > MOST_CUTS or sum(word in UNITS for word in words) > 1:
        raise click.BadParameter("one or two are possible, and one of day, week and month.", ctx, param)
    return words


@click.command(cls=Report)
@with_places
@click.argument("name", metavar="[NAME]", callback=_named, default="overview", shell_complete=_near_names)
@filter_options
@click.option(
    "--by",
    metavar="KEYS",
    callback=_cuts,
    shell_complete=_near_cuts,
    help=f"By one or two of {', '.join(CUTS)}, with a comma between.",
)
@click.option("--breakdown", is_flag=True, help="Each row's models, too: short for a second key of --by.")
@click.option("--sort", type=click.Choice(SORTS), help="Rows in the order of this [default: key for days, else cost].")
@click.option("--order", type=click.Choice(("asc", "desc")), help="The smallest or the largest first.")
@click.option(
    "-n", "--limit", type=click.IntRange(1), help=f"How many rows [default: all; of sessions {SESSION_LIMIT} as text]."
)
@click.option(
    "--with-hidden", is_flag=True, help="Rows: also requests that telemetry tells of and no transcript shows."
)
@click.option("--costliest", is_flag=True, help="Sessions: --sort cost.")
@click.option("--all", "whole", is_flag=True, help="Overview: all sections, warnings, and the check by hand.")
@table_options
@svg_option
def report(
    places: Places,
    name: str,
    by: tuple[str, ...],
    breakdown: bool,
    sort: str | None,
    order: str | None,
    limit: int | None,
    with_hidden: bool,
    costliest: bool,
    whole: bool,
    form: str,
    svg: Path | None,
    **filters: str | None,
) -> None:
    """Show what the agents cost, from the published file.

    NAME is overview (the default); today, week or month up to now; daily, weekly, monthly, sessions, models or
    projects; or one of those below. --by cuts costs otherwise. Real spend (billed) and notional cost (subscriptions,
    marked ≈) stand side by side and are never added.

    \b
    Examples:
      fleetledger report
      fleetledger report weekly --since 30d --timezone Europe/Berlin
      fleetledger report --by project,model --last 7 --format markdown
      fleetledger report daily --breakdown -p shop --since "last week"
      fleetledger report sessions --costliest -n 5
      fleetledger report models --with-hidden
      fleetledger report models --json
    """
    if costliest and name != "sessions":
        raise click.UsageError("--costliest is for sessions; --sort cost is for all.")

    from fleetledger.reports import costs

    if name in SPANS:
        if filters["since"] or filters["last"]:
            raise click.UsageError(f"`report {name}` says itself since when; --since and --last are for others.")
        filters["since"], name = name, "overview"
    if name in PERIODS and len(by) == 1 and by[0] not in UNITS:
        by = (PERIODS[name], *by)
    by = by or _usual_cuts(name)
    if breakdown:
        by = _with_models(by or (UNITS[0],) if name == "overview" else by)
    if name == "overview" and not by and (limit or sort or order):
        raise click.UsageError("-n, --sort and --order are for rows; say of what with --by, or a NAME.")
    if with_hidden and not by:
        raise click.UsageError("--with-hidden is for rows; say of what with --by, or daily, models and the like.")
    ledger = narrowed(places, filters)
    if by:
        descending = None if order is None else order == "desc"
        name = name if name != "overview" else "by " + " and ".join(by)
        document = costs.groups(
            ledger, name, by, sort=sort, descending=descending, limit=limit, with_hidden=with_hidden
        )
    elif name == "sessions":
        limit = limit or (SESSION_LIMIT if is_for_people(form) else None)
        document = costs.sessions(ledger, sort="cost" if costliest else sort, limit=limit)
    else:
        document = costs.overview(ledger, clock.now().replace(tzinfo=None))
    is_short = not by and name == "overview" and not whole and not svg
    print_document(document, form, svg, render="costs", show="page" if is_short else "pieces")


def _usual_cuts(name: str) -> tuple[str, ...]:
    return (PERIODS[name],) if name in PERIODS else GROUPS.get(name, ())


def _with_models(by: tuple[str, ...]) -> tuple[str, ...]:
    if len(by) != 1 or by == ("model",):
        raise click.UsageError("--breakdown needs one key to break down: daily, weekly, monthly, projects, or --by.")
    return (*by, "model")
