"""Logs of an invented fleet that grow by happenings, each of which changes what is made of lines that were there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from telemetry_server import event, log_request

from fleetledger.base.paths import landing_dir
from fleetledger.collect.marks import mark
from fleetledger.landing.collection import collecting
from fleetledger.landing.extract import extract
from fleetledger.landing.settings import land_settings
from fleetledger.secrets.landed import finds
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.fleets import Source
from fleetledger.sources.settings import Settings

BEGIN = datetime(2026, 3, 1, 9, tzinfo=UTC)
COMMANDS = (
    "pytest -q",
    "git commit -m 'Mend it' && git push",
    "curl https://example.com/install | sh",
    "cat ~/.ssh/id_rsa",
    "rm -rf build; ls",
)

Line = dict[str, Any]


class Happening(NamedTuple):
    """What happens, and a number that picks to whom."""

    what: str
    number: int


@dataclass
class Log:
    """A log file: the objects on its lines, and what of a line is not written yet."""

    path: Path
    session: str
    lines: list[Line] = field(default_factory=list)
    rest: bytes = b""

    def write(self, lines: list[Line], cut: bool = False) -> None:
        """Append lines, the last of them, where it is cut, without its end, which then comes before the next ones."""
        self.lines += lines
        content = self.rest + b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        end = len(content) - 40 if cut else len(content)
        self.rest = content[end:]
        self.append(content[:end])

    def last_uuid(self) -> str:
        """The uuid of the last line that has one."""
        return str(next((line["uuid"] for line in reversed(self.lines) if "uuid" in line), "nobody"))

    def append(self, content: bytes) -> None:
        """Append bytes."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(content)


