"""What long work tells of how far it is."""

from __future__ import annotations

from typing import Protocol


class Step(Protocol):
    """What is told how far the work is."""

    def __call__(self, done: int, total: int, piece: str = "") -> None:
        """`done` of `total` is done, whatever it is counted in; `piece` is at hand."""
