"""The user's own rows (sources.settings), landed: what all that is built goes by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from fleetledger.base.paths import landing_dir
from fleetledger.landing.manifest import COLLECTED, collected_path
from fleetledger.sources.settings import Row, Settings

ORDERED = ("settings_project_folds", "settings_tickets")
"""Tables whose rows are tried one after the other."""

EVERY_HOST = "*"
"""Settings are of the data directory; they land like what is collected of a host, under a name that no host has."""


def land_settings(data: Path, settings: Settings, now: datetime) -> bool:
    """Have what is landed in `data` be these settings; whether that changed anything.

    Raises LockHeld where another process lands settings, LandingError where the landing cannot be read or written.
    """
    landing = landing_dir(data)
    digest = blake2b(repr(sorted(settings.tables.items())).encode(), digest_size=16).hexdigest()
    landed = COLLECTED.read(collected_path(landing, EVERY_HOST))
    if (landed["digest"] == digest) if landed else not any(settings.tables.values()):
        return False
    # Not for a refresh with nothing new: this imports what writes Parquet.
    from fleetledger.landing.collection import collecting

    with collecting(landing, EVERY_HOST, now) as collection:
        for table, rows in settings.tables.items():
            collection.replace(table, _rows(table, rows))
        collection.digest = digest
        collection.commit()
    return True


def landed_rows(data: Path, table: str, now: datetime) -> list[Row]:
    """The rows of a table of settings that were landed last. Raises LandingError."""
    from fleetledger.landing.collection import read_collection

    return read_collection(landing_dir(data), EVERY_HOST, now).dicts(table)


def _rows(table: str, rows: Iterable[Row]) -> list[Row]:
    """Rows with what only their order says."""
    if table not in ORDERED:
        return list(rows)
    return [{"rule_order": number, **row} for number, row in enumerate(rows, start=1)]
