"""Sessions with which an identity of the figures would not hold are named and left out; the rest is published."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.warehouse import build
from fleetledger.warehouse.plan import DataTest, Plan, plan_path, read_plan, write_plan

GOOD = ("s1", "s2", "s3", "s4", "s5")
BROKEN = 777
"""Input tokens that no session may have, as the tests of these plans say."""


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the logs of five sessions, refreshed."""
    place = tmp_path_factory.mktemp("withheld")
    (place / "fleet.toml").write_text('[[source]]\nfleet = "claude_code"\nhost = "h"\naccount = "a"\nroot = "logs"\n')
    for session in GOOD:
        write(place, session, 10)
    assert run(place, "refresh").exit_code == 0
    return place


@pytest.fixture
def place(refreshed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(refreshed, tmp_path / "place")


def write(place: Path, session: str, tokens: int, *, agent: str = "") -> None:
    """Add a response to a session, or to one of its sub-agents."""
    path = place / "logs/projects/p" / (f"{session}/subagents/agent-{agent}.jsonl" if agent else f"{session}.jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    name = f"{session}-{agent}-{tokens}"
    usage = {"input_tokens": tokens, "output_tokens": 1}
    message = {"id": f"msg-{name}", "role": "assistant", "model": "claude-opus-5-5", "content": [], "usage": usage}
    line = {"type": "assistant", "uuid": name, "sessionId": session, "timestamp": "2026-11-01T10:00:00Z"}
    with path.open("a") as log:
        log.write(json.dumps({**line, "requestId": f"req-{name}", "message": message}) + "\n")


def run(place: Path, command: str, *options: str) -> Result:
    arguments = [command, "--config", str(place / "fleet.toml"), "--data-dir", str(place / "data"), *options]
    return CliRunner().invoke(main, arguments)


def sessions(place: Path) -> set[str]:
    with duckdb.connect(str(published_path(place / "data")), read_only=True) as published:
        return {session for (session,) in published.sql("select session_id from fct_sessions").fetchall()}


def demand(place: Path, monkeypatch: pytest.MonkeyPatch, query: str, *, name: str = "an_identity") -> None:
    """Have one more test in each build, which dbt finds failing where the plan does."""
    plan = read_plan(place / "data")
    assert plan is not None
    calls = next(model.relation for model in plan.models if model.name == "fct_model_calls")
    write_plan(place / "data", Plan(plan.models, [*plan.tests, DataTest(name, query.format(calls=calls))]))

    def fail(*_: object, **__: object) -> None:
        raise build.BrokenByData("dbt build failed in 1 of its steps")

    monkeypatch.setattr(build, "build", fail)


def test_the_rest_is_published_and_the_exit_code_says_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demand(place, monkeypatch, f"select * from {{calls}} where input_tokens = {BROKEN}")
    write(place, "bad", BROKEN)
    write(place, "bad", 5, agent="x")
    write(place, "s6", 10)
    refreshed = run(place, "refresh")
    assert refreshed.exit_code == 1
    assert "1 session is left out" in refreshed.stderr
    assert "bad (a on h)" in refreshed.stderr
    assert "an_identity" in refreshed.stderr
    assert sessions(place) == {*GOOD, "s6"}
    examined = run(place, "doctor", "--json")
    document = json.loads(examined.stdout)
    assert examined.exit_code == 1
    assert [need["check"] for need in document["needs"]] == ["withheld"]
    assert document["withheld"] == [
        {"fleet": "claude_code", "host": "h", "account": "a", "session": "bad", "reason": "an_identity"}
    ]

    again = run(place, "refresh")
    assert again.exit_code == 1
    assert "Nothing to build" in again.stdout
    # It stays out when it grows, and what others add is published.
    write(place, "bad", 6, agent="y")
    write(place, "s7", 10)
    grown = run(place, "refresh")
    assert grown.exit_code == 1
    assert "Built" in grown.stdout, grown.output
    assert sessions(place) == {*GOOD, "s6", "s7"}


@pytest.mark.stress
def test_what_is_wrong_with_two_sessions_together_is_found(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = "select count(*) as found from {calls} where session_id in ('s1', 'z') having count(distinct session_id) = 2"
    demand(place, monkeypatch, both)
    write(place, "z", 10)
    refreshed = run(place, "refresh")
    assert refreshed.exit_code == 1
    assert len(sessions(place) & {"s1", "z"}) == 1
    assert sessions(place) >= {*GOOD[1:]}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("select 1", "an_identity"),
        pytest.param("select * from {calls} where input_tokens >= 10", "an_identity", marks=pytest.mark.stress),
        (f"select * from {{calls}} where input_tokens = {BROKEN}", "own.no_more_than_we_want"),
    ],
    ids=["no session", "most sessions", "the user's own test"],
)
def test_what_is_not_wrong_with_a_few_sessions_stops_the_refresh(
    place: Path, monkeypatch: pytest.MonkeyPatch, query: str, name: str
) -> None:
    demand(place, monkeypatch, query, name=name)
    write(place, "bad", BROKEN)
    refreshed = run(place, "refresh")
    assert refreshed.exit_code == 1
    assert "dbt build failed" in refreshed.stderr
    assert sessions(place) == {*GOOD}


def test_a_changed_project_tries_them_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = plan_path(place / "data").read_bytes()
    with monkeypatch.context() as patched:
        demand(place, patched, f"select * from {{calls}} where input_tokens = {BROKEN}")
        write(place, "bad", BROKEN)
        assert run(place, "refresh").exit_code == 1
    plan_path(place / "data").write_bytes(before)
    monkeypatch.setattr("fleetledger.warehouse.record.project_key", lambda **_: "another")
    assert run(place, "refresh").exit_code == 0
    assert sessions(place) == {*GOOD, "bad"}
