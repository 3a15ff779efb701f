"""What happens in a simulated Claude Code session now and then: errors, denials, sub-agents, pictures, odd lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fleetledger.simulate import tools
from fleetledger.simulate.session import Session, answer, musing, progress_line, tool_result, use_tools
from fleetledger.simulate.text import (
    amount,
    chance,
    errand,
    follow_up,
    hexadecimal,
    noise,
    pick,
    prose,
    timestamp,
    uuid,
)
from fleetledger.simulate.transcript import Line, Record, Transcript, tool_use

UNPRICED_MODEL = "claude-nimbus-preview"


def happen(session: Session, feature: str) -> None:
    """Let a feature of the plan happen; some features are not happenings and change nothing here."""
    action = _HAPPENINGS.get(feature)
    if action is not None:
        action(session)


def step(session: Session, transcript: Transcript, menu: tuple[tools.Tool, ...]) -> None:
    """One response with one or more tool calls."""
    rng = transcript.rng
    count = 1 if chance(rng, 0.8) else 2 + amount(rng, 1, 1.0, 0, 14)
    use_tools(session, transcript, [pick(rng, menu)(session.bench(transcript)) for _ in range(count)])


def open_pull_request(session: Session) -> None:
    """Push, open a pull request, and note it."""
    main = session.main
    number = 10 + int(session.rng.random() * 900)
    repository = f"example/{session.project.name}"
    url = f"https://github.com/{repository}/pull/{number}"
    use_tools(session, main, [tools.create_pull_request(session.bench(main), url)])
    link = {"prNumber": number, "prUrl": url, "prRepository": repository, "timestamp": timestamp(main.now_ms)}
    main.write({"type": "pr-link", "sessionId": main.identity.session_id, **link})


def compact(session: Session) -> None:
    """The conversation is summed up, sometimes by an agent with a file of its own, and goes on with the summary."""
    main, rng = session.main, session.rng
    if session.era.has_progress and chance(rng, 0.5):
        _compaction_agent(session)
    boundary = {
        "type": "system",
        "subtype": "compact_boundary",
        "content": "Conversation compacted",
        "isMeta": False,
        "level": "info",
        "compactMetadata": {"trigger": pick(rng, ("auto", "auto", "manual")), "preTokens": main.context + main.pending},
        "logicalParentUuid": main.parent,
    }
    main.parent = None
    main.add(boundary)
    summary = prose(rng, session.texts, session.bench(main).length(9000, 0.3, 14_000))
    text = f"This session is being continued from a previous conversation that ran out of context. {summary}"
    main.user(text, isVisibleInTranscriptOnly=True, isCompactSummary=True)
    main.context, main.called_ms = 0, None
    main.pending = 15_000 + session.tokens(len(text))
    main.wait(20 + rng.random() * 60)


def _compaction_agent(session: Session) -> None:
    main = session.main
    name = f"acompact-{hexadecimal(session.rng, 6)}"
    identity = replace(main.identity, agent_id=name)
    agent = Transcript(main.rng, identity, replace(main.billing), main.now_ms, main.until_ms)
    agent.context, agent.pending, agent.called_ms = main.context, main.pending, main.called_ms
    agent.user("Your task is to create a detailed summary of the conversation so far.")
    answer(session, agent)
    _finish_agent(session, agent, name, "")


def delegate(session: Session, *, folder: str = "") -> None:
    """A sub-agent works in a file of its own while the main thread waits for its report."""
    main, rng = session.main, session.rng
    prompt = f"{errand(rng)}. {prose(rng, session.texts, 300)}"
    kind = pick(rng, ("Explore", "general-purpose"))
    arguments = {"description": prompt[:40], "prompt": prompt, "subagent_type": kind}
    use = tool_use(rng, session.era, "Agent" if session.era.has_attachments else "Task", arguments)
    asked = main.respond([*musing(session, main), use], stop_reason="tool_use")[-1]
    agent = _run_agent(session, prompt, use["id"])
    name = str(agent.identity.agent_id)
    _finish_agent(session, agent, name, folder)
    report = [{"type": "text", "text": prose(rng, session.texts, session.bench(main).length(2500, 0.7, 12_000))}]
    last = agent.calls[-1]
    result = {
        "status": "completed",
        "prompt": prompt,
        "agentId": name,
        "content": report,
        "totalDurationMs": agent.now_ms - main.now_ms,
        "totalTokens": agent.context + last.output_tokens,
        "totalToolUseCount": len(agent.calls) - 1,
        "usage": {"input_tokens": last.input_tokens, "output_tokens": last.output_tokens},
    }
    main.now_ms = agent.now_ms
    tool_result(session, main, tools.ToolCall("Task", arguments, list(report), result, None, 1), use["id"], asked)


def _run_agent(session: Session, prompt: str, use_id: str) -> Transcript:
    main, rng = session.main, session.rng
    billing = replace(main.billing, model=session.plan.agent_model, cache_1h=False)
    identity = replace(main.identity, agent_id="a" + hexadecimal(rng, 6))
    agent = Transcript(rng, identity, billing, main.now_ms, main.until_ms, pending=9000, prompt_id=main.prompt_id)
    agent.pending += session.tokens(len(prompt))
    agent.user(prompt)
    budget = min(session.room() // 3, amount(rng, 240_000 * session.texts.detail, 0.9, 4000, 4_000_000))
    while agent.size < budget:
        step(session, agent, tools.READING)
        if session.era.has_progress:
            _agent_progress(main, agent, use_id)
    answer(session, agent)
    return agent


def _finish_agent(session: Session, agent: Transcript, name: str, folder: str) -> None:
    """Keep a sub-agent's file: beside the session in old versions, below it in newer ones."""
    session.agent_bytes += agent.size
    session.family.subagents += 1
    path = (
        f"{session.folder}/subagents/{folder}" if session.era.nests_agents else f"{session.folder.rsplit('/', 1)[0]}/"
    )
    session.family.keep(session.output, f"{path}agent-{name}.jsonl", agent)


