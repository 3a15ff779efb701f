"""Marks: what a person thinks of a session, from 1 (unusable) to 5 (excellent)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from fleetledger.base.paths import landing_dir
from fleetledger.landing.collection import collecting


def mark(data: Path, host: str, session_id: str, rating: int, note: str | None, now: datetime) -> bool:
    """Land a mark of a session; whether it differs from the one that held before. Raises LockHeld and LandingError."""
    with collecting(landing_dir(data), host, now) as collection:
        marks = collection.rows("session_marks", ("session_id", "rating", "note"))
        latest = {session: said for session, *said in marks}
        if latest.get(session_id) == [rating, note]:
            return False
        collection.add("session_marks", [{"session_id": session_id, "rating": rating, "note": note}])
        collection.commit()
    return True
