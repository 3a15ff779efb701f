"""The commands that find sessions again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from fleetledger.cli_options import Places, narrow_sessions, published, session_filter_options, with_places
from fleetledger.console import clean, is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fleetledger.find_render import Parts

SESSION_LIMIT = 10


@click.command()
@with_places
@session_filter_options
@click.option("-n", "--limit", type=click.IntRange(1), default=SESSION_LIMIT, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all decimals.")
def sessions(places: Places, limit: int, as_json: bool, **filters: str | None) -> None:
    """List the newest sessions, and how to resume them.

    One line says when a session was last active (local time), its project, its cost with the mark of its kind (≈ for a
    subscription, which nobody is billed for), and its title; the line below resumes it.

    \b
    Examples:
      fleetledger sessions
      fleetledger sessions --project shop --since yesterday -n 5
    """
    from fleetledger.find import sessions as newest
    from fleetledger.report_queries import Ledger

    ledger = Ledger(published(places.data))
    narrow_sessions(ledger, filters)
    document = newest(ledger, limit)
    if as_json:
        from fleetledger.report_formats import to_json

        click.echo(to_json(document))
    else:
        from fleetledger.find_render import sessions as rendered

        echo(rendered(document))


def echo(lines: Iterable[Parts]) -> None:
    """Print lines, in colours on a terminal; nothing of them can steer it."""
    colours = is_terminal(sys.stdout)
    for line in lines:
        words = [(clean(text), style) for text, style in line]
        click.echo("  ".join(_styled(text, style) if colours else text for text, style in words))


def _styled(text: str, style: str) -> str:
    if style in ("", "bold", "dim", "underline"):
        return click.style(text, bold=style == "bold" or None, dim=style == "dim" or None)
    return click.style(text, fg=style)