def _agent_progress(main: Transcript, agent: Transcript, use_id: str) -> None:
    """Versions up to 2.1.63 repeat a sub-agent's messages, usage and all, in the main transcript."""
    for record in agent.recent:
        message = {key: record[key] for key in ("type", "message", "requestId", "uuid", "timestamp") if key in record}
        data = {"message": message, "type": "agent_progress", "prompt": "", "agentId": agent.identity.agent_id}
        progress_line(main, data, f"agent_{use_id}", use_id, at_ms=agent.now_ms)


def _subagents(session: Session) -> None:
    for _ in range(1 + amount(session.rng, 1.6, 0.7, 0, 6)):
        if session.room() > 6000 + 12_000 * session.texts.detail:
            delegate(session)


def _nested_agents(session: Session) -> None:
    delegate(session, folder="workflows/wf_1/")


def _api_error(session: Session) -> None:
    """Retries that fail, and what Claude Code then says in the model's place."""
    main, rng = session.main, session.rng
    cause = {"code": "FailedToOpenSocket", "path": "https://api.example.com/v1/messages", "errno": 0}
    for attempt in (1, 2):
        retry = {"retryInMs": 500.5 * attempt, "retryAttempt": attempt, "maxRetries": 10}
        main.add(
            {
                "type": "system",
                "subtype": "api_error",
                "level": "error",
                "cause": cause,
                "error": {"cause": cause},
                **retry,
            }
        )
        main.wait(0.6 * attempt)
    main.synthetic("API Error: 529 overloaded_error")
    main.user("please try again")
    main.wait(5 + rng.random())


def _interrupt(session: Session) -> None:
    main = session.main
    main.user([{"type": "text", "text": pick(session.rng, (tools.INTERRUPT, tools.TOOL_INTERRUPT))}])
    main.wait(8)
    main.user(follow_up(session.rng))


def _denial(session: Session) -> None:
    use_tools(session, session.main, [tools.rejected(tools.edit(session.bench(session.main)))])


def _web_search(session: Session) -> None:
    main, rng = session.main, session.rng
    use_tools(session, main, [tools.web_search(session.bench(main)), tools.web_fetch(session.bench(main))])
    found: Record = {"type": "text", "text": prose(rng, session.texts, 200)}
    main.respond([found], stop_reason="end_turn", web_searches=1 + int(rng.random() * 3))


