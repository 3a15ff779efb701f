"""The page in a real browser: what a person sees and does, and what it must never do."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from browser import SETTLED, chromium, opened, visit
from click.testing import CliRunner
from playwright.sync_api import Browser, Page
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.page.export import export, export_single

PAGES = ("overview", "sessions", "outcomes", "quality", "signals", "tools", "limits", "whatif", "attention", "about")
WIDTHS = (1440, 1024, 420)
HOSTILE = "</script><img src=x onerror=alert(1)><b>x\u202egnp.exe\u0000\u2028" + "long" * 80
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"since": "2026-11-01"},
    {"fleet": "mu"},
    {"host": "demo-server", "until": "2026-11-10"},
    {"account": "work", "since": "2026-10-01", "until": "2026-10-31"},
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(refreshed: RefreshedDemo, tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("page") / "page"
    return export(published_path(refreshed.copy), place).path.as_uri()


@pytest.fixture(scope="module")
def hostile_folder(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(hostile, tmp_path_factory.mktemp("hostile") / "page").path


@pytest.fixture(scope="module")
def hostile(refreshed: RefreshedDemo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which whatever logs can name is an attack, and long."""
    place = tmp_path_factory.mktemp("hostile") / "fleetledger.duckdb"
    shutil.copy(published_path(refreshed.copy), place)
    with duckdb.connect(str(place)) as connection:
        texts = ("title", "project", "model", "git_branch", "account", "host", "outcome_rationale", "tool_name")
        found = connection.execute(
            "select table_name, column_name from duckdb_columns() semi join duckdb_tables() using (table_oid)"
            " where data_type = 'VARCHAR' and list_contains($1, column_name)",
            [[*texts, "subject", "found_path", "file_path", "subagent_type", "client_version"]],
        ).fetchall()
        for table, column in found:
            connection.execute(f"update {table} set {column} = $1 where {column} is not null", [HOSTILE])
    return place


def amount(page: Page, tile: str) -> float | None:
    text = page.locator(f'.tile[aria-label="{tile}"] .tile-value').inner_text()
    found = re.sub(r"[^0-9.]", "", text)
    return float(found) if found else None


@pytest.mark.parametrize("given", FILTERS, ids=lambda given: " ".join(given) or "none")
def test_the_figures_are_the_reports(
    browser: Browser, folder: str, refreshed: RefreshedDemo, given: dict[str, str]
) -> None:
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    done = CliRunner().invoke(main, ["report", "--json", "--data-dir", str(refreshed.copy), *words])
    assert done.exit_code == 0, done.output
    total: dict[str, Any] = json.loads(done.stdout)["totals"]
    days = {} if {"since", "until"} & given.keys() else {"period": "all"}
    query = "&".join(f"{name}={value}" for name, value in {**days, **given}.items())
    with opened(browser, f"{folder}#/overview?{query}") as (page, _):
        for tile, kind in (("Real spend", "billed"), ("Notional", "subscription")):
            assert amount(page, tile) == pytest.approx(total[f"{kind}_cost_usd"], abs=0.00501)


def test_nothing_is_asked_of_another_host_and_the_console_is_clean(browser: Browser, folder: str) -> None:
    for name in PAGES:
        with opened(browser, f"{folder}#/{name}?period=all") as (page, seen):
            page.evaluate(SETTLED)
            assert page.locator("h1").inner_text()
            assert seen.console == []
            assert {url.split(":")[0] for url in seen.requests} <= {"file", "data"}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(browser: Browser, hostile_folder: Path, width: int) -> None:
    with opened(browser, hostile_folder.as_uri(), width=width) as (page, _):
        for name in PAGES:
            visit(page, f"/{name}?period=all")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_what_logs_say_runs_nothing(browser: Browser, hostile: Path, hostile_folder: Path, tmp_path: Path) -> None:
    single = export_single(hostile, tmp_path / "page.html").path
    key = next((hostile_folder.parent / "api/sessions").glob("*.json")).stem
    for address in (hostile_folder, single):
        with opened(browser, address.as_uri()) as (page, seen):
            for name in (*PAGES, f"session/{key}"):
                visit(page, f"/{name}?period=all")
                assert seen.dialogs == []
                assert seen.console == []
                assert page.locator("main img").count() == 0
                assert "\u202e" not in page.locator("body").inner_text()


def test_a_row_of_where_it_went_filters_all_and_what_no_filter_narrows_says_so(browser: Browser, folder: str) -> None:
    with opened(browser, f"{folder}#/overview?period=all") as (page, _):
        page.locator('section[aria-label="Where it went"] tbody tr td').first.click()
        page.wait_for_url(re.compile("project="))
        page.get_by_role("link", name="Limits and plans").click()
        windows = page.locator('section[aria-label="Usage windows"]')
        windows.get_by_text("Not narrowed by project").wait_for()
        page.get_by_label("Only this project").select_option("")
        windows.get_by_text("Not narrowed").wait_for(state="detached")


def test_the_query_behind_a_figure_comes_with_what_is_chosen(
    browser: Browser, folder: str, refreshed: RefreshedDemo
) -> None:
    with opened(browser, f"{folder}#/overview?since=2026-10-01&until=2026-10-31&fleet=claude_code") as (page, _):
        shown = amount(page, "Real spend")
        page.get_by_label("Real spend over time: where the figures come from").click()
        page.wait_for_selector("dialog[open] pre")
        chosen, query = (page.locator(f"dialog {one}").inner_text() for one in (".chosen", "pre"))
    with duckdb.connect(str(published_path(refreshed.copy)), read_only=True) as ledger:
        ledger.execute(chosen)
        found = ledger.sql(query).filter("cost_kind = 'billed'").sum("cost_usd").fetchall()
    assert shown == pytest.approx(float(found[0][0]), abs=0.00501)


