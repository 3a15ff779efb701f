"""Write `seeds/prices/model_windows.csv`: how much context each model takes, from the installed `genai-prices`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.rates.generate import BOOKS

if TYPE_CHECKING:
    from genai_prices.types import Provider

WINDOWS_PATH = PROJECT_ROOT / "seeds/prices/model_windows.csv"


def windows(providers: Sequence[Provider] | None = None) -> str:
    """The seed as text: price_book, model_id, window_tokens; a model without a window has no row."""
    if providers is None:
        from genai_prices.data import providers as installed

        providers = installed
    rows = sorted(
        (provider.id, model.id, model.context_window)
        for provider in providers
        if provider.id in BOOKS
        for model in provider.models
        if model.context_window
    )
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("price_book", "model_id", "window_tokens"))
    lines.writerows(rows)
    return text.getvalue()


def update_windows(path: Path = WINDOWS_PATH) -> bool:
    """Write the seed anew at `path`; whether that changed it."""
    text = windows()
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)
    return True
