"""Simulated event logs of the mu runtime: one daemon with its sessions and its supervisor's log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from fleetledger.simulate.mu_log import (
    Log,
    MuCall,
    Record,
    Route,
    Tokens,
    reported,
    telemetry,
    total,
    usage_semantics,
)
from fleetledger.simulate.text import (
    NOUNS,
    Library,
    Project,
    amount,
    chance,
    errand,
    follow_up,
    hexadecimal,
    log_lines,
    pick,
    prose,
    task_prompt,
    uuid,
)

_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
_TOOLS = ("file_read", "shell", "edit", "rg", "glob", "web_fetch")
_FINAL_STOPS = {
    "done": "end_turn",
    "error": "error",
    "cancelled": "aborted",
    "timeout": "aborted",
    "budget_cap": "iteration_cap",
    "operator_stopped": "aborted",
}
_EXIT_REASONS = ("done",) * 12 + tuple(_FINAL_STOPS)

FEATURES = (
    "plain",
    "switch",
    "no_semantics",
    "no_usage",
    "child",
    "faux",
    "tombstone",
    "marks",
    "compaction",
    "errors",
    "autonomous",
    "mailbox",
    "malformed",
    "cut_tail",
    "unmapped",
    "future_kind",
)
"""What may set a session apart; each session has one."""


ROUTES = (
    Route("anthropic_api", "claude-haiku-4-5-20251001"),
    Route("openai_codex", "gpt-5.5"),
    Route("anthropic_oauth", "claude-opus-4-6"),
    Route("openrouter", "google/gemini-3.5-flash"),
    Route("openai_api", "gpt-5.5"),
    Route("ollama", "gemma4:27b"),
    Route("anthropic_api", "claude-sonnet-4-5-20250929"),
)
_SPECIAL_ROUTES = {"faux": Route("anthropic_api", "faux"), "unmapped": Route("harbor_gateway", "harbor-coder-1")}


@dataclass(frozen=True)
class DaemonPlan:
    """A daemon, how many bytes its logs shall have, and what happens in its sessions (one of FEATURES each)."""

    seed: str
    start_ms: int
    until_ms: int
    size: int
    features: tuple[str, ...]
    number: int


@dataclass
class Daemon:
    """What a plan came to; `files` by their path below the events directory.

    A file is its lines and the time of its last change, in milliseconds since 1970.
    """

    files: dict[str, tuple[list[bytes], int]] = field(default_factory=dict)
    calls: list[MuCall] = field(default_factory=list)
    sessions: int = 0
    tasks: int = 0
    rejected_lines: int = 0


def simulate_daemon(plan: DaemonPlan, texts: Library) -> Daemon:
    """All logs of one daemon."""
    rng = Random(plan.seed)  # noqa: S311 - reproducible, not secret
    daemon, daemon_id = Daemon(), uuid(rng)
    project = texts.projects[plan.number % len(texts.projects)]
    now_ms = plan.start_ms
    for index, feature in enumerate(plan.features):
        if feature == "no_usage":
            now_ms = _next_morning(now_ms, plan.until_ms)
        route = _SPECIAL_ROUTES.get(feature) or ROUTES[(plan.number * 3 + index) % len(ROUTES)]
        size = plan.size // len(plan.features)
        log = Log(rng, index + 1, f"session-{index + 1}", now_ms, plan.until_ms, size, route, feature)
        _session(log, texts, project)
        daemon.files[f"{daemon_id}/{log.session_id}.jsonl"] = (log.lines, log.now_ms)
        daemon.calls += log.calls
        daemon.sessions += 1
        daemon.tasks += log.tasks
        daemon.rejected_lines += log.rejected_lines
        now_ms = max(log.now_ms, min(log.now_ms + int(rng.random() * 10 * _HOUR_MS), plan.until_ms - 600_000))
    daemon.files[f"{daemon_id}/supervisor.jsonl"] = _supervisor(rng, plan, now_ms)
    return daemon


def _next_morning(now_ms: int, until_ms: int) -> int:
    """08:00 UTC of the next day, so that a task and its telemetry fall on one day; sooner if the period ends before."""
    morning = (now_ms // _DAY_MS + 1) * _DAY_MS + 8 * _HOUR_MS
    return max(now_ms, min(morning, until_ms - 2 * _HOUR_MS))


def _session(log: Log, texts: Library, project: Project) -> None:
    is_child = log.feature == "child" and log.session_id != "session-1"
    log.event(
        "system",
        "session_created",
        provider_kind=log.route.provider,
        model=log.route.model,
        usage_semantics=None if log.feature == "no_semantics" else usage_semantics(log.route),
        parent_session_id="session-1" if is_child else None,
        branched_at_parent_event_id=3 if is_child else None,
    )
    log.event("system", "session_config_resolved", context_soft_limit=200_000)
    log.event("system", "recall_provenance", items=_recalled(log.rng))
    while True:
        _ask(log, texts, project)
        if log.tasks == 1 and log.feature in _ACTIONS:
            _ACTIONS[log.feature](log)
        if log.written >= log.size - 4000:
            break
        log.wait(amount(log.rng, 90, 1.2, 5, 4000))
    log.event("system", "session_closed")
    if log.feature == "cut_tail":
        log.raw(b'{"id":%d,"session_id":"%s","timestamp_unix_ms":17' % (log.next_id, log.session_id.encode()))
        log.rejected_lines += 1


def _recalled(rng: Random) -> list[Record]:
    tokens = amount(rng, 900, 0.6, 50, 4000)
    memory = {
        "source": "memory",
        "stable_id": f"memory-{hexadecimal(rng, 12)}",
        "token_count": tokens,
        "redacted": True,
    }
    file = {
        "source": "project_file",
        "stable_id": f"file-{hexadecimal(rng, 12)}",
        "token_count": 412,
        "redacted": False,
    }
    return [memory, {**file, "name": "README.md"}]


def _ask(log: Log, texts: Library, project: Project) -> None:
    """One request by a person: model calls with tools, `done`, and the task's telemetry, which sums up its calls."""
    rng, started_ms = log.rng, log.now_ms
    log.event("user", "user_message", content=follow_up(rng) if log.tasks else task_prompt(project, log.number))
    is_first_of_errors = log.feature == "errors" and log.tasks == 0
    exit_reason = "error" if is_first_of_errors else pick(rng, _EXIT_REASONS)
    used: Counter[str] = Counter()
    spent: list[Tokens] = []
    steps = 1 + amount(rng, 6, 0.7, 0, 40)
    while steps > 1 and log.written < log.size - 5000:
        steps -= 1
        used.update(_model_call(log, texts, project, "tool_use", spent))
    _model_call(log, texts, project, _FINAL_STOPS[exit_reason], spent)
    if exit_reason == "error":
        log.event("system", "error", message="provider overloaded")
    spent_tokens = total(spent)
    ended_ms = log.now_ms
    log.event(
        "agent",
        "done",
        stop_reason=_FINAL_STOPS[exit_reason],
        turn_count=len(spent),
        elapsed_ms=ended_ms - started_ms,
        usage=reported(log.route, spent_tokens) if spent_tokens.output else None,
    )
    log.event(
        "system",
        "task_telemetry",
        task_id=f"task-{hexadecimal(rng, 20)}",
        session_id=log.session_id,
        provider_kind=log.route.provider,
        model=log.route.model,
        started_at_unix_ms=started_ms,
        ended_at_unix_ms=ended_ms,
        wall_clock_ms=ended_ms - started_ms,
        exit_reason=exit_reason,
        tools_actually_called=[*map(list, used.items())] if used and chance(rng, 0.5) else None,
        **telemetry(log.route, spent_tokens),
    )
    log.tasks += 1
    if log.feature == "no_usage":
        log.calls.append(MuCall(log.route, ended_ms, spent_tokens._replace(reasoning=0), is_telemetry=True))


