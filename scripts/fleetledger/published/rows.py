"""What answers are made of, apart from what asks: who only shows them need not import a database."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

PRICED_KINDS = ("billed", "subscription", "unknown")
"""The cost kinds that have an amount; the fourth is `free`."""
