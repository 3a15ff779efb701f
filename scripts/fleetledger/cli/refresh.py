"""The commands that make the numbers: refresh, and its steps extract, build and publish."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from fleetledger.base import clock, paths
from fleetledger.base.text import clean, counted
from fleetledger.cli.options import Places, first_day, with_places
from fleetledger.cli.page_files import write_page
from fleetledger.terminal.progress import progress

if TYPE_CHECKING:
    from fleetledger.base.steps import Step
    from fleetledger.landing.extract import ExtractSummary
    from fleetledger.pipeline import Event, Stage, Tell
    from fleetledger.warehouse.build import Built
    from fleetledger.warehouse.withheld import Withheld
    from fleetledger.watch import Failed, Watching


@click.command()
@with_places
@click.option("--demo-if-empty", is_flag=True, help="With no logs on this machine, do it with a generated fleet.")
@click.option(
    "--page", "with_page", is_flag=True, help="Write the page for a browser, too: page/ in the data directory."
)
@click.pass_context
def refresh(ctx: click.Context, /, places: Places, demo_if_empty: bool, with_page: bool) -> None:
    """Extract, build and publish: all that `report` needs.

    Builds only if something is new: lines, rates, models or rules. Ends with 1 where a configured source is missing or
    logs cannot be read, once all else is done.

    \b
    Examples:
      fleetledger refresh
      fleetledger refresh --config fleet.toml --data-dir ~/fleet
      fleetledger refresh --page
    """
    from fleetledger import pipeline

    try:
        config = pipeline.sources_of(places.data, places.config)
    except pipeline.NoLogsError:
        if not demo_if_empty:
            raise
        click.echo(
            f"No logs of agents are on this machine: looked in {pipeline.LOOKED_IN}.\n"
            "Here is a DEMO instead, of a generated fleet; its figures are invented."
        )
        places.prepared()
        places = Places(pipeline.demo_config(places.data), paths.demo_dir(places.data))
        config = pipeline.sources_of(places.data, places.config)
    if places.data == paths.data_in_checkout():
        _say_where(places.data)
    left_out: list[str] = []
    with telling() as tell:
        pipeline.refresh(places.prepared(), config, noting(tell, left_out))
    if with_page:
        write_page(paths.published_path(places.data))
    ctx.exit(1 if left_out else 0)


def _say_where(data: Path) -> None:
    target = paths.platform_data_dir()
    moved = f"mkdir -p {quote(str(target.parent))} && mv {quote(str(data))} {quote(str(target))}"
    advice = f"{target} is there as well" if target.exists() else f"to move them: {moved}"
    click.echo(f"The data are in {data} as before, where `git clean -dfx` deletes them; {advice}", err=True)


@click.command()
@with_places
@click.option("--poll", is_flag=True, help="Look at the files every 10 seconds: network file systems tell no events.")
def watch(places: Places, poll: bool) -> None:
    """Refresh whenever logs have grown, until Ctrl-C.

    At most every 5 seconds, and one at a time. A refresh that fails is told, and tried again.

    \b
    Examples:
      fleetledger watch
      fleetledger watch --config fleet.toml --poll
    """
    from threading import Event

    from fleetledger import pipeline
    from fleetledger.watch import watch as watch_logs

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    watch_logs(places.prepared(), lambda: pipeline.sources_of(places.data, places.config), say_watched, stop, poll=poll)
    click.echo("Stopped.")


def say_watched(event: Event | Watching | Failed) -> None:
    """Print what a watch does, with the time: what is new, what a person should see to, and nothing else."""
    from fleetledger import pipeline
    from fleetledger.watch import Failed, Watching

    at = f"{clock.now().astimezone():%H:%M:%S}"
    match event:
        case Watching(directories, by_events):
            how = "by events" if by_events else "by looking"
            click.echo(
                f"{at} Watching {len(directories)} {'directory' if len(directories) == 1 else 'directories'} {how}."
            )
        case Failed(reason):
            click.echo("\n".join(clean(f"{at} Failed: {line}") for line in reason.splitlines()), err=True)
        case pipeline.Landed(summary) if any(one.files_changed or one.beside_changed for one in summary.sources):
            click.echo(f"{at} {_landed(summary)}")
        case pipeline.Swapped(published):
            click.echo(f"{at} Published to {published.path}")
        case pipeline.Configured(_, problems):
            for problem in problems:
                click.echo(clean(f"{at} Left out: {problem}"), err=True)
        case pipeline.Without(withheld):
            click.echo(f"{at} ", nl=False, err=True)
            _say_withheld(withheld)


@click.command()
@with_places
@click.option("--logs-only", is_flag=True, help="Leave settings as they are: the machine that builds has them.")
@click.pass_context
def extract(ctx: click.Context, /, places: Places, *, logs_only: bool) -> None:
    """Land what is new in the logs: refresh's first step.

    Ends with 1 where a configured source is missing or logs cannot be read, once all else is landed.

    \b
    Examples:
      fleetledger extract --config fleet.toml
      fleetledger extract --logs-only --data-dir /mnt/shared/fleet
    """
    from fleetledger import pipeline

    config = pipeline.sources_of(places.data, places.config)
    left_out: list[str] = []
    with telling() as tell:
        pipeline.extract(places.prepared(), config, noting(tell, left_out), clock.now(), logs_only=logs_only)
    ctx.exit(1 if left_out else 0)


@click.command()
@with_places
def build(places: Places) -> None:
    """Build and test the warehouse with dbt: refresh's second step.

    \b
    Example:
      fleetledger build --data-dir ~/fleet
    """
    from fleetledger import pipeline

    with telling() as tell:
        pipeline.build(places.prepared(), tell, clock.now())


@click.command()
@with_places
@click.option(
    "--from",
    "made",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Publish these marts, a directory of Parquet for each, as Spark makes them.",
)
@click.option(
    "--since", metavar="DAY", help="With --from: the sessions that went on since this day; reports begin there."
)
@click.option("--account", metavar="NAME", help="With --from: the sessions in which this account worked.")
def publish(places: Places, made: Path | None, since: str | None, account: str | None) -> None:
    """Swap in the file that is read: refresh's last step.

    The file holds the marts only; `text = false` in the configuration leaves titles out, and without a configuration
    they stay out. With --from the data directory is one for those marts alone; what was said is not among them.

    \b
    Examples:
      fleetledger publish
      fleetledger publish --from spark/marts.db --data-dir ~/cluster
      fleetledger publish --from spark/marts.db --since 2026-10 --account ci --data-dir ~/october
    """
    from fleetledger import pipeline
    from fleetledger.sources.config import load_config
    from fleetledger.warehouse.slices import Slice

    if made:
        wanted = Slice(first_day("--since", since, clock.now().date()), account)
        with telling() as tell:
            pipeline.publish_marts(places.prepared(), made, wanted, tell, clock.now())
        return
    if since or account:
        raise click.UsageError("--since and --account are of --from DIR: what is built here is published whole.")
    text = pipeline.shows_text(places.data, load_config(places.config))
    with telling() as tell:
        pipeline.publish(places.prepared(), tell, clock.now(), text=text)


@contextmanager
def telling() -> Iterator[Tell]:
    """Put the events of a pipeline into words, and into a bar while a stage is going on."""
    from fleetledger.pipeline import Progress

    with ExitStack() as bars:
        steps: dict[Stage, Step] = {}

        def tell(event: Event) -> None:
            if isinstance(event, Progress):
                if event.stage not in steps:
                    steps[event.stage] = bars.enter_context(progress(event.stage))
                steps[event.stage](event.done, event.total, event.piece)
                return
            steps.clear()
            bars.close()
            say(event)

        yield tell


def noting(tell: Tell, left_out: list[str]) -> Tell:
    """Tell on, and note what is left out: places that should have been read and could not be, and withheld sessions."""
    from fleetledger import pipeline

    def told(event: Event) -> None:
        tell(event)
        if isinstance(event, pipeline.Landed):
            sources = event.summary.sources
            left_out.extend(str(source.source.root) for source in sources if source.missing or source.problems)
        if isinstance(event, pipeline.Without):
            left_out.extend(session.session for session in event.withheld.sessions)

    return told


def say(event: Event) -> None:
    """Print what came of a step: results on standard output, what a person should see to on standard error."""
    from fleetledger import pipeline

    match event:
        case pipeline.Configured(path, problems):
            if path:
                click.echo(f"Configuration: {clean(str(path))}")
            for problem in problems:
                click.echo(clean(f"Left out: {problem}"), err=True)
        case pipeline.Landed(summary):
            _say_landed(summary)
        case pipeline.PlanFailed(reason):
            click.echo(f"{clean(reason)}; dbt builds now.", err=True)
        case pipeline.Without(withheld):
            _say_withheld(withheld)
        case pipeline.Tables(built, by_plan, whole_because):
            _say_built(built, by_plan, whole_because)
        case pipeline.Cut(sessions, known):
            click.echo(f"Took {sessions:,} of {counted(known, 'session')}, each of them whole.")
        case pipeline.Swapped(published):
            size = f"{published.size / 1e6:,.1f} MB"
            click.echo(f"Published {published.tables} tables ({size}) to {published.path}")
        case pipeline.Current():
            click.echo("Nothing to build: what is published is of the same lines, rates and models.")


def _say_withheld(withheld: Withheld) -> None:
    sessions = withheld.sessions
    what = "1 session is" if len(sessions) == 1 else f"{len(sessions)} sessions are"
    click.echo(f"{what} left out of what is published, since with them the figures contradict each other:", err=True)
    for session in sessions:
        click.echo(clean(f"  {session.session} ({session.account} on {session.host})"), err=True)
    click.echo(clean(f"Found by {withheld.reason}. Please report it; docs/doctor.md says more."), err=True)


def _say_landed(summary: ExtractSummary) -> None:
    for source in summary.sources:
        if source.missing:
            where = clean(str(source.source.root))
            click.echo(f"No logs at {where} (fleet {source.source.fleet}); what was landed from there stays.", err=True)
        for problem in source.problems:
            click.echo(clean(f"Not read: {source.source.root}: {problem.path}: {problem.reason}"), err=True)
    click.echo(_landed(summary))


def _landed(summary: ExtractSummary) -> str:
    sources = summary.sources
    files, changed = sum(source.files_seen for source in sources), sum(source.files_changed for source in sources)
    ok, repaired, rejected = (
        sum(getattr(source, f"{status}_lines") for source in sources) for status in ("ok", "repaired", "rejected")
    )
    beside = sum(source.beside_changed for source in sources)
    more = f" Landed {counted(beside, 'file')} that Claude Code keeps beside them." if beside else ""
    if not ok + repaired + rejected:
        return f"Nothing new in {counted(files, 'file')}.{more}"
    size = sum(source.bytes for source in sources) / 1e6
    new = counted(ok + repaired + rejected, "new line")
    lines = f"Landed {new} ({size:,.1f} MB) of {changed:,} of {counted(files, 'file')}"
    damaged = f": {repaired:,} repaired, {rejected:,} rejected" if repaired + rejected else ""
    return f"{lines}{damaged}.{more}"


def _say_built(built: Built, by_plan: bool, whole_because: str | None) -> None:
    for name in built.warnings:
        click.echo(f"Warning of a test: {clean(name)}", err=True)
    counts = built.counts
    if whole_because:
        click.echo(f"All tables were made anew: {clean(whole_because)}.", err=True)
    if by_plan:
        click.echo(f"Built {counts['models']} models; their {counts['tests']} tests passed.")
        return
    seeds_and = f"{counts['seeds']} seeds and " if counts["seeds"] else ""
    click.echo(f"Built {seeds_and}{counts['models']} models with dbt; {counts['tests']} tests passed.")
