"""What of the benchmark takes no time: sizes, verdicts, tables, and which sessions go on when the logs grow."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import duckdb
import pytest

import bench.tables as tables
from bench.__main__ import parse_size
from bench.corpus import Totals, carried_on, check_space, check_totals, lay_out, read_truth, totals_of
from bench.process import BenchError, Machine, run
from bench.tables import Growth, Measurement, Point, Results
from fleetledger.simulate.fleet import SMALLEST_SIZE, SimulatedFleet, simulate

MACHINE = Machine("A processor", 2, 8 * 10**9, "6.1", 0.25, "abc", {"python": "3.11"})


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFleet:
    return simulate(tmp_path_factory.mktemp("bench") / "logs", size=SMALLEST_SIZE)


def results(size: int = 10**9, *, extract_seconds: float = 2, skipped: str | None = None) -> Results:
    runs = [Measurement("cold extract", seconds, 4, 599_000_000) for seconds in (9, extract_seconds, 1)]
    runs += [Measurement("report", 0.2, 0.2, 60_000_000)]
    runs += [] if skipped else [Measurement("ccusage claude monthly --json", 1, 2, 10**9)]
    return Results(MACHINE, 7, 1500, size, size // 2, size // 100, skipped, runs)


@pytest.mark.parametrize(
    ("text", "size"), [("100MB", 100_000_000), ("1GB", 10**9), (" 0.1 gb", 10**8), ("2.5GB", 2_500_000_000)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "100", "GB", "-1GB", "1e3GB", "1MB", "1GBs", "nanGB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(click.UsageError, match="not a size"):
        parse_size(text)


def test_a_run_is_measured_with_the_processes_that_it_starts(tmp_path: Path) -> None:
    grandchild = "import time; held = bytearray(60_000_000); time.sleep(0.5)"
    child = f"import subprocess, sys; print('done'); subprocess.run([sys.executable, '-c', {grandchild!r}])"
    usage = run([sys.executable, "-c", child], tmp_path / "log")
    assert usage.peak_bytes > 60_000_000
    assert usage.seconds > 0.5
    assert usage.cpu_seconds > 0
    assert (tmp_path / "log.out").read_text() == "done\n"


def test_a_run_that_fails_says_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"ended with 3:\n  no room$"):
        run([sys.executable, "-c", "import sys; print('no room', file=sys.stderr); sys.exit(3)"], tmp_path / "log")


def test_a_full_disk_is_told_before(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"GB free, and 1000000.0 GB of logs need about 3000000.0 GB; choose"):
        check_space(tmp_path, 10**15, seed=7)


def test_figures_are_medians_and_the_worst_memory() -> None:
    found = tables.figures(results(), tables.COLD_EXTRACT)
    assert (found["seconds"], found["fastest"], found["slowest"]) == (2, 1, 9)
    assert (found["mb_per_s"], found["peak_gb"], found["ratio"]) == (500, 0.599, 2)


def test_bars_hold_or_do_not() -> None:
    def said(measured: Results) -> list[str]:
        found = tables.figures(measured, tables.COLD_EXTRACT)
        return [tables.verdict(measured, bar, found) for bar in tables.COLD_EXTRACT.bars]

    assert said(results(extract_seconds=2.5)) == ["at least 400 MB/s: holds", "under 600 MB of memory: holds"]
    assert said(results(extract_seconds=2.6))[0] == "at least 400 MB/s: **does not hold**"
    assert said(results(10**8)) == ["at least 400 MB/s at 1 GB", "under 600 MB of memory at 1 GB"]


def test_without_ccusage_its_bar_is_not_measured() -> None:
    measured = results(skipped="npm is missing")
    (row,) = (line for line in tables.jobs_table(measured).splitlines() if line.startswith("| report"))
    assert "at most 0.3 of ccusage's time: not measured; at most 0.15 s: **does not hold**" in row
    assert "ccusage is left out: npm is missing." in tables.jobs_table(measured)


def test_growth_tells_what_is_linear() -> None:
    def point(size: int) -> Point:
        runs = [
            Measurement("extract", size / 10**8, 1, 10**8),
            Measurement("build", size**2 / 10**17, 1, size),
            Measurement("publish", 1, 1, size),
            Measurement("report", 0.1, 1, 10**8),
        ]
        return Point(10, size, size // 4, size // 5, size // 6, runs)

    text = tables.growth_table(Growth(MACHINE, 7, [point(10**8), point(10**9)]))
    assert "| 1 GB   | 10    | 10.0 s (10.0 s/GB)" in text
    assert "- extract, from 0.1 to 1 GB: time is linear (size to the power of 1.00), memory is constant" in text
    assert "- build, from 0.1 to 1 GB: time is more than linear (size to the power of 2.00), memory is linear" in text


def test_tables_go_between_their_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")
    for _ in range(2):
        tables.insert(page, {"bench": r"new \1", "bench-short": "short"})
    assert page.read_text() == "before\n<!-- bench -->\n\nnew \\1\n\n<!-- /bench -->\nafter\n"
    with pytest.raises(BenchError, match="<!-- growth -->"):
        tables.insert(page, {"growth": "table"})


def test_sessions_carry_on_others_of_their_account() -> None:
    assert carried_on({"a": ["1", "2"], "b": ["3"]}, {"a": ["7"], "b": ["8", "9"], "c": ["10"]}) == {"7": "1", "8": "3"}


def test_logs_grow_and_shrink(fleet: SimulatedFleet, tmp_path: Path) -> None:
    def files(root: Path) -> dict[Path, tuple[bytes, int]]:
        found = (path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}

    corpus = lay_out(fleet.out, tmp_path, seed=7)
    original = files(fleet.out)
    assert files(corpus.root) == original
    with corpus.grown():
        grown = files(corpus.root)
        assert any(path in original for path in grown if grown[path] != original.get(path))
        assert all(grown[path][0].startswith(content) for path, (content, _) in original.items())
        assert sum(len(grown[path][0]) for path in grown) == corpus.growth_bytes + sum(
            len(content) for content, _ in original.values()
        )
    assert files(corpus.root) == files(fleet.out) == original


def test_the_totals_of_two_fleets_add_up(fleet: SimulatedFleet) -> None:
    truth = read_truth(fleet.out)
    once, twice = totals_of(truth), totals_of(truth, truth)
    assert len(once) == len(truth.totals)
    assert twice == {key: tuple(2 * number for number in numbers) for key, numbers in once.items()}


def test_wrong_totals_are_named(tmp_path: Path) -> None:
    published = tmp_path / "published.duckdb"
    with duckdb.connect(str(published)) as connection:
        connection.execute(
            """
            create table fct_model_calls as select
                'mu' as fleet, 'h' as host, 'a' as account, 'p' as provider, 'm' as model,
                date '2026-11-01' as called_on, 'model_call' as usage_source, true as usage_is_final,
                5 as input_tokens, 6 as output_tokens, null as reasoning_tokens, 8 as cache_read_tokens,
                9 as cache_write_5m_tokens, 10 as cache_write_1h_tokens, 11 as web_search_requests
            """
        )
    key = ("mu", "h", "a", "p", "m", "2026-11-01")
    right: Totals = {key: (1, 1, 0, 5, 6, 0, 8, 9, 10, 11)}
    check_totals(published, right)
    with pytest.raises(BenchError, match=r"1 of 1 totals are wrong .*\n  mu h a p m 2026-11-01: \(1, 1, 0, 5, "):
        check_totals(published, {key: (1, 1, 0, 4, 6, 0, 8, 9, 10, 11)})
