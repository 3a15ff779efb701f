"""Running a command as a whole process and measuring it; and what the machine is that it ran on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import msgspec

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import PROJECT_ROOT

SAMPLE_SECONDS = 0.03
"""How often memory is looked at: often enough for a run of a tenth of a second, for about 1 % of a processor's time."""

PACKAGES = ("fleetledger", "duckdb", "dbt-core", "dbt-duckdb", "pyarrow", "msgspec")


class BenchError(FleetledgerError):
    """There is nothing to measure with, or what was measured did not do its work."""


class Usage(NamedTuple):
    """What a command took, with all processes that it started.

    `peak_bytes` is the largest sum of the resident memory of its processes, as sampled, or the largest that one of
    them ever had, if that is more. Pages that processes share are counted in each, so that it is an upper bound.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured and with what; `load` is the mean number of busy processes in the minute before."""

    processor: str
    cores: int
    memory_bytes: int
    kernel: str
    load: float
    commit: str
    versions: dict[str, str]


def run(
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str] = os.environ,
    stdin: Path = Path(os.devnull),
) -> Usage:
    """Run a command to its end and measure it; it reads `stdin`, and what it prints goes to `log`.out and `log`.err.

    What was written before is put on disk first, so that no command pays for another's writing.
    Raises BenchError where it ends with another code than 0.
    """
    os.sync()
    out, err = log.with_suffix(".out"), log.with_suffix(".err")
    with stdin.open("rb") as given, out.open("wb") as stdout, err.open("wb") as stderr, ThreadPoolExecutor(1) as pool:
        started = perf_counter()
        process = subprocess.Popen(command, stdin=given, stdout=stdout, stderr=stderr, env=environment, cwd=log.parent)
        reaped = pool.submit(_reap, process.pid)
        peak = 0
        while not reaped.done():
            peak = max(peak, _resident_bytes(process.pid))
            wait([reaped], timeout=SAMPLE_SECONDS)
        ended, process.returncode, cpu_seconds = reaped.result()
    if process.returncode:
        said = (err.read_text(errors="replace") or out.read_text(errors="replace")).splitlines()[-5:]
        raise BenchError("\n  ".join([f"{' '.join(map(str, command))} ended with {process.returncode}:", *said]))
    return Usage(ended - started, cpu_seconds, peak)


def start(command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
    """Start a command beside what is measured; it says nothing."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)


def _reap(pid: int) -> tuple[float, int, float]:
    """Wait for a child: when it ended, its exit code, its processor seconds and those of all that it waited for."""
    _, status, usage = os.wait4(pid, 0)
    return perf_counter(), os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


def _resident_bytes(pid: int) -> int:
    """The resident memory of a process and its descendants, or the most that one of them ever had."""
    statuses = [_read(f"/proc/{one}/status") for one in _tree(pid)]
    now = sum(_kibibytes(status, "VmRSS:") for status in statuses)
    most = max(_kibibytes(status, "VmHWM:") for status in statuses)
    return max(now, most) * 1024


def _tree(pid: int) -> Iterator[int]:
    """A process and its descendants; those that end meanwhile are left out."""
    yield pid
    for thread in _threads(pid):
        for child in _read(f"/proc/{pid}/task/{thread}/children").split():
            yield from _tree(int(child))


def _threads(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - twice as fast as a Path's
    except FileNotFoundError:
        return []


def _kibibytes(status: str, name: str) -> int:
    """A size in a process's status; 0 for a process that has ended."""
    found = status.find(name)
    return int(status[found + len(name) : status.index("kB", found)]) if found >= 0 else 0


def _read(path: str) -> str:
    """A file of /proc; empty if its process has ended."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - twice as fast as a Path's
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def check_platform() -> None:
    """Raise BenchError where memory cannot be measured."""
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        raise BenchError("Memory is measured by Linux's /proc, which this system does not have; run it on Linux.")


def this_machine() -> Machine:
    """The machine as it is now."""
    return Machine(
        processor=_named("/proc/cpuinfo", "model name") or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_bytes=int(_named("/proc/meminfo", "MemTotal").split()[0]) * 1024,
        kernel=platform.release(),
        load=os.getloadavg()[0],
        commit=_commit(),
        versions={"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
    )


def _named(path: str, name: str) -> str:
    """The first value of that name in a file of `name: value` lines; empty if there is none."""
    pairs = (line.partition(":") for line in _read(path).splitlines())
    return next((value.strip() for key, _, value in pairs if key.strip() == name), "")


def _commit() -> str:
    """The commit that is measured, `-dirty` if the tree differs from it; empty outside of a clone, or without git."""
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "describe", "--always", "--dirty"]
    return subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False).stdout.strip()


def command_of(name: str) -> Path:
    """The command `name` of the environment that runs this."""
    return Path(sys.executable).with_name(name)
