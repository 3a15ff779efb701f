"""Land, build, publish: what makes the numbers, for whoever has them made: a command, a page, a receiver, a scheduler.

Each function does its work and says how far it is as events, given to `tell` in the thread that called; it prints
nothing. What it raises are the errors of the steps: LandingError, BuildError, PublishError, and LockHeld where another
process is at the same work.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fleetledger.base import clock
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import demo_dir, landing_dir, published_path
from fleetledger.base.steps import Step
from fleetledger.landing.manifest import landed_hosts
from fleetledger.sources.config import FleetConfig, load_config
from fleetledger.sources.discovery import own_telemetry
from fleetledger.sources.files import find_log_files

if TYPE_CHECKING:
    from fleetledger.landing.extract import ExtractSummary
    from fleetledger.published.publish import Published
    from fleetledger.warehouse.build import Built
    from fleetledger.warehouse.delta import Delta
    from fleetledger.warehouse.refill import Refilled
    from fleetledger.warehouse.slices import Slice
    from fleetledger.warehouse.withheld import Withheld

LOOKED_IN = (
    "$CLAUDE_CONFIG_DIR (else ~/.claude and $XDG_CONFIG_HOME/claude), ~/.claude-*, "
    "the directories of Xcode's agent and of Cowork, and ~/.local/share/mu/events"
)


class NoLogsError(FleetledgerError):
    """There is nothing to land, and nothing was ever landed."""


class Stage(StrEnum):
    """What a refresh is at; a template is made only where there is none of the project yet.

    Publishing has no progress to tell: it takes a moment.
    """

    EXTRACT = "extract"
    TEMPLATE = "template"
    BUILD = "build"


class Progress(NamedTuple):
    """`done` of `total` of a stage is done: bytes of logs, or models, seeds and tests; `piece` is at hand."""

    stage: Stage
    done: int
    total: int
    piece: str = ""


class Configured(NamedTuple):
    """The configuration is read: from the file at `path`, if any; `problems` are the rows of it that are left out."""

    path: Path | None
    problems: tuple[str, ...]


class Landed(NamedTuple):
    """Everything new is landed; `summary` says what came of each source."""

    summary: ExtractSummary


class PlanFailed(NamedTuple):
    """The plan could not be run, or a test of it found something; dbt builds now."""

    reason: str


class Without(NamedTuple):
    """Sessions are left out of what is published: with them an identity of the figures would not hold."""

    withheld: Withheld


class Tables(NamedTuple):
    """The warehouse is built, `by_plan` or by dbt; `built` counts its models, seeds and tests.

    By the plan, what sessions that have grown do not concern stays; `whole_because` says why all was made anew.
    """

    built: Built
    by_plan: bool
    whole_because: str | None = None


class Cut(NamedTuple):
    """Of marts that were made elsewhere, so many of the known sessions were taken."""

    sessions: int
    known: int


class Swapped(NamedTuple):
    """The published file is a new one."""

    published: Published


class Current(NamedTuple):
    """Nothing is to be built: what is published is of the same lines, rates and models."""


Event: TypeAlias = Progress | Configured | Landed | PlanFailed | Without | Tables | Cut | Swapped | Current
Tell: TypeAlias = Callable[[Event], None]


def refresh(data: Path, config: FleetConfig, tell: Tell, now: Callable[[], datetime] = clock.now) -> bool:
    """Land what is new, and build and publish if that, or the project, changes anything; whether it did.

    `data` is a directory that is there; `now` is asked what time it is as each step begins. What was published stays
    as it was until all has gone well, whatever is raised. Ends with `Without` where sessions are left out.
    """
    from fleetledger.warehouse.withheld import read_withheld

    is_new = _refresh(data, config, tell, now)
    if withheld := read_withheld(data):
        tell(Without(withheld))
    return is_new


def _refresh(data: Path, config: FleetConfig, tell: Tell, now: Callable[[], datetime]) -> bool:
    from fleetledger.warehouse import record
    from fleetledger.warehouse.template import start
    from fleetledger.warehouse.withheld import forget_withheld

    extract(data, config, tell, now())
    text = shows_text(data, config)
    inputs = record.inputs(data, text=text)
    if record.is_current(data, inputs):
        tell(Current())
        return False
    if not record.only_landing_is_new(data, inputs):
        start(data, now(), _telling(Stage.TEMPLATE, tell))
        forget_withheld(data)
    refilled = _refill(data, tell, now()) or _build_what_holds(data, tell, now)
    delta = refilled.delta if refilled else None
    try:
        publish(data, tell, now(), text=text, delta=delta)
    finally:
        if delta:
            delta.close()
    record.remember(data, inputs)
    return True


def extract(data: Path, config: FleetConfig, tell: Tell, now: datetime, *, logs_only: bool = False) -> None:
    """Land the settings and what is new in the logs: the first step of `refresh`.

    What cannot be used of the settings stands in `Configured`, what cannot be read of the logs in `Landed`. Without a
    configuration file the settings that are landed hold on; so they do with `logs_only`, which is for machines that
    land where another one builds.
    """
    from fleetledger.landing.extract import extract as extract_into
    from fleetledger.landing.limits import land_limits
    from fleetledger.landing.settings import land_settings
    from fleetledger.secrets.landed import take_over
    from fleetledger.warehouse.project import take_package

    tell(Configured(config.path, config.settings.problems if config.settings else ()))
    if config.path and not logs_only:
        take_package(data, config.package)
    if config.settings and not logs_only:
        land_settings(data, config.settings, now)
    land_limits(data, now)
    take_over(data, now)
    tell(Landed(extract_into(data, config, now=now, progress=_telling(Stage.EXTRACT, tell))))


def build(data: Path, tell: Tell, now: datetime, *, seeds: bool = True) -> None:
    """Build and test the warehouse with dbt: the second step of `refresh`; `seeds` is as in warehouse.build."""
    from fleetledger.warehouse.build import build as build_in

    tell(Tables(build_in(data, now, _telling(Stage.BUILD, tell), seeds=seeds), by_plan=False))


def publish(data: Path, tell: Tell, now: datetime, *, text: bool, delta: Delta | None = None) -> None:
    """Swap in the file that is read: the last step of `refresh`; `text` is whether it holds titles.

    `delta` are the rows that differ from those of the build before, where that is all that differs.
    """
    from fleetledger.published.publish import publish as publish_from

    tell(Swapped(publish_from(data, now, text=text, delta=delta)))


def publish_marts(data: Path, made: Path, wanted: Slice, tell: Tell, now: datetime) -> None:
    """Publish a slice of the marts in `made`, which Spark has made: `data` is a directory for them alone."""
    from fleetledger.warehouse.imported import take_marts

    sessions, known = take_marts(data, made, wanted, now, _telling(Stage.TEMPLATE, tell))
    if not wanted.is_all():
        tell(Cut(sessions, known))
    publish(data, tell, now, text=True)


def shows_text(data: Path, config: FleetConfig) -> bool:
    """Whether titles are published: as the configuration file says; without one they stay out if they were left out."""
    return config.text and (config.path is not None or _has_text(data))


def sources_of(data: Path, config_path: Path | None) -> FleetConfig:
    """The configuration in a file, or what is on this machine. Raises ConfigError; NoLogsError if nothing is there."""
    config = load_config(config_path)
    config = replace(config, sources=(*config.sources, *own_telemetry(data)))
    if config_path is None and not _has_logs(config) and not landed_hosts(landing_dir(data)):
        raise NoLogsError(
            f"No logs of agents are on this machine: looked in {LOOKED_IN}.\n"
            "Describe where they are in a file like fleet.example.toml and name it with --config,"
            " or type `fleetledger refresh --demo-if-empty` to try it on made-up logs."
        )
    return config


def demo_config(data: Path) -> Path:
    """The configuration of the demo in `data`, whose logs, up to yesterday, are generated if they are not there yet."""
    from fleetledger.simulate.fleet import simulate

    logs = demo_dir(data) / "logs"
    if not logs.exists():
        part = logs.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        evening = clock.now().replace(hour=18, minute=0, second=0, microsecond=0)
        simulate(part, until=evening - timedelta(days=1))
        part.rename(logs)
    return logs / "fleet.toml"


def _has_text(data: Path) -> bool:
    """Whether the published file of `data` holds titles, or may hold them once it is there."""
    # The native module that `duckdb` wraps: importing the wrapper takes longer than all of a refresh with nothing new.
    import _duckdb

    try:
        with _duckdb.connect(str(published_path(data)), read_only=True) as connection:
            return bool(connection.execute("select has_text from build_info").fetchone() != (False,))
    except _duckdb.Error:
        return True


def _has_logs(config: FleetConfig) -> bool:
    return any(find_log_files(source)[0] for source in config.sources)


def _refill(data: Path, tell: Tell, now: datetime) -> Refilled | None:
    """What the plan of the warehouse made; None where it was not there, could not be run, or failed a test."""
    from fleetledger.warehouse.plan import read_plan
    from fleetledger.warehouse.refill import RefillError, refill

    plan = read_plan(data)
    if plan is None:
        return None
    try:
        refilled = refill(data, plan, now, _telling(Stage.BUILD, tell))
    except RefillError as error:
        tell(PlanFailed(str(error)))
        return None
    tell(Tables(refilled.built, by_plan=True, whole_because=refilled.whole_because))
    return refilled


def _build_what_holds(data: Path, tell: Tell, now: Callable[[], datetime]) -> Refilled | None:
    """Have dbt build; where sessions break that, what the plan makes of the others."""
    from fleetledger.warehouse.build import BrokenByData
    from fleetledger.warehouse.plan import read_plan
    from fleetledger.warehouse.trials import find
    from fleetledger.warehouse.withheld import write_withheld

    try:
        build(data, tell, now(), seeds=False)
        return None
    except BrokenByData as error:
        plan = read_plan(data)
        withheld = plan and find(data, plan)
        if withheld is None:
            raise
        write_withheld(data, withheld)
        refilled = _refill(data, tell, now())
        if refilled is None:
            raise error from None
        return refilled


def _telling(stage: Stage, tell: Tell) -> Step:
    def step(done: int, total: int, piece: str = "") -> None:
        tell(Progress(stage, done, total, piece))

    return step
