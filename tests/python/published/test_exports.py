"""Exports: Parquet that holds what is published, and logs of mu that read back to the same calls."""

from __future__ import annotations

import json
import shutil
import stat
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import NOW, BuiltFleet
from click.testing import CliRunner
from published_fixture import write_published
from refilled import plan_of, quietly

from fleetledger.base.paths import published_path, warehouse_path
from fleetledger.cli.main import main
from fleetledger.landing.extract import extract
from fleetledger.published.mu_log import NotToBeWrittenError, export_mu
from fleetledger.published.tables import NotEmptyError, export_parquet
from fleetledger.simulate.fleet import SMALLEST_SIZE, simulate
from fleetledger.simulate.plan import Scale
from fleetledger.sources.config import FleetConfig, load_config
from fleetledger.sources.fleets import Source
from fleetledger.warehouse.refill import refill

CALLS: tuple[dict[str, Any], ...] = (
    {"session_id": "s1"},
    {"session_id": "s1", "called_at": "2026-12-01 10:00:00", "called_on": "2026-12-01"},
)
READ_BACK = 10
"""So many sessions are exported and read back, the first by their digest; each takes a fifth of a second."""


def test_parquet_holds_what_is_published_by_month(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), CALLS)
    out = tmp_path / "out"
    told = CliRunner().invoke(main, ["export", "parquet", str(out), "--data-dir", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert "tables in" in told.stdout
    assert (out / "fct_model_calls/month=2026-12").is_dir()
    with duckdb.connect(str(published_path(tmp_path)), read_only=True) as published:
        for (table,) in published.execute("select table_name from duckdb_tables()").fetchall():
            files = f"{out}/{table}/**/*.parquet"
            read = f"select columns(c -> c <> 'month') from read_parquet('{files}', hive_partitioning = false)"
            assert published.execute(f"from ({read}) order by all").fetchall() == (
                published.execute(f"from {table} order by all").fetchall()
            )
    places = [out, *out.rglob("*")]
    assert {stat.S_IMODE(place.stat().st_mode) for place in places if place.is_file()} == {0o600}
    assert {stat.S_IMODE(place.stat().st_mode) for place in places if place.is_dir()} == {0o700}


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), CALLS)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").touch()
    with pytest.raises(NotEmptyError, match="is not empty"):
        export_parquet(published_path(tmp_path), tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["mine"]


def asked(data: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse_path(data)), read_only=True) as warehouse:
        return warehouse.execute(query).fetchall()


def counted(data: Path, session: str, chosen: str) -> dict[str, Counter[tuple[Any, ...]]]:
    """The calls and tool calls of each session: `session` is an expression of what names it."""
    calls = f"""
        select {session}, 'call', model, input_tokens, output_tokens, coalesce(cache_read_tokens, 0),
            coalesce(cache_write_5m_tokens, 0), coalesce(cache_write_1h_tokens, 0)
        from intermediate.int_model_calls where {chosen}
    """
    tools = f"select {session}, 'tool', tool_name, is_error from intermediate.int_tool_calls where {chosen}"
    found: dict[str, Counter[tuple[Any, ...]]] = {}
    for row in (*asked(data, calls), *asked(data, tools)):
        found.setdefault(row[0], Counter())[row[1:]] += 1
    return found


def refilled(data: Path, fleet: BuiltFleet, sources: tuple[Source, ...]) -> Path:
    """The warehouse of some sources, made in `data` from that of the built fleet."""
    data.mkdir()
    shutil.copy(warehouse_path(fleet.data), warehouse_path(data))
    with duckdb.connect(str(warehouse_path(data))) as warehouse:
        warehouse.execute("drop table main.built_from")
    extract(data, FleetConfig(sources), now=NOW)
    refill(data, plan_of(fleet), NOW, quietly)
    return data


def check_read_back(data: Path, fleet: BuiltFleet, sessions: list[str], place: Path) -> None:
    """Sessions in `data`, exported, read back to the same calls and tool calls; no session of Claude Code's is lost."""
    for session_id in sessions:
        export_mu(data, {"session_id": session_id, "fleet": "claude_code"}, place / "logs", text=True)
    source = Source("mu", "there", "default", None, place / "logs")
    again = refilled(place / "again", fleet, (source,))
    names = ", ".join(f"'{session_id}'" for session_id in sessions)
    expected = counted(data, "session_id", f"session_id in ({names})")
    assert counted(again, "split_part(session_id, '/', 2)", "fleet = 'mu'") == expected
    assert len(expected) > 0.9 * len(sessions)


def test_a_log_of_mu_reads_back_to_the_same_calls(fleet: BuiltFleet, tmp_path: Path) -> None:
    sessions = asked(
        fleet.data,
        "select session_id from intermediate.int_sessions where fleet = 'claude_code'"
        f" order by md5(session_id) limit {READ_BACK}",
    )
    check_read_back(fleet.data, fleet, [session_id for (session_id,) in sessions], tmp_path)


@pytest.mark.stress
def test_a_thousand_generated_sessions_read_back(
    fleet: BuiltFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small ones, in which all happens that the simulator knows of: forks, sub-agents, compactions, broken lines."""
    small = replace(Scale.corpus(SMALLEST_SIZE), size=14_000_000, sessions=1_000, mu_share=0.01, detail=0.06)
    monkeypatch.setattr(Scale, "corpus", classmethod(lambda scale, size: small))
    made = simulate(tmp_path / "fleet", seed=16, size=SMALLEST_SIZE, processes=1)
    data = refilled(tmp_path / "data", fleet, load_config(made.config).sources)
    sessions = asked(data, "select session_id from intermediate.int_sessions where fleet = 'claude_code' order by 1")
    assert len(sessions) >= 1_000
    check_read_back(data, fleet, [session_id for (session_id,) in sessions], tmp_path)


def test_a_session_is_written_once_and_without_texts_where_none_are_kept(fleet: BuiltFleet, tmp_path: Path) -> None:
    ((session_id,),) = asked(
        fleet.data,
        "select session_id from intermediate.int_tool_calls where fleet = 'claude_code' and command is not null"
        " group by 1 order by count(*) desc, 1 limit 1",
    )
    session = {"session_id": session_id, "fleet": "claude_code"}
    written = export_mu(fleet.data, session, tmp_path, text=False)
    events = [json.loads(line) for file in written.place.iterdir() for line in file.read_text().splitlines()]
    assert len(events) == written.events
    said = [
        event["payload"].get("content") or event["payload"].get("arguments") or None
        for event in events
        if event["payload"]["kind"] in ("user_message", "tool_call", "tool_result")
    ]
    assert set(said) == {None}
    with pytest.raises(NotToBeWrittenError, match="is there already"):
        export_mu(fleet.data, session, tmp_path, text=True)
    with pytest.raises(NotToBeWrittenError, match="mu's own"):
        export_mu(fleet.data, {"session_id": "m", "fleet": "mu"}, tmp_path, text=True)
