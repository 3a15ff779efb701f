"""What doctor finds where the logs are: which sources are there, what is not landed, and what is deleted soon."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.errors import why
from fleetledger.landing.states import FileKey, FileState
from fleetledger.sources.discovery import SETTINGS, looked_in
from fleetledger.sources.files import SUFFIX, LogFile, Problem, find_log_files
from fleetledger.sources.fleets import FLEETS, Source

FOUND, EMPTY, MISSING, UNREADABLE = "found", "empty", "missing", "unreadable"

DEFAULT_CLEANUP_DAYS = 30
"""After how many days without a change Claude Code deletes a transcript, unless its settings say otherwise."""

WARNING_DAYS = 7
"""Logs that are not landed are warned of so many days before they are deleted."""


class Cleanup(NamedTuple):
    """After how many days a directory's transcripts are deleted, by which settings, and what of its own is wrong.

    `settings` is None where it is as usual.
    """

    days: float
    settings: Path | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class ExpiringLog:
    """A log file that will be deleted at `deleted_at` (UTC) and of which so many bytes are not landed."""

    source_path: str
    unlanded_bytes: int
    deleted_at: datetime


@dataclass(slots=True)
class SourceHealth:
    """What is there of a source; `reason` is why it is not found, `cleanup` is None where nobody deletes its logs."""

    source: Source
    status: str
    reason: str | None = None
    files: int = 0
    bytes: int = 0
    unlanded_files: int = 0
    unlanded_bytes: int = 0
    problems: list[Problem] = field(default_factory=list)
    cleanup: Cleanup | None = None
    expiring: list[ExpiringLog] = field(default_factory=list)


def source_health(
    source: Source, states: dict[FileKey, FileState], projects: Iterable[Path], now: datetime
) -> SourceHealth:
    """Look at one source; `states` is how far each file of its host is landed, `projects` where its sessions were."""
    status, reason = look_at(source.root, source.fleet)
    health = SourceHealth(source, status, reason)
    if status != FOUND:
        return health
    files, health.problems = find_log_files(source)
    if not files:
        health.status = UNREADABLE if health.problems else EMPTY
        health.reason = health.problems[0].reason if health.problems else f"no *{SUFFIX} file in it"
    health.files = len(files)
    health.bytes = sum(file.size for file in files)
    unlanded = {}
    for file in files:
        if size := _unlanded_bytes(file, states.get(FileKey(source.fleet, source.account, file.source_path))):
            unlanded[file] = size
    health.unlanded_files = len(unlanded)
    health.unlanded_bytes = sum(unlanded.values())
    if source.fleet == "claude_code":
        health.cleanup = cleanup_of(source.root, projects)
        health.expiring = _expiring(unlanded, health.cleanup.days, now)
    return health


def places_without_logs(sources: Iterable[Source]) -> list[tuple[str, Path, str, str]]:
    """The places that were looked in and are no source: fleet, directory, status and why not."""
    roots = {(source.fleet, source.root) for source in sources}
    places = []
    for fleet, directory in looked_in():
        if (fleet, directory) not in roots:
            status, reason = look_at(directory, fleet)
            places.append((fleet, directory, status, reason or "the same directory by another name"))
    return places


def look_at(root: Path, fleet: str) -> tuple[str, str | None]:
    """Whether a directory can be one of a fleet's logs (found, missing, unreadable), and why not."""
    within = FLEETS[fleet].log_directory
    for directory, absent in ((root, "no such directory"), (root / within, f"no {within}/ in it")):
        try:
            if not stat.S_ISDIR(directory.stat().st_mode):
                return MISSING, "not a directory" if directory == root else f"{within} is not a directory"
        except (FileNotFoundError, NotADirectoryError):
            return MISSING, absent
        except OSError as error:
            return UNREADABLE, why(error)
    return FOUND, None


def _unlanded_bytes(file: LogFile, state: FileState | None) -> int:
    """How much of a file is not landed: what was added, or all of it where it may have been replaced."""
    if state is None:
        return file.size
    landed = state.landed + state.tail_bytes
    if state.is_unchanged(file.size, file.mtime_ns, file.inode) or file.size > landed:
        return max(0, file.size - landed)
    return file.size


def cleanup_of(root: Path, projects: Iterable[Path]) -> Cleanup:
    """What holds for the logs of a Claude Code directory whose sessions were in `projects`.

    A session deletes the old logs of all projects, and what is old is told by the settings that hold in its own:
    whichever of them says the least counts. The settings of an organization are not looked at.
    """
    own = _settings_of(root, Cleanup(DEFAULT_CLEANUP_DAYS, None, None))
    # A project's settings that cannot be read do not hold: that is no problem of the logs.
    there = [own, *(_settings_of(project / ".claude", own) for project in projects)]
    return min(there, key=lambda cleanup: cleanup.days)._replace(problem=own.problem)


def _settings_of(directory: Path, otherwise: Cleanup) -> Cleanup:
    """What the settings in a directory say, and `otherwise` where they say nothing."""
    cleanup = otherwise
    for path in (directory / name for name in SETTINGS):
        try:
            # A pipe would keep its reader waiting.
            text = path.read_bytes() if stat.S_ISREG(path.stat().st_mode) else b""
            days = json.loads(text).get("cleanupPeriodDays")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            cleanup = cleanup._replace(problem=f"{path.name}: {why(error)}")
            continue
        except (ValueError, AttributeError, RecursionError):
            cleanup = cleanup._replace(problem=f"{path.name}: not a JSON object")
            continue
        if isinstance(days, int | float) and not isinstance(days, bool) and days >= 0:
            cleanup = Cleanup(days, path, cleanup.problem)
        elif days is not None:
            cleanup = cleanup._replace(problem=f"{path.name}: cleanupPeriodDays is not a number of days")
    return cleanup


def _expiring(unlanded: dict[LogFile, int], days: float, now: datetime) -> list[ExpiringLog]:
    """The files that are deleted within WARNING_DAYS, the first to go first."""
    last_change = now.timestamp() - (days - WARNING_DAYS) * 86_400
    expiring = [
        ExpiringLog(file.source_path, size, datetime.fromtimestamp(file.mtime_ns // 10**9, UTC) + timedelta(days=days))
        for file, size in unlanded.items()
        if file.mtime_ns <= last_change * 10**9
    ]
    return sorted(expiring, key=lambda log: (log.deleted_at, log.source_path))
