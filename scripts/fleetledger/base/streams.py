"""What is printed where a terminal does not know all of Unicode's characters."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable
from typing import TextIO

DEGRADED = {
    "≈": "~",
    "·": "-",
    "…": "...",
    "»": ">",
    "«": "<",
    "→": "->",
    "─": "-",
    "━": "-",
    "│": "|",
    "█": "#",
    "▏": "|",
    "•": "*",
}
"""What stands for a character where it cannot be shown; a question mark for any other."""

ERRORS = "fleetledger_degraded"


def degrade(streams: Iterable[TextIO | None]) -> None:
    """Let streams show what they can of a text, and never fail because of the rest."""
    codecs.register_error(ERRORS, _degraded)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def _degraded(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(DEGRADED.get(char, "?") for char in error.object[error.start : error.end]), error.end
