"""What was measured, as tables: the jobs against the design's budgets, and how the work grows with the logs."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec

from bench.process import BenchError, Machine

BAR_SIZE = 10**9
"""The bars are for this many bytes of logs."""

LINEAR = 0.1
"""How far from 1 an exponent may be for what is called linear, and how far from 0 for constant."""


class Bar(NamedTuple):
    """A budget: the name of the figure it is for, how that compares with the limit, and how that is said."""

    figure: str
    holds: Callable[[float, float], bool]
    limit: float
    text: str


class Job(NamedTuple):
    """A job of the table. `rate` is whether its MB/s mean anything: it reads all logs."""

    name: str
    bars: tuple[Bar, ...] = ()
    rate: bool = False


def under(seconds: float) -> Bar:
    """A time that must be under so many seconds."""
    return Bar("seconds", operator.lt, seconds, f"under {seconds:g} s")


def working(seconds: float) -> Bar:
    """Processor time that must be under so many seconds."""
    return Bar("cpu_seconds", operator.lt, seconds, f"under {seconds:g} s of processor")


def below(gigabytes: float) -> Bar:
    """Memory that must always be below so many GB."""
    text = f"{gigabytes:g} GB" if gigabytes >= 1 else f"{gigabytes * 1000:g} MB"
    return Bar("peak_gb", operator.lt, gigabytes, f"under {text} of memory")


COLD_EXTRACT = Job("cold extract", (Bar("mb_per_s", operator.ge, 400, "at least 400 MB/s"), below(0.6)), rate=True)
IDLE_EXTRACT = Job("extract again, nothing new", (under(0.3),))
GROWN_EXTRACT = Job("extract after growth", (under(0.5),))
COLD_REFRESH = Job("cold refresh", (under(13), working(25), below(0.9)), rate=True)
IDLE_REFRESH = Job("refresh, nothing new", (under(0.2),))
GROWN_REFRESH = Job(
    "refresh after growth",
    (under(2), working(3), below(0.8), Bar("ratio", operator.le, 1.7, "at most 1.7 of ccusage's time")),
)
COLD_PAGE = Job("page, written whole")
IDLE_PAGE = Job("page, nothing new")
GROWN_PAGE = Job("page after growth", (working(1),))
CCUSAGE = Job("ccusage claude monthly --json", rate=True)

_REPORT_BARS = (
    Bar("ratio", operator.le, 0.3, "at most 0.3 of ccusage's time"),
    Bar("seconds", operator.le, 0.15, "at most 0.15 s"),
)
REPORTS = {
    Job("report", _REPORT_BARS): (),
    Job("report daily", _REPORT_BARS): ("daily",),
    Job("report sessions", _REPORT_BARS): ("sessions",),
    Job("report monthly --json", _REPORT_BARS): ("monthly", "--json"),
}
"""The reports that are measured, and their arguments."""

QUESTIONS = {
    Job("sessions", (under(0.15),)): ("sessions",),
    Job("search", (under(0.4),)): ("search", "no such word"),
    Job("search --all", (under(0.4),)): ("search", "--all", "no such word"),
    Job("budget --quiet", (under(0.15),)): ("budget", "--quiet"),
    Job("report blocks", (under(0.15),)): ("report", "blocks"),
}
"""The questions that are measured, and their arguments. A search reads the more the less it finds."""

BUSY_SEARCH = Job("search during a refresh", (under(0.4),))
STATUSLINE = Job("statusline", (under(0.1),))
CCUSAGE_STATUSLINE = Job("ccusage statusline")
CCUSAGE_BLOCKS = Job("ccusage claude blocks --json", rate=True)

JOBS = (
    *(COLD_EXTRACT, IDLE_EXTRACT, GROWN_EXTRACT, COLD_REFRESH, IDLE_REFRESH, GROWN_REFRESH),
    *(COLD_PAGE, IDLE_PAGE, GROWN_PAGE),
    *(*REPORTS, *QUESTIONS, BUSY_SEARCH, STATUSLINE, CCUSAGE, CCUSAGE_BLOCKS, CCUSAGE_STATUSLINE),
)
STEPS = ("extract", "build", "publish", "report")
"""What is measured at each size of growing logs."""


class Measurement(msgspec.Struct, frozen=True):
    """One run of a job."""

    job: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int


class Results(msgspec.Struct, frozen=True):
    """All runs of all jobs. `skipped` says why there is no run of ccusage, null if there is."""

    machine: Machine
    seed: int
    files: int
    bytes: int
    claude_code_bytes: int
    growth_bytes: int
    skipped: str | None
    measurements: list[Measurement]


class Point(msgspec.Struct, frozen=True):
    """One cold run of all steps over logs of one size, and what it left on disk, in bytes."""

    files: int
    bytes: int
    landing_bytes: int
    warehouse_bytes: int
    published_bytes: int
    measurements: list[Measurement]


class Growth(msgspec.Struct, frozen=True):
    """How the work grows with the logs."""

    machine: Machine
    seed: int
    points: list[Point]


def figures(results: Results, job: Job) -> dict[str, float]:
    """Medians of a job by name, and its largest memory; no `ratio` without ccusage."""
    runs = _runs(results, job)
    read = results.claude_code_bytes if job in (CCUSAGE, CCUSAGE_BLOCKS) else results.bytes
    seconds = median(run.seconds for run in runs)
    found = {
        "seconds": seconds,
        "fastest": min(run.seconds for run in runs),
        "slowest": max(run.seconds for run in runs),
        "cpu_seconds": median(run.cpu_seconds for run in runs),
        "peak_gb": max(run.peak_bytes for run in runs) / 1e9,
        "mb_per_s": read / 1e6 / seconds,
    }
    if peer := _runs(results, CCUSAGE):
        found["ratio"] = seconds / median(run.seconds for run in peer)
    return found


def _runs(results: Results, job: Job) -> list[Measurement]:
    return [run for run in results.measurements if run.job == job.name]


def verdict(results: Results, bar: Bar, found: dict[str, float]) -> str:
    """Whether a bar holds, in words."""
    if not math.isclose(results.bytes, BAR_SIZE, rel_tol=0.1):
        return f"{bar.text} at 1 GB"
    if bar.figure not in found:
        return f"{bar.text}: not measured"
    return f"{bar.text}: {'holds' if bar.holds(found[bar.figure], bar.limit) else '**does not hold**'}"


def jobs_table(results: Results) -> str:
    """All figures of all jobs, as Markdown."""
    header = ("job", "median", "fastest to slowest", "processor", "memory", "MB/s", "÷ ccusage", "bar")
    return _machine(results.machine) + "\n\n" + _logs(results) + "\n\n" + table(header, _job_rows(results))


def _job_rows(results: Results) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for job in JOBS:
        if not _runs(results, job):
            continue
        found = figures(results, job)
        rows.append(
            (
                job.name,
                _seconds(found["seconds"]),
                f"{_seconds(found['fastest'])} to {_seconds(found['slowest'])}",
                _seconds(found["cpu_seconds"]),
                f"{found['peak_gb'] * 1000:,.0f} MB",
                f"{found['mb_per_s']:,.0f}" if job.rate else "",
                f"{found['ratio']:.2f}" if "ratio" in found else "",
                "; ".join(verdict(results, bar, found) for bar in job.bars),
            )
        )
    return rows


def short_table(results: Results) -> str:
    """What a reader of the README wants to know, as Markdown: a refresh, a report, and what most people use."""
    rows = []
    for job in (GROWN_REFRESH, IDLE_REFRESH, next(iter(REPORTS)), CCUSAGE):
        if _runs(results, job):
            found = figures(results, job)
            rows.append((job.name, _seconds(found["seconds"]), f"{found['peak_gb'] * 1000:,.0f} MB"))
    return table((f"{results.bytes / 1e9:.2g} GB of logs", "median", "memory"), rows)


def growth_table(growth: Growth) -> str:
    """Time and memory of each step by size, as Markdown, and which of it is linear."""
    header = ("logs", "files", *(f"{step}" for step in STEPS), "memory of extract", "of build")
    header += ("landing", "warehouse", "published")
    rows = [_point_row(point) for point in growth.points]
    parts = [_machine(growth.machine), table(header, rows)]
    if len(growth.points) > 1:
        parts.append("\n".join(_trends(growth.points)))
    return "\n\n".join(parts)


def _point_row(point: Point) -> tuple[str, ...]:
    gigabytes = point.bytes / 1e9
    steps = {run.job: run for run in point.measurements}
    times = [f"{_seconds(steps[step].seconds)} ({_seconds(steps[step].seconds / gigabytes)}/GB)" for step in STEPS[:-1]]
    memory = [f"{steps[step].peak_bytes / 1e6:,.0f} MB" for step in STEPS[:2]]
    disk = [f"{size / 1e6:,.0f} MB" for size in (point.landing_bytes, point.warehouse_bytes, point.published_bytes)]
    return (f"{gigabytes:.3g} GB", f"{point.files:,}", *times, _seconds(steps["report"].seconds), *memory, *disk)


def _trends(points: Sequence[Point]) -> list[str]:
    """A line for each step: how its time and memory grow between the two largest sizes."""
    before, after = sorted(points, key=lambda point: point.bytes)[-2:]
    lines = []
    for step in STEPS:
        old, new = (next(run for run in point.measurements if run.job == step) for point in (before, after))
        time = exponent((before.bytes, old.seconds), (after.bytes, new.seconds))
        memory = exponent((before.bytes, old.peak_bytes), (after.bytes, new.peak_bytes))
        between = f"from {before.bytes / 1e9:.3g} to {after.bytes / 1e9:.3g} GB"
        lines.append(f"- {step}, {between}: time is {_grows(time)}, memory is {_grows(memory)}.")
    return lines


def exponent(before: tuple[float, float], after: tuple[float, float]) -> float:
    """The power of the size that a figure grows with, from two (size, figure).

    >>> exponent((1, 3), (10, 30))
    1.0
    """
    return round(math.log(after[1] / before[1]) / math.log(after[0] / before[0]), 6)


def _grows(power: float) -> str:
    """A power in words.

    >>> _grows(1.04)
    'linear (size to the power of 1.04)'
    """
    kinds = ((LINEAR, "constant"), (1 - LINEAR, "less than linear"), (1 + LINEAR, "linear"))
    kind = next((kind for limit, kind in kinds if power <= limit), "more than linear")
    return f"{kind} (size to the power of {power:.2f})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table that can be read as it is: columns are as wide as their widest cell.

    >>> print(table(("a", "b"), [("1", "long")]))
    | a | b    |
    | - | ---- |
    | 1 | long |
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(map(str.ljust, cells, widths)) + " |" for cells in lines)


def _seconds(seconds: float) -> str:
    """A duration with three digits that mean something.

    >>> _seconds(0.0873), _seconds(12.345)
    ('0.087 s', '12.3 s')
    """
    return f"{seconds:.3f} s" if seconds < 1 else f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"


def _machine(machine: Machine) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return (
        f"{machine.processor}, {machine.cores} cores, {machine.memory_bytes / 1e9:.0f} GB of memory, Linux "
        f"{machine.kernel}, load {machine.load:.2f} before; commit {machine.commit or 'unknown'}, {packages}."
    )


def _logs(results: Results) -> str:
    counts = [len(_runs(results, job)) for job in JOBS if _runs(results, job)]
    skipped = f" ccusage is left out: {results.skipped}." if results.skipped else ""
    return (
        f"{results.bytes / 1e6:,.0f} MB of logs in {results.files:,} files (seed {results.seed}), which grow by "
        f"{results.growth_bytes / 1e6:,.1f} MB ({results.growth_bytes / results.bytes:.1%}). Runs of each job: "
        f"{' to '.join(map(str, sorted({min(counts), max(counts)})))}.{skipped}"
    )


def insert(path: Path, tables: dict[str, str]) -> None:
    """Put tables into a Markdown file, each between the markers of its name.

    They are `<!-- name -->` and `<!-- /name -->`, on lines of their own. Raises BenchError where there are none.
    """
    text = path.read_text(encoding="utf-8")
    found = False
    for name, content in tables.items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->\n")
        if begin and end:
            text, found = f"{before}{begin}\n{content}\n\n{end}{after}", True
    if not found:
        raise BenchError(f"{path} has no line `<!-- {' -->` or `<!-- '.join(tables)} -->` to put a table after")
    path.write_text(text, encoding="utf-8")