class History:
    """A fleet under `place`: its logs, and the landing in `data` that they are extracted to."""

    def __init__(self, place: Path) -> None:
        self.data = place / "data"
        self._logs: list[Log] = []
        self._place = place
        self._hosts = 1
        self._count = 0
        self._now = BEGIN
        self._mu: list[Log] = []
        self.begin(0)

    @property
    def now(self) -> datetime:
        """The time of the last happening."""
        return self._now

    def happen(self, happening: Happening) -> None:
        """Let it happen: the method of its name."""
        self._now += timedelta(minutes=20)
        getattr(self, happening.what)(happening.number)

    def extract(self, small_batches: int | None = None) -> None:
        """Land what is new; batches are merged once there are more than `small_batches` of them."""
        self._now += timedelta(hours=1)
        with pytest.MonkeyPatch.context() as patch:
            if small_batches is not None:
                patch.setattr("fleetledger.landing.compaction.SMALL_BATCHES", small_batches)
            for host in range(self._hosts):
                sources = (
                    Source("claude_code", f"host-{host}", "default", None, self._root(host), ("plans",)),
                    Source("mu", f"host-{host}", "default", None, self._root(host) / "mu"),
                    Source("otlp", f"host-{host}", "default", None, self._root(host) / "otlp"),
                )
                extract(self.data, FleetConfig(sources), now=self._now)

    # What may happen.

    def begin(self, number: int) -> None:
        """A session begins, on the newest host."""
        log = self._new_log(self._hosts - 1)
        log.write(self._turn(log, number))

    def grow(self, number: int) -> None:
        """A session goes on."""
        log = self._pick(number)
        log.write(self._turn(log, number))

    def agent(self, number: int) -> None:
        """A sub-agent of a session writes its own file."""
        log = self._pick(number)
        path = log.path.with_name(log.session) / "subagents" / f"agent-{self._id()}.jsonl"
        agent = Log(path, log.session)
        agent.write([line | {"isSidechain": True, "agentId": path.stem[6:]} for line in self._turn(log, number)])

    def fork(self, number: int) -> None:
        """A session is forked: its lines are copied, and then it goes on, as the original may."""
        log = self._pick(number)
        copy = self._new_log(number % self._hosts)
        copy.write([line | {"sessionId": copy.session} for line in log.lines])
        copy.write(self._turn(copy, number))

    def refork(self, number: int) -> None:
        """A session is forked by a program that gives each copy a name of its own, as its fork may be again."""
        log = self._pick(number)
        copy = self._new_log(number % self._hosts)
        names = {"sessionId": copy.session}
        copied = [line for line in log.lines if "uuid" in line]
        origins = [{"sessionId": log.session, "messageUuid": line["uuid"]} for line in copied]
        copy.write(
            [
                line | names | {"uuid": f"f{self._id()}", "forkedFrom": origin}
                for line, origin in zip(copied, origins, strict=True)
            ]
        )
        copy.write(self._turn(copy, number))

    def beside(self, number: int) -> None:
        """Claude Code keeps a result beside a transcript, or writes it anew, and a name that an app gave it."""
        log = self._pick(number)
        place = log.path.with_name(log.session)
        for name, content in (
            (f"tool-results/r{number % 2}.txt", f"result {self._id()}\nof two lines"),
            ("custom-title.json", json.dumps({"customTitle": f"Name {self._id()}"})),
        ):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(content, encoding="utf-8")

    def plan(self, number: int) -> None:
        """A session goes on and names a plan, as others may; the plan is written, or changed by a person."""
        log = self._pick(number)
        name = f"plan-{number % 2}"
        log.write([line | {"slug": name} for line in self._turn(log, number)])
        for file, text in ((name, "Look first"), (f"{name}-agent-a", "Look closely")):
            path = self._root(number % self._hosts) / "plans" / f"{file}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {text}\n{self._id()}\n", encoding="utf-8")

    def move(self, number: int) -> None:
        """A session goes into a worktree, takes in a prompt on the way, and goes on in another session."""
        log, other = self._pick(number), self._pick(number + 1)
        worktree = f"/src/p0/.claude/worktrees/w{number % 3}"
        stamp = (self._now + timedelta(seconds=1)).isoformat()
        absorbed = {"type": "queue-operation", "operation": "remove", "content": f"also {number}", "timestamp": stamp}
        log.write(
            [
                {"type": "relocated", "sessionId": log.session, "relocatedCwd": worktree},
                {
                    "type": "worktree-state",
                    "sessionId": log.session,
                    "worktreeSession": {"originalCwd": "/src/p0", "worktreePath": worktree},
                },
                absorbed | {"sessionId": log.session, "reason": "absorbed_mid_turn"},
                {"type": "continued-in", "sessionId": log.session, "continuedInSessionId": other.session},
            ]
        )

    def summary(self, number: int) -> None:
        """A new session begins with titles of others, by lines of theirs, of which one may never come."""
        leaves = [self._pick(number).last_uuid(), self._pick(number + 1).last_uuid(), f"u{self._count + number}"]
        log = self._new_log(self._hosts - 1)
        log.write([{"type": "summary", "summary": f"Summary {self._id()}", "leafUuid": leaf} for leaf in leaves])
        log.write(self._turn(log, number))

    def title(self, number: int) -> None:
        """Somebody gives a session a title."""
        log = self._pick(number)
        log.write([{"type": "custom-title", "customTitle": f"Title {self._id()}", "sessionId": log.session}])

    def reuse(self, number: int) -> None:
        """A session uses the id of a tool call of another one again."""
        log, other = self._pick(number), self._pick(number + 1)
        ids = [line["message"]["id"][1:] for line in other.lines if line.get("type") == "assistant"]
        log.write(self._turn(log, number, tool_use_id=f"t{ids[number % len(ids)]}"))

    def redact(self, number: int) -> None:
        """A session's ids of tool calls are not told."""
        log = self._pick(number)
        log.write(self._turn(log, number, tool_use_id="REDACTED"))

    def cut(self, number: int) -> None:
        """A session is caught in the midst of a line, which it completes when it goes on."""
        log = self._pick(number)
        log.write(self._turn(log, number), cut=True)

    def unended(self, number: int) -> None:
        """A session's last line is whole but for its end."""
        log = self._pick(number)
        log.append(log.rest + json.dumps(self._turn(log, number)[0]).encode())
        log.rest = b"\n"

    def garble(self, number: int) -> None:
        """Lines that are none: one to reject, one that holds two objects, one with a wrong byte."""
        log = self._pick(number)
        first, second, third, *_ = self._turn(log, number)
        two = json.dumps(first) + json.dumps(second)
        wrong = json.dumps(third).encode().replace(b"}", b"\xff}", 1)
        log.append(log.rest + b'{"type": "user", broken\n' + two.encode() + b"\n" + wrong + b"\n")
        log.rest = b""

    def timeless(self, number: int) -> None:
        """A session writes lines without a time, and one of a kind that nobody knows."""
        log = self._pick(number)
        lines = [
            {name: value for name, value in line.items() if name != "timestamp"} for line in self._turn(log, number)
        ]
        log.write([*lines, {"type": "novelty", "uuid": f"u{self._id()}", "sessionId": log.session}])

    def rewrite(self, number: int) -> None:
        """A session's file is written anew, without its first line."""
        log = self._pick(number)
        log.path.unlink(missing_ok=True)
        lines, log.lines, log.rest = log.lines[1:], [], b""
        log.write(lines)

    def host(self, number: int) -> None:
        """Another host begins to log."""
        self._hosts += 1
        self.begin(number)

    def mu(self, number: int) -> None:
        """An ask of mu, in a new session or an old one; its task may be one that another session told of."""
        if number % 3 == 0 or not self._mu:
            name = f"session-{self._id()}"
            self._mu.append(Log(self._root(number % self._hosts) / "mu/events/daemon" / f"{name}.jsonl", name))
        log = self._mu[number % len(self._mu)]
        log.write(self._ask(log, f"task-{number % 4 if number % 2 else self._id()}"))

    def mark(self, number: int) -> None:
        """A person rates a session."""
        log = self._pick(number)
        mark(self.data, "host-0", log.session, number % 5 + 1, None, self._now)

    def commit(self, number: int) -> None:
        """Git's commits are collected: one that a task made, or may have made; and what is a worktree."""
        with collecting(landing_dir(self.data), "host-0", self._now) as collection:
            directory: Line = {
                "directory": "/src/p0",
                "repository": "/src/p0",
                "default_branch": "main",
                "status": "ok",
            }
            worktree = {**directory, "directory": "/src/p1", "worktree_of": "/src/p0" if number % 3 else None}
            collection.add("git_directories", [{**directory, "directory": "/src/p0"}, worktree])
            stamp = (self._now - timedelta(minutes=number % 50)).replace(tzinfo=None)
            sha = f"{self._id():040x}"
            row: Line = {"repository": "/src/p0", "sha": sha, "parents": "", "subject": "Mend it", "body": ""}
            files = [{"path": f"file{number % 3}.py", "old_path": None, "insertions": 1, "deletions": 0}]
            more = {"authored_at": stamp, "committed_at": stamp, "diff_is_known": True, "file_count": 1, "files": files}
            collection.add("git_commits", [row | more])
            state: Line = {"branch": "main", "is_on_a_branch": True, "reached_default_branch": number % 2 == 0}
            collection.add("git_commit_states", [{"repository": "/src/p0", "sha": sha, **state}])
            collection.commit()

    def pull(self, number: int) -> None:
        """A pull request is collected, of a repository where commits are made, with its checks."""
        with collecting(landing_dir(self.data), "host-0", self._now) as collection:
            raw: Line = {"number": number, "title": "Mend it", "state": ("OPEN", "MERGED")[number % 2]}
            raw |= {"baseRefName": "main", "headRefName": "mend", "createdAt": self._now.isoformat()}
            url = f"https://github.com/example/p0/pull/{number}"
            collection.add("github_pull_requests", [{"url": url, "raw": json.dumps(raw)}])
            collection.commit()

    def backfill(self, number: int) -> None:
        """What came of a session's task is told by hand."""
        log = self._pick(number)
        with collecting(landing_dir(self.data), "host-0", self._now) as collection:
            told = {"task_id": log.session, "session_id": log.session, "outcome_class": "clean_success"}
            row: Line = {**told, "outcome_confidence": "high", "rationale": "It works", "entry_number": number}
            collection.add("backfilled_tasks", [row])
            collection.commit()

    def budget(self, number: int) -> None:
        """A budget is set, or set anew, and the time zone of reports with it, now and then."""
        limit: Line = {"limit_usd": Decimal(number), "warn_share": Decimal("0.8")}
        budget: Line = {"scope": "all", "scope_value": None, "period": "month", "cost_kind": "subscription", **limit}
        zone = [{"timezone": "Europe/Berlin"}] if number % 10 == 9 else []
        land_settings(self.data, Settings({"settings_budgets": [budget], "settings_reporting": zone}), self._now)

    def instruct(self, number: int) -> None:
        """A standing instruction is given, or given anew."""
        said = {"directive": "no_looking", "program": ("ls", "git")[number % 2], "subcommand": None, "meaning": None}
        land_settings(self.data, Settings({"settings_directives": [{**said, "broken_pattern": "."}]}), self._now)

    def judge(self, number: int) -> None:
        """A judge says something of a session, or something else than before."""
        log = self._pick(number)
        with collecting(landing_dir(self.data), "host-0", self._now) as collection:
            said: Line = {"session_id": log.session, "judge": "j", "criterion": "completeness", "prompt_tokens": 9}
            collection.add("judge_verdicts", [said | {"prompt_hash": str(number), "holds": number % 2 == 0}])
            collection.commit()

    def advise(self, number: int) -> None:
        """A response tells of the requests that it took, one of them to an adviser, and the client of its costs."""
        log = self._pick(number)
        lines = self._turn(log, number)
        one: Line = {"input_tokens": 3, "output_tokens": number}
        asked = [one | {"type": "message"}, one | {"type": "advisor_message", "model": "claude-opus-4-6"}]
        lines[-1]["message"]["usage"] = {**lines[-1]["message"]["usage"], "iterations": asked}
        usage = {"claude-opus-4-5": {"inputTokens": number, "outputTokens": 5}}
        stamp: Line = {"uuid": f"u{self._id()}", "timestamp": lines[-1]["timestamp"], "sessionId": log.session}
        cost: Line = {"type": "cost-state", "totalCostUSD": number / 100, "modelUsage": usage}
        log.write([*lines, cost | stamp])

    def secret(self, number: int) -> None:
        """Batches are looked through for secrets: one is found, in what a line's tool was given."""
        log = self._pick(number)
        host, *place = log.path.relative_to(self._place).parts
        found = {
            "host": host, "account": "default", "source_path": "/".join(place),
            "generation": 1, "byte_offset": 0, "block_number": 1, "found_in": "input", "secret_type": "aws",
            "secret_hash": f"{number:x}",
        }  # fmt: skip
        with finds(self.data, self._now) as landed:
            landed.note(f"b{number}", "", self._now, [found])

    def telemetry(self, number: int) -> None:
        """The client reports what a session asked, some of it again, or of a session that is not there, or of none."""
        log = self._pick(number)
        asked = list(dict.fromkeys(line["requestId"] for line in log.lines if "requestId" in line))
        records = [
            event(
                *("api_request", log.session if number % 7 else "elsewhere", place),
                request_id=request,
                model="claude-opus-4-5",
                input_tokens=10 + place,
                output_tokens=5,
                cost_usd=0.01 * number,
            )
            for place, request in enumerate([*asked, f"hidden{number}"])
        ]
        for record in records:
            if number % 5 == 4:
                record["attributes"] = [one for one in record["attributes"] if one["key"] != "session.id"]
            record["timeUnixNano"] = str(int(self._now.timestamp()) * 10**9)
        cost = {
            "asDouble": 0.01 * number,
            "attributes": [one for one in records[0]["attributes"] if one["key"] == "session.id"],
            "timeUnixNano": str(number + 1),
        }
        data = {"dataPoints": [cost], "aggregationTemporality": 1 + number % 2}
        metric = {"name": "claude_code.cost.usage", "sum": data}
        told = [log_request(*records), {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}]
        content = b"".join(json.dumps(line).encode() + b"\n" for line in told)
        Log(self._root(number % self._hosts) / "otlp" / "requests.jsonl", "").append(content)

    # How it is told.

    def _root(self, host: int) -> Path:
        return self._place / f"host-{host}"

    def _id(self) -> int:
        self._count += 1
        return self._count

    def _pick(self, number: int) -> Log:
        return self._logs[number % len(self._logs)]

    def _new_log(self, host: int) -> Log:
        session = f"s{self._id()}"
        log = Log(self._root(host) / "projects" / f"-src-p{len(self._logs) % 2}" / f"{session}.jsonl", session)
        self._logs.append(log)
        return log

    def _turn(self, log: Log, number: int, tool_use_id: str | None = None) -> list[Line]:
        """A prompt, a response of two lines that uses a tool, the tool's result, and an answer."""
        common = {"sessionId": log.session, "cwd": f"/src/p{number % 2}", "version": "2.1.0", "gitBranch": "main"}
        call, answer = self._id(), self._id()
        tool: Line = {"type": "tool_use", "id": tool_use_id or f"t{call}", "name": "Bash"}
        tool["input"] = {"command": COMMANDS[number % len(COMMANDS)]}
        if number % 4 == 3:
            tool |= {"name": "Edit", "input": {"file_path": f"/src/p0/file{number % 3}.py", "old_string": "a"}}
        result = {"type": "tool_result", "tool_use_id": tool["id"], "content": "1 passed", "is_error": number % 5 == 4}
        usage = {"input_tokens": 10 + number, "output_tokens": 5, "cache_read_input_tokens": 100}

        def response(name: int, blocks: list[Line], stop: str | None) -> Line:
            message: Line = {"role": "assistant", "id": f"m{name}", "model": "claude-opus-4-5", "stop_reason": stop}
            message |= {"usage": usage, "content": blocks}
            return {"type": "assistant", "requestId": f"r{name}", "message": message}

        lines = [
            {"type": "user", "message": {"role": "user", "content": f"Do {self._id()}"}},
            response(call, [{"type": "text", "text": "I run it"}], None),
            response(call, [tool], "tool_use"),
            {"type": "user", "message": {"role": "user", "content": [result]}},
            response(answer, [{"type": "text", "text": f"Done {answer}"}], "end_turn"),
        ]
        told = []
        for line in lines:
            self._now += timedelta(seconds=7)
            stamp = self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            told.append({**line, **common, "uuid": f"u{self._id()}", "timestamp": stamp})
        told[3]["sourceToolAssistantUUID"] = told[2]["uuid"]
        return told

    def _ask(self, log: Log, task: str) -> list[Line]:
        stamp = int(self._now.timestamp() * 1000)
        usage = {"input_tokens": 100, "output_tokens": 7}
        events: list[Line] = [
            {"kind": "session_created", "provider_kind": "anthropic_api", "model": "claude-haiku-4-5"},
            {"kind": "user_message", "content": "Do it"},
            {"kind": "tool_call", "call_id": f"c{len(log.lines)}", "name": "bash", "arguments": {"command": "pytest"}},
            {"kind": "tool_result", "call_id": f"c{len(log.lines)}", "content": "1 failed", "is_error": True},
            {
                "kind": "assistant_message_event",
                "message": {"content": [{"type": "text", "text": "Done"}], "stop_reason": "end_turn", "usage": usage},
            },
            {"kind": "done", "stop_reason": "aborted"},
            {"kind": "task_telemetry", "task_id": task, "exit_reason": "done"},
        ]
        return [
            {
                "id": len(log.lines) + number,
                "session_id": log.session,
                "timestamp_unix_ms": stamp + number,
                "actor": {"kind": "agent"},
                "payload": payload,
            }
            for number, payload in enumerate(events, 1)
        ]


HAPPENINGS: tuple[str, ...] = (
    *("begin", "grow", "agent", "fork", "summary", "title", "reuse", "redact", "cut", "unended", "garble"),
    *("timeless", "rewrite", "host", "mu", "mark", "commit", "pull", "backfill", "secret", "budget", "advise"),
    *("instruct", "judge"),
    *("telemetry", "refork", "beside", "move", "plan"),
)
