"""Simulated Claude Code sessions: turns of prompts, tool calls and answers, and forks that copy them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from fleetledger.simulate import tools
from fleetledger.simulate.happenings import compact, happen, open_pull_request, step
from fleetledger.simulate.session import HOOK, Family, Session, SessionPlan, answer, progress_line, use_tools
from fleetledger.simulate.text import (
    Library,
    amount,
    branch,
    chance,
    follow_up,
    pick,
    prose,
    slug,
    task_prompt,
    timestamp,
    uuid,
)
from fleetledger.simulate.transcript import ERAS, Billing, Identity, Line, Record, Transcript

FORKS = frozenset({"fork", "fork_marked", "fork_elsewhere"})
_LARGE_CONTEXT_MODELS = ("claude-opus-5", "claude-sonnet-5", "claude-fable-5")


def simulate_family(plan: SessionPlan, texts: Library) -> Family:
    """One session with its sub-agents, and its fork if the plan has one."""
    family = Family(sessions=1)
    forks = sorted(plan.features & FORKS)
    session = _open(replace(plan, size=int(plan.size / (1 + 1.1 * len(forks)))), texts, family)
    _preamble(session)
    _run(session)
    family.keep(family.here, f"{session.folder}.jsonl", session.main)
    for feature in forks:
        _fork(session, feature)
    return family


def _open(plan: SessionPlan, texts: Library, family: Family) -> Session:
    rng = Random(plan.seed)  # noqa: S311 - reproducible, not secret
    project = texts.projects[plan.number % len(texts.projects)]
    git_branch = branch(rng)
    cwd = f"{plan.home}/{project.name}"
    if git_branch != "main" and chance(rng, 0.4):
        cwd += f"/.worktrees/{git_branch.replace('/', '-')}"
    era = ERAS[plan.era]
    billing = Billing(
        model=plan.model,
        cache_1h=plan.cache_1h,
        speed="fast" if "fast" in plan.features else "standard",
        inference_geo="us" if "geography" in plan.features else "not_available",
        service_tier="batch" if "batch" in plan.features else "standard",
        sends_request_id="no_request_id" not in plan.features,
        empty_cache_split="empty_split" in plan.features,
    )
    main = Transcript(rng, Identity(uuid(rng), cwd, git_branch, era, slug(rng)), billing, plan.start_ms, plan.until_ms)
    main.pending = int(_context_limit(plan.model) * (0.2 + 0.35 * rng.random()))
    folder = f"projects/{_escaped(cwd)}/{main.identity.session_id}"
    title = task_prompt(project, plan.number // len(texts.projects))
    return Session(plan, texts, project, main, family, family.here, folder, title, sorted(plan.features))


def _context_limit(model: str) -> int:
    """Tokens at which a conversation is compacted."""
    return 700_000 if model in _LARGE_CONTEXT_MODELS else 165_000


def _escaped(cwd: str) -> str:
    return "".join("-" if character in "/.\\:" else character for character in cwd)


def _preamble(session: Session) -> None:
    """What stands before the first prompt."""
    main, rng, era = session.main, session.rng, session.era
    if era.has_summaries:
        main.write({"type": "summary", "summary": session.title, "leafUuid": uuid(rng)})
    if era.has_attachments:
        main.write({"type": "mode", "mode": "normal", "sessionId": main.identity.session_id})
        names = [f"{pick(rng, ('Cron', 'Task', 'Plan', 'Web'))}{index}" for index in range(6)]
        _attach(session, {"type": "deferred_tools_delta", "addedNames": names, "removedNames": []})
        listing = prose(rng, session.texts, int(14_000 * session.texts.detail))
        _attach(session, {"type": "skill_listing", "content": listing, "skillCount": 12, "isInitial": True})
    if era.has_progress:
        hook_id = uuid(rng)
        started = {"type": "hook_progress", "hookEvent": "SessionStart", "hookName": "SessionStart", "command": HOOK}
        progress_line(main, started, hook_id, hook_id)


def _attach(session: Session, attachment: Record) -> None:
    session.main.add({"attachment": attachment, "type": "attachment"})


def _run(session: Session) -> None:
    """Turn after turn until the session has its size; what has not happened by then happens at the end."""
    _turn(session)
    while session.room() > 2500 * (1 + len(session.pending)):
        _pause(session)
        _turn(session)
    for feature in session.pending:
        happen(session, feature)
    _epilogue(session)


def _epilogue(session: Session) -> None:
    main = session.main
    if session.era.has_attachments:
        place = {"leafUuid": main.parent, "sessionId": main.identity.session_id}
        main.write({"type": "last-prompt", "lastPrompt": session.last_prompt[:200], **place})
        if "title" in session.plan.features:
            title = {"customTitle": session.title, "sessionId": main.identity.session_id}
            main.write({"type": "custom-title", **title})
    if "no_newline" in session.plan.features:
        main.replace_in_last_line(b"\n", b"")


def _pause(session: Session) -> None:
    """A person reads and thinks, has lunch, or goes home; a long conversation is compacted."""
    main, rng = session.main, session.rng
    main.wait(amount(rng, 70, 1.3, 4, 3000))
    if chance(rng, 0.04):
        main.wait(3600 * (1 + rng.random() * 14))
    if "compaction" in session.pending:
        session.pending.remove("compaction")
        compact(session)
    elif main.context + main.pending > _context_limit(main.billing.model):
        compact(session)


def _turn(session: Session) -> None:
    """A prompt, the work on it and the answer."""
    main, rng = session.main, session.rng
    started_ms = main.now_ms
    session.turn_starts.append((len(main.lines), main.context + main.pending))
    _prompt(session)
    steps = 1 + amount(rng, 6, 0.8, 0, 60)
    for number in range(steps):
        if session.room() < 3500:
            break
        step(session, main, tools.READING if number < steps // 3 else tools.EVERYDAY)
        if session.pending and chance(rng, 0.4):
            happen(session, session.pending.pop(int(rng.random() * len(session.pending))))
    if chance(rng, 0.35) and session.room() > 5000:
        _finish_work(session)
    answer(session, main)
    _after_turn(session, started_ms)


def _prompt(session: Session) -> None:
    main, rng, era = session.main, session.rng, session.era
    is_first = not session.last_prompt
    text = session.title if is_first else follow_up(rng)
    if is_first and chance(rng, 0.5):
        text += "\n\n" + prose(rng, session.texts, session.bench(main).length(900, 1.0, 9000))
    session.last_prompt = text
    _queue(session, text)
    if era.has_attachments:
        main.prompt_id = uuid(rng)
        hint = {"type": "hook_additional_context", "content": ["Keep changes small."], "hookName": "UserPromptSubmit"}
        _attach(session, hint)
        main.user(text, permissionMode="default", origin={"kind": "human"}, promptSource="typed")
    else:
        prompt_uuid = main.user(text, thinkingMetadata={"level": "none", "disabled": True, "triggers": []})
        snapshot = {"messageId": prompt_uuid, "trackedFileBackups": {}, "timestamp": timestamp(main.now_ms)}
        line = {"messageId": prompt_uuid, "snapshot": snapshot, "isSnapshotUpdate": False}
        main.write({"type": "file-history-snapshot", **line})
    main.pending += session.tokens(len(text)) + 60
    main.wait(1 + rng.random() * 3)


def _queue(session: Session, text: str) -> None:
    """Prompts typed while the model works pass through a queue."""
    main, rng = session.main, session.rng
    if chance(rng, 0.12):
        stamp = {"timestamp": timestamp(main.now_ms), "sessionId": main.identity.session_id}
        main.write({"type": "queue-operation", "operation": "enqueue", **stamp, "content": text})
        main.write({"type": "queue-operation", "operation": pick(rng, ("dequeue", "remove")), **stamp})


def _finish_work(session: Session) -> None:
    """Tests, perhaps a fix, a commit, perhaps a pull request."""
    main, rng = session.main, session.rng
    if chance(rng, 0.45):
        use_tools(session, main, [tools.run_tests(session.bench(main), 1 + int(rng.random() * 4))])
        use_tools(session, main, [tools.edit(session.bench(main))])
    use_tools(session, main, [tools.run_tests(session.bench(main), 0)])
    if chance(rng, 0.7):
        use_tools(session, main, [tools.commit(session.bench(main))])
        if chance(rng, 0.15):
            open_pull_request(session)


def _after_turn(session: Session, started_ms: int) -> None:
    main, era = session.main, session.era
    if not era.nests_agents or not chance(session.rng, 0.6):
        return
    hooks = {"hookCount": 1, "hookInfos": [{"command": HOOK, "durationMs": 40}], "hookErrors": [], "hasOutput": False}
    main.add({"type": "system", "subtype": "stop_hook_summary", **hooks, "stopReason": "", "level": "suggestion"})
    if era.has_progress:
        took_ms = main.now_ms - started_ms
        main.add({"type": "system", "subtype": "turn_duration", "durationMs": took_ms, "isMeta": False})
    else:
        _attach(session, {"type": "task_reminder", "content": [], "itemCount": 0})


def _fork(session: Session, feature: str) -> None:
    """The session is resumed under a new id: its history is copied up to some turn, then it goes on in its own way."""
    rng, original, family = session.rng, session.main, session.family
    old_id, new_id = original.identity.session_id, uuid(rng)
    cut, context = _cut(session)
    later = original.now_ms + 60_000 + int(rng.random() * 7_200_000)
    start_ms = min(later, max(original.now_ms + 1000, original.until_ms - 60_000))
    identity = replace(original.identity, session_id=new_id)
    fork = Transcript(rng, identity, replace(original.billing), start_ms, original.until_ms, pending=context)
    for line in original.lines[:cut]:
        fork.write_line(_copied(line, old_id, new_id, marked=feature == "fork_marked"))
        fork.parent = line.uuid or fork.parent
    copied = [call for call in original.calls if call.first_line < cut]
    family.sessions += 1
    family.forks.append((old_id, new_id, sum(1 for call in copied if call.request_id is not None)))
    output = family.elsewhere if feature == "fork_elsewhere" else family.here
    output.calls += [call for call in copied if call.request_id is None]
    folder = f"{session.folder.rsplit('/', 1)[0]}/{new_id}"
    plan = replace(session.plan, size=fork.size + max(4000, session.plan.size // 4), features=frozenset())
    _run(
        replace(session, plan=plan, main=fork, output=output, folder=folder, pending=[], turn_starts=[], agent_bytes=0)
    )
    family.keep(output, f"{folder}.jsonl", fork)


def _cut(session: Session) -> tuple[int, int]:
    """Where a fork leaves its original: how many lines it copies, and the tokens of context that they stand for."""
    later_turns = session.turn_starts[1 + len(session.turn_starts) // 2 :]
    if not later_turns or chance(session.rng, 0.3):
        return len(session.main.lines), session.main.context + session.main.pending
    return pick(session.rng, later_turns)


def _copied(line: Line, old_id: str, new_id: str, *, marked: bool) -> Line:
    """A line of the original as its fork holds it: the session id is rewritten, all else is kept."""
    text = line.text.rstrip(b"\n").replace(f'"sessionId":"{old_id}'.encode(), f'"sessionId":"{new_id}'.encode())
    if marked and line.uuid is not None:
        text = text[:-1] + f',"forkedFrom":{{"sessionId":"{old_id}","messageUuid":"{line.uuid}"}}}}'.encode()
    return line._replace(text=text + b"\n")
