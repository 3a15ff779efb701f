"""Marts that were made elsewhere are published as those that were made here."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from compiled_models import Marts, marts
from refreshed_demo import NOW, RefreshedDemo

from fleetledger.base.paths import published_path, warehouse_path
from fleetledger.cli.main import main

COMMENTS = (
    "select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = 'main' order by all"
)


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo has ended the day before."""
    monkeypatch.setattr("fleetledger.base.clock.now", lambda: NOW)


@pytest.fixture(scope="module")
def made(refreshed: RefreshedDemo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marts of the demo as Parquet, as Spark leaves its own: a directory a table, some in several files."""
    place = tmp_path_factory.mktemp("marts.db")
    with duckdb.connect(str(warehouse_path(refreshed.copy)), read_only=True) as warehouse:
        tables = warehouse.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        for (mart,) in tables:
            (place / mart).mkdir()
            for part in range(2):
                rows = (
                    f"select * from (select *, row_number() over () % 2 as part from marts.{mart}) where part = {part}"
                )
                file = place / mart / f"part-{part}.parquet"
                warehouse.execute(f"copy (select * exclude (part) from ({rows})) to '{file}' (format parquet)")
    return place


def publish(made: Path, data: Path, *options: str) -> tuple[int, str]:
    ended = CliRunner().invoke(main, ["publish", "--from", str(made), "--data-dir", str(data), *options])
    return ended.exit_code, ended.stderr


def of_file(published: Path) -> tuple[Marts, list[tuple[str, ...]]]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return marts(connection, schema="main"), connection.execute(COMMENTS).fetchall()


def test_what_is_published_of_parquet_is_what_was_made(refreshed: RefreshedDemo, made: Path, tmp_path: Path) -> None:
    data = tmp_path / "cluster"
    assert publish(made, data)[0] == 0
    assert of_file(published_path(data)) == of_file(published_path(refreshed.copy))
    reported = [CliRunner().invoke(main, ["report", "--data-dir", str(one)]) for one in (data, refreshed.copy)]
    assert reported[0].exit_code == 0
    assert reported[0].stdout == reported[1].stdout


def test_what_is_not_whole_is_named_and_publishes_nothing(made: Path, refreshed: RefreshedDemo, tmp_path: Path) -> None:
    code, said = publish(tmp_path, tmp_path / "cluster")
    assert code == 1
    assert "has no Parquet files" in said
    assert not published_path(tmp_path / "cluster").exists()
    code, said = publish(made, refreshed.copy)
    assert code == 1
    assert "has a landing" in said


REPORTS = (
    *(
        "",
        "daily",
        "weekly",
        "monthly",
        "sessions",
        "models",
        "projects",
        "active-time",
        "attention",
        "audit",
        "blocks",
    ),
    *("decisions", "errors", "joins", "latency", "limits", "outcomes", "quality", "telemetry", "tools", "value"),
    *("signals", "signals asks", "signals cache", "signals versions", "signals anomalies", "signals claims"),
    *("--by account,branch", "--by ticket", "--by agent", "models --with-hidden", "daily --timezone Pacific/Auckland"),
)
NOT_NARROWED = ("standing", "has_mu", "now")
"""What a report says of all that there is, whatever days and accounts it is asked about."""
SINCE = "2026-11-10"
"""Halfway through the demo's last month."""
SLICES = (["--since", SINCE], ["--account", "ci"], ["--since", SINCE, "--account", "default"])


@pytest.fixture(scope="module", params=SLICES, ids=" ".join)
def sliced(
    request: pytest.FixtureRequest, made: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """A data directory of a slice, and the options that it was cut with."""
    data = tmp_path_factory.mktemp("slice") / "cluster"
    assert publish(made, data, *request.param) == (0, "")
    return data, request.param


def told(data: Path, report: str, *options: str) -> dict[str, object]:
    ended = CliRunner().invoke(main, ["report", *report.split(), "--json", "--data-dir", str(data), *options])
    assert ended.exit_code == 0, ended.output
    return {key: value for key, value in json.loads(ended.stdout).items() if key not in NOT_NARROWED}


def test_reports_of_a_slice_are_those_of_the_whole(sliced: tuple[Path, list[str]], refreshed: RefreshedDemo) -> None:
    data, narrowed = sliced
    # All of them of the narrowest slice: a report takes a tenth of a second.
    for report in REPORTS if len(narrowed) > 2 else REPORTS[:6]:
        of_slice, of_whole = (told(place, report, *narrowed) for place in (data, refreshed.copy))
        assert of_slice == of_whole, report


def test_a_session_of_a_slice_is_whole_in_every_mart(sliced: tuple[Path, list[str]], refreshed: RefreshedDemo) -> None:
    data, _ = sliced
    with duckdb.connect(str(published_path(data)), read_only=True) as connection:
        connection.execute(f"attach '{published_path(refreshed.copy)}' as whole (read_only)")
        named = connection.execute(
            "select table_name from duckdb_columns() where database_name = 'whole' and column_name = 'session_id'"
        ).fetchall()
        ((taken, known),) = connection.execute(
            "select (select count(*) from fct_sessions), (select count(*) from whole.fct_sessions)"
        ).fetchall()
        assert 0 < taken < known
        for (mart,) in named:
            of_sessions = f"from {{}}{mart} where session_id in (select session_id from fct_sessions)"
            lacking = f"select * {of_sessions.format('whole.')} except all select * {of_sessions.format('')}"
            assert connection.execute(lacking).fetchall() == [], mart


def test_a_slice_answers_from_its_day_on(made: Path, refreshed: RefreshedDemo, tmp_path: Path) -> None:
    data = tmp_path / "cluster"
    assert publish(made, data, "--since", SINCE) == (0, "")
    assert told(data, "daily") == told(refreshed.copy, "daily", "--since", SINCE)
    assert [row["period"] for row in standing(data)] == ["today", "7 days"]
    refused = CliRunner().invoke(main, ["report", "--since", "2026-11-01", "--data-dir", str(data)])
    assert refused.exit_code == 2
    assert "a slice that begins on 2026-11-10" in refused.stderr


def standing(data: Path) -> list[dict[str, object]]:
    ended = CliRunner().invoke(main, ["report", "--json", "--data-dir", str(data)])
    rows: list[dict[str, object]] = json.loads(ended.stdout)["standing"]
    return rows


def test_what_is_no_slice_is_refused(made: Path, refreshed: RefreshedDemo, tmp_path: Path) -> None:
    code, said = publish(made, tmp_path / "cluster", "--account", "nobody")
    assert code == 1
    assert "has 78 sessions, and none of this slice" in said
    code, said = publish(made, tmp_path / "cluster", "--since", "soon")
    assert code == 2
    ended = CliRunner().invoke(main, ["publish", "--since", SINCE, "--data-dir", str(refreshed.copy)])
    assert ended.exit_code == 2
    assert "--since and --account are of --from" in ended.stderr
