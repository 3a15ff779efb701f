"""Which budgets were told of by `budget --notify`, so that a scheduler tells each but once."""

from __future__ import annotations

from pathlib import Path

from fleetledger.base.state import DamagedState, StateKind
from fleetledger.published.rows import Row

TOLD = StateKind("the list of budgets that were told of")

RANKS = {"ok": 0, "unpriced": 0, "warn": 1, "over": 2}
"""How bad the states of a budget are."""


def take_notices(data: Path, rows: list[Row]) -> list[Row]:
    """The budgets of `rows` that are worse than when they were last told of in their period; they are told now."""
    path = data / "notices.json"
    try:
        told = (TOLD.read(path) or {}).get("told", {})
    except DamagedState:
        told = {}
    now = {_key(row): RANKS.get(row["state"], 0) for row in rows}
    TOLD.write(path, {"told": now})
    return [row for row in rows if now[_key(row)] > told.get(_key(row), 0)]


def _key(row: Row) -> str:
    return f"{row['budget_id']} {row['period_name']}"
