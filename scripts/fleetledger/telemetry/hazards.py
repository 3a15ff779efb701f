"""The known faults of the client's versions: rows of the seed telemetry_hazards."""

from __future__ import annotations

import csv

from fleetledger.base.paths import PROJECT_ROOT

SEED = PROJECT_ROOT / "seeds/telemetry/telemetry_hazards.csv"

_PARTS = 3


def faults_of(version: str) -> list[str]:
    """What is wrong with the telemetry of a version; nothing is known of what is no version.

    >>> faults_of("2.1.241")
    ['events of some resumed sessions stop']
    >>> faults_of("2.1.332"), faults_of("x")
    ([], [])
    """
    asked = _key(version)
    if not asked:
        return []
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = [row["what"] for row in rows if _key(row["first_version"]) <= asked <= _key(row["last_version"])]
    return list(dict.fromkeys(known))


def _key(version: str) -> tuple[int, ...]:
    """A version's numbers, to be compared; none where it is no version."""
    parts = version.split(".")[:_PARTS]
    return tuple(map(int, parts)) if len(parts) == _PARTS and all(part.isdecimal() for part in parts) else ()
