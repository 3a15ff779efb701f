"""Sessions of Claude Code as event logs of mu, which `mu console` can browse and our own landing reads back.

A session becomes a daemon's directory: its main thread is `session-1`, each sub-agent a session of its own below it.
Counts of tokens are told in disjoint buckets, as Anthropic counts them, and the log says so.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from fleetledger.base.errors import CallError
from fleetledger.base.paths import warehouse_path

Row = dict[str, Any]

THREADS = """
    select task_id, agent_id, exit_reason, epoch_ms(started_at) as started_ms, epoch_ms(ended_at) as ended_ms
    from intermediate.int_tasks
    where session_id = $1
    order by is_subagent, started_at, task_id
"""
CALLS = """
    select model_call_id, task_id, epoch_ms(called_at) as at_ms, provider, model, stop_reason, usage_source,
        input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens
    from intermediate.int_model_calls
    where session_id = $1
    order by called_at, model_call_id
"""
TOOL_CALLS = """
    select calls.tool_call_id, calls.model_call_id, calls.tool_name, calls.is_error,
        epoch_ms(calls.called_at) as at_ms, epoch_ms(calls.ended_at) as ended_ms,
        uses.tool_input, results.result_text, calls.result_line_id is not null as is_answered
    from intermediate.int_tool_calls as calls
    left join staging.stg_claude_code__content_blocks as uses
        on calls.call_line_id = uses.line_id and calls.call_block_number = uses.block_number
    left join staging.stg_claude_code__content_blocks as results
        on calls.result_line_id = results.line_id and calls.result_block_number = results.block_number
    where calls.session_id = $1
    order by calls.called_at, calls.tool_call_id
"""
ANSWERS = """
    select lines.model_call_id, blocks.block_text
    from intermediate.int_claude_code_lines as lines
    inner join staging.stg_claude_code__content_blocks as blocks on lines.line_id = blocks.line_id
    where lines.session_id = $1 and lines.model_call_id is not null and lines.copy_number = 1
        and blocks.block_type = 'text'
    order by lines.logged_at, lines.line_id, blocks.block_number
"""
PROMPTS = """
    select task_id, epoch_ms(prompted_at) as at_ms, prompt_text
    from intermediate.int_prompts
    where session_id = $1
    order by prompted_at, prompt_id
"""
COMPACTIONS = """
    select task_id, epoch_ms(compacted_at) as at_ms, compaction_trigger, tokens_before, tokens_after
    from marts.fct_compactions
    where session_id = $1
    order by compacted_at, compaction_id
"""


class NotToBeWrittenError(CallError):
    """The session is none of Claude Code's, or its place is taken."""


class Written(NamedTuple):
    """Where a session was written, how many files and events."""

    place: Path
    files: int
    events: int


def export_mu(data: Path, session: Row, to: Path, *, text: bool) -> Written:
    """Write a session (`session_id, fleet`) below `to`; without `text`, what was said is left out.

    All of it stands there, or nothing. Raises NotToBeWrittenError.
    """
    session_id = session["session_id"]
    if session["fleet"] != "claude_code":
        raise NotToBeWrittenError(f"Session {session_id} is mu's own: `fleetledger restore` writes its log back.")
    place = to / session_id
    if place.exists():
        raise NotToBeWrittenError(f"{place} is there already.")
    with duckdb.connect(str(warehouse_path(data)), read_only=True) as warehouse:
        logs = _logs(warehouse, session_id, text=text)
    fresh = to / f".{session_id}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    before = os.umask(0o077)
    try:
        fresh.mkdir(parents=True)
        for number, events in enumerate(logs, start=1):
            lines = (json.dumps(event, ensure_ascii=False) + "\n" for event in events)
            (fresh / f"session-{number}.jsonl").write_text("".join(lines), encoding="utf-8", errors="replace")
        fresh.rename(place)
    finally:
        os.umask(before)
        shutil.rmtree(fresh, ignore_errors=True)
    return Written(place, len(logs), sum(map(len, logs)))


def _logs(warehouse: duckdb.DuckDBPyConnection, session_id: str, *, text: bool) -> list[list[Row]]:
    """The events of each thread, the main one's first."""

    def asked(query: str) -> list[Row]:
        found = warehouse.execute(query, [session_id])
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    threads, calls, prompts, compactions = asked(THREADS), asked(CALLS), asked(PROMPTS), asked(COMPACTIONS)
    tools = _by(asked(TOOL_CALLS), "model_call_id")
    answers = _by(asked(ANSWERS), "model_call_id") if text else {}
    logs = []
    for number, thread in enumerate(threads, start=1):
        task_id = thread["task_id"]
        own = [call for call in calls if call["task_id"] == task_id]
        happened = [
            *((row["at_ms"], 0, _prompt(row, text=text)) for row in prompts if row["task_id"] == task_id),
            *((row["at_ms"], 1, _compaction(row)) for row in compactions if row["task_id"] == task_id),
            *((call["at_ms"], 2, _response(call, tools, answers, text=text)) for call in own),
        ]
        happened.sort(key=lambda event: (event[0] or 0, event[1]))
        payloads = [_created(own, number), *_in_force(event for _, _, events in happened for event in events)]
        payloads.append(_telemetry(thread, threads[0]["task_id"], own))
        logs.append([_event(f"session-{number}", place, *payload) for place, payload in enumerate(payloads, start=1)])
    return logs


