"""Where secrets were found, and which batches were looked through: the landed tables secrets and scanned_batches."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fleetledger.base.paths import landing_dir

if TYPE_CHECKING:
    from fleetledger.landing.collection import Collection

OF_ALL_HOSTS = "*secrets"
"""Finds land like what is collected of a host, under a name that no host has: who looks through them looks alone."""

Row = dict[str, Any]


class Finds:
    """What was found in which batch, as the landing has it."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._scans = {row["batch_id"]: row for row in self._landed("scanned_batches")}
        self._secrets = defaultdict(list)
        for row in self._landed("secrets"):
            self._secrets[row["batch_id"]].append(row)

    def rules(self, batch_id: str) -> str | None:
        """A name for the rules that a batch was looked through by; None where it was not."""
        scan = self._scans.get(batch_id)
        return scan["rules"] if scan else None

    def note(self, batch_id: str, rules: str, scanned_at: datetime, secrets: Iterable[Mapping[str, Any]]) -> None:
        """Have this be what was found in a batch; it counts at once."""
        scan = {"batch_id": batch_id, "rules": rules, "scanned_at": scanned_at.replace(tzinfo=None)}
        found = [{**secret, "batch_id": batch_id} for secret in secrets]
        is_known = batch_id in self._scans
        self._scans[batch_id], self._secrets[batch_id] = scan, found
        if is_known:
            self._replace()
        else:
            self._collection.add("scanned_batches", [scan])
            self._collection.add("secrets", found)
        self._collection.commit()

    def forget_others(self, batch_ids: Several[str]) -> None:
        """Forget what was found in batches that are no more: those that replace them are looked through now."""
        gone = self._scans.keys() - set(batch_ids)
        if gone:
            for batch_id in gone:
                del self._scans[batch_id]
                self._secrets.pop(batch_id, None)
            self._replace()
            self._collection.commit()

    def _landed(self, table: str) -> list[Row]:
        rows = self._collection.dicts(table)
        return [{name: value for name, value in row.items() if name != "observed_at"} for row in rows]

    def _replace(self) -> None:
        self._collection.replace("scanned_batches", self._scans.values())
        self._collection.replace("secrets", [row for rows in self._secrets.values() for row in rows])


@contextmanager
def finds(data: Path, now: datetime) -> Iterator[Finds]:
    """What was found in `data`, to be added to. Raises LockHeld where another process adds to it, LandingError."""
    # Not for a refresh, which only asks whether there is anything to take over: this imports what writes Parquet.
    from fleetledger.landing.collection import collecting

    with collecting(landing_dir(data), OF_ALL_HOSTS, now) as collection:
        found = Finds(collection)
        for path in _of_version_0_1(data):
            _take_over(path, found)
        yield found


def take_over(data: Path, now: datetime) -> None:
    """Land what version 0.1 had found, in files of its own. Raises LockHeld, LandingError."""
    if _of_version_0_1(data):
        with finds(data, now):
            pass


def _of_version_0_1(data: Path) -> list[Path]:
    return sorted((data / "secrets").glob("*.json"))


def _take_over(path: Path, found: Finds) -> None:
    """Land a file of version 0.1 and remove it; what cannot be read is looked for anew."""
    try:
        values = json.loads(path.read_bytes())
        scanned_at = datetime.fromisoformat(values["scanned_at"])
        found.note(values["batch_id"], values.get("rules", ""), scanned_at, values["secrets"])
    except (ValueError, KeyError, TypeError):
        # A batch that nothing says of that it was looked through is looked through by the next scan.
        pass
    path.unlink()
