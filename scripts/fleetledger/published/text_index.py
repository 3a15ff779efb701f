"""Which files of the text store count: what its readers need to know of it (text_store writes it)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple


class TextIndex(NamedTuple):
    """What the store holds: the files of each part, the file of the keys that are gone, and what made them."""

    made_by: str
    number: int
    said: tuple[str, ...]
    rest: tuple[str, ...]
    gone: str | None = None

    def files(self) -> set[str]:
        """The names of all files that count."""
        return {*self.said, *self.rest, *([self.gone] if self.gone else [])}


def text_dir(data: Path) -> Path:
    """Where the texts of a data directory are."""
    return data / "text"


def read_index(data: Path) -> TextIndex | None:
    """What the store of `data` holds; None where there is none, or none that can be read."""
    try:
        found = json.loads((text_dir(data) / "index.json").read_bytes())
        return TextIndex(
            str(found["made_by"]), int(found["number"]), tuple(found["said"]), tuple(found["rest"]), found["gone"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
