"""What the panels of signals show against SQL that asks the marts, and where their rows lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from browser import chromium, opened
from page_tables import shown, table
from playwright.sync_api import Browser
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import published_path
from fleetledger.page.export import export

SELECTIONS = {
    "all": ("period=all", "true"),
    "october": ("since=2026-10-01&until=2026-10-31", "{day} between date '2026-10-01' and date '2026-10-31'"),
    "a fleet": ("period=all&fleet=claude_code", "fleet = 'claude_code'"),
}


class Panel(NamedTuple):
    """A panel of a signal: where it stands, what its rows are, and the SQL of what stands in them and at their head."""

    label: str
    day: str | None
    mart: str
    part: str
    sums: dict[str, str]
    headline: str | None = None
    page: str = "signals"
    known_by: tuple[str, ...] = ()


def of_kind(column: str, kind: str) -> str:
    return f"sum({column}) filter (where cost_kind = '{kind}')"


PANELS = (
    Panel(
        "Claims",
        "claimed_on",
        "fct_claims",
        "claim_kind",
        {
            "Claims": "count(*)",
            "Verified": "count(*) filter (where claim_verdict = 'verified')",
            "Unsupported": "count(*) filter (where claim_verdict = 'unsupported')",
            "Contradicted": "count(*) filter (where claim_verdict = 'contradicted')",
        },
        "count(*) filter (where claim_verdict in ('unsupported', 'contradicted'))",
    ),
    Panel(
        "Standing instructions",
        "ended_on",
        "fct_directives",
        "directive",
        {
            "Sessions": "count(*)",
            "Breaking": "count(*) filter (where not is_kept)",
            "Calls": "sum(call_count)",
            "Broken": "sum(broken_call_count)",
            "Of calls": "sum(broken_call_count) / sum(call_count)",
        },
        "sum(broken_call_count)",
    ),
    Panel(
        "Friction",
        "ended_on",
        "fct_friction",
        "end_kind",
        {
            "Sessions": "count(*)",
            "Prompts": "sum(friction_prompt_count)",
            "Interrupts": "sum(interrupt_count)",
            "Denials": "sum(denial_count)",
        },
        "sum(friction_prompt_count)",
    ),
    Panel(
        "What could have been saved",
        "cast(found_at as date)",
        "fct_waste",
        "rule",
        {
            "Findings": "count(*)",
            "Tokens": "sum(tokens)",
            "Paid": of_kind("cost_usd", "billed"),
            "Notional": of_kind("cost_usd", "subscription"),
        },
        "count(*)",
    ),
    Panel(
        "Compactions",
        "compacted_on",
        "fct_compactions",
        "compaction_trigger",
        {
            "Times": "count(*)",
            "Mid task": "count(*) filter (where is_mid_task)",
            "Relief": "1 - sum(tokens_after) filter (where relief_share is not null)"
            " / sum(tokens_before) filter (where relief_share is not null)",
            "Read again": "sum(reread_file_count)",
            "Paid": of_kind("cost_usd", "billed"),
        },
        "count(*) filter (where is_mid_task)",
    ),
    Panel(
        "What came of sub-agents",
        "started_on",
        "fct_delegations",
        "result_use",
        {"Sub-agents": "count(*)", "Paid": "sum(billed_cost_usd)", "Notional": "sum(subscription_cost_usd)"},
        "count(*) filter (where result_use = 'unused')",
    ),
    Panel(
        "What was recalled",
        "recalled_on",
        "fct_recalls",
        "recall_source",
        {"Items": "count(*)", "Tokens": "sum(item_tokens)", "Characters": "sum(item_characters)"},
        "count(*)",
    ),
    Panel(
        "Scores",
        "ended_on",
        "fct_scores",
        "scorer",
        {
            "Sessions": "count(*)",
            "Faultless": "count(*) filter (where wrong_count = 0)",
            "Faults": "sum(wrong_count)",
            "Share": "sum(wrong_count) / sum(of_count)",
        },
        "count(*) filter (where wrong_count = 0)",
    ),
    Panel(
        "What judges say",
        "ended_on",
        "fct_judge_verdicts",
        "criterion",
        {"Verdicts": "count(is_wrong)", "Faults": "count(*) filter (where is_wrong)"},
        "count(*) filter (where is_wrong)",
    ),
    Panel(
        "Versions against those before",
        None,
        "fct_version_changes",
        "version_name || fleet",
        {"Sessions": "max(session_count)", "Tool errors": "max(tool_error_count / nullif(tool_call_count, 0))"},
        page="quality",
        known_by=("Version", "Fleet"),
    ),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def ledger(refreshed: RefreshedDemo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's, with the word of a judge of some sessions, whom the demo does not ask."""
    place = tmp_path_factory.mktemp("signals") / "fleetledger.duckdb"
    place.write_bytes(published_path(refreshed.copy).read_bytes())
    with duckdb.connect(str(place)) as connection:
        connection.execute(
            "insert into fct_judge_verdicts by name select session_id, 'a judge' as judge, criterion, fleet, host,"
            " account, project, ended_at, cast(ended_at as date) as ended_on, true as holds, row_number() over"
            " (order by session_id) % 3 = 0 as is_wrong, 'high' as severity from fct_sessions"
            " cross join (values ('safety'), ('relevance')) as criteria (criterion)"
        )
    return place


