"""The commands about limits and choices: budget, whatif, and the reports of usage windows and plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fleetledger.cli.options import (
    Places,
    narrowed,
    published,
    session_filter_options,
    window_filter_options,
    with_places,
)
from fleetledger.cli.output import alone, is_for_people, print_document, table_options
from fleetledger.reports.choices import CACHE_TTLS

if TYPE_CHECKING:
    from pathlib import Path

    from fleetledger.published.rows import Row
    from fleetledger.reports.whatif import Change

WINDOW_LIMIT = 20

RENDER = "budgets"


@click.command()
@with_places
@click.option("--quiet", is_flag=True, callback=alone, help="One line for a shell prompt: the worst of all.")
@click.option(
    "--notify", is_flag=True, callback=alone, help="Only what is near or over its limit and was not told yet."
)
@click.option("--hook", is_flag=True, callback=alone, help="Answer Claude Code's hook of a prompt with a warning.")
@click.option("--stop", is_flag=True, help="With --hook: stop prompts while a budget is over.")
@table_options
@click.pass_context
def budget(ctx: click.Context, /, places: Places, quiet: bool, notify: bool, hook: bool, stop: bool, form: str) -> None:
    """Show what was spent of your budgets; exits with 1 where one is overspent.

    Budgets stand in fleet.toml, as [[budget]]. Each is for the money of one cost kind. The current day, week or
    month is that of the newest line that is landed.

    \b
    Examples:
      fleetledger budget
      fleetledger budget --quiet
      fleetledger budget --notify | mail -E -s "Budgets" me@example.org
      fleetledger budget --json
    """
    if stop and not hook:
        raise click.UsageError("--stop is for --hook.")
    if hook:
        from fleetledger.hooks import prompt

        prompt(places.data, stop=stop)
        return
    file = published(places)
    rows = _current(file.parent) if quiet or notify else None
    if rows is None:
        from fleetledger.published.ledger import Ledger
        from fleetledger.reports.budgets import budget as budget_of

        document = budget_of(Ledger(file))
        rows = document["rows"]
        if not quiet and not notify:
            print_document(document, form, render=RENDER)
    if notify:
        _notify(file.parent, rows)
    if quiet:
        from fleetledger.base.text import clean
        from fleetledger.terminal import budgets as budgets_render

        click.echo(clean(budgets_render.quiet(rows)))
    ctx.exit(1 if rows and rows[0]["state"] == "over" else 0)


def _notify(data: Path, rows: list[Row]) -> None:
    """Print each budget that is worse than when it was last told, and keep what was told."""
    from fleetledger.base.text import clean
    from fleetledger.published.notices import take_notices
    from fleetledger.terminal import budgets as budgets_render

    for row in take_notices(data, rows):
        click.echo(clean(budgets_render.quiet([row])))


def _current(data: Path) -> list[Row] | None:
    """The budgets as they were published, the worst first, without opening the file; None where they are not noted."""
    import json

    from fleetledger.statusline import read_status

    noted = read_status(data)[0].get("budgets")
    return json.loads(noted[0][0] or "[]") if noted else None


@click.command()
@with_places
@window_filter_options
@click.option("--active", is_flag=True, help="Only windows that are open now.")
@click.option(
    "-n", "--limit", type=click.IntRange(1), help=f"How many, the newest [default: {WINDOW_LIMIT}; all as JSON, CSV]."
)
@table_options
def blocks_report(places: Places, active: bool, limit: int | None, form: str, **filters: str | None) -> None:
    """Claude's 5-hour usage windows of each account: calls, tokens, pace, and what is left of those that are open.

    A window begins with the whole hour (UTC) of its first call. What is open, and the projection, are by the clock.

    \b
    Examples:
      fleetledger report blocks
      fleetledger report blocks --active
      fleetledger report blocks --since 7d --account work --json
    """
    from fleetledger.base import clock
    from fleetledger.reports.budgets import usage_windows

    ledger = narrowed(places, filters)
    limit = limit or (WINDOW_LIMIT if is_for_people(form) else None)
    document = usage_windows(ledger, clock.now().replace(tzinfo=None), active=active, limit=limit)
    print_document(document, form, render=RENDER)


@click.command()
@with_places
@window_filter_options
@click.option("--active", is_flag=True, help="Only limits that have not begun anew since.")
@click.option(
    "-n", "--limit", type=click.IntRange(1), help=f"How many, the newest [default: {WINDOW_LIMIT}; all as JSON, CSV]."
)
@table_options
def limits_report(places: Places, active: bool, limit: int | None, form: str, **filters: str | None) -> None:
    """A plan's own limits, the weekly one among them: how much is used, and what that comes to at list prices.

    As Claude Code told the status line, which has to be `fleetledger statusline` for it: no log holds it. What is
    current is told by the clock.

    \b
    Examples:
      fleetledger report limits
      fleetledger report limits --active
      fleetledger report limits --account work --json
    """
    from fleetledger.base import clock
    from fleetledger.reports.budgets import plan_limits

    ledger = narrowed(places, filters)
    limit = limit or (WINDOW_LIMIT if is_for_people(form) else None)
    document = plan_limits(ledger, clock.now().replace(tzinfo=None), active=active, limit=limit)
    print_document(document, form, render=RENDER)


@click.command()
@with_places
@table_options
def plans_report(places: Places, form: str) -> None:
    """What flat rates cost by month, beside what their use would have cost, and use that no plan covers.

    Plans stand in fleet.toml, as [[plan]].

    \b
    Examples:
      fleetledger report plans
      fleetledger report plans --csv
    """
    from fleetledger.published.ledger import Ledger
    from fleetledger.reports.budgets import plans

    print_document(plans(Ledger(published(places))), form, render=RENDER)


@click.command()
@with_places
@click.option("--model", "models", metavar="A=B", multiple=True, help="Calls of model A go to B; may be given again.")
@click.option("--cache-ttl", type=click.Choice(CACHE_TTLS), help="All that is written to the cache is for so long.")
@session_filter_options
@table_options
def whatif(
    places: Places,
    models: tuple[str, ...],
    cache_ttl: str | None,
    form: str,
    **filters: str | None,
) -> None:
    """Price history anew, as if calls had gone to another model, or the cache had been kept for another time.

    A is a model as reports name it, or its id in the price book; B any model of the price books in use. What the
    figures take for granted is said below them.

    \b
    Examples:
      fleetledger whatif --model claude-opus-4-6=claude-sonnet-4-6
      fleetledger whatif --cache-ttl 1h --since 30d
      fleetledger whatif --model claude-opus-4-6=claude-haiku-4-5 --cache-ttl 5m --json
    """
    if not models and cache_ttl is None:
        raise click.UsageError("Say what would be otherwise: --model A=B, --cache-ttl 5m or 1h.")
    from fleetledger.reports.whatif import whatif as whatif_of

    changes = [_change(text) for text in models]
    ledger = narrowed(places, filters)
    print_document(whatif_of(ledger, changes, cache_ttl), form, render=RENDER)


def _change(text: str) -> Change:
    from fleetledger.reports.whatif import Change

    old, _, new = (part.strip() for part in text.partition("="))
    if not old or not new:
        raise click.BadParameter(f"{text!r} is not like claude-opus-4-6=claude-sonnet-4-6.", param_hint="--model")
    return Change(old, new)
