"""One session to read: what was said, turn by turn, with what it cost and how large the context was.

The document has the session as `find` describes it, and `threads`, the main one first (in mu, each task is one): a
thread has `turns`, a turn its `number, said_at_local, cost columns, context_tokens`, its margin (`window_share,
pause_ms, compactions, claims`) and `items`. An item has its `kind`
(that of int_texts), `text`, cut at a length, and `size`, its whole length; a tool use also its `result` and `threads`,
those of the sub-agents that it started: a workflow starts many.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.published.text_index import TextIndex
from fleetledger.reports.search import stored
from fleetledger.reports.sessions import described, header, session_named

UNKNOWN = dict.fromkeys(
    (
        *("billed_cost_usd", "subscription_cost_usd", "unknown_cost_usd", "model_call_count", "unpriced_call_count"),
        *("context_tokens", "window_share", "pause_ms"),
    )
) | {"compactions": [], "claims": []}
"""What is said of a turn without calls."""


def show(ledger: Ledger, data: Path, index: TextIndex | None, name: str, longest: int) -> Row:
    """The document of the session whose id begins with `name`; texts are cut after `longest` characters.

    Raises UnknownSession and AmbiguousSession.
    """
    session_id = session_named(ledger, name)
    (session,) = described(ledger, ledger.ask("reports/sessions", session_id=session_id, limit=1))
    files = stored(data, index, (*index.said, *index.rest)) if index else {}
    texts = ledger.ask("reports/session_texts", **files, session_id=session_id, longest=longest) if files else []
    margin = {row["turn_id"]: row for row in ledger.ask("reports/session_margin", session_id=session_id)}
    turns = {
        row["turn_id"]: row | margin[row["turn_id"]]
        for row in ledger.ask("reports/session_turns", session_id=session_id)
    }
    tasks = ledger.ask("reports/session_tasks", session_id=session_id)
    threads = {task["task_id"]: _thread(task, texts, turns) for task in tasks}
    return header(ledger, "show") | {"session": session, "threads": _placed(threads)}


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
        if text["kind"] in ("tool_result", "reply") and use and use["result"] is None:
            use["result"] = text
        else:
            found[-1]["items"].append(text | {"result": None, "threads": []})
            if text["kind"] == "tool_use" and text["tool_use_id"]:
                uses[text["tool_use_id"]] = found[-1]["items"][-1]
    return task | {"turns": found}


def _turn(task_id: str, number: int, text: Row, turns: dict[str, Row]) -> Row:
    known = turns.get(f"{task_id}#{number}", UNKNOWN)
    return known | {"number": number, "said_at_local": text["said_at_local"], "items": []}


def _placed(threads: dict[str, Row]) -> list[Row]:
    """The threads that stand for themselves; a sub-agent stands with the tool use that started it, if one is known."""
    uses = [(thread, item) for thread in threads.values() for item in _items(thread) if item["kind"] == "tool_use"]
    placed = set()
    for task_id, other in threads.items():
        for thread, item in uses:
            if other is not thread and _is_started_by(other, thread, item):
                item["threads"].append(other)
                placed.add(task_id)
                break
    return [thread for task_id, thread in threads.items() if task_id not in placed and thread["turns"]]


def _is_started_by(other: Row, thread: Row, item: Row) -> bool:
    """Whether a tool use of a thread started another: its result names it, or what Claude Code keeps beside it does."""
    if not other["agent_id"]:
        return False
    named = (item["result"] or {}).get("agent_id")
    is_its_call = (other["parent_task_id"], other["started_by_tool_use_id"]) == (thread["task_id"], item["tool_use_id"])
    return named == other["agent_id"] or is_its_call


def _items(thread: Row) -> Iterator[dict[str, Any]]:
    for turn in thread["turns"]:
        yield from turn["items"]
