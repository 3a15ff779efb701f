"""What each panel shows, read from the browser, against SQL that asks the facts themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

import duckdb
import pytest
from browser import chromium, opened, visit
from page_tables import shown, shown_ms, table
from playwright.sync_api import Browser, Page
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import published_path
from fleetledger.page.export import export

SELECTIONS = {
    "all": ("period=all", "true"),
    "october": ("since=2026-10-01&until=2026-10-31", "{day} between date '2026-10-01' and date '2026-10-31'"),
    "a fleet": ("period=all&fleet=claude_code", "fleet = 'claude_code'"),
}


class Panel(NamedTuple):
    """A table of a page: its label, the SQL of what stands in it (`{where}` is the selection, over the column `day`),
    under which head each column of the SQL stands, the first of which is what rows are known by, and whether a fleet
    narrows it; a panel that none narrows says so.
    """

    page: str
    label: str
    day: str | None
    sql: str
    heads: tuple[str, ...]
    of_fleets: bool = True


MONEY = (
    "sum({0}) filter (where cost_kind = 'billed') as paid,"
    " sum({0}) filter (where cost_kind = 'subscription') as notional"
)
PANELS = (
    Panel(
        "overview",
        "Where it went, by project",
        "called_on",
        f"select project, {MONEY.format('cost_usd')} from fct_model_calls where {{where}} and cost_kind <> 'free'"
        " group by all",
        ("Project", "Paid", "Notional"),
    ),
    Panel(
        "tools",
        "Tools",
        "called_on",
        "select tool_name, count(*) as calls, count(*) filter (where is_error) as failed,"
        f" count(*) filter (where is_error) / nullif(count(is_error), 0) as rate, {MONEY.format('shared_cost_usd')}"
        " from fct_tool_calls where {where} and cost_kind is distinct from 'free' group by tool_name",
        ("Tool", "Calls", "Failed", "Of results", "Paid", "Notional"),
    ),
    Panel(
        "tools",
        "Sub-agents",
        None,
        "select subagent_type, count(*) as calls, sum(billed_cost_usd) as paid, sum(subscription_cost_usd) as notional"
        " from fct_subagents group by all",
        ("Kind", "Calls", "Paid", "Notional"),
    ),
    Panel(
        "outcomes",
        "Outcomes by class",
        "ended_on",
        "select replace(outcome_class, '_', ' ') as name, count(*) as tasks,"
        " count(*) filter (where outcome_confidence = 'definite') as sure, sum(billed), sum(subscription)"
        " from (select *, cast(ended_at as date) as ended_on from fct_tasks where not is_subagent) inner join"
        " (select root_task_id as task_id, sum(billed_cost_usd) as billed, sum(subscription_cost_usd) as subscription"
        " from fct_tasks group by all) using (task_id) where {where} group by all",
        ("Outcome", "Tasks", "Seen for certain", "Paid", "Notional"),
    ),
    Panel(
        "quality",
        "What became of the cache",
        "called_on",
        f"select replace(cache_outcome, '_', ' ') as name, count(*) as times, sum(lost_tokens) as lost,"
        f" {MONEY.format('rewrite_cost_usd')} from fct_cache_economics"
        " where {where} and cost_kind <> 'free' group by all",
        ("Outcome", "Times", "Lost", "Paid", "Notional"),
    ),
    Panel(
        "quality",
        "Versions",
        None,
        "select client_version, count(*) as calls from fct_model_calls where client_version is not null group by all",
        ("Version", "Calls"),
    ),
    Panel(
        "sessions",
        "Sessions",
        "started_on",
        "select session_id, tool_call_count, turn_count, billed_cost_usd, subscription_cost_usd from"
        " (select *, cast(started_at as date) as started_on from fct_sessions) where {where}",
        ("key", "Tools", "Turns", "Paid", "Notional"),
    ),
    Panel(
        "limits",
        "Budgets",
        None,
        "select period || ' ' || period_name || ' ' || coalesce(scope_name, ''), spent_usd, limit_usd, spent_share"
        " from fct_budget_status",
        ("key", "Spent", "Limit", "Share"),
    ),
    Panel(
        "limits",
        "Usage windows",
        None,
        "select strftime(started_at, '%Y-%m-%d %H:%M') || ' ' || host || ' ' || account,"
        " session_count, total_tokens, subscription_cost_usd"
        " from fct_usage_blocks",
        ("key", "Sessions", "Tokens", "Notional"),
    ),
    Panel(
        "limits",
        "What plans were worth",
        None,
        # What they covered anew from the calls; a limit that the client told is the mart's.
        "select strftime(worth.month_started_on, '%Y-%m') || ' ' || worth.account, active_days,"
        " used / worth.amortised_usd, worth.peak_limit_share, worth.lower_tier_peak_share"
        " from fct_subscription_value as worth left join (select date_trunc('month', called_on) as month, account,"
        " provider, count(distinct called_on) as active_days, sum(cost_usd) as used from fct_model_calls"
        " where cost_kind = 'subscription' group by all) as calls on month = worth.month_started_on"
        " and calls.account = worth.account and calls.provider = worth.provider where worth.plan_labels is not null",
        ("key", "Days used", "Worth", "Most of a limit", "Would take"),
    ),
    Panel(
        "signals",
        "Days unlike those before",
        "called_on",
        "select called_on || ' ' || dimension_value || ' '"
        " || replace(replace(replace(measure, 'cost_usd', 'cost'), 'model_call_count', 'calls'),"
        " 'tokens_per_call', 'tokens a call') || ', ' || replace(cost_kind, 'subscription', 'flat rate'),"
        " measured_value, median_value, abs(robust_z) from fct_anomalies where {where}",
        ("key", "Was", "Usually", "z"),
        of_fleets=False,
    ),
    Panel(
        "signals",
        "How long things took",
        None,
        "select timing_kind || ' ' || coalesce(timed_name, ''), count(*), quantile_disc(duration_ms, 0.5),"
        " quantile_disc(duration_ms, 0.75), quantile_disc(duration_ms, 0.9), quantile_disc(duration_ms, 0.99),"
        " quantile_disc(ttft_ms, 0.5), max(duration_ms) from fct_timings group by timing_kind, timed_name",
        ("key", "Times", "Median", "75 %", "90 %", "99 %", "First token", "Longest"),
    ),
    Panel(
        "whatif",
        "What if",
        None,
        "select model, sum(cost_usd) filter (where cost_kind = 'billed'),"
        " sum(cost_usd) filter (where cost_kind = 'subscription') from fct_model_calls"
        " where model = 'claude-opus-5' and provider = 'claude_code' group by all",
        ("Model", "Would be", "Would be 2"),
    ),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(refreshed: RefreshedDemo, tmp_path_factory: pytest.TempPathFactory) -> str:
    return export(published_path(refreshed.copy), tmp_path_factory.mktemp("page") / "page").path.as_uri()


@pytest.fixture(scope="module")
def open_page(browser: Browser, folder: str) -> Iterator[Page]:
    """A page to be looked at here and there."""
    with opened(browser, folder) as (page, _):
        yield page


def known_by(panel: Panel, row: dict[str, str]) -> str:
    if panel.label == "Budgets":
        return f"{row['Period']} {row['title']}"
    if panel.label == "Usage windows":
        return f"{row['Began']} {row['Host']} {row['Account']}"
    if panel.label == "Sessions":
        return row["link"]
    if panel.label == "What plans were worth":
        return f"{row['Month']} {row['Account']}"
    if panel.label == "How long things took":
        return f"{row['Kind']} {row['What'] if row['Kind'] in ('response', 'tool') else ''}"
    if panel.label == "Days unlike those before":
        asked = dict(parse_qsl(row["link"].partition("?")[2]))
        return f"{asked['since']} {asked.get('project') or asked['model']} {row['Measure']}"
    return row["title"] if panel.label.startswith("Where") else row[panel.heads[0]].removesuffix(" (itself)")


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.label)
@pytest.mark.parametrize("selection", SELECTIONS)
def test_a_panel_shows_what_the_facts_say(
    open_page: Page, refreshed: RefreshedDemo, panel: Panel, selection: str
) -> None:
    if selection != "all" and panel.day is None:
        pytest.skip("the panel is of all time")
    query, where = SELECTIONS[selection]
    with duckdb.connect(str(published_path(refreshed.copy)), read_only=True) as ledger:
        chosen = "true" if selection == "a fleet" and not panel.of_fleets else where.format(day=panel.day)
        wanted = ledger.execute(panel.sql.replace("{where}", chosen)).fetchall()
        keys = dict(ledger.execute("select session_id, left(sha256(session_id), 16) from fct_sessions").fetchall())
    visit(open_page, f"/{panel.page}?{query}")
    more = open_page.locator(f'[role="region"][aria-label="{panel.label}"] + .more button')
    if more.count():
        more.click()
    rows = {known_by(panel, row): row for row in table(open_page, panel.label)}
    assert wanted or not rows
    for name, *values in wanted:
        row = rows[f"#/session/{keys[name]}" if panel.label == "Sessions" else name or ""]
        for head, value in zip(panel.heads[1:], values, strict=True):
            found = (
                shown_ms(row[head]) if panel.label == "How long things took" and head != "Times" else shown(row[head])
            )
            if value is None:
                assert found is None, (name, head, row)
            else:
                assert found is not None, (name, head, row)
                assert float(value) == pytest.approx(found[0], abs=found[1]), (name, head, row)
    if panel.page != "whatif":
        assert len(rows) == len(wanted)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_an_hour_of_cache_is_worth_what_its_calls_say(
    browser: Browser, folder: str, refreshed: RefreshedDemo, selection: str
) -> None:
    query, where = SELECTIONS[selection]
    with duckdb.connect(str(published_path(refreshed.copy)), read_only=True) as ledger:
        wanted = ledger.execute(
            "select cost_kind, sum(long_life_saved_usd) - sum(long_life_extra_usd) from fct_cache_economics"
            f" where {where.format(day='called_on')} and cost_kind in ('billed', 'subscription') group by all"
        ).fetchall()
    with opened(browser, f"{folder}#/quality?{query}") as (page, _):
        told = page.locator('section[aria-label="What became of the cache"] .body .note').inner_text()
    found = {
        "subscription" if notional else "billed": (1 if word == "saved" else -1) * float(amount.replace(",", ""))
        for word, notional, amount in re.findall(r"(saved|cost) (≈?)<?\$([\d,.]+\d)", told)
    }
    assert found == {kind: pytest.approx(float(worth), abs=0.006) for kind, worth in wanted if worth}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_the_dearest_sub_agents_are_the_tasks_of_sub_agents_in_order(
    browser: Browser, folder: str, refreshed: RefreshedDemo, selection: str
) -> None:
    query, where = SELECTIONS[selection]
    with duckdb.connect(str(published_path(refreshed.copy)), read_only=True) as ledger:
        wanted = ledger.execute(
            "select '#/session/' || left(sha256(session_id), 16), model_call_count, billed_cost_usd,"
            " subscription_cost_usd from (select *, cast(started_at as date) as started_on from fct_tasks"
            f" where is_subagent) where {where.format(day='started_on')}"
            " order by greatest(billed_cost_usd, subscription_cost_usd) desc nulls last, task_id"
        ).fetchall()
    with opened(browser, f"{folder}#/tools?{query}") as (page, _):
        more = page.locator('[role="region"][aria-label="The dearest sub-agents"] + .more button')
        if more.count():
            more.click()
        rows = table(page, "The dearest sub-agents")
    assert wanted
    assert [row["link"] for row in rows] == [link for link, *_ in wanted]
    for row, (_, calls, *amounts) in zip(rows, wanted, strict=True):
        assert row["Calls"] == f"{calls:,}"
        for head, amount in zip(("Paid", "Notional"), amounts, strict=True):
            found = shown(row[head])
            assert (found is None) == (amount is None), row
            if found:
                assert float(amount) == pytest.approx(found[0], abs=found[1]), row


@pytest.mark.parametrize("label", ["How responses ended", "How full contexts were"])
def test_shares_are_of_all_calls(browser: Browser, folder: str, refreshed: RefreshedDemo, label: str) -> None:
    names = {
        "How responses ended": "select coalesce(replace(stop_reason, '_', ' '), 'not told'), sum(model_call_count)"
        " from fct_stop_reasons group by all",
        "How full contexts were": "select case fullness when 'full' then 'above 90 %' when 'high' then '70 to 90 %'"
        " when 'roomy' then 'below 70 %' else 'window not known' end, count(*) from fct_context_steps group by all",
    }
    with duckdb.connect(str(published_path(refreshed.copy)), read_only=True) as ledger:
        wanted = {name: int(count) for name, count in ledger.execute(names[label]).fetchall()}
    with opened(browser, f"{folder}#/quality?period=all") as (page, _):
        lines = page.locator(f'section[aria-label="{label}"] .legend li').all_inner_texts()
    found = {}
    for line in lines:
        name, count, _ = (part.strip() for part in line.split("\n"))
        found[name] = int(count.replace(",", ""))
    assert {name: count for name, count in found.items() if count} == wanted


def test_a_sessions_page_shows_its_commits_and_how_its_responses_ended(
    browser: Browser, folder: str, refreshed: RefreshedDemo
) -> None:
    with duckdb.connect(str(published_path(refreshed.copy)), read_only=True) as ledger:
        ((key, session_id),) = ledger.execute(
            "select left(sha256(session_id), 16), session_id from fct_task_commits"
            " where session_id in (select session_id from fct_task_pull_requests) order by session_id limit 1"
        ).fetchall()
        one = [session_id]
        commits = ledger.execute(
            "select distinct left(commit_sha, 10) from fct_task_commits where session_id = $1", one
        ).fetchall()
        requests = ledger.execute(
            "select distinct pull_request_url from fct_task_pull_requests where session_id = $1", one
        ).fetchall()
        ((calls,),) = ledger.execute(
            "select sum(model_call_count) from fct_stop_reasons where session_id = $1", one
        ).fetchall()
    with opened(browser, f"{folder}#/session/{key}") as (page, _):
        work = page.locator('section[aria-label="Commits and pull requests"]')
        assert {(text,) for text in work.locator("tbody th code").all_inner_texts()} == set(commits)
        assert {(link.get_attribute("href"),) for link in work.locator("tbody a").all()} == set(requests)
        ended = table(page, "How its responses ended")
    assert sum(int(row["Calls"].replace(",", "")) for row in ended) == calls


def test_where_a_panel_comes_from_is_in_the_project(browser: Browser, folder: str) -> None:
    """Whatever SQL a panel names is a file of the project, word for word."""
    queries = {path.read_text().strip() for path in (Path(__file__).parents[3] / "analyses/page").glob("*.sql")}
    for name in (
        "overview",
        "sessions",
        "outcomes",
        "quality",
        "signals",
        "tools",
        "limits",
        "whatif",
        "attention",
        "about",
    ):
        with opened(browser, f"{folder}#/{name}?period=all") as (page, _):
            for button in page.locator('button[aria-label$="where the figures come from"]').all():
                button.click()
                page.wait_for_selector("dialog[open] pre")
                assert page.locator("dialog pre").inner_text().strip() in queries
                page.keyboard.press("Escape")
