"""Which files of the text store count: what its readers need to know of it (text_store writes it)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from fleetledger.base.errors import LandingError
from fleetledger.base.state import NewerState, StateKind

INDEX = StateKind("an index of texts")


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
    """What the store of `data` holds; None where there is none, or none that can be read. Raises NewerState."""
    try:
        found = INDEX.read(_index_path(data))
        if found is None:
            return None
        return TextIndex(
            str(found["made_by"]), int(found["number"]), tuple(found["said"]), tuple(found["rest"]), found["gone"]
        )
    except NewerState:
        raise
    except (LandingError, ValueError, KeyError, TypeError):
        return None


def write_index(data: Path, index: TextIndex) -> None:
    """Replace what says which files of the store of `data` count: the last step of a write to it."""
    INDEX.write(_index_path(data), index._asdict())


def _index_path(data: Path) -> Path:
    return text_dir(data) / "index.json"
