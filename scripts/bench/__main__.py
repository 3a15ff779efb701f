"""`make bench`: each job of the budget table as whole processes, against ccusage, on logs of an invented fleet.

The jobs take turns, so that whatever else the machine does meets them alike. What is published is compared with the
truth about the logs each time: a wrong total ends it with 1, a budget that does not hold does not.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

import bench.ccusage as peer
import bench.tables as tables
import bench.telemetry as receiver
from bench.corpus import Corpus, check_space, check_totals, generate, lay_out, read_truth, totals_of
from bench.process import BenchError, check_platform, command_of, run, start, this_machine
from bench.tables import Growth, Job, Measurement, Point, Results
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.locks import lock
from fleetledger.base.paths import landing_dir, published_path, warehouse_path
from fleetledger.simulate.fleet import SMALLEST_SIZE

QUIET_LOAD = 0.5
"""With more than this many busy processes before, the numbers are those of a busy machine."""

SIZE_UNITS = {"MB": 10**6, "GB": 10**9}


@dataclass(frozen=True)
class Bench:
    """What jobs run on. `ccusage` is its command, None where it cannot be had."""

    corpus: Corpus
    scratch: Path
    ccusage: Path | None

    def take(
        self,
        job: Job,
        *command: str | Path,
        environment: dict[str, str] | None = None,
        stdin: Path = Path(os.devnull),
    ) -> Measurement:
        """Run a job once."""
        usage = run(command, self.scratch / "log", os.environ | (environment or {}), stdin)
        click.echo(f"  {job.name}: {usage.seconds:.3f} s, {usage.peak_bytes / 1e6:.0f} MB", err=True)
        return Measurement(job.name, *usage)

    def fleetledger(self, job: Job, command: str, data: Path, *arguments: str) -> Measurement:
        """Run a command of fleetledger as a job once."""
        config = ("--config", self.corpus.config) if command in ("extract", "refresh") else ()
        return self.take(job, command_of("fleetledger"), command, "--data-dir", data, *config, *arguments)


@click.command()
@click.option("--size", default="1GB", show_default=True, metavar="SIZE", help="How much logs: 100MB, 4GB.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same logs.")
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="How often each job is run.")
@click.option(
    "--builds", type=click.IntRange(1), help="How often those jobs that build are run [default: as the others]."
)
@click.option("--growth", metavar="SIZES", help="Instead, one cold run at each of these sizes, in GB: 0.1,1,4,10.")
@click.option("--telemetry", is_flag=True, help="Instead, what the telemetry server takes, and a refresh of it.")
@click.option("--page", "of_page", is_flag=True, help="Instead, the page: its answers, its files, the browser.")
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where logs are kept from one time to the next [default: $XDG_CACHE_HOME/fleetledger-bench].",
)
@click.option("--json", "raw", type=click.Path(dir_okay=False, path_type=Path), help="Write all measurements here.")
@click.option(
    "--markdown",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Put the tables into this file, between its markers; may be given twice.",
)
def main(
    size: str,
    seed: int,
    runs: int,
    builds: int | None,
    growth: str | None,
    telemetry: bool,
    of_page: bool,
    work: Path | None,
    raw: Path | None,
    markdown: tuple[Path, ...],
) -> None:
    """Measure the jobs of the budget table, and ccusage, on generated logs.

    \b
    Examples:
      make bench
      make bench ARGS="--size 100MB --runs 1"
      make bench ARGS="--growth 0.1,1,4,10 --markdown docs/benchmarks.md"
      make bench ARGS="--telemetry --markdown docs/benchmarks.md"
      make bench ARGS="--page --markdown docs/benchmarks.md"
    """
    sizes = [parse_size(f"{part}GB") for part in growth.split(",")] if growth else [parse_size(size)]
    try:
        check_platform()
        work = _private(work or _usual_work())
        with lock(work / "lock", datetime.now(UTC)):
            results: Results | Growth | receiver.Results
            if telemetry:
                results, named = _telemetry(work)
            elif of_page:
                results, named = _page(work, sizes[0], seed)
            elif growth:
                results, named = _growth(work, sizes, seed)
            else:
                results, named = _jobs(work, sizes[0], seed, runs, builds or runs)
        if raw:
            raw.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
        for path in markdown:
            tables.insert(path, named)
    except FleetledgerError as error:
        raise click.ClickException(str(error)) from error
    click.echo(next(iter(named.values())))


def parse_size(text: str) -> int:
    """A size in bytes.

    >>> parse_size("100MB"), parse_size("1.5 GB")
    (100000000, 1500000000)
    """
    parts = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*([MG]B)\s*", text, re.IGNORECASE)
    size = int(float(parts[1]) * SIZE_UNITS[parts[2].upper()]) if parts else 0
    if size < SMALLEST_SIZE:
        raise click.UsageError(
            f"{text!r} is not a size like 100MB or 1GB; at least {SMALLEST_SIZE / 1e6:g}MB are needed."
        )
    return size


def _usual_work() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fleetledger-bench"


def _private(directory: Path) -> Path:
    directory = directory.expanduser().absolute()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def _emptied(directory: Path) -> Path:
    shutil.rmtree(directory, ignore_errors=True)
    return _private(directory)


def _jobs(work: Path, size: int, seed: int, runs: int, builds: int) -> tuple[Results, dict[str, str]]:
    """Measure all jobs in turn; the results, and the tables of them."""
    machine = this_machine()
    _warn_if_busy(machine.load)
    check_space(work, size, seed)
    logs = generate(work, size, seed)
    ccusage, skipped = peer.install(work)
    scratch = _emptied(work / "scratch")
    corpus = lay_out(logs, scratch, seed)
    claude_code_bytes = corpus.warm_up()
    bench = Bench(corpus, scratch, ccusage)
    measurements: list[Measurement] = []
    for number in range(runs):
        click.echo(f"Round {number + 1} of {runs}", err=True)
        measurements += _round(bench, with_builds=number < builds)
    shutil.rmtree(scratch)
    truth = corpus.truth
    results = Results(
        machine, seed, truth.files, truth.bytes, claude_code_bytes, corpus.growth_bytes, skipped, measurements
    )
    return results, {"bench": tables.jobs_table(results), "bench-short": tables.short_table(results)}


def _round(bench: Bench, *, with_builds: bool) -> Iterator[Measurement]:
    """Run each job once; without builds, reports read what the last build published."""
    data = _emptied(bench.scratch / "extracted")
    yield bench.fleetledger(tables.COLD_EXTRACT, "extract", data)
    yield bench.fleetledger(tables.IDLE_EXTRACT, "extract", data)
    with bench.corpus.grown():
        yield bench.fleetledger(tables.GROWN_EXTRACT, "extract", data)
    shutil.rmtree(data)
    built = bench.scratch / "built"
    if with_builds:
        yield bench.fleetledger(tables.COLD_REFRESH, "refresh", _emptied(built))
        yield bench.fleetledger(tables.IDLE_REFRESH, "refresh", built)
        check_totals(published_path(built), bench.corpus.totals)
        yield bench.fleetledger(tables.COLD_PAGE, "page", built)
        yield bench.fleetledger(tables.IDLE_PAGE, "page", built)
    for job, arguments in tables.REPORTS.items():
        yield bench.fleetledger(job, "report", built, *arguments)
    for job, (question, *words) in tables.QUESTIONS.items():
        yield bench.fleetledger(job, question, built, *words)
    yield from _statuslines(bench, built)
    if bench.ccusage:
        yield _run_ccusage(bench, bench.ccusage)
        environment = peer.environment(bench.corpus.claude_code_roots(), _private(bench.scratch / "home"))
        yield bench.take(tables.CCUSAGE_BLOCKS, bench.ccusage, *peer.arguments("blocks"), environment=environment)
    if with_builds:
        other = bench.scratch / "other"
        shutil.copytree(built, other)
        with bench.corpus.grown():
            yield bench.fleetledger(tables.GROWN_REFRESH, "refresh", built)
            yield from _searches_during_a_refresh(bench, other)
        check_totals(published_path(built), bench.corpus.grown_totals)
        yield bench.fleetledger(tables.GROWN_PAGE, "page", built)


def _searches_during_a_refresh(bench: Bench, data: Path) -> Iterator[Measurement]:
    """Search again and again while a refresh takes in what is new; whichever file a search meets, it must answer."""
    command = (command_of("fleetledger"), "refresh", "--data-dir", data, "--config", bench.corpus.config)
    with start(command) as refresh:
        while refresh.poll() is None:
            yield bench.fleetledger(tables.BUSY_SEARCH, "search", data, "no such word")
    if refresh.returncode:
        raise BenchError(f"the refresh beside which was searched ended with {refresh.returncode}")
    check_totals(published_path(data), bench.corpus.grown_totals)
    shutil.rmtree(data)


def _growth(work: Path, sizes: Sequence[int], seed: int) -> tuple[Growth, dict[str, str]]:
    """Measure a cold run at each size; logs that were not there before go again."""
    machine = this_machine()
    _warn_if_busy(machine.load)
    growth = Growth(machine, seed, [_point(work, size, seed) for size in sizes])
    return growth, {"growth": tables.growth_table(growth)}


def _telemetry(work: Path) -> tuple[receiver.Results, dict[str, str]]:
    """Measure the telemetry server, and a refresh of what it received."""
    machine = this_machine()
    _warn_if_busy(machine.load)
    scratch = _emptied(work / "scratch")
    results = receiver.Results(machine, list(receiver.measure(scratch)))
    shutil.rmtree(scratch)
    return results, {"telemetry": receiver.table(results)}


def _page(work: Path, size: int, seed: int) -> tuple[receiver.Results, dict[str, str]]:
    """Measure the page of logs of this size."""
    import bench.page as page

    machine = this_machine()
    _warn_if_busy(machine.load)
    check_space(work, size, seed)
    scratch = _emptied(work / "scratch")
    corpus = lay_out(generate(work, size, seed), scratch, seed)
    results = receiver.Results(machine, list(page.measure(corpus, scratch)))
    shutil.rmtree(scratch)
    of = f"{corpus.truth.bytes / 1e9:.2g} GB of logs. "
    return results, {"page": of + receiver.table(results)}


def _point(work: Path, size: int, seed: int) -> Point:
    check_space(work, size, seed)
    kept = set(work.iterdir())
    logs = generate(work, size, seed)
    truth = read_truth(logs)
    scratch = _emptied(work / "scratch")
    corpus = Corpus(logs, truth, [], totals_of(truth), {})
    corpus.warm_up()
    bench, data = Bench(corpus, scratch, None), _private(scratch / "data")
    click.echo(f"{truth.bytes / 1e9:.3g} GB", err=True)
    measurements = [bench.fleetledger(Job(step), step, data) for step in tables.STEPS]
    check_totals(published_path(data), corpus.totals)
    landed = [path.stat().st_size for path in landing_dir(data).rglob("*") if path.is_file()]
    warehouse, published = (path(data).stat().st_size for path in (warehouse_path, published_path))
    shutil.rmtree(scratch)
    if logs not in kept:
        shutil.rmtree(logs)
    return Point(truth.files, truth.bytes, sum(landed), warehouse, published, measurements)


def _warn_if_busy(load: float) -> None:
    if load > QUIET_LOAD:
        click.echo(f"The machine is busy (load {load:.2f}): the numbers are too high, and compare badly.", err=True)


def _run_ccusage(bench: Bench, command: Path) -> Measurement:
    """Run ccusage over the Claude Code logs. Raises BenchError where it finds nothing in them."""
    home = _private(bench.scratch / "home")
    roots = bench.corpus.claude_code_roots()
    environment = peer.environment(roots, home)
    measurement = bench.take(tables.CCUSAGE, command, *peer.arguments("monthly"), environment=environment)
    said = json.loads((bench.scratch / "log.out").read_bytes())
    if not said["totals"]["totalTokens"]:
        raise BenchError(f"ccusage found no tokens in {', '.join(map(str, roots))}")
    return measurement


def _statuslines(bench: Bench, data: Path) -> Iterator[Measurement]:
    """Run fleetledger's status line, and ccusage's without its cache, on what Claude Code says of one session."""
    roots = bench.corpus.claude_code_roots()
    transcript = next(path for root in roots for path in sorted(root.glob("projects/*/*.jsonl")))
    said = bench.scratch / "statusline.json"
    place = {"current_dir": str(transcript.parent), "project_dir": str(transcript.parent)}
    session = {
        "session_id": transcript.stem,
        "transcript_path": str(transcript),
        "cwd": str(transcript.parent),
        "model": {"id": "claude-opus-4-5", "display_name": "Opus 4.5"},
        "workspace": place,
        "version": "2.1.181",
        "cost": {"total_cost_usd": 1.5, "total_duration_ms": 60_000},
    }
    said.write_text(json.dumps(session), encoding="utf-8")
    command = command_of("fleetledger")
    yield bench.take(tables.STATUSLINE, command, "statusline", "--data-dir", data, stdin=said)
    if bench.ccusage:
        environment = peer.environment(roots, _private(bench.scratch / "home"))
        asked = ("statusline", "--offline", "--no-cache")
        yield bench.take(tables.CCUSAGE_STATUSLINE, bench.ccusage, *asked, environment=environment, stdin=said)


if __name__ == "__main__":
    main()
