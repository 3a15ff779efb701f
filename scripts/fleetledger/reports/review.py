"""What a person is shown to say what came of a task: its prompts, its last answer, its checks and commits.

The verdict is among it, for the one who asks, and shown after the person has spoken.
"""

from __future__ import annotations

from pathlib import Path

from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.published.text_index import TextIndex
from fleetledger.reports.search import stored

LONGEST = 1_500
"""Characters of a prompt or an answer."""


def drawn(ledger: Ledger, seed: int, count: int) -> list[Row]:
    """Tasks that nobody has labelled, drawn by a seed from those that pass the ledger's filters."""
    return ledger.ask("reports/tasks_to_review", seed=str(seed), most=count)


def case_of(ledger: Ledger, data: Path, index: TextIndex | None, task: Row) -> Row:
    """What tells of a task: `prompts`, `answers` (the last), `edits` by tool, and `evidence`, checks and commits."""
    files = stored(data, index, (*index.said, *index.rest)) if index else {}
    texts = (
        ledger.ask("reports/session_texts", **files, session_id=task["session_id"], longest=LONGEST) if files else []
    )
    own = [text for text in texts if text["task_id"] == task["task_id"]]
    answers = [text["text"] for text in own if text["kind"] == "answer"]
    return {
        **task,
        "prompts": [text["text"] for text in own if text["kind"] == "prompt"],
        "answer": answers[-1] if answers else None,
        "evidence": ledger.ask("reports/task_evidence", task_id=task["task_id"]),
    }
