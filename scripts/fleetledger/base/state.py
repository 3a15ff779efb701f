"""State files: what one run writes down for the next, as JSON with the number of its format.

A data directory outlives the version that made it. So each kind of state file says here, in one way, what its format is
and how a file of each earlier format becomes one of the next: whoever reads one gets the values of today's format, and
the file itself changes when it is next written. A file of a format that is not known yet is refused, never guessed at.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from fleetledger.base.errors import LandingError, why
from fleetledger.base.files import write_file

Values: TypeAlias = dict[str, Any]


class DamagedState(LandingError):
    """A state file is none, or not of its kind; the message names it."""


class NewerState(LandingError):
    """A state file was written by a newer version; the message names it and says what to do."""


class StateKind(NamedTuple):
    """A kind of state file: what it is called, and the ways from each format, the first, to the next.

    Each way takes the values of a format and returns those of the one after it. The format of today is the last that a
    way leads to: a change of format is a way more.
    """

    called: str
    ways: tuple[Callable[[Values], Values], ...] = ()

    @property
    def format(self) -> int:
        """The format that is written."""
        return 1 + len(self.ways)

    def dump(self, values: Values, *, indent: int | None = None) -> str:
        """Values as the text of a file.

        >>> StateKind("a list").dump({"found": 3})
        '{"format":1,"found":3}'
        """
        separators = None if indent else (",", ":")
        return json.dumps({"format": self.format, **values}, indent=indent, separators=separators)

    def load(self, text: str | bytes, path: Path) -> Values:
        """The values in the text of a file, in today's format; `path` is for messages.

        A file without a number is of the first format: some kinds had none at first. Raises DamagedState, NewerState.

        >>> renamed = StateKind("a list", (lambda values: {"number": values["found"]},))
        >>> renamed.load('{"found": 3}', Path("x.json"))
        {'number': 3}
        >>> renamed.load('{"format": 3}', Path("x.json"))
        Traceback (most recent call last):
        fleetledger.base.state.NewerState: x.json: a list of format 3, which a newer fleetledger wrote; this one reads \
formats up to 2. Update fleetledger, or take another --data-dir; nothing was changed
        """
        try:
            values = json.loads(text)
            written = values.pop("format", 1)
            if not isinstance(written, int) or written < 1:
                raise ValueError("format")
            if written > self.format:
                raise NewerState(
                    f"{path}: {self.called} of format {written}, which a newer fleetledger wrote; this one reads"
                    f" formats up to {self.format}. Update fleetledger, or take another --data-dir; nothing was changed"
                )
            for way in self.ways[written - 1 :]:
                values = way(values)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self.damaged(path, error) from error
        return dict(values)

    def damaged(self, path: Path, error: Exception) -> DamagedState:
        """The failure to be raised where values are not those of this kind."""
        return DamagedState(f"{path}: not {self.called} ({type(error).__name__})")

    def read(self, path: Path) -> Values | None:
        """The values in a file; None where there is none. Raises DamagedState, NewerState, LandingError."""
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LandingError(f"{path}: cannot read {self.called}: {why(error)}") from error
        return self.load(text, path)

    def write(self, path: Path, values: Values, *, indent: int | None = None) -> None:
        """Put a file in place whole. Raises LandingError."""
        write_file(path, self.dump(values, indent=indent))