def _model_call(log: Log, texts: Library, project: Project, stop_reason: str, spent: list[Tokens]) -> list[str]:
    """One call with its tools; returns the tools' names and adds what it took to `spent`."""
    rng, route = log.rng, log.route
    log.model_calls += 1
    uses = [_tool_use(rng, project) for _ in range(1 + int(rng.random() * 3))] if stop_reason == "tool_use" else []
    log.event(
        "system",
        "context_assembly",
        model_call_id=log.model_calls,
        message_count=2 * log.model_calls,
        user_message_count=log.tasks + 1,
        assistant_message_count=log.model_calls - 1,
        tool_result_count=log.model_calls,
        tool_count=len(_TOOLS),
        token_count_estimate=log.context,
        token_breakdown={"system": 2100, "user": 300, "tool_result": log.context - 2400},
        provider_kind=route.provider,
        model=route.model,
        prefix_hash=hexadecimal(rng, 16),
    )
    _provider_status(log)
    content = [
        {"type": "thinking", "text": prose(rng, texts, amount(rng, 300 * texts.detail, 0.8, 20, 4000))},
        {"type": "text", "text": prose(rng, texts, amount(rng, 400 * texts.detail, 0.8, 20, 6000))},
        *uses,
    ]
    tokens = Tokens() if log.feature == "faux" else _next_tokens(log)
    spent.append(tokens)
    is_silent = log.feature in ("faux", "no_usage")
    usage = {} if is_silent else {"usage": reported(route, tokens)}
    log.calls.append(MuCall(route, log.now_ms, None if is_silent else tokens))
    log.event("agent", "assistant_message_event", message={"content": content, "stop_reason": stop_reason, **usage})
    for use in uses:
        _run_tool(log, texts, use)
    log.context += log.context // 25 + amount(rng, 1800, 0.9, 50, 30_000)
    if log.context > 170_000:
        _compact(log)
    return [use["name"] for use in uses]


