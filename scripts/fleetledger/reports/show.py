"""One session to read: what was said, turn by turn, with what it cost and how large the context was.

The document has the session as `find` describes it, and `threads`, the main one first (in mu, each task is one): a
thread has `turns`, a turn its `number, said_at_local, cost columns, context_tokens` and `items`. An item has its `kind`
(that of int_texts), `text`, cut at a length, and `size`, its whole length; a tool use also its `result` and, where it
started a sub-agent, that `thread`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fleetledger.base.errors import CallError, FleetledgerError
from fleetledger.base.sql import rows_of
from fleetledger.base.text import clean
from fleetledger.published.ledger import Ledger, Row
from fleetledger.published.text_index import TextIndex, text_dir
from fleetledger.reports.session_queries import COSTS, KEYS, sessions_query
from fleetledger.reports.sessions import described, header

MOST_NAMED = 10

LOCAL = "strftime(timezone(?, timezone('UTC', {})), '%Y-%m-%d %H:%M')"


class ShowError(FleetledgerError):
    """There is no such session."""


def show(ledger: Ledger, data: Path, index: TextIndex | None, name: str, longest: int) -> Row:
    """The document of the session whose id begins with `name`; texts are cut after `longest` characters.

    Raises ShowError where there is none, CallError where there are several.
    """
    session = _session(ledger, name)
    texts = _texts(ledger, data, index, session["session_id"], longest) if index else []
    turns = {row["turn_id"]: row for row in _turns(ledger, session["session_id"])}
    tasks = _tasks(ledger, session["session_id"])
    threads = {task["task_id"]: _thread(task, texts, turns) for task in tasks}
    return header(ledger, "show") | {"session": session, "threads": _placed(threads)}


def _session(ledger: Ledger, name: str) -> Row:
    chosen, values = sessions_query(ledger)
    query = f"""
        select {KEYS}, {COSTS}, {LOCAL.format("coalesce(ended_at, started_at)")} as last_active_local
        from ({chosen})
        where starts_with(session_id, ?)
            or (fleet = 'mu' and (
                ends_with(session_id, '/' || ?) or starts_with(regexp_extract(session_id, '[^/]+/[^/]+$'), ?)
            ))
        order by session_id
    """
    found = ledger.rows(query, [ledger.timezone, *values, name, name, name])
    exact = [row for row in found if row["session_id"] == name] or found
    if not exact:
        raise ShowError(f"No session begins with {clean(name)!r}; `fleetledger sessions` lists them.")
    if len(exact) > 1:
        listed = "\n".join(f"  {clean(row['session_id'])}" for row in exact[:MOST_NAMED])
        more = f"\n  and {len(exact) - MOST_NAMED:,} more" if len(exact) > MOST_NAMED else ""
        raise CallError(f"{len(exact):,} sessions begin with {clean(name)!r}; name one of them:\n{listed}{more}")
    return described(ledger, exact)[0]


def _texts(ledger: Ledger, data: Path, index: TextIndex, session_id: str, longest: int) -> list[Row]:
    if not (index.said or index.rest):
        return []
    stored = rows_of(text_dir(data) / name for name in (*index.said, *index.rest))
    gone = rows_of([text_dir(data) / index.gone]) if index.gone else ""
    query = f"""
        select
            line_id, task_id, text_kind as kind, tool_use_id, tool_name, agent_id, is_error,
            {LOCAL.format("said_at")} as said_at_local, left(block_text, ?) as text, length(block_text) as size
        from {stored}
        {f"anti join {gone} using (text_key)" if gone else ""}
        where session_id = ?
        order by said_at nulls first, line_order, line_id, block_number
    """
    return ledger.rows(query, [ledger.timezone, longest, session_id])


def _turns(ledger: Ledger, session_id: str) -> list[Row]:
    """The turns with calls: what they cost, and how large the context of the last call was."""
    query = """
        with contexts as (
            select
                turn_id,
                max_by(
                    input_tokens + coalesce(cache_read_tokens, 0) + coalesce(cache_write_5m_tokens, 0)
                        + coalesce(cache_write_1h_tokens, 0),
                    called_at
                ) as context_tokens
            from fct_model_calls
            where session_id = ?
            group by turn_id
        )
        select
            turn_id, billed_cost_usd, subscription_cost_usd, unknown_cost_usd, model_call_count, unpriced_call_count,
            context_tokens
        from fct_turns
        left join contexts using (turn_id)
        where session_id = ?
    """
    return ledger.rows(query, [session_id, session_id])


def _tasks(ledger: Ledger, session_id: str) -> list[Row]:
    query = """
        select task_id, parent_task_id, agent_id, is_subagent
        from fct_tasks
        where session_id = ?
        order by is_subagent, started_at nulls last, task_id
    """
    return ledger.rows(query, [session_id])


def _thread(task: Row, texts: list[Row], turns: dict[str, Row]) -> Row:
    """A task with its turns; a prompt opens one."""
    task_id = task["task_id"]
    found: list[Row] = []
    uses: dict[str, Row] = {}
    prompt_line = None
    for text in texts:
        if text["task_id"] != task_id:
            continue
        if text["kind"] == "prompt" and text["line_id"] != prompt_line:
            prompt_line = text["line_id"]
            number = found[-1]["number"] + 1 if found else 1
            found.append(_turn(task_id, number, text, turns))
        elif not found:
            found.append(_turn(task_id, 0, text, turns))
        use = uses.get(text["tool_use_id"] or "")
        if text["kind"] == "tool_result" and use and use["result"] is None:
            use["result"] = text
        else:
            found[-1]["items"].append(text | {"result": None, "thread": None})
            if text["kind"] == "tool_use" and text["tool_use_id"]:
                uses[text["tool_use_id"]] = found[-1]["items"][-1]
    return task | {"turns": found}


def _turn(task_id: str, number: int, text: Row, turns: dict[str, Row]) -> Row:
    known = turns.get(f"{task_id}#{number}", dict.fromkeys(("context_tokens", *COSTS.split(", "))))
    return known | {"number": number, "said_at_local": text["said_at_local"], "items": []}


def _placed(threads: dict[str, Row]) -> list[Row]:
    """The threads that stand for themselves; a sub-agent stands with the tool use that started it, if one is known."""
    placed = set()
    for thread in threads.values():
        for item in _items(thread):
            agent = (item["result"] or {}).get("agent_id")
            for task_id, other in threads.items():
                if agent and other["agent_id"] == agent and task_id not in placed and other is not thread:
                    item["thread"] = other
                    placed.add(task_id)
    return [thread for task_id, thread in threads.items() if task_id not in placed and thread["turns"]]


def _items(thread: Row) -> Iterator[dict[str, Any]]:
    for turn in thread["turns"]:
        yield from turn["items"]
