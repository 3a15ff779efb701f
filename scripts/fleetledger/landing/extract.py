"""Extract: land what is new in the log files of every source, host by host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fleetledger.base.locks import lock
from fleetledger.base.machine import remember
from fleetledger.base.paths import landing_dir, network_name, quoted, this_host
from fleetledger.landing import states as file_states
from fleetledger.landing.compaction import compact, replace_tails
from fleetledger.landing.manifest import (
    Manifest,
    SourceEntry,
    begin,
    commit,
    make_directories,
    read_manifest,
    remove_leftovers,
)
from fleetledger.landing.renamed import check_no_other_name
from fleetledger.landing.states import FileKey, Job, States
from fleetledger.sources.accounts import account_uuid
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.discovery import is_directory
from fleetledger.sources.files import LogFile, Problem, find_log_files, to_text
from fleetledger.sources.fleets import BESIDE, Source

if TYPE_CHECKING:
    from fleetledger.landing.reading import Outcome

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are read."""


@dataclass(slots=True)
class SourceSummary:
    """What came of one source; `problems` are files and directories that could not be read.

    What is kept beside its logs is counted in `beside_changed` alone.
    """

    source: Source
    missing: bool = False
    files_seen: int = 0
    files_changed: int = 0
    beside_changed: int = 0
    ok_lines: int = 0
    repaired_lines: int = 0
    rejected_lines: int = 0
    bytes: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class ExtractSummary:
    """What came of a run, source by source in the configuration's order."""

    sources: list[SourceSummary]


def extract(
    data: Path, config: FleetConfig, *, now: datetime | None = None, progress: Progress | None = None
) -> ExtractSummary:
    """Land everything new into the landing of `data`; `now` is the time that the run goes by.

    Raises LockHeld where another process extracts for one of the hosts, and LandingError where the landing cannot be
    read or written. What cannot be read of the logs stands in the summary instead.
    """
    landing = landing_dir(data)
    now = (now or datetime.now(UTC)).astimezone(UTC)
    hosts = sorted({source.host for source in config.sources})
    make_directories(landing, hosts)
    with ExitStack() as locks:
        for host in hosts:
            locks.enter_context(lock(landing / "locks" / f"{quoted(host)}.lock", now))
        if this_host() in hosts:
            remember(data, network_name())
        plans = [_plan(landing, host, config, now) for host in hosts]
        report = _reporter(sum(job.new_bytes for plan in plans for job in plan.jobs), progress)
        for plan in plans:
            _carry_out(landing, plan, now, report)
    by_source = {summary.source: summary for plan in plans for summary in plan.summaries.values()}
    return ExtractSummary([by_source[source] for source in config.sources])


@dataclass(slots=True)
class _Plan:
    """What there is to do for a host; `is_stale` is whether its manifest says anything that no longer holds."""

    manifest: Manifest
    states: States
    summaries: dict[tuple[str, str], SourceSummary]
    jobs: list[Job]
    is_stale: bool


def _plan(landing: Path, host: str, config: FleetConfig, now: datetime) -> _Plan:
    manifest = read_manifest(landing, host)
    states = file_states.read(landing, manifest)
    sources = [source for source in config.sources if source.host == host]
    summaries = {(source.fleet, source.account): SourceSummary(source) for source in sources}
    jobs = [job for summary in summaries.values() for job in _jobs(summary, states, now.timestamp())]
    if not manifest.committed_at:
        check_no_other_name(landing, host, {source.host for source in config.sources}, jobs)
        begin(landing, manifest, now)
    remove_leftovers(landing, manifest, states.in_grace(now))
    described = _describe(config.sources, host, manifest, states)
    demo = manifest.demo or config.demo
    is_stale = (described, demo) != (manifest.sources, manifest.demo)
    manifest.sources, manifest.demo = described, demo
    return _Plan(manifest, states, summaries, jobs, is_stale)