def _provider_status(log: Log) -> None:
    waiting_ms, provider = log.now_ms, log.route.provider
    for state in ("awaiting_first_token", "streaming"):
        elapsed = log.now_ms - waiting_ms
        status = {"state": state, "started_at_unix_ms": waiting_ms, "elapsed_ms": elapsed}
        log.event("provider", "provider_status_update", who=provider, **status)
        log.wait(0.6 + log.rng.random() * 6)


def _tool_use(rng: Random, project: Project) -> Record:
    name, path = pick(rng, _TOOLS), pick(rng, project.files).path
    command = {"command": f"{project.test_command} {path}"}
    arguments = command if name == "shell" else {"path": path, "pattern": pick(rng, NOUNS)}
    return {"type": "tool_call", "id": f"call_{hexadecimal(rng, 10)}", "name": name, "arguments": arguments}


def _run_tool(log: Log, texts: Library, use: Record) -> None:
    log.event("agent", "tool_call", call_id=use["id"], name=use["name"], arguments=use["arguments"])
    log.wait(log.rng.random() * 6)
    output = log_lines(log.rng, amount(log.rng, 1400 * texts.detail, 1.4, 20, 40_000), log.now_ms)
    is_error = chance(log.rng, 0.08)
    log.event("tool", "tool_result", who=use["name"], call_id=use["id"], content=output, is_error=is_error)


