"""The commands about what goes on inside the work: report attention, report signals, report waste."""

from __future__ import annotations

import click

from fleetledger.cli.options import Places, filter_options, narrowed, with_places
from fleetledger.cli.output import print_document, table_options
from fleetledger.reports.choices import SIGNALS

RENDER = "signals"
KEYS = tuple(dict.fromkeys(key for keys in SIGNALS.values() for key in keys))


@click.command(name="attention")
@with_places
@filter_options
@click.option("-n", "--limit", type=click.IntRange(1), default=20, show_default=True, help="How many sessions.")
@table_options
def attention_report(places: Places, limit: int, form: str, **filters: str | None) -> None:
    """Show the sessions that a person should look at, and why.

    Each reason counts for some points; docs/signals.md has them. A session that is not listed has none of these
    reasons, which does not say that it went well.

    \b
    Examples:
      fleetledger report attention
      fleetledger report attention -n 5 --since 7d --project shop
    """
    from fleetledger.reports.signals import attention

    print_document(attention(narrowed(places, filters), limit=limit), form, render=RENDER)


@click.command(name="signals")
@with_places
@click.argument("name", metavar="[NAME]", type=click.Choice(tuple(SIGNALS)), required=False)
@filter_options
@click.option("--by", type=click.Choice(KEYS), help="What the rows of one signal are (project, unless it has none).")
@click.option("-n", "--limit", type=click.IntRange(1), help="How many rows.")
@table_options
def signals_report(
    places: Places,
    name: str | None,
    by: str | None,
    limit: int | None,
    form: str,
    **filters: str | None,
) -> None:
    """Show what went on inside the work: contexts, caches, prompts, tools, sub-agents, friction, times.

    NAME is context, cache, asks, tools, stops, compactions, recalls, delegations, friction, timings, claims,
    directives, anomalies, versions or subscriptions; without one, what stands for each.

    \b
    Examples:
      fleetledger report signals
      fleetledger report signals cache --by model --since 30d
      fleetledger report signals claims --by claim_kind
      fleetledger report signals tools --by tool_name --json
    """
    from fleetledger.reports.signals import all_signals, one_signal

    if name is None:
        if by or limit:
            raise click.UsageError("--by and --limit are for one signal: name it.")
        print_document(all_signals(narrowed(places, filters)), form, render=RENDER)
        return
    by = by or ("project" if "project" in SIGNALS[name] else SIGNALS[name][-1])
    if by not in SIGNALS[name]:
        raise click.UsageError(f"{name} can be shown by {', '.join(SIGNALS[name])}.")
    print_document(one_signal(narrowed(places, filters), name, by=by, limit=limit), form, render=RENDER)


@click.command(name="waste")
@with_places
@filter_options
@table_options
def waste_report(places: Places, form: str, **filters: str | None) -> None:
    """Show what could have been saved, by rule, and what that assumes.

    \b
    Examples:
      fleetledger report waste
      fleetledger report waste --since 30d --project shop --json
    """
    from fleetledger.reports.signals import waste

    print_document(waste(narrowed(places, filters)), form, render=RENDER)
