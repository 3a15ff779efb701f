"""Checking the rates: what the installed price data would change about the seed, and which models have no rate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.paths import published_path
from fleetledger.base.text import counted
from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.rates.generate import RATES_PATH, RatesUpdate, rates_diff


class RatesCheck(NamedTuple):
    """What was found; `unpriced_models` is None where nothing is published yet."""

    update: RatesUpdate
    unpriced_models: list[Row] | None

    @property
    def needs_a_person(self) -> bool:
        """Whether the seed is not what the price data says, or some model has no rate."""
        return bool(self.unpriced_models) or not self.update.is_same_file


def check_rates(data: Path, seed: Path = RATES_PATH) -> RatesCheck:
    """Compare the seed with the installed price data, and ask the published file of `data` for models without a rate.

    Raises RatesError and ReportError.
    """
    published = published_path(data)
    unpriced = Ledger(published).unpriced_models() if published.exists() else None
    return RatesCheck(rates_diff(seed), unpriced)


def told(checked: RatesCheck) -> Iterator[str]:
    """What to say of it, line by line."""
    update = checked.update
    yield f"genai-prices {update.version} of {update.source_date}: {update.rows:,} rates."
    changes = {"New": update.added, "Gone": update.removed, "Changed": update.changed}
    for what, rate_ids in changes.items():
        if rate_ids:
            yield f"{what}: {', '.join(rate_ids)}"
    if update.is_same_file:
        yield "The seed is up to date."
    elif not any(changes.values()):
        yield "No price changes: only the version or date of the source does. `fleetledger prices update` writes it."
    else:
        yield "`fleetledger prices update` writes them."
    if checked.unpriced_models is None:
        yield "Nothing is published yet: which models have no rate is not known."
    elif not checked.unpriced_models:
        yield "Every model in the warehouse has a rate."
    else:
        yield "Models without a rate, which a [[price]] in fleet.toml gives them:"
        for row in checked.unpriced_models:
            calls = counted(row["unpriced_call_count"], "call")
            yield f"  {row['model'] or '(none)'} at {row['provider'] or '(none)'} ({calls})"
