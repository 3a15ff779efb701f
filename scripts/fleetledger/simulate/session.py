"""A running simulated Claude Code session: what it was planned to be, its files so far, and how it uses tools."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from fleetledger.simulate.text import Library, Project, amount, chance, hexadecimal, log_lines, prose
from fleetledger.simulate.tools import DENIAL, Bench, ToolCall
from fleetledger.simulate.transcript import Call, Era, Line, Record, Transcript, tool_use

HOOK = "harbor-hooks check"


@dataclass(frozen=True)
class SessionPlan:
    """What a family of sessions shall be like; `size` is in bytes, all its files together.

    `features` name things that happen (see simulate_happenings), forks (fork, fork_marked, fork_elsewhere) and ways of
    billing (fast, geography, batch, no_request_id, empty_split).
    """

    seed: str
    home: str
    cache_1h: bool
    era: str
    model: str
    agent_model: str
    start_ms: int
    until_ms: int
    size: int
    features: frozenset[str]
    number: int


@dataclass
class Output:
    """What belongs to one source: files by their path below its root, and the calls that count for it.

    A file is its lines and the time of its last change, in milliseconds since 1970.
    """

    files: dict[str, tuple[list[Line], int]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)


@dataclass
class Family:
    """What a plan came to: a session, its sub-agents and its fork, which may have gone on elsewhere (another account).

    `forks` are (session id of the original, session id of the fork, model calls copied).
    """

    here: Output = field(default_factory=Output)
    elsewhere: Output = field(default_factory=Output)
    sessions: int = 0
    subagents: int = 0
    forks: list[tuple[str, str, int]] = field(default_factory=list)

    def keep(self, output: Output, path: str, transcript: Transcript) -> None:
        """Take over a finished transcript."""
        output.files[path] = (transcript.lines, transcript.now_ms)
        output.calls += transcript.calls


@dataclass
class Session:
    """The state of a running session. `pending` are the features that have not happened yet."""

    plan: SessionPlan
    texts: Library
    project: Project
    main: Transcript
    family: Family
    output: Output
    folder: str
    title: str
    pending: list[str]
    turn_starts: list[tuple[int, int]] = field(default_factory=list)
    agent_bytes: int = 0
    last_prompt: str = ""

    @property
    def rng(self) -> Random:
        """The family's only source of chance."""
        return self.main.rng

    @property
    def era(self) -> Era:
        """What this version's transcripts look like."""
        return self.main.identity.era

    def room(self) -> int:
        """Bytes until the planned size."""
        return self.plan.size - self.main.size - self.agent_bytes

    def bench(self, transcript: Transcript) -> Bench:
        """What a tool call in this transcript works on."""
        identity = transcript.identity
        return Bench(
            rng=transcript.rng,
            texts=self.texts,
            project=self.project,
            cwd=identity.cwd,
            branch=identity.git_branch,
            now_ms=transcript.now_ms,
            room=max(self.room(), 300),
            tells_git_operations=identity.era.has_attachments,
        )

    def tokens(self, characters: int) -> int:
        """Tokens that so many characters stand for: a demo's texts are short, its tokens are more than life-size."""
        return int(characters / (3.6 * self.texts.detail**2))


def use_tools(session: Session, transcript: Transcript, calls: list[ToolCall]) -> None:
    """One response with tool calls, and their results."""
    uses = [tool_use(transcript.rng, transcript.identity.era, call.name, call.arguments) for call in calls]
    uuids = transcript.respond([*musing(session, transcript), *uses], stop_reason="tool_use")
    for call, use, asked in zip(calls, uses, uuids[-len(uses) :], strict=True):
        _progress(session, transcript, call, use["id"])
        transcript.wait(call.seconds)
        tool_result(session, transcript, call, use["id"], asked)