Payload = tuple[int | None, str, Row]
"""An event in the making: when, whose, and what."""


def _by(rows: list[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def _event(session: str, number: int, at_ms: int | None, actor: str, payload: Row) -> Row:
    known = {key: value for key, value in payload.items() if value is not None}
    return {
        "id": number,
        "session_id": session,
        "timestamp_unix_ms": at_ms or 0,
        "actor": {"kind": actor},
        "payload": known,
    }


def _created(calls: list[Row], number: int) -> Payload:
    first = calls[0] if calls else {"at_ms": None, "provider": None, "model": None}
    payload = {
        "kind": "session_created",
        "provider_kind": _provider(first["provider"]),
        "model": first["model"],
        "parent_session_id": "session-1" if number > 1 else None,
        "usage_semantics": {
            "cache_read_in_input": False,
            "cache_creation_in_input": False,
            "reasoning_in_output": True,
        },
    }
    return first["at_ms"], "system", payload


def _provider(provider: str | None) -> str:
    """mu's name of what Claude Code is served by; a subscription is Anthropic's, by its own sign-in."""
    return "anthropic_oauth" if provider in (None, "claude_code") else str(provider)


def _in_force(payloads: Iterable[Payload]) -> Iterator[Payload]:
    """The events, with a switch before each response that another model gave than the one before."""
    served: tuple[str, str] | None = None
    for at_ms, actor, payload in payloads:
        by = payload.pop("served_by", None)
        if by and served and by != served:
            names = ("old_provider_kind", "old_model", "new_provider_kind", "new_model")
            yield at_ms, "system", {"kind": "provider_switched", **dict(zip(names, (*served, *by), strict=True))}
        served = by or served
        yield at_ms, actor, payload


def _prompt(row: Row, *, text: bool) -> list[Payload]:
    return [(row["at_ms"], "user", {"kind": "user_message", "content": (row["prompt_text"] or "") if text else ""})]


def _compaction(row: Row) -> list[Payload]:
    payload = {
        "kind": "compaction_assembly",
        "policy_id": row["compaction_trigger"],
        "decisions": [],
        "tokens_before": row["tokens_before"],
        "tokens_after": row["tokens_after"],
    }
    return [(row["at_ms"], "system", payload)]


def _response(call: Row, tools: dict[str, list[Row]], answers: dict[str, list[Row]], *, text: bool) -> list[Payload]:
    """A response with the tools that it asked for: mu tells by their order whose they are."""
    content: list[Row] = [{"type": "text", "text": row["block_text"]} for row in answers.get(call["model_call_id"], ())]
    asked = [
        {
            "id": tool["tool_call_id"],
            "name": tool["tool_name"],
            "arguments": json.loads(tool["tool_input"]) if text and tool["tool_input"] else {},
        }
        for tool in tools.get(call["model_call_id"], ())
    ]
    content += [{"type": "tool_call", **tool} for tool in asked]
    message = {"content": content, "stop_reason": call["stop_reason"], "usage": _usage(call)}
    payload = {"kind": "assistant_message_event", "message": {k: v for k, v in message.items() if v is not None}}
    payload["served_by"] = (_provider(call["provider"]), call["model"])
    found: list[Payload] = [(call["at_ms"], "agent", payload)]
    for tool, called in zip(tools.get(call["model_call_id"], ()), asked, strict=True):
        named = {"call_id": called["id"], "name": called["name"], "arguments": called["arguments"]}
        found.append((tool["at_ms"], "agent", {"kind": "tool_call", **named}))
        if tool["is_answered"]:
            result = {"content": (tool["result_text"] or "") if text else "", "is_error": bool(tool["is_error"])}
            found.append((tool["ended_ms"], "tool", {"kind": "tool_result", "call_id": called["id"], **result}))
    return found


def _usage(call: Row) -> Row | None:
    if call["usage_source"] == "none":
        return None
    short, long = call["cache_write_5m_tokens"] or 0, call["cache_write_1h_tokens"] or 0
    return {
        "input_tokens": call["input_tokens"],
        "output_tokens": call["output_tokens"],
        "cache_read_input_tokens": call["cache_read_tokens"] or 0,
        "cache_creation_input_tokens": short + long,
        "cache_creation_5m_input_tokens": short,
        "cache_creation_1h_input_tokens": long,
    }


def _telemetry(thread: Row, main_task: str, calls: list[Row]) -> Payload:
    def total(*keys: str) -> int:
        return sum(call[key] or 0 for call in calls for key in keys)

    last = calls[-1] if calls else {"provider": None, "model": None}
    payload = {
        "kind": "task_telemetry",
        "task_id": thread["task_id"],
        "parent_task_id": main_task if thread["task_id"] != main_task else None,
        "provider_kind": _provider(last["provider"]),
        "model": last["model"],
        "started_at_unix_ms": thread["started_ms"],
        "ended_at_unix_ms": thread["ended_ms"],
        "prompt_tokens": total("input_tokens"),
        "completion_tokens": total("output_tokens"),
        "cache_read_tokens": total("cache_read_tokens"),
        "cache_write_tokens": total("cache_write_5m_tokens", "cache_write_1h_tokens"),
        "exit_reason": "done" if thread["exit_reason"] == "done" else "operator_stopped",
    }
    return thread["ended_ms"], "system", payload
