"""Session logs of an invented fleet, with the truth about them: the demo, and corpora of any size to measure with.

The same (seed, size, days, until) gives the same bytes, however many processes write them: each family of sessions (a
session with its sub-agents and its fork, or a mu daemon with its sessions) has a random generator of its own.
`truth.json` holds the totals that a warehouse must come to, added up while generating, not read back from the files.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import msgspec

from fleetledger.simulate.claude_code import simulate_family
from fleetledger.simulate.mu import Daemon, DaemonPlan, simulate_daemon
from fleetledger.simulate.mu_log import MuCall
from fleetledger.simulate.plan import ELSEWHERE, SOURCES, Plan, Scale, Source, plan_fleet
from fleetledger.simulate.session import Family
from fleetledger.simulate.story import STORY, simulate_story
from fleetledger.simulate.text import utc_day
from fleetledger.simulate.transcript import SYNTHETIC_MODEL, Call

DEFAULT_UNTIL = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
SMALLEST_SIZE = 2_000_000


class CallTotals(msgspec.Struct, frozen=True):
    """Distinct model calls and their tokens of one (fleet, host, account, provider, model, UTC day).

    `calls` counts a response once, whatever number of lines and sessions it stands in, with usage or without.
    `telemetry_tasks` counts mu tasks whose tokens are known from their telemetry alone; they are in the sums, too.
    Token buckets are disjoint: input is uncached, cache writes of unknown tier are 5m; output includes reasoning.
    """

    fleet: str
    host: str
    account: str
    provider: str
    model: str
    day: str
    calls: int
    final_usage_calls: int
    telemetry_tasks: int
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    web_search_requests: int


class ForkTruth(msgspec.Struct, frozen=True):
    """A session that began with another's history, and how many model calls with a request id it copied."""

    original_session_id: str
    session_id: str
    copied_calls: int


class Truth(msgspec.Struct, frozen=True):
    """What a warehouse built from these logs must come to, by fleet where it is a dict.

    `records` are source records: a line with two JSON objects is two. Those that do not parse are among them, and are
    counted in `rejected_records`. Copied calls are in `totals` once, for their original. `sessions` counts forks, too.
    `synthetic_lines` are assistant lines that no model wrote (`<synthetic>`); they are no calls.
    """

    seed: int
    days: int
    until: str
    files: int
    bytes: int
    records: dict[str, int]
    rejected_records: dict[str, int]
    sessions: dict[str, int]
    subagents: int
    synthetic_lines: int
    mu_tasks: int
    forks: list[ForkTruth]
    totals: list[CallTotals]


@dataclass(frozen=True)
class SimulatedFleet:
    """A generated fleet: its directory, its configuration, how much there is and what is true about it."""

    out: Path
    config: Path
    files: int
    bytes: int
    truth: Truth


class _Key(msgspec.Struct, frozen=True):
    fleet: str
    host: str
    account: str
    provider: str
    model: str
    day: str


_SUMS = CallTotals.__struct_fields__[len(_Key.__struct_fields__) :]


@dataclass
class _Written:
    """What one job wrote, small enough to send between processes. `counts` are by (name, fleet)."""

    totals: dict[tuple[_Key, str], int] = field(default_factory=Counter)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    forks: list[ForkTruth] = field(default_factory=list)
    files: int = 0
    bytes: int = 0


def simulate(
    out: Path,
    *,
    seed: int = 7,
    size: int | None = None,
    days: int = 60,
    until: datetime = DEFAULT_UNTIL,
    processes: int | None = None,
) -> SimulatedFleet:
    """Write a fleet's logs, `fleet.toml` and `truth.json` to the new or empty directory `out`.

    `size` is in bytes, all logs together; without it a small demo is made. The logs cover the `days` before `until`.
    `processes` (default: one per processor where there is enough to do) changes the time it takes, not the result.
    Raises ValueError where size, days or until make no sense, FileExistsError where `out` holds something.
    """
    _check(out, size, days, until)
    _private_directory(out)
    scale = Scale.demo() if size is None else Scale.corpus(size)
    jobs = plan_fleet(scale, seed, days, int(until.timestamp() * 1000))
    written = _write_all(out, jobs, seed, scale, processes or (1 if scale.is_demo else os.cpu_count() or 1))
    truth = _truth(written, seed, days, until)
    config = out / "fleet.toml"
    _private_file(config, [_configuration(is_demo=scale.is_demo).encode()])
    _private_file(out / "truth.json", [msgspec.json.format(msgspec.json.encode(truth), indent=1), b"\n"])
    return SimulatedFleet(out, config, truth.files, truth.bytes, truth)