def tool_result(session: Session, transcript: Transcript, call: ToolCall, use_id: str, asked: str) -> None:
    """The `user` line that brings a tool's result back."""
    era = transcript.identity.era
    block: Record = {"tool_use_id": use_id, "type": "tool_result", "content": call.content}
    if call.is_error is not None:
        block["is_error"] = call.is_error
    extra: Record = {}
    if era.has_attachments or transcript.identity.agent_id is None:
        extra["toolUseResult"] = call.result
    if era.has_attachments and call.content == DENIAL:
        extra["toolDenialKind"] = "user-rejected"
    if era.links_results:
        extra["sourceToolAssistantUUID"] = asked
    transcript.user([block], **extra)
    texts = [call.content] if isinstance(call.content, str) else [part.get("text", "") for part in call.content]
    transcript.pending += session.tokens(sum(map(len, texts))) + 60
    transcript.wait(0.3 + transcript.rng.random())


def musing(session: Session, transcript: Transcript) -> list[Record]:
    """What a response says before its tool calls, if anything."""
    rng, bench = transcript.rng, session.bench(transcript)
    blocks: list[Record] = []
    if chance(rng, 0.45):
        blocks.append(transcript.thinking(prose(rng, session.texts, bench.length(420, 0.9, 6000))))
    if chance(rng, 0.55):
        blocks.append({"type": "text", "text": prose(rng, session.texts, bench.length(160, 0.7, 2000))})
    return blocks


def answer(session: Session, transcript: Transcript) -> None:
    """The response that ends a turn."""
    rng, bench = transcript.rng, session.bench(transcript)
    blocks: list[Record] = [{"type": "text", "text": prose(rng, session.texts, bench.length(700, 0.8, 6000))}]
    if chance(rng, 0.5):
        blocks.insert(0, transcript.thinking(prose(rng, session.texts, bench.length(400, 0.8, 3000))))
    transcript.respond(blocks, stop_reason="end_turn")


def _progress(session: Session, transcript: Transcript, call: ToolCall, use_id: str) -> None:
    """What versions up to 2.1.63 log while a tool runs; hook lines are written late, with earlier timestamps."""
    rng = transcript.rng
    if not transcript.identity.era.has_progress or not chance(rng, 0.25 + 0.75 * session.texts.detail):
        return
    if call.name == "Bash":
        _bash_progress(session, transcript, use_id)
    if call.name == "WebSearch":
        query = call.arguments["query"]
        progress_line(transcript, {"type": "query_update", "query": query}, "search-progress-1", use_id)
        received = {"type": "search_results_received", "resultCount": 6, "query": query}
        progress_line(transcript, received, "search-progress-2", use_id)
    if call.name.startswith("mcp__"):
        server, tool = call.name.split("__")[1:]
        started = {"type": "mcp_progress", "status": "started", "serverName": server, "toolName": tool}
        progress_line(transcript, started, use_id, use_id)
    for event in ("PreToolUse", "PostToolUse"):
        data = {"type": "hook_progress", "hookEvent": event, "hookName": f"{event}:{call.name}", "command": HOOK}
        progress_line(transcript, data, use_id, use_id, at_ms=transcript.now_ms - int(rng.random() * 1500))


def _bash_progress(session: Session, transcript: Transcript, use_id: str) -> None:
    rng = transcript.rng
    shown = log_lines(rng, session.bench(transcript).length(350, 1.2, 6000), transcript.now_ms)
    task = "b" + hexadecimal(rng, 8)
    for second in range(2, 3 + amount(rng, 2.5, 0.9, 0, 14)):
        data = {
            "type": "bash_progress",
            "output": shown[-200:],
            "fullOutput": shown,
            "elapsedTimeSeconds": second,
            "totalLines": shown.count("\n"),
            "totalBytes": len(shown),
            "taskId": task,
        }
        progress_line(transcript, data, f"bash-progress-{second}", use_id)


def progress_line(
    transcript: Transcript, data: Record, tool_id: str, parent_id: str, *, at_ms: int | None = None
) -> None:
    """Append a `progress` line; nothing follows on it."""
    body = {"type": "progress", "data": data, "toolUseID": tool_id, "parentToolUseID": parent_id}
    transcript.add(body, at_ms=at_ms, chained=False)