def _mcp(session: Session) -> None:
    use_tools(session, session.main, [tools.mcp(session.bench(session.main))])


def _image(session: Session) -> None:
    main = session.main
    use_tools(session, main, [tools.screenshot(session.bench(main))])
    data = noise(session.rng, session.bench(main).length(9000, 0.5, 90_000))
    picture = {"type": "base64", "media_type": "image/png", "data": data}
    main.user([{"type": "text", "text": "it looks like this"}, {"type": "image", "source": picture}])
    main.pending += 3000


def _risky(session: Session) -> None:
    use_tools(session, session.main, [tools.risky(session.bench(session.main))])


def _pull_request(session: Session) -> None:
    use_tools(session, session.main, [tools.commit(session.bench(session.main))])
    open_pull_request(session)


def _malformed(session: Session) -> None:
    """A line cut by a crash, a comment, and two records on one line; none of them is a model call."""
    main = session.main
    cut = f'{{"type":"system","subtype":"turn_duration","sessionId":"{main.identity.session_id}","durat\n'
    for text in (cut, "// restored from a backup\n"):
        main.write_line(Line(text.encode(), rejected_records=1))
    file_id = uuid(session.rng)
    snapshot = {"messageId": file_id, "trackedFileBackups": {}, "timestamp": timestamp(main.now_ms)}
    main.write({"type": "file-history-snapshot", "messageId": file_id, "snapshot": snapshot, "isSnapshotUpdate": True})
    main.add(
        {
            "type": "system",
            "subtype": "local_command",
            "content": "<command-name>/clear</command-name>",
            "level": "info",
        }
    )
    main.join_last_lines()


def _lone_surrogate(session: Session) -> None:
    """Half of an emoji, escaped: JSON that strict parsers refuse."""
    session.main.user("the icon is broken: @@")
    session.main.replace_in_last_line(b"@@", rb"\ud83d")


def _bash_input(session: Session) -> None:
    session.main.user("<bash-input>git pull</bash-input>")
    session.main.user("<bash-stdout>Already up to date.</bash-stdout><bash-stderr></bash-stderr>")


def _slash_command(session: Session) -> None:
    main = session.main
    main.user("<command-name>/model</command-name>\n<command-message>model</command-message>")
    main.user("<local-command-stdout>Set model to default</local-command-stdout>")
    main.user("<system-reminder>The plan file is empty.</system-reminder>", isMeta=True)


def _notification(session: Session) -> None:
    main = session.main
    task_id = f"b{hexadecimal(session.rng, 8)}"
    text = f"<task-notification>\n<task-id>{task_id}</task-id>\n<status>completed</status>\n</task-notification>"
    stamp = {"timestamp": timestamp(main.now_ms), "sessionId": main.identity.session_id}
    main.write({"type": "queue-operation", "operation": "enqueue", **stamp, "content": text})
    main.user(text)


def _other_model(session: Session) -> None:
    session.main.billing.model = session.plan.agent_model
    answer(session, session.main)


def _unpriced(session: Session) -> None:
    session.main.billing.model = UNPRICED_MODEL
    answer(session, session.main)


def _unknown_type(session: Session) -> None:
    main = session.main
    record = {"type": "frame-link", "sessionId": main.identity.session_id, "path": f"{main.identity.cwd}/notes.md"}
    main.write({**record, "frameUrl": "https://example.com/frame/1", "timestamp": timestamp(main.now_ms)})


_HAPPENINGS: dict[str, Callable[[Session], None]] = {
    "api_error": _api_error,
    "bash_input": _bash_input,
    "denial": _denial,
    "risky": _risky,
    "image": _image,
    "interrupt": _interrupt,
    "lone_surrogate": _lone_surrogate,
    "malformed": _malformed,
    "mcp": _mcp,
    "nested_agents": _nested_agents,
    "notification": _notification,
    "other_model": _other_model,
    "pull_request": _pull_request,
    "slash_command": _slash_command,
    "subagents": _subagents,
    "unknown_type": _unknown_type,
    "unpriced": _unpriced,
    "web_search": _web_search,
}