@pytest.fixture(scope="module")
def folder(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return export(ledger, tmp_path_factory.mktemp("page") / "page").path.as_uri()


def asked(ledger: Path, panel: Panel, chosen: str) -> tuple[list[tuple[Any, ...]], int]:
    """The rows of a panel, and its headline, by SQL."""
    with duckdb.connect(str(ledger), read_only=True) as facts:
        sums = ", ".join(panel.sums.values())
        rows = facts.execute(f"select {panel.part}, {sums} from {panel.mart} where {chosen} group by 1").fetchall()
        found = facts.execute(f"select {panel.headline or 'count(*)'} from {panel.mart} where {chosen}").fetchone()
    assert found
    return rows, int(found[0] or 0)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_signals_show_what_the_marts_say(browser: Browser, folder: str, ledger: Path, selection: str) -> None:
    query, where = SELECTIONS[selection]
    for name in {panel.page for panel in PANELS}:
        with opened(browser, f"{folder}#/{name}?{query}") as (page, _):
            for panel in (one for one in PANELS if one.page == name and (one.day or selection == "all")):
                wanted, headline = asked(ledger, panel, where.format(day=panel.day))
                more = page.locator(f'section[aria-label="{panel.label}"]').get_by_role("button", name="Show more")
                if more.count():
                    more.click()
                rows = table(page, panel.label)
                by_part = {
                    "".join(row[head] for head in panel.known_by or tuple(row)[:1]).replace(" ", "_"): row
                    for row in rows
                }
                for part, *values in wanted:
                    row = by_part[part.replace(" ", "_")]
                    for head, value in zip(panel.sums, values, strict=True):
                        found = shown(row[head])
                        assert (found is None) == (value is None), (panel.label, part, head, row)
                        if found:
                            assert float(value) == pytest.approx(found[0], abs=found[1]), (panel.label, part, head, row)
                if panel.headline and wanted:
                    said = page.locator(f'section[aria-label="{panel.label}"] .headline b').inner_text()
                    assert said == f"{headline:,}", panel.label


def test_a_row_of_a_signal_leads_to_the_sessions_that_have_it(browser: Browser, folder: str, ledger: Path) -> None:
    with duckdb.connect(str(ledger), read_only=True) as facts:
        wanted = dict(
            facts.execute(
                "select left(sha256(session_id), 16), broken_call_count from fct_directives"
                " where directive = 'read_before_edit' and not is_kept"
            ).fetchall()
        )
    assert wanted
    with opened(browser, f"{folder}#/signals?period=all") as (page, _):
        page.get_by_role("link", name="read before edit").click()
        page.wait_for_selector("input[type=search]")
        rows = table(page, "Sessions")
        assert {row["link"].removeprefix("#/session/"): int(row["Broken"].split(" of ")[0]) for row in rows} == wanted
        page.get_by_role("button", name="Not only directives").click()
        page.wait_for_selector('button[aria-label^="Not only"]', state="detached")
        assert len(table(page, "Sessions")) > len(wanted)


def test_a_session_shows_what_signals_see_in_it(browser: Browser, folder: str, ledger: Path) -> None:
    with duckdb.connect(str(ledger), read_only=True) as facts:
        ((key, session_id),) = facts.execute(
            "select left(sha256(session_id), 16), session_id from fct_compactions order by session_id limit 1"
        ).fetchall()
        ((compactions,),) = facts.execute(
            "select count(*) from fct_compactions where session_id = $1", [session_id]
        ).fetchall()
    with opened(browser, f"{folder}#/session/{key}") as (page, _):
        signals = [row["Signal"] for row in table(page, "Signals of the session")]
    assert signals.count("compactions") == compactions