def _check(out: Path, size: int | None, days: int, until: datetime) -> None:
    if size is not None and size < SMALLEST_SIZE:
        raise ValueError(f"size is {size} bytes; at least {SMALLEST_SIZE} are needed")
    if days < 1:
        raise ValueError(f"days is {days}; at least 1 is needed")
    if until.tzinfo is None:
        raise ValueError(f"until is {until.isoformat()}, without a time zone; give one")
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out} is not empty; choose a new or empty directory")


def _write_all(
    out: Path, jobs: Sequence[tuple[Source, Plan]], seed: int, scale: Scale, processes: int
) -> list[_Written]:
    """Do the jobs, the largest first, and give their results in the order of the plan."""
    if processes == 1:
        return [_write(out, source, plan, seed, scale) for source, plan in jobs]
    order = sorted(range(len(jobs)), key=lambda index: -jobs[index][1].size)
    # Forking a caller that has threads can leave the child waiting for a lock that nobody will release.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        futures = {index: pool.submit(_write, out, *jobs[index], seed, scale) for index in order}
        return [futures[index].result() for index in range(len(jobs))]


def _write(out: Path, source: Source, plan: Plan, seed: int, scale: Scale) -> _Written:
    written = _Written()
    if isinstance(plan, DaemonPlan):
        _write_daemon(out, source, simulate_daemon(plan, scale.texts(seed)), written)
    else:
        told = simulate_story if STORY in plan.features else simulate_family
        _write_family(out, source, told(plan, scale.texts(seed)), written)
    return written


def _write_family(out: Path, source: Source, family: Family, written: _Written) -> None:
    for place, output in ((source, family.here), (ELSEWHERE, family.elsewhere)):
        for path, (lines, changed_ms) in output.files.items():
            _log_file(out / place.root / path, [line.text for line in lines], changed_ms, written)
            written.counts["records", place.fleet] += sum(line.records for line in lines)
            written.counts["rejected_records", place.fleet] += sum(line.rejected_records for line in lines)
        for call in output.calls:
            _count_call(written, place, call)
    written.counts["sessions", source.fleet] += family.sessions
    written.counts["subagents", source.fleet] += family.subagents
    written.forks = [ForkTruth(*fork) for fork in family.forks]


def _count_call(written: _Written, source: Source, call: Call) -> None:
    if call.model == SYNTHETIC_MODEL:
        written.counts["synthetic_lines", source.fleet] += 1
        return
    provider, day = source.provider or "claude_code", utc_day(call.called_ms)
    key = _Key(source.fleet, source.host, source.account, provider, call.model, day)
    written.totals[key, "calls"] += 1
    written.totals[key, "final_usage_calls"] += call.is_final
    for name in (
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
        "web_search_requests",
    ):
        written.totals[key, name] += getattr(call, name)


def _write_daemon(out: Path, source: Source, daemon: Daemon, written: _Written) -> None:
    for path, (lines, changed_ms) in daemon.files.items():
        _log_file(out / source.root / path, lines, changed_ms, written)
        written.counts["records", source.fleet] += len(lines)
    written.counts["rejected_records", source.fleet] += daemon.rejected_lines
    written.counts["sessions", source.fleet] += daemon.sessions
    written.counts["mu_tasks", source.fleet] += daemon.tasks
    for call in daemon.calls:
        _count_mu_call(written, source, call)


