"""The commands that land what the logs do not say: collect, backfill and mark."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from fleetledger import clock
from fleetledger.cli_options import Places, with_places
from fleetledger.console import clean, progress
from fleetledger.paths import landing_dir

if TYPE_CHECKING:
    from collections.abc import Iterable

SKIPPED_LIMIT = 20
"""So many skipped repositories are named; the published file holds all."""


@click.group()
def collect() -> None:
    """Land what tells whether the work was any good: commits and pull requests.

    \b
    Examples:
      fleetledger collect git
      fleetledger collect github
    """


@collect.command("git")
@with_places
def collect_git(places: Places) -> None:
    """Land the commits of the repositories that sessions worked in and that are on this machine.

    Nothing is fetched or written, and no hook or program that a repository's configuration names is run. What is gone,
    bare, corrupt, huge or unreadable is named and skipped.

    \b
    Example:
      fleetledger collect git
      fleetledger refresh
    """
    from fleetledger import collect_git as collecting
    from fleetledger.git_commands import has_git

    hosts = _hosts(places)
    if not hosts:
        click.echo("No session of this machine is landed yet; type `fleetledger extract` first.")
        return
    if not has_git():
        click.echo("git is not installed here: nothing can be collected of it; all else works without.", err=True)
        return
    with progress("collect git") as step:
        summary = collecting.collect_git(landing_dir(places.data), hosts, clock.now(), step)
    _tell_skipped(summary.skipped)
    click.echo(
        f"Visited {summary.repositories:,} repositories of {summary.directories:,} directories:"
        f" {summary.commits:,} new commits, {summary.moved:,} that stand elsewhere than before."
    )
    if summary.gone:
        click.echo(f"{summary.gone:,} directories are not there any more; what was landed of them stays.")


def _hosts(places: Places) -> list[str]:
    """The hosts of this machine's sources that anything is landed of."""
    from fleetledger.config import load_config
    from fleetledger.landing import landed_hosts

    configured = {source.host for source in load_config(places.config).sources}
    return [host for host in landed_hosts(landing_dir(places.data)) if host in configured]


def _tell_skipped(skipped: Iterable[tuple[str, str]]) -> None:
    found = list(Counter(skipped))
    for place, reason in found[:SKIPPED_LIMIT]:
        click.echo(clean(f"Skipped: {place}: {reason}"), err=True)
    if len(found) > SKIPPED_LIMIT:
        click.echo(f"Skipped as well: {len(found) - SKIPPED_LIMIT:,} more.", err=True)
