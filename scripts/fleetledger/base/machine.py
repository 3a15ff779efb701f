"""The name that a machine goes by in a data directory: its network name when it first landed there.

`machines.json` has the names by what identifies a machine: the system's own id, which no renaming changes. A machine
whose network name is another one's there goes by it: an image may have been copied with the id in it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fleetledger.base.files import write_file

ID_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def name_in(data: Path, network_name: str, manifest: Path) -> str:
    """The name of this machine in a data directory; `manifest` is there if it has landed under its network name."""
    known = _names(data).get(_identity() or "")
    return known if known and not manifest.exists() else network_name


def remember(data: Path, network_name: str) -> None:
    """Keep the name of this machine, unless one is kept already. Raises OSError."""
    identity, names = _identity(), _names(data)
    if identity and identity not in names:
        write_file(data / "machines.json", json.dumps(names | {identity: network_name}))


def _names(data: Path) -> dict[str, str]:
    try:
        names = json.loads((data / "machines.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return {key: name for key, name in names.items() if isinstance(name, str)} if isinstance(names, dict) else {}


def _identity() -> str | None:
    """What identifies this machine as long as its system is not installed anew; None where nothing does."""
    for file in ID_FILES:
        try:
            if identity := file.read_text(encoding="ascii").strip():
                return identity
        except (OSError, ValueError):
            continue
    return _hardware() if sys.platform == "darwin" else None


def _hardware() -> str | None:
    """The hardware's UUID on macOS."""
    import ctypes

    identity, wait = ctypes.create_string_buffer(16), (ctypes.c_long * 2)(5, 0)
    try:
        failed = ctypes.CDLL(None).gethostuuid(identity, wait)
    except (OSError, AttributeError):
        return None
    return None if failed else identity.raw.hex()
