"""What Claude Code keeps beside a transcript: large results of tools, what sub-agents are, names given in an app.

Any bytes, landed line by line: only staging knows which of the files are JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line of any text, or of none."""


LINE = Line

COLUMNS = {"session_id": "text"}
"""No line says which session it is of: the file's place does."""

IS_TEXT = True
"""A line is what it is, not JSON that may be damaged."""


def columns(lines: Sequence[Line]) -> list[Sequence[Any]]:
    """The values of `COLUMNS`, in its order, one sequence a column."""
    return [[None] * len(lines)]


def is_record(line: Line) -> bool:
    """Whether a line is a record of its own."""
    return True
