"""The commands that make the numbers: refresh, and its steps extract, build and publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fleetledger.base import clock, paths
from fleetledger.base.text import clean
from fleetledger.cli.options import Places, with_places
from fleetledger.terminal.progress import progress

if TYPE_CHECKING:
    from pathlib import Path

    from fleetledger.landing.extract import ExtractSummary
    from fleetledger.sources.config import FleetConfig


@click.command()
@with_places
@click.option("--demo-if-empty", is_flag=True, help="With no logs on this machine, do it with a generated fleet.")
def refresh(places: Places, demo_if_empty: bool) -> None:
    """Extract, build and publish: all that `report` needs.

    Builds only if something is new: lines, rates, models or rules.

    \b
    Examples:
      fleetledger refresh
      fleetledger refresh --config fleet.toml --data-dir ~/fleet
    """
    from fleetledger import pipeline
    from fleetledger.warehouse import record

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
    data = places.prepared()
    _extract(data, config)
    text = _text(places, config)
    inputs = record.inputs(data, text=text)
    if record.is_current(data, inputs):
        click.echo("Nothing to build: what is published is of the same lines, rates and models.")
        return
    only_landing = record.only_landing_is_new(data, inputs)
    if not (only_landing and _refill(data)):
        _build(data, seeds=not only_landing)
    _publish(data, text)
    record.remember(data, inputs)


@click.command()
@with_places
def extract(places: Places) -> None:
    """Land what is new in the logs: refresh's first step.

    \b
    Example:
      fleetledger extract --config fleet.toml
    """
    from fleetledger.pipeline import sources_of

    config = sources_of(places.data, places.config)
    _extract(places.prepared(), config)


@click.command()
@with_places
def build(places: Places) -> None:
    """Build and test the warehouse with dbt: refresh's second step.

    \b
    Example:
      fleetledger build --data-dir ~/fleet
    """
    _build(places.prepared())


@click.command()
@with_places
def publish(places: Places) -> None:
    """Swap in the file that is read: refresh's last step.

    The file holds the marts only; `text = false` in the configuration leaves titles out, and without a configuration
    they stay out.

    \b
    Example:
      fleetledger publish
    """
    from fleetledger.sources.config import load_config

    _publish(places.prepared(), _text(places, load_config(places.config)))


def _text(places: Places, config: FleetConfig) -> bool:
    """Whether to publish titles: as the configuration file says; without one they stay out if they were left out."""
    from fleetledger.pipeline import has_text

    return config.text if places.config else config.text and has_text(places.data)


def _extract(data: Path, config: FleetConfig) -> None:
    from fleetledger.landing.extract import extract as extract_into

    with progress("extract") as step:
        summary = extract_into(data, config, progress=step)
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
    if not ok + repaired + rejected:
        return f"Nothing new in {files:,} files."
    size = sum(source.bytes for source in sources) / 1e6
    lines = f"Landed {ok + repaired + rejected:,} new lines ({size:,.1f} MB) of {changed:,} of {files:,} files"
    return f"{lines}: {repaired:,} repaired, {rejected:,} rejected." if repaired + rejected else f"{lines}."


def _build(data: Path, *, seeds: bool = True) -> None:
    from fleetledger.warehouse.build import build as build_in

    with progress("build") as step:
        built = build_in(data, clock.now(), step, seeds=seeds)
    for name in built.warnings:
        click.echo(f"Warning of a test: {clean(name)}", err=True)
    counts = built.counts
    seeds_and = f"{counts['seeds']} seeds and " if seeds else ""
    click.echo(f"Built {seeds_and}{counts['models']} models; {counts['tests']} tests passed.")


def _refill(data: Path) -> bool:
    """Whether the last build's plan was there, could be run, and passed its tests."""
    from fleetledger.warehouse.plan import read_plan
    from fleetledger.warehouse.refill import RefillError, refill

    plan = read_plan(data)
    if plan is None:
        return False
    try:
        with progress("build") as step:
            built = refill(data, plan, clock.now(), step)
    except RefillError as error:
        click.echo(f"{clean(str(error))}; dbt builds now.", err=True)
        return False
    click.echo(
        f"Built {built.counts['models']} models by the last build's plan; their {built.counts['tests']} tests passed."
    )
    return True


def _publish(data: Path, text: bool) -> None:
    from fleetledger.published.publish import publish as publish_from

    published = publish_from(data, clock.now(), text=text)
    click.echo(f"Published {published.tables} tables ({published.size / 1e6:,.1f} MB) to {published.path}")