def test_a_person_finds_a_session_and_goes_back(browser: Browser, folder: str) -> None:
    with opened(browser, f"{folder}#/sessions?period=all") as (page, _):
        page.get_by_role("button", name="Notional").click()
        amounts = page.locator("tbody td:last-child").all_inner_texts()
        figures = [float(re.sub(r"[^0-9.]", "", text)) for text in amounts if "$" in text]
        assert figures == sorted(figures, reverse=True)
        assert "sort=-subscription" in page.url
        page.get_by_label("Search sessions").fill("lease table")
        first = page.locator("tbody a").first
        title = first.inner_text()
        assert page.locator("tbody tr").count() < 10
        first.click()
        page.wait_for_selector(".facts")
        assert page.locator("h1").inner_text() == title
        assert page.get_by_text("claude --resume").count() + page.get_by_text("fleetledger show").count() > 0
        page.go_back()
        page.wait_for_selector("input[type=search]")
        assert page.get_by_label("Search sessions").input_value() == "lease table"
        address = page.url
    with opened(browser, address) as (page, _):
        page.wait_for_selector("tbody a")
        assert page.locator("tbody a").first.inner_text() == title


def test_a_filter_narrows_every_panel_and_goes_along(browser: Browser, folder: str) -> None:
    with opened(browser, f"{folder}#/overview?period=all") as (page, _):
        whole = amount(page, "Real spend")
        page.get_by_label("Only this fleet").select_option("mu")
        narrowed = amount(page, "Real spend")
        assert narrowed is not None
        assert whole is not None
        assert 0 < narrowed < whole
        page.get_by_role("link", name="Sessions", exact=True).click()
        page.wait_for_selector("tbody a")
        assert "fleet=mu" in page.url
        page.get_by_role("button", name="Clear").click()
        assert "fleet=mu" not in page.url


def test_the_sql_behind_a_figure_is_shown(browser: Browser, folder: str) -> None:
    with opened(browser, f"{folder}#/overview") as (page, _):
        page.get_by_label("Real spend over time: where the figures come from").click()
        page.wait_for_selector("dialog[open]")
        assert "from fct_daily_costs" in page.locator("dialog pre").inner_text()
        page.keyboard.press("Escape")
        assert page.locator("dialog[open]").count() == 0


def test_the_keyboard_reads_a_chart_and_chooses_a_day(browser: Browser, folder: str) -> None:
    with opened(browser, f"{folder}#/overview?period=all") as (page, _):
        page.locator(".chart").first.focus()
        page.keyboard.press("End")
        said = page.locator("#said").inner_text()
        assert "2026: $" in said
        page.keyboard.press("Enter")
        page.wait_for_timeout(50)
        assert "since=2026-11-" in page.url


def test_colours_follow_the_system_and_a_choice_wins(browser: Browser, folder: str) -> None:
    def background(page: Page) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    with opened(browser, folder, theme="dark") as (page, _):
        dark = background(page)
        page.get_by_label("Colours").select_option("light")
        light = background(page)
    assert dark != light
    with opened(browser, folder, theme="light") as (page, _):
        assert background(page) == light


def test_nothing_jumps_while_it_loads(browser: Browser, folder: str) -> None:
    with opened(browser, f"{folder}#/overview") as (page, _):
        shift = page.evaluate(
            "new Promise(done => { let sum = 0;"
            " const add = list => list.getEntries().forEach(entry => { sum += entry.value; });"
            " new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});"
            " setTimeout(() => done(sum), 400); })"
        )
        assert shift < 0.02


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_everybody_can_use_it(browser: Browser, folder: str, refreshed: RefreshedDemo, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    key = next(Path(folder.removeprefix("file://")).parent.glob("api/sessions/*.json")).stem
    # What a theme changes is colours: the rest is looked at once.
    of_colours = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
    options = {"resultTypes": ["violations"], **({} if theme == "dark" else of_colours)}
    with opened(browser, folder, theme=theme, bypass=True) as (page, _):
        for name in (*PAGES, f"session/{key}"):
            visit(page, f"/{name}?period=all")
            found = Axe().run(page, options=options).response["violations"]
            grave = [
                (one["id"], [node["target"] for node in one["nodes"]][:3])
                for one in found
                if one["impact"] in ("serious", "critical")
            ]
            assert grave == [], name


def test_a_ledger_of_nothing_says_so(browser: Browser, refreshed: RefreshedDemo, tmp_path: Path) -> None:
    ledger = tmp_path / "fleetledger.duckdb"
    shutil.copy(published_path(refreshed.copy), ledger)
    with duckdb.connect(str(ledger)) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where table_name <> 'build_info'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"delete from {table}")
        connection.execute("update build_info set as_of = null, landed_line_count = 0")
    address = export(ledger, tmp_path / "page").path.as_uri()
    with opened(browser, address) as (page, seen):
        for name in PAGES:
            visit(page, f"/{name}")
            assert seen.console == []
            assert "NaN" not in page.locator("body").inner_text()
            assert "null" not in page.locator("body").inner_text()
