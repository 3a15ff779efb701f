"""The page as files: what stands in them, that they are what the ledger says, and that nothing is written in vain."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.page.answers import overall, tables_of
from fleetledger.page.export import export

HOSTILE = "</script><script>alert(1)</script>\u202egnp.exe\u2028<img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def ledger(refreshed: RefreshedDemo) -> Path:
    return published_path(refreshed.copy)


@pytest.fixture(scope="module")
def folder(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page") / "page"
    export(ledger, place)
    return place


def answer(folder: Path, name: str) -> dict[str, list[Any]]:
    found = json.loads((folder / f"api/{name}.json").read_bytes())
    columns = {name: plain(column) for name, column in found["columns"].items()}
    assert {len(column) for column in columns.values()} <= {found["count"]}
    return columns


def plain(column: list[Any] | dict[str, list[Any]]) -> list[Any]:
    if isinstance(column, dict):
        return [None if place is None else column["of"][place] for place in column["at"]]
    return column


def test_every_answer_is_a_file_and_its_script_tells_the_same(folder: Path) -> None:
    for name in (*overall(), "sources"):
        text = (folder / f"api/{name}.json").read_text()
        assert (folder / f"api/{name}.js").read_text() == f'fleetledger.told("{name}",{text})'


def test_the_money_of_each_kind_is_the_reports(folder: Path, refreshed: RefreshedDemo) -> None:
    done = CliRunner().invoke(main, ["report", "--json", "--data-dir", str(refreshed.copy)])
    assert done.exit_code == 0
    report = json.loads(done.stdout)["totals"]
    days = answer(folder, "days")
    for kind in ("billed", "subscription"):
        amounts = zip(days["cost_kind"], days["cost_usd"], strict=True)
        shown = sum(cost or 0 for found, cost in amounts if found == kind)
        assert shown == pytest.approx(report[f"{kind}_cost_usd"], abs=1e-6)
    sessions = answer(folder, "sessions")
    assert sum(cost or 0 for cost in sessions["billed_cost_usd"]) == pytest.approx(report["billed_cost_usd"], abs=1e-6)


def test_each_session_of_the_list_has_its_own_answer_with_all_its_calls(folder: Path, ledger: Path) -> None:
    keys = answer(folder, "sessions")["session_key"]
    found = [json.loads((folder / f"api/sessions/{key}.json").read_bytes()) for key in keys]
    assert [one["key"] for one in found] == keys
    with duckdb.connect(str(ledger), read_only=True) as connection:
        ((calls,),) = connection.execute("select count(*) from fct_model_calls").fetchall()
    assert sum(one["parts"]["calls"]["count"] for one in found if "calls" in one["parts"]) == calls


def test_a_second_export_writes_nothing_and_a_session_that_changed_alone(ledger: Path, tmp_path: Path) -> None:
    grown = tmp_path / "fleetledger.duckdb"
    shutil.copy(ledger, grown)
    first = export(grown, tmp_path / "page")
    assert first.written == first.files
    assert export(grown, tmp_path / "page").written == 0
    with duckdb.connect(str(grown)) as connection:
        ((session_id,),) = connection.execute("select min(session_id) from page_sessions").fetchall()
        connection.execute("update page_sessions set title = 'Another title' where session_id = $1", [session_id])
    export(grown, tmp_path / "page")
    changed = [path for path in (tmp_path / "page/api/sessions").glob("*.json") if "Another title" in path.read_text()]
    assert len(changed) == 1
    with duckdb.connect(str(grown)) as connection:
        connection.execute("delete from page_sessions where session_id = $1", [session_id])
    export(grown, tmp_path / "page")
    assert not changed[0].exists()


def test_what_an_earlier_version_wrote_does_not_stay_beside_the_page(ledger: Path, tmp_path: Path) -> None:
    page = tmp_path / "page"
    export(ledger, page)
    # One that did not yet tell its files had the scripts one by one; what others put there is theirs.
    state = json.loads((page / ".export.json").read_bytes())
    del state["files"]
    (page / ".export.json").write_text(json.dumps(state))
    (page / "charts.js").write_text("// older")
    (page / "logo.js").write_text("// not ours")
    export(ledger, page)
    assert not (page / "charts.js").exists()
    assert (page / "logo.js").exists()
    # An answer that the file no longer holds, and a name that leads out of the folder.
    state = json.loads((page / ".export.json").read_bytes())
    (page / "api/gone.json").write_text("{}")
    (tmp_path / "mine.json").write_text("{}")
    (page / ".export.json").write_text(
        json.dumps(state | {"files": [*state["files"], "api/gone.json", "../mine.json"]})
    )
    export(ledger, page)
    assert not (page / "api/gone.json").exists()
    assert (tmp_path / "mine.json").exists()
    assert export(ledger, page).written == 0


def test_days_are_those_of_the_reporting_zone(ledger: Path, tmp_path: Path) -> None:
    """Thirteen hours east of UTC, what ended or was noticed from 11:00 on is of the day after."""
    east = tmp_path / "fleetledger.duckdb"
    shutil.copy(ledger, east)
    days = {
        "rates": ("ended_on", "observed_count", "fct_task_rates", "ended_at", "sum(observed_count)"),
        "attention": ("noticed_on", None, "page_attention", "noticed_at", "count(*)"),
        "version_changes": ("first_used_on", None, "fct_version_changes", "first_used_at", "count(*)"),
    }
    with duckdb.connect(str(east)) as connection:
        connection.execute("update build_info set reporting_timezone = 'Etc/GMT-13'")
        wanted = {
            name: connection.execute(
                f"select cast(cast({at} + interval 13 hours as date) as varchar), cast({amount} as bigint),"
                f" bool_or(cast({at} + interval 13 hours as date) > cast({at} as date))"
                f" from {table} where {at} is not null group by 1"
            ).fetchall()
            for name, (_, _, table, at, amount) in days.items()
        }
        ((newest,),) = connection.execute(
            "select cast(cast(as_of + interval 13 hours as date) as varchar) from build_info"
        ).fetchall()
    assert all(any(is_later for *_, is_later in rows) for rows in wanted.values())
    export(east, tmp_path / "page")
    for name, (day, amount, *_) in days.items():
        shown = answer(tmp_path / "page", name)
        found: dict[str, int] = {}
        for at, count in zip(shown[day], shown[amount] if amount else [1] * len(shown[day]), strict=True):
            if at is not None:
                found[at] = found.get(at, 0) + (count or 0)
        assert found == {day: count for day, count, _ in wanted[name] if count}, name
    assert answer(tmp_path / "page", "build")["newest_on"] == [newest]


class Scripts(HTMLParser):
    """What a browser would run, and where it would go."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize("form", ["--out", "--single"])