def _describe(configured: Iterable[Source], host: str, manifest: Manifest, states: States) -> list[SourceEntry]:
    """A host's sources as the manifest lists them: the configured ones, and those that lines were landed from before.

    `position` is a source's place among all configured ones; what is not configured any more has none. A directory that
    does not say any more which account it is signed in to is taken at what it said last.
    """
    earlier_uuids = {
        (entry["fleet"], entry["account"], entry["root"]): entry.get("account_uuid") for entry in manifest.sources
    }
    described: dict[tuple[str, str], SourceEntry] = {
        (source.fleet, source.account): {
            "fleet": source.fleet,
            "account": source.account,
            "provider": source.provider,
            "root": to_text(str(source.root)),
            "position": position,
            "account_uuid": _account_uuid(source)
            or earlier_uuids.get((source.fleet, source.account, to_text(str(source.root)))),
        }
        for position, source in enumerate(configured, start=1)
        if source.host == host
    }
    landed = {(key.fleet, key.account) for key in states.files}
    for earlier in manifest.sources:
        key = earlier["fleet"], earlier["account"]
        if key in landed:
            described.setdefault(key, {**earlier, "position": None})
    return list(described.values())


def _account_uuid(source: Source) -> str | None:
    return account_uuid(source.root) if source.fleet == "claude_code" else None


def _jobs(summary: SourceSummary, states: States, now: float) -> Iterator[Job]:
    """The files of a source that have to be looked at; the summary counts all."""
    source = summary.source
    if not is_directory(source.root):
        summary.missing = True
        return
    beside: list[LogFile] = []
    files, summary.problems = find_log_files(source, beside)
    summary.files_seen = len(files)
    for fleet, found in ((source.fleet, files), (BESIDE.get(source.fleet, ""), beside)):
        for file in sorted(found, key=lambda file: file.source_path):
            key = FileKey(fleet, source.account, file.source_path)
            state = states.files.get(key)
            if state is None or not state.is_settled(file.size, file.mtime_ns, file.inode, now):
                landed = state.landed if state and state.landed <= file.size else 0
                yield Job(key, source.provider, file.path, file.size - landed, state)


def _reporter(total: int, progress: Progress | None) -> Callable[[int], None]:
    """What turns steps into progress."""
    done = 0

    def report(step: int) -> None:
        nonlocal done
        done += step
        if progress:
            progress(done, total)

    return report


def _carry_out(landing: Path, plan: _Plan, now: datetime, report: Callable[[int], None]) -> None:
    """Land the files of a plan, and commit if that, or anything else, changes what the manifest says."""
    manifest, states = plan.manifest, plan.states
    if plan.jobs:
        from fleetledger.landing.workers import land

        outcomes, batches = land(landing, manifest.host, now, plan.jobs, report)
        for outcome in outcomes:
            plan.is_stale |= _take_in(outcome, plan)
        manifest.batches += batches
        outdated = [outcome.outdated for outcome in outcomes if outcome.outdated]
        replace_tails(landing, manifest, states, outdated, now)
        compact(landing, manifest, states, now)
    if plan.is_stale:
        commit(landing, manifest, file_states.dump(states), now)


def _take_in(outcome: Outcome, plan: _Plan) -> bool:
    """Remember what came of a file, and count it; whether there is anything new to remember."""
    key, counts = outcome.key, outcome.counts
    owner = next((fleet for fleet, files in BESIDE.items() if files == key.fleet), key.fleet)
    summary = plan.summaries[owner, key.account]
    if outcome.problem:
        summary.problems.append(Problem(key.source_path, outcome.problem))
    if outcome.state is None or outcome.state == plan.states.files.get(key):
        return False
    plan.states.files[key] = outcome.state
    if owner != key.fleet:
        summary.beside_changed += counts.rows > 0
        return True
    summary.files_changed += counts.rows > 0
    summary.ok_lines += counts.ok
    summary.repaired_lines += counts.repaired
    summary.rejected_lines += counts.rejected
    summary.bytes += counts.bytes
    return True
