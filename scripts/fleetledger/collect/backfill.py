"""Backfill: tasks that an operator classified, from a TOML file in mu's schema.

    [[tasks]]
    task_id = "…"          # as fct_tasks names it
    outcome_class = "…"    # a class of the seed outcome_classes

and, where they are known, exit_reason, outcome_confidence (definite unless it says otherwise), rationale, session_id,
parent_task_id, provider, model, model_version, started_at_unix_ms, ended_at_unix_ms, wall_clock_ms, prompt_tokens,
completion_tokens, cache_read_tokens, cache_write_tokens.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from fleetledger.base.errors import CallError
from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.base.toml import read_toml
from fleetledger.landing.collection import SCHEMAS, collecting

EXIT_REASONS = ("done", "error", "cancelled", "budget_cap", "timeout", "operator_stopped")
CONFIDENCES = ("definite", "probable", "inferred")
CLASSES = PROJECT_ROOT / "seeds/outcomes/outcome_classes.csv"

_TEXTS = ("task_id", "session_id", "parent_task_id", "provider", "model", "model_version", "rationale")
_TIMES = ("started_at_unix_ms", "ended_at_unix_ms")
_COUNTS = ("wall_clock_ms", "prompt_tokens", "completion_tokens", "cache_read_tokens", "cache_write_tokens")
_WORDS = ("exit_reason", "outcome_class", "outcome_confidence")
_KEYS = (*_TEXTS, *_WORDS, *_TIMES, *_COUNTS)
_REQUIRED = ("task_id", "outcome_class")
_LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999."""

Row = dict[str, Any]


class BackfillError(CallError):
    """The file cannot be used; the message names file, entry, key, what stands there and what should."""


class Backfilled(NamedTuple):
    """How many entries a file has, and how many of them differed from what was landed."""

    entries: int
    landed: int


def backfill(landing: Path, host: str, path: Path, now: datetime) -> Backfilled:
    """Land the entries of a file that differ from what was landed of their tasks before.

    Raises BackfillError, before anything is landed; LockHeld and LandingError.
    """
    entries = list(read_entries(path))
    columns = [name for name in SCHEMAS["backfilled_tasks"].names if name not in ("host", "observed_at")]
    said = [name for name in columns if name not in ("source_file", "entry_number")]
    with collecting(landing, host, now) as collection:
        latest = {row[said.index("task_id")]: row for row in collection.rows("backfilled_tasks", said)}
        new = [entry for entry in entries if latest.get(entry["task_id"]) != tuple(entry[name] for name in said)]
        if collection.add("backfilled_tasks", new):
            collection.commit()
    return Backfilled(len(entries), len(new))


def label(
    landing: Path, host: str, task_id: str, outcome_class: str, why: str | None, seed: int, now: datetime
) -> None:
    """Land what a person says of a task that `seed` drew. Raises LockHeld and LandingError."""
    row = dict.fromkeys(name for name in SCHEMAS["backfilled_tasks"].names if name not in ("host", "observed_at"))
    said = {
        "task_id": task_id,
        "outcome_class": outcome_class,
        "outcome_confidence": CONFIDENCES[0],
        "rationale": why or "said by a person who read it",
        "source_file": f"review {seed}",
        "entry_number": 1,
    }
    with collecting(landing, host, now) as collection:
        collection.add("backfilled_tasks", [row | said])
        collection.commit()


def read_entries(path: Path) -> Iterator[Row]:
    """The entries of a file as rows. Raises BackfillError."""
    tasks = read_toml(path, BackfillError).get("tasks", [])
    if not isinstance(tasks, list) or not tasks or not all(isinstance(task, dict) for task in tasks):
        raise BackfillError(f"{path}: tasks: expected tables that each begin with [[tasks]]")
    classes = _classes()
    seen: dict[str, int] = {}
    for number, task in enumerate(tasks, start=1):
        entry = f"{path}: tasks[{number}]"
        row = _row(task, entry, classes)
        if row["task_id"] in seen:
            raise BackfillError(f"{entry}.task_id: {row['task_id']!r} is that of tasks[{seen[row['task_id']]}] already")
        seen[row["task_id"]] = number
        yield {**row, "source_file": path.name, "entry_number": number}


def _classes() -> list[str]:
    with CLASSES.open(encoding="utf-8", newline="") as file:
        return [row["outcome_class"] for row in csv.DictReader(file)]


def _row(task: Mapping[str, Any], entry: str, classes: Iterable[str]) -> Row:
    for key in task:
        if key not in _KEYS:
            raise BackfillError(f"{entry}.{key}: no such key; expected one of {', '.join(_KEYS)}")
    for key in _REQUIRED:
        if key not in task:
            raise BackfillError(f"{entry}.{key} is missing")
    texts = {key: _text(task, key, entry) for key in _TEXTS}
    times = {key.removesuffix("_unix_ms"): _time(task, key, entry) for key in _TIMES}
    return {
        **texts,
        "outcome_class": _word(task, "outcome_class", entry, classes),
        "exit_reason": _word(task, "exit_reason", entry, EXIT_REASONS),
        "outcome_confidence": _word(task, "outcome_confidence", entry, CONFIDENCES) or CONFIDENCES[0],
        **times,
        **{key: _count(task, key, entry) for key in _COUNTS},
    }


def _text(task: Mapping[str, Any], key: str, entry: str) -> str | None:
    value = task.get(key)
    if value is not None and (not isinstance(value, str) or not value.strip() or "\0" in value):
        raise BackfillError(f"{entry}.{key} is {value!r}; expected text that is not empty")
    return value


def _word(task: Mapping[str, Any], key: str, entry: str, known: Iterable[str]) -> str | None:
    value = task.get(key)
    word = value.lower() if isinstance(value, str) else value
    if word is not None and word not in known:
        raise BackfillError(f"{entry}.{key} is {value!r}; expected one of {', '.join(known)}")
    return word


def _count(task: Mapping[str, Any], key: str, entry: str) -> int | None:
    value = task.get(key)
    if value is not None and (type(value) is not int or not 0 <= value < 2**63):
        raise BackfillError(f"{entry}.{key} is {value!r}; expected a whole number from 0 on")
    return value


def _time(task: Mapping[str, Any], key: str, entry: str) -> datetime | None:
    value = _count(task, key, entry)
    if value is not None and value > _LATEST_MS:
        raise BackfillError(f"{entry}.{key} is {value!r}; expected milliseconds since 1970")
    return None if value is None else datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None)
