"""The one place that asks what time it is."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """What time it is, with its zone (UTC)."""
    return datetime.now(UTC)