def _next_tokens(log: Log) -> Tokens:
    """What the next call takes: the context so far from the cache, the rest new."""
    rng, route = log.rng, log.route
    read = min(log.cached, log.context)
    new = log.context - read
    log.cached = log.context
    output = amount(rng, 420, 1.1, 5, 12_000)
    if not route.is_disjoint:
        return Tokens(new, output, output // 3 if route.provider.startswith("openai") else 0, read)
    uncached = min(new, 12)
    hour = (new - uncached) // 2 if route.provider == "anthropic_oauth" else 0
    return Tokens(uncached, output, 0, read, new - uncached - hour, hour, tells_tier=hour > 0)


def _compact(log: Log) -> None:
    decisions = [
        {"action": "kept", "span_id": "s1"},
        {"action": "dropped", "span_id": "s2", "reason": "old tool result"},
        {"action": "summarized", "absorbed_span_ids": ["s3", "s4"], "summary_span_id": "s9"},
        {"action": "failed", "span_id": "s5", "reason": "pinned"},
    ]
    before, log.context, log.cached = log.context, 24_000, 0
    log.event(
        "system",
        "compaction_assembly",
        model_call_id=log.model_calls + 1,
        policy_id="tail-keep",
        tokens_before=before,
        tokens_after=log.context,
        decisions=decisions,
        wall_clock_us=900,
    )


def _switch(log: Log) -> None:
    old = log.route
    log.route = ROUTES[(ROUTES.index(old) + 1) % len(ROUTES)]
    log.cached = 0
    log.event(
        "system",
        "provider_switched",
        old_provider_kind=old.provider,
        old_model=old.model,
        new_provider_kind=log.route.provider,
        new_model=log.route.model,
        usage_semantics=usage_semantics(log.route),
    )


def _tombstone(log: Log) -> None:
    """A response is voided after the fact; its tokens are nobody's."""
    usage = {"input_tokens": 9000, "output_tokens": 900}
    message = {"content": [{"type": "text", "text": "half an ans"}], "stop_reason": "aborted", "usage": usage}
    voided = log.event("agent", "assistant_message_event", message=message)
    log.event("system", "tombstone", target_event_id=voided, reason="incomplete record")


def _marks(log: Log) -> None:
    log.event("user", "operator_mark", rating=2, note="went in circles")
    log.event("user", "operator_mark", rating=4)


def _errors(log: Log) -> None:
    provider = log.route.provider
    log.event("system", "error_invalid_message", provider=provider, raw_message="{", validation_error="unexpected end")
    log.event("agent", "callout", category="warning", title="unsure about the fix", body={"text": "needs review"})


def _autonomous(log: Log) -> None:
    log.event("system", "autonomous_iteration_started", iteration=0, motivation="finish the migration")
    log.event("system", "autonomous_iteration_completed", iteration=0, outcome={"tag": "done"})
    tag = pick(log.rng, ("goal_met", "wall_clock_expired"))
    log.event("system", "autonomous_terminated", reason={"tag": tag, "detail": "all steps done"})


def _mailbox(log: Log) -> None:
    sender = {"from_daemon_id": uuid(log.rng), "from_session_id": "session-1", "message_kind": "task"}
    log.event("system", "mailbox_message_posted", seq=1, **sender, subject="please review", body={"text": "the diff"})
    log.event("system", "mailbox_message_consumed", seq=1)
    log.event("system", "head_attached", head_id=f"head-{hexadecimal(log.rng, 8)}")
    log.event("system", "continuation_seeded", messages=[{"role": "user", "content": "go on from there"}])
    log.event("system", "command_executed", command="status", output="idle")


def _malformed(log: Log) -> None:
    log.raw(b"not an event\n")
    log.raw(b"\n")
    log.rejected_lines += 2


def _future_kind(log: Log) -> None:
    log.event("system", "kind_from_the_future", anything=[1, 2])


_ACTIONS: dict[str, Callable[[Log], None]] = {
    "autonomous": _autonomous,
    "compaction": _compact,
    "errors": _errors,
    "future_kind": _future_kind,
    "mailbox": _mailbox,
    "malformed": _malformed,
    "marks": _marks,
    "switch": _switch,
    "tombstone": _tombstone,
}
"""What a feature adds once, after the first request."""


def _supervisor(rng: Random, plan: DaemonPlan, now_ms: int) -> tuple[list[bytes], int]:
    """The daemon's own log: three workers, each with another end."""
    log = Log(rng, 0, "supervisor", now_ms, plan.until_ms, 0, ROUTES[0], "plain")
    ends: tuple[tuple[str, Record, object], ...] = (
        ("worker_exited", {"exit_code": 0, "elapsed_ms": 60_000}, "success"),
        ("worker_failed", {"reason": "exit code 2"}, {"failed": {"exit_code": 2}}),
        ("worker_timeout", {"elapsed_ms": 60_000}, "timeout"),
    )
    for index, (kind, payload, status) in enumerate(ends, 1):
        worker = f"session-{index}"
        log.event("system", "worker_spawned", pot_name=f"mu-worker-{worker}", model=log.route.model, pid=4000 + index)
        log.event(
            "system",
            "worker_assignment_obligation",
            worker_session_id=worker,
            prompt_summary=errand(rng),
            deadline_unix_ms=log.now_ms + 900_000,
            target_log_session_id="supervisor",
        )
        log.wait(60)
        log.event("system", kind, **payload)
        log.event(
            "system",
            "worker_terminal_result",
            worker_session_id=worker,
            status=status,
            stdout="",
            stderr="",
            elapsed_ms=60_000,
        )
    return log.lines, log.now_ms