def _count_mu_call(written: _Written, source: Source, call: MuCall) -> None:
    day = utc_day(call.called_ms)
    key = _Key(source.fleet, source.host, source.account, call.route.provider, call.route.model, day)
    written.totals[key, "telemetry_tasks" if call.is_telemetry else "calls"] += 1
    if call.tokens is None:
        return
    written.totals[key, "final_usage_calls"] += not call.is_telemetry
    written.totals[key, "input_tokens"] += call.tokens.uncached
    written.totals[key, "output_tokens"] += call.tokens.output
    written.totals[key, "reasoning_tokens"] += call.tokens.reasoning
    written.totals[key, "cache_read_tokens"] += call.tokens.read
    written.totals[key, "cache_write_5m_tokens"] += call.tokens.write_5m
    written.totals[key, "cache_write_1h_tokens"] += call.tokens.write_1h


def _log_file(path: Path, lines: list[bytes], changed_ms: int, written: _Written) -> None:
    """Write a log as old as its last line: what is cut off is then known not to be still in writing."""
    _private_directory(path.parent)
    _private_file(path, lines)
    os.utime(path, ns=(changed_ms * 1_000_000, changed_ms * 1_000_000))
    written.files += 1
    written.bytes += sum(map(len, lines))


def _private_directory(path: Path) -> None:
    """Make a directory, and those above it that are missing, for the owner alone."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def _private_file(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file for the owner alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(parts)


def _truth(written: Sequence[_Written], seed: int, days: int, until: datetime) -> Truth:
    totals: Counter[tuple[_Key, str]] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    for part in written:
        totals.update(part.totals)
        counts.update(part.counts)
    keys = sorted({key for key, _ in totals}, key=msgspec.structs.astuple)
    fleets = sorted({source.fleet for source in SOURCES})
    return Truth(
        seed=seed,
        days=days,
        until=until.isoformat(),
        files=sum(part.files for part in written),
        bytes=sum(part.bytes for part in written),
        records={fleet: counts["records", fleet] for fleet in fleets},
        rejected_records={fleet: counts["rejected_records", fleet] for fleet in fleets},
        sessions={fleet: counts["sessions", fleet] for fleet in fleets},
        subagents=counts["subagents", "claude_code"],
        synthetic_lines=counts["synthetic_lines", "claude_code"],
        mu_tasks=counts["mu_tasks", "mu"],
        forks=[fork for part in written for fork in part.forks],
        totals=[CallTotals(*msgspec.structs.astuple(key), *(totals[key, name] for name in _SUMS)) for key in keys],
    )


OWN_ROWS = """
[[budget]]
scope = "all"
period = "month"
cost_kind = "billed"
limit_usd = 90

[[budget]]
scope = "project"
period = "week"
cost_kind = "billed"
limit_usd = 40

[[plan]]
provider = "claude_code"
account = "default"
label = "Pro"
starts_on = "2026-09-15"
ends_on = "2026-10-14"
cost_usd = 20

[[plan]]
provider = "claude_code"
account = "default"
label = "Pro"
starts_on = "2026-10-15"
ends_on = "2026-11-14"
cost_usd = 20

[[plan]]
provider = "claude_code"
account = "default"
label = "Pro"
starts_on = "2026-11-15"
ends_on = "2026-12-14"
cost_usd = 20
"""
"""What the demo's owner set: limits, one of which is near, and what was paid for a flat rate."""


def _configuration(*, is_demo: bool) -> str:
    """The fleet.toml of the invented fleet; paths are relative to it."""
    parts = ["# A generated fleet; every number in it is invented.\ndemo = true\n"]
    for source in SOURCES:
        settings = {"fleet": source.fleet, "host": source.host, "root": source.root, "account": source.account}
        if source.provider is not None:
            settings["provider"] = source.provider
        parts.append("\n[[source]]\n" + "".join(f'{name} = "{value}"\n' for name, value in settings.items()))
    return "".join([*parts, *([OWN_ROWS] if is_demo else [])])
