"""What agents ask, by the SDK's own client, over standard input and output as Claude Code does it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from published_fixture import write_published

from fleetledger.base.paths import published_path

mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

DESCRIPTIONS, ANSWER = 6_000, 8_000
"""Characters that all descriptions, and an answer, may take: 1,500 and 2,000 tokens."""

CALLS = (
    {"session_id": "5f3a91c2-1", "git_branch": "fix/SHOP-1"},
    {"session_id": "9b1d0000-2", "project": "/home/ann/lab", "cost_kind": "billed", "provider": "openrouter"},
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("mcp")
    write_published(published_path(place), CALLS, {"5f3a91c2-1": "Fix the login"})
    return place


def ask(data: Path, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """The tools, then the answer to each call: its text, and whether it is an error."""
    command = mcp.StdioServerParameters(
        command=sys.executable, args=["-m", "fleetledger", "mcp", "--data-dir", str(data)], env={"TZ": "UTC"}
    )

    async def asked() -> list[Any]:
        async with mcp.Client(command) as client:
            answers: list[Any] = [(await client.list_tools()).tools]
            for name, arguments in calls:
                answer: Any = await client.call_tool(name, arguments)
                answers.append((answer.content[0].text, answer.is_error))
            return answers

    return anyio.run(asked)


def test_agents_ask_for_costs_sessions_and_sql(data: Path) -> None:
    tools, cost, sessions, shown, outcomes, sql, wrong, written, other_file = ask(
        data,
        ("cost", {"by": "project"}),
        ("sessions", {"project": "shop"}),
        ("show", {"session": "5f3a"}),
        ("outcomes", {}),
        ("sql", {"query": "select count(*) as calls from fct_model_calls"}),
        ("cost", {"by": "modell"}),
        ("sql", {"query": "create table x as select 1"}),
        ("sql", {"query": f"select * from read_text('{__file__}')"}),
    )
    assert [tool.name for tool in tools] == ["cost", "sessions", "search", "show", "outcomes", "attention", "sql"]
    assert sum(len(tool.model_dump_json(exclude_none=True)) for tool in tools) <= DESCRIPTIONS
    rows = json.loads(cost[0])["rows"]
    assert rows == [
        {"project": "/home/ann/lab", "model_call_count": 1, "tokens": 1200, "billed_cost_usd": 0.01},
        {"project": "/home/ann/shop", "model_call_count": 1, "tokens": 1200, "subscription_cost_usd": 0.01},
    ]
    assert [row["title"] for row in json.loads(sessions[0])["rows"]] == ["Fix the login"]
    assert json.loads(shown[0])["session_id"] == "5f3a91c2-1"
    assert not outcomes[1]
    assert json.loads(sql[0])["rows"] == [[2]]
    assert wrong[1]
    assert "did you mean model?" in wrong[0]
    assert written[1]
    assert other_file[1]


def test_an_answer_keeps_to_its_length_and_says_what_it_leaves_out(data: Path) -> None:
    _, (text, is_error), (endless, failed) = ask(
        data,
        ("sql", {"query": "select repeat('x', 500) as x from range(1000)"}),
        ("sql", {"query": "select count(*) from range(500000) a, range(500000) b where sin(a.range) < cos(b.range)"}),
    )
    assert not is_error
    assert len(text) <= ANSWER
    assert json.loads(text)["rows_left_out"] > 100
    assert failed
    assert "longer than 5 seconds" in endless
