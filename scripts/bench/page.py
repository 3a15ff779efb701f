"""What the page takes: its answers, its files, and how soon a browser shows the overview."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

import click
from duckdb import DuckDBPyConnection
from playwright.sync_api import Browser, sync_playwright

from bench.corpus import Corpus, check_totals
from bench.process import BenchError, Usage, command_of, run
from bench.telemetry import Figure
from fleetledger.base.paths import published_path
from fleetledger.page.answers import as_json, ask, is_there, overall
from fleetledger.page.export import opened, page_dir, question
from fleetledger.page.sessions import details

ROUNDS, SESSIONS = 5, 20
SLOWEST_ANSWER_MS, SLOWEST_EXPORT = 30, 1
SLOWEST_OVERVIEW_MS = {1: 250, 10: 600}
"""By gigabytes of logs."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

_OBSERVE = """new MutationObserver(() => {
    if (document.documentElement?.dataset.ready) globalThis.readyAt ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });"""


def measure(corpus: Corpus, scratch: Path) -> Iterator[Figure]:
    """Measure all figures of the page of these logs, in `scratch`. Raises BenchError."""
    data = scratch / "data"
    call = (command_of("fleetledger"), "refresh", "--config", corpus.config, "--data-dir", data)
    run(call, scratch / "log")
    check_totals(published_path(data), corpus.totals)
    page = (command_of("fleetledger"), "page", "--data-dir", data)
    yield _export("written whole", run(page, scratch / "log"))
    yield _export("nothing new", run(page, scratch / "log"))
    yield from _answers(published_path(data))
    yield from _overview(page_dir(data) / "index.html", round(corpus.truth.bytes / 1e9))
    with corpus.grown():
        run(call, scratch / "log")
    check_totals(published_path(data), corpus.grown_totals)
    usage = run(page, scratch / "log")
    yield _export(
        "after growth by a hundredth",
        usage,
        f"under {SLOWEST_EXPORT} s of processor",
        holds=usage.cpu_seconds < SLOWEST_EXPORT,
    )


def _export(what: str, usage: Usage, bar: str | None = None, *, holds: bool | None = None) -> Figure:
    value = f"{usage.seconds:.2f} s, {usage.cpu_seconds:.2f} s of processor, {usage.peak_bytes / 1e6:,.0f} MB"
    click.echo(f"  files, {what}: {value}", err=True)
    return Figure(f"the page as files, {what}", value, bar, holds)


def _answers(published: Path) -> Iterator[Figure]:
    """How long each answer takes that nobody has asked for, the fastest of some rounds; and a session's."""
    ledger = opened(published)
    names = [name for name in overall() if is_there(ledger, name)]
    times = {name: min(_milliseconds(partial(_told, ledger, name)) for _ in range(ROUNDS)) for name in names}
    slowest = max(times, key=lambda name: times[name])
    half = median(times.values())
    value = f"{half:.0f} ms of processor in the median of {len(times)}, {times[slowest]:.0f} ms at most ({slowest})"
    click.echo(f"  answers: {value}", err=True)
    yield Figure("an answer", value, f"at most {SLOWEST_ANSWER_MS} ms in the median", half <= SLOWEST_ANSWER_MS)
    newest = "select session_id from page_sessions order by hash(session_id) limit $1"
    ids = [row[0] for row in ledger.execute(newest, [SESSIONS]).fetchall()]
    each = median(_milliseconds(partial(_of_session, ledger, one)) for one in ids)
    yield Figure("a session's own answer", f"{each:.0f} ms of processor in the median of {len(ids)}")


def _told(ledger: DuckDBPyConnection, name: str) -> str:
    return as_json(ask(question(ledger), name))


def _of_session(ledger: DuckDBPyConnection, session_id: str) -> list[str]:
    return [as_json(found) for _, found in details(question(ledger), [session_id])]


def _milliseconds(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return (process_time() - began) * 1000


def _overview(page: Path, gigabytes: int) -> Iterator[Figure]:
    """From the navigation until the overview is drawn, in Chromium."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise BenchError("no Chromium is on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        times = [_ready(browser, page) for _ in range(ROUNDS)]
        browser.close()
    half, worked = median(ready for ready, _ in times), min(worked for _, worked in times)
    limit = SLOWEST_OVERVIEW_MS[min(SLOWEST_OVERVIEW_MS, key=lambda size: abs(size - gigabytes))]
    value = f"{half:.0f} ms in the median of {ROUNDS}, of which the page's thread works {worked:.0f} ms"
    click.echo(f"  overview: {value}", err=True)
    yield Figure("the overview, drawn in Chromium", value, f"at most {limit} ms", half <= limit)


def _ready(browser: Browser, page: Path) -> tuple[float, float]:
    """When the page was drawn, and how long its thread had worked until then and a little beyond, in milliseconds."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    tab.add_init_script(_OBSERVE)
    session = context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(page.as_uri())
    tab.wait_for_function("globalThis.readyAt")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    ready = float(tab.evaluate("globalThis.readyAt"))
    context.close()
    return ready, 1000 * metrics["TaskDuration"]
