"""The command that has sessions judged by a model: judge."""

from __future__ import annotations

import click

from fleetledger.base import clock
from fleetledger.base.errors import CallError
from fleetledger.base.paths import this_host
from fleetledger.base.text import clean, counted
from fleetledger.cli.options import Places, narrow, published, session_filter_options, with_places


@click.command()
@with_places
@click.argument("sessions", nargs=-1, metavar="[SESSION…]")
@session_filter_options
@click.option(
    "-n", "--count", default=10, show_default=True, type=click.IntRange(1), help="How many, the newest first."
)
@click.option("--budget", type=click.IntRange(1), metavar="TOKENS", help="At most so many [default: as configured].")
@click.option("--show", is_flag=True, help="Print what would be sent, to the letter, and send nothing.")
@click.option("--yes", is_flag=True, help="Send without asking.")
def judge(
    places: Places,
    sessions: tuple[str, ...],
    count: int,
    budget: int | None,
    show: bool,
    yes: bool,
    **filters: str | None,
) -> None:
    """Have sessions judged by a model that you name: did it claim what is not so, was all done, was it what you asked.

    Texts leave this machine, to the command or the endpoint of [judge] in fleet.toml and nowhere else, without the
    secrets that are found in them, and never those of sessions and projects in judge.exclude. How much goes where is
    said first. What was judged is not sent again; verdicts stand in reports from the next refresh on.

    \b
    Examples:
      fleetledger judge 5f3a91c2 --show
      fleetledger judge -n 20 --since 7d --project shop
    """
    from fleetledger.judge.run import plan, run
    from fleetledger.published.ledger import Ledger
    from fleetledger.published.text_index import read_index
    from fleetledger.reports.sessions import session_named
    from fleetledger.sources.config import load_config
    from fleetledger.terminal.progress import progress

    named = load_config(places.config).judge
    if named is None:
        raise CallError(
            "No judge is named: a [judge] table in fleet.toml does, with a command or a url; see docs/signals.md."
        )
    file = published(places)
    ledger = Ledger(file)
    narrow(ledger, filters)
    index = read_index(file.parent)
    if index is None:
        raise CallError("No texts are stored, so that there is nothing to judge by (text = false, or no refresh yet).")
    ids = [session_named(ledger, session) for session in sessions]
    rows = ledger.ask("reports/sessions_to_judge", session_ids=ids, most=len(ids) or count)
    host = this_host()
    limit = budget or named.budget_tokens
    planned = plan(ledger, file.parent, host, index, named, rows, limit, clock.now())
    if show:
        for case in planned.cases:
            click.echo("\n".join(map(clean, case.prompt.splitlines())))
        return
    where = named.url or named.command[0]
    click.echo(
        clean(
            f"{counted(len(planned.cases), 'session')} to {where} ({named.name}),"
            f" about {planned.tokens:,} tokens of {limit:,}; not sent: {planned.excluded:,} excluded,"
            f" {planned.judged:,} judged before, {planned.textless:,} without texts,"
            f" {planned.beyond:,} beyond the budget."
        )
    )
    if not planned.cases:
        return
    if not yes:
        click.confirm("Send them?", abort=True)
    with progress("judge") as step:
        done = run(file.parent, host, named, planned.cases, clock.now, step)
    for failure in done.failures:
        click.echo(clean(failure), err=True)
    click.echo(
        f"Judged {counted(done.sessions, 'session')}: {counted(done.verdicts, 'verdict')},"
        f" {done.rejected:,} thrown away for lack of a quote that stands in the session."
    )
    if done.failures:
        raise click.exceptions.Exit(1)
