"""A warehouse for tests of the text store, made without dbt: the rows of int_texts and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

COLUMNS = {
    "line_id": "varchar",
    "block_number": "bigint",
    "session_id": "varchar",
    "task_id": "varchar",
    "line_order": "bigint",
    "said_at": "timestamp",
    "text_kind": "varchar",
    "sender": "varchar",
    "sender_name": "varchar",
    "tool_use_id": "varchar",
    "tool_name": "varchar",
    "agent_id": "varchar",
    "is_error": "boolean",
    "block_text": "varchar",
}

NO_TEXTS = f"""
    create schema intermediate;
    create table intermediate.int_texts ({", ".join(f"{name} {data_type}" for name, data_type in COLUMNS.items())});
"""


def write_warehouse(path: Path, texts: Iterable[Mapping[str, Any]]) -> Path:
    """Write a warehouse of some texts: by default prompts of session s1, a minute apart, each on a line of its own."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(NO_TEXTS)
        for number, text in enumerate(texts):
            row = {
                "line_id": f"line-{number}",
                "block_number": 1,
                "session_id": "s1",
                "line_order": number,
                "said_at": f"2026-11-20 {10 + number // 60}:{number % 60:02}:00",
                "text_kind": "prompt",
                "sender": "person",
                **text,
            }
            row.setdefault("task_id", row["session_id"])
            marks = ", ".join("?" for _ in COLUMNS)
            connection.execute(
                f"insert into intermediate.int_texts values ({marks})", [row.get(name) for name in COLUMNS]
            )
    return path
