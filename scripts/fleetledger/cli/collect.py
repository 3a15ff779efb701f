"""The commands that land what the logs do not say: collect, backfill and mark."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fleetledger.base import clock
from fleetledger.base.paths import landing_dir, published_path, this_host
from fleetledger.base.text import clean, counted
from fleetledger.cli.options import Places, published, with_places
from fleetledger.terminal.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fleetledger.collect.git import Directories
    from fleetledger.collect.github import GithubSummary

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

    Those of files that sessions edited, and of `git -C DIR` and `cd DIR && git`, are known from the last refresh on.

    Nothing is fetched or written, and no hook or program that a repository's configuration names is run. What is gone,
    bare, corrupt, huge or unreadable is named and skipped.

    \b
    Example:
      fleetledger collect git
      fleetledger refresh
    """
    from fleetledger.collect import git as collecting
    from fleetledger.collect.git_commands import has_git

    hosts = _hosts(places)
    if not hosts:
        click.echo("No session of this machine is landed yet; type `fleetledger extract` first.")
        return
    if not has_git():
        click.echo("git is not installed here: nothing can be collected of it; all else works without.", err=True)
        return
    data = places.seen().data
    with progress("collect git") as step, _reached(data) as reached:
        summary = collecting.collect_git(landing_dir(data), hosts, clock.now(), step, reached)
    _tell_skipped(summary.skipped)
    click.echo(
        f"Visited {counted(summary.repositories, 'repository', 'repositories')} of"
        f" {counted(summary.directories, 'directory', 'directories')}:"
        f" {counted(summary.commits, 'new commit')}; elsewhere than before: {summary.moved:,}."
    )
    if summary.gone:
        click.echo(
            f"Not there any more: {counted(summary.gone, 'directory', 'directories')}; what was landed of them stays."
        )


@contextmanager
def _reached(data: Path) -> Iterator[Callable[[str], Directories]]:
    """What asks the published file in which directories a host's sessions worked beside their own."""
    from fleetledger.published.ledger import Ledger, ReportError

    if not published_path(data).exists():
        yield lambda _host: {}
        return
    with closing(Ledger(published_path(data))) as ledger:

        def reached(host: str) -> Directories:
            try:
                rows = ledger.ask("published/reached_directories", host=host)
            except ReportError as error:
                click.echo(clean(f"Only sessions' own directories are visited: {error}"), err=True)
                return {}
            return {row["directory"]: row["reached_at"] for row in rows}

        yield reached


def _hosts(places: Places) -> list[str]:
    """The hosts of this machine's sources that anything is landed of."""
    from fleetledger.landing.manifest import landed_hosts
    from fleetledger.sources.config import load_config

    places = places.seen()
    configured = {source.host for source in load_config(places.config).sources}
    return [host for host in landed_hosts(landing_dir(places.data)) if host in configured]


def _tell_skipped(skipped: Iterable[tuple[str, str]]) -> None:
    found = list(Counter(skipped))
    for place, reason in found[:SKIPPED_LIMIT]:
        click.echo(clean(f"Skipped: {place}: {reason}"), err=True)
    if len(found) > SKIPPED_LIMIT:
        click.echo(f"Skipped as well: {len(found) - SKIPPED_LIMIT:,} more.", err=True)


@collect.command("github")
@with_places
@click.option(
    "--from",
    "saved",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What `gh pr list --json …` or `gh pr view --json …` wrote, instead of asking gh.",
)
def collect_github(places: Places, saved: Path | None) -> None:
    """Land the pull requests of the repositories that `collect git` found, with their checks.

    Asks the `gh` of this machine, as you are signed in there; without one, nothing is landed and all else works.

    \b
    Examples:
      fleetledger collect github
      fleetledger collect github --from pull-requests.json
    """
    from fleetledger.collect import github as collecting

    landing, host, now = landing_dir(places.data), this_host(), clock.now()
    if saved:
        found = collecting.saved(saved)
        places.prepared()
        _tell_pull_requests(collecting.land_saved(landing, host, found, now))
        return
    if not collecting.has_gh():
        click.echo("gh is not installed here: nothing is asked of GitHub; all else works without.", err=True)
        return
    remotes = collecting.remotes(landing, now)
    servers = collecting.signed_in(dict.fromkeys(remote.partition("/")[0] for remote in remotes))
    wanted = {remote: first for remote, first in remotes.items() if remote.partition("/")[0] in servers}
    if not remotes:
        click.echo("No repository with a remote is collected yet; type `fleetledger collect git` first.", err=True)
    elif not wanted:
        click.echo("gh is not signed in where the repositories are; type `gh auth login` first.", err=True)
    else:
        with progress("collect github") as step:
            summary = collecting.collect_github(landing, host, wanted, now, step)
        _tell_skipped(summary.skipped)
        _tell_pull_requests(summary)


def _tell_pull_requests(summary: GithubSummary) -> None:
    click.echo(f"Landed {summary.landed:,} of {counted(summary.seen, 'pull request')}; the others have not changed.")


@click.command()
@with_places
@click.argument("file", metavar="FILE.toml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def backfill(places: Places, file: Path) -> None:
    """Land the outcomes of tasks that you know better than any rule.

    FILE.toml holds [[tasks]], each with a task_id and an outcome_class, and, where known, what mu's schema has beside
    them. What it says wins over the rules. The same file again changes nothing.

    \b
    Example:
      fleetledger backfill outcomes.toml
      fleetledger refresh
    """
    from fleetledger.collect.backfill import backfill as land

    done = land(landing_dir(places.seen().prepared()), this_host(), file, clock.now())
    click.echo(f"Landed {done.landed:,} of {counted(done.entries, 'entry', 'entries')}; the others are there already.")


@click.command()
@with_places
@click.argument("session")
@click.argument("rating", type=click.IntRange(1, 5))
@click.option("--note", metavar="TEXT", help="What to remember of it.")
def mark(places: Places, session: str, rating: int, note: str | None) -> None:
    """Say how good a session was, from 1 (unusable) to 5 (excellent).

    SESSION is the beginning of its id, as long as it is the only one that begins so. The latest mark holds.

    \b
    Examples:
      fleetledger mark 5f3a91c2 4
      fleetledger mark session-3 1 --note "claimed tests that it never ran"
    """
    from fleetledger.collect.marks import mark as land
    from fleetledger.published.ledger import Ledger
    from fleetledger.reports.sessions import session_named

    session_id = session_named(Ledger(published(places)), session)
    is_new = land(places.seen().data, this_host(), session_id, rating, note, clock.now())
    click.echo(clean(f"Session {session_id} is {'now' if is_new else 'already'} marked {rating} of 5."))
