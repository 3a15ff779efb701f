"""Reading TOML that people write."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from fleetledger.base.errors import FleetledgerError


def read_toml(path: Path, failure: type[FleetledgerError]) -> dict[str, Any]:
    """What a TOML file says. Raises `failure`, with the file and the place in it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise failure(f"{path}: cannot read it: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise failure(f"{path}: not UTF-8 text, at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise failure(f"{path}: not TOML: {error}") from error
