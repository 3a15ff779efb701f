"""The commands about what goes on inside the work: report attention, report signals, report waste."""

from __future__ import annotations

from pathlib import Path

import click

from fleetledger.base.text import near
from fleetledger.cli.options import Places, filter_options, narrowed, with_places
from fleetledger.cli.output import print_document, svg_option, table_options
from fleetledger.reports.choices import SIGNALS

RENDER = "signals"


@click.command(name="attention")
@with_places
@filter_options
@click.option("-n", "--limit", type=click.IntRange(1), default=20, show_default=True, help="How many sessions.")
@table_options
@svg_option
def attention_report(places: Places, limit: int, form: str, svg: Path | None, **filters: str | None) -> None:
    """Show the sessions that a person should look at, and why.

    Each reason counts for some points; docs/signals.md has them. A session that is not listed has none of these
    reasons, which does not say that it went well.

    \b
    Examples:
      fleetledger report attention
      fleetledger report attention -n 5 --since 7d --project shop
    """
    from fleetledger.reports.signals import attention

    print_document(attention(narrowed(places, filters), limit=limit), form, svg, render=RENDER)


@click.command(name="signals")
@with_places
@click.argument("name", metavar="[NAME]", type=click.Choice(tuple(SIGNALS)), required=False)
@filter_options
@click.option(
    "--by", metavar="KEYS", help="What the rows of one signal are, with commas [default: project, if it has any]."
)
@click.option("-n", "--limit", type=click.IntRange(1), help="How many rows.")
@table_options
@svg_option
def signals_report(
    places: Places,
    name: str | None,
    by: str | None,
    limit: int | None,
    form: str,
    svg: Path | None,
    **filters: str | None,
) -> None:
    """Show what went on inside the work: contexts, caches, prompts, tools, sub-agents, friction, times.

    NAME is context, cache, asks, tools, stops, compactions, recalls, delegations, friction, timings, claims,
    directives, anomalies, versions, subscriptions, scores or verdicts; without one, what stands for each.

    \b
    Examples:
      fleetledger report signals
      fleetledger report signals cache --by model --since 30d
      fleetledger report signals claims --by claim_kind
      fleetledger report signals tools --by tool_name --json
      fleetledger report signals stops --by model,week
    """
    from fleetledger.reports.signals import all_signals, one_signal

    if name is None:
        if by or limit:
            raise click.UsageError("--by and --limit are for one signal: name it.")
        print_document(all_signals(narrowed(places, filters)), form, svg, render=RENDER)
        return
    known = SIGNALS[name]
    keys = tuple(dict.fromkeys(by.split(","))) if by else ("project" if "project" in known else known[-1],)
    for key in keys:
        if key not in known:
            raise click.UsageError(f"{name} can be shown by {', '.join(known)}{near(key, known)}.")
    print_document(one_signal(narrowed(places, filters), name, by=keys, limit=limit), form, svg, render=RENDER)


@click.command(name="waste")
@with_places
@filter_options
@table_options
@svg_option
def waste_report(places: Places, form: str, svg: Path | None, **filters: str | None) -> None:
    """Show what could have been saved, by rule, and what that assumes.

    \b
    Examples:
      fleetledger report waste
      fleetledger report waste --since 30d --project shop --json
    """
    from fleetledger.reports.signals import waste

    print_document(waste(narrowed(places, filters)), form, svg, render=RENDER)