def test_hostile_text_is_text(ledger: Path, tmp_path: Path, form: str) -> None:
    hostile = tmp_path / "fleetledger.duckdb"
    shutil.copy(ledger, hostile)
    with duckdb.connect(str(hostile)) as connection:
        for column in ("title", "project", "model", "git_branch", "account"):
            connection.execute(f"update page_sessions set {column} = $1", [HOSTILE])
        connection.execute("update fct_daily_costs set project = $1, model = $1", [HOSTILE])
        connection.execute("update fct_tool_calls set tool_name = $1, file_path = $1", [HOSTILE])
    target = tmp_path / ("page" if form == "--out" else "page.html")
    done = CliRunner().invoke(main, ["page", "--data-dir", str(tmp_path), form, str(target)])
    assert done.exit_code == 0, done.output
    page = (target / "index.html" if form == "--out" else target).read_text()
    parser = Scripts()
    parser.feed(page)
    allowed = {tag for tag, _ in parser.elements}
    assert "img" not in allowed
    assert all("onerror" not in attributes for _, attributes in parser.elements)
    assert "\u202e" not in page
    assert "\u2028" not in page
    for tag, attributes in parser.elements:
        for name in ("src", "href"):
            assert re.fullmatch(r"[\w.-]+|#[\w/-]*|data:,", attributes.get(name) or "x"), (tag, attributes)


def test_the_dearest_projects_stand_apart_and_the_rest_is_one(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleetledger.page.export.PROJECTS_APART", 3)
    export(ledger, tmp_path / "page")
    with duckdb.connect(str(ledger), read_only=True) as connection:
        dearest = connection.execute(
            "select project from fct_daily_costs where project is not null group by project order by"
            " greatest(sum(if(cost_kind = 'billed', cost_usd, null)),"
            " sum(if(cost_kind = 'subscription', cost_usd, null))) desc nulls last limit 3"
        ).fetchall()
        ((calls, projects),) = connection.execute(
            "select (select sum(model_call_count) from fct_daily_costs), count(distinct project) from fct_sessions"
        ).fetchall()
    days = answer(tmp_path / "page", "days")
    assert {name for name in days["project"] if name} == {name for (name,) in dearest} | {"(other projects)"}
    assert sum(days["model_call_count"]) == calls
    build = answer(tmp_path / "page", "build")
    assert (build["projects_apart_count"], build["project_count"]) == ([3], [projects])


def test_an_answer_that_is_cut_says_so(ledger: Path, tmp_path: Path) -> None:
    longer = tmp_path / "fleetledger.duckdb"
    shutil.copy(ledger, longer)
    with duckdb.connect(str(longer)) as connection:
        connection.execute(
            "insert into page_attention by name select page_attention.* replace (attention_id || copy as attention_id)"
            " from page_attention cross join range(500) as copies (copy)"
        )
    export(longer, tmp_path / "page")
    found = {name: json.loads((tmp_path / f"page/api/{name}.json").read_bytes()) for name in ("attention", "audit")}
    assert found["attention"]["count"] == 500
    assert found["attention"]["cut"] is True
    assert "cut" not in found["audit"]


def test_a_file_of_an_older_version_shows_what_it_has(ledger: Path, tmp_path: Path) -> None:
    older = tmp_path / "fleetledger.duckdb"
    shutil.copy(ledger, older)
    with duckdb.connect(str(older)) as connection:
        connection.execute("drop table page_hours")
    export(older, tmp_path / "page")
    assert not (tmp_path / "page/api/hours.json").exists()
    assert answer(tmp_path / "page", "days")["cost_usd"]


def test_every_table_that_an_answer_reads_is_known() -> None:
    assert {name for name in overall() if not tables_of(name)} == set()


def test_files_are_their_owners_alone(folder: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.rglob("*"))} == {0}


def test_out_and_single_at_once_are_refused(refreshed: RefreshedDemo, tmp_path: Path) -> None:
    arguments = ["page", "--data-dir", str(refreshed.copy), "--out", str(tmp_path), "--single", str(tmp_path / "x")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "give one of them" in done.output


def test_nothing_published_says_what_to_type(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["page", "--data-dir", str(tmp_path)])
    assert done.exit_code == 1
    assert "type `fleetledger refresh` first" in done.output
