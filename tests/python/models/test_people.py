"""What people said and what stands around it, over small logs as Claude Code writes them, landed and modelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import BuiltFleet
from compiled_models import read_models, run_models
from git_repository import GitRepository
from logged_host import LoggedHost

from fleetledger.collect.git import Directories, collect_git
from fleetledger.secrets.scan import scan

TOKEN = "ghp_" + "a1B2c3D4" * 4 + "e5F6"
PLACE = "projects/-home-ann-shop"
SESSION = "5e551010-0000-4000-8000-000000000000"

Line = dict[str, Any]


@dataclass
class Session:
    """Lines of one session, a minute apart, each with an id of its own."""

    cwd: str
    session: str = SESSION
    agent: str | None = None
    minutes: int = 0

    def line(self, **fields: object) -> Line:
        self.minutes += 1
        stamp = f"2026-01-02T00:{self.minutes:02}:00.000Z"
        name = f"{self.session[:8]}-{self.agent or 'main'}-{self.minutes}"
        common: Line = {
            "uuid": name,
            "sessionId": self.session,
            "cwd": self.cwd,
            "timestamp": stamp,
            "version": "2.1.330",
        }
        more: Line = {"isSidechain": True, "agentId": self.agent} if self.agent else {}
        return {**common, "gitBranch": "main", **more, **fields}

    def prompt(self, text: str) -> Line:
        return self.line(type="user", message={"role": "user", "content": text}, origin={"kind": "human"})

    def call(self, name: str, call: str, **given: object) -> Line:
        content = [{"type": "tool_use", "id": call, "name": name, "input": given}]
        usage = {"input_tokens": 10, "output_tokens": 20}
        message = {
            "id": f"msg_{call}",
            "role": "assistant",
            "model": "claude-opus-5",
            "content": content,
            "usage": usage,
        }
        return self.line(type="assistant", requestId=f"req_{call}", message={**message, "stop_reason": "tool_use"})

    def result(self, call: str, content: str, **told: object) -> Line:
        block = {"type": "tool_result", "tool_use_id": call, "content": content}
        return self.line(type="user", message={"role": "user", "content": [block]}, toolUseResult=told)


def written(*lines: Line) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.fixture
def modelled(host: LoggedHost, fleet: BuiltFleet, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session that was shown a file, started a workflow, kept a large result, and worked beside its project."""
    shop, library = GitRepository.made(tmp_path / "shop"), GitRepository.made(tmp_path / "library")
    shop.commit("Begin", a="1")
    code = "def total_of(orders):\n    return sum(order.price for order in orders)\n\nTAX_RATE = 0.19 * 100\n"
    session = Session(str(shop.path))
    shown = {"type": "file", "filename": str(shop.path / ".env"), "content": {"type": "text"}, "displayPath": ".env"}
    listed = {"type": "skill_listing", "path": str(shop.path / "secrets.env")}
    folder = f"/home/ann/.claude/{PLACE}/{SESSION}"
    host.write(
        written(
            session.prompt("Total the orders @.env") | {"slug": "quiet-otter"},
            session.line(type="attachment", attachment=shown),
            session.line(type="attachment", attachment=listed),
            {"type": "custom-title", "customTitle": "Named later", "sessionId": SESSION},
            session.call("Bash", "t1", command="cat log"),
            session.result("t1", "too large", persistedOutputPath=f"{folder}/tool-results/b1.txt"),
            session.call("Workflow", "t2", script="…"),
            session.result("t2", "started", status="async_launched", runId="wf_1", taskType="local_workflow"),
            session.call("Write", "t3", file_path=str(library.path / "total.py"), content=code),
            session.result("t3", "written"),
        ),
        f"{PLACE}/{SESSION}.jsonl",
    )
    earlier = Session(str(shop.path))
    title = {"type": "custom-title", "customTitle": "Named first", "sessionId": SESSION}
    # The file of the name that sorts last is not the newest.
    host.write(written(earlier.line(type="system", subtype="note", content=""), title), f"{PLACE}/zzz.jsonl")
    host.sources[0] = replace(host.sources[0], keeps=("plans",))
    host.write("# Total, said the pélican\n".encode(), "plans/quiet-otter.md")
    host.write(b"# Another's\n", "plans/loud-otter.md")
    host.write(f"start\ntoken {TOKEN}\n".encode(), f"{PLACE}/{SESSION}/tool-results/b1.txt")
    for agent in ("a1", "a2"):
        lines = Session(str(shop.path), agent=agent)
        run = f"{PLACE}/{SESSION}/subagents/workflows/wf_1/agent-{agent}"
        host.write(written(lines.prompt("Part"), lines.call("Read", f"{agent}-r", file_path="x")), f"{run}.jsonl")
        host.write(b'{"agentType": "workflow-subagent", "inWorkflowRun": true}', f"{run}.meta.json")
    host.extract()
    library.minutes = 30
    committed = library.commit("Total the orders", total_py=code)
    reached: Directories = {str(library.path): None}
    collect_git(host.landing, ["host"], host.now, lambda *_, **__: None, lambda _: reached)
    scan(host.data, host.now, lambda *_, **__: None)
    with run_models(read_models(fleet.manifest), fleet.data, host.data) as connection:
        connection.execute("set variable committed = $1", [committed])
        yield connection


def test_what_stands_around_a_session_is_seen(modelled: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    def rows(query: str) -> list[tuple[Any, ...]]:
        return modelled.sql(query).fetchall()

    # A workflow's call stands with each agent that it started.
    agents = "select agent_id, subagent_type, task_id, tool_call_count from marts.fct_subagents order by all"
    assert rows(agents) == [(name, "workflow-subagent", f"{SESSION}/{name}", 1) for name in ("a1", "a2")]

    # A file that was put in front of the model counts as read; one that is only named does not.
    shown = "select file_path, access_kind, location from marts.fct_file_accesses where access_source = 'attachment'"
    assert rows(shown) == [(f"{tmp_path}/shop/.env", "read", "project")]
    found = "select rule_id, session_id from marts.fct_audit_findings where tool_call_id is null"
    assert rows(found) == [("env-file-read", SESSION)]

    # A secret in a result that was too large for the transcript is a finding of the call.
    kept = "select tool_call_id, found_in from marts.fct_audit_findings where secret_hash is not null"
    assert [(call.rpartition(":")[2], place) for call, place in rows(kept)] == [("t1", "output")]

    assert rows("select title from marts.fct_sessions") == [("Named later",)]

    # A plan is a text of the session whose lines name it.
    beside = "select session_id, tool_name, block_text from intermediate.int_claude_code_texts where text_kind = 'file'"
    assert sorted(rows(beside)) == [
        (SESSION, "plans/quiet-otter.md", "# Total, said the pélican\n"),
        (SESSION, "tool-results/b1.txt", f"start\ntoken {TOKEN}\n"),
    ]

    # What it wrote beside its project, and was committed there by hand, is its work.
    commits = (
        "select task_id, repository, join_kind from marts.fct_task_commits where commit_sha = getvariable('committed')"
    )
    assert rows(commits) == [(SESSION, f"{tmp_path}/library", "content")]
    places = "select directory, reached_by, repository from marts.fct_task_directories where task_id = session_id"
    assert {(Path(place).name, how, repository) for place, how, repository in rows(places)} == {
        ("shop", "session", f"{tmp_path}/shop"),
        ("library", "edit", f"{tmp_path}/library"),
    }
