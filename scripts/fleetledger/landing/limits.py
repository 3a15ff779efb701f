"""What Claude Code told the status line of a plan's limits, landed: no log holds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fleetledger.base.locks import LockHeld
from fleetledger.base.paths import landing_dir, limits_path, this_host


def land_limits(data: Path, now: datetime) -> None:
    """Land what was noted since the last time; where another process collects for this host, the next one does.

    Raises LandingError where the landing cannot be read or written; what was noted stays then.
    """
    noted = limits_path(data)
    taken = noted.with_suffix(".taken")
    if noted.exists() and not taken.exists():
        noted.replace(taken)
    if not taken.exists():
        return
    # Not for a refresh with nothing new: this imports what writes Parquet.
    from fleetledger.landing.collection import collecting

    try:
        with collecting(landing_dir(data), this_host(), now) as collection:
            collection.add("plan_limits", _rows(taken))
            collection.commit()
    except LockHeld:
        return
    taken.unlink()


def _rows(taken: Path) -> Iterator[dict[str, Any]]:
    for line in taken.read_bytes().splitlines():
        try:
            noted = json.loads(line)
            at = _instant(noted["at"])
            for name, (used, resets_at) in noted["limits"].items():
                yield {
                    "account": str(noted["account"]),
                    "limit_name": str(name),
                    "used_share": float(used) / 100,
                    "resets_at": _instant(resets_at),
                    "observed_at": at,
                }
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError):
            continue  # A line that a killed status line left unfinished; the next one noted the same again.


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
