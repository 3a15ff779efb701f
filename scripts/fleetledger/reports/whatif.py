"""What history would have cost otherwise: other models, or another lifetime of what is written to the cache.

One query over the published file: the calls that were made, at the rates of dim_possible_rates, which are made by the
rules that recorded calls are priced by. Only calls that have both costs are compared; the others are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fleetledger.base.errors import CallError
from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.reports.document import header

NEAREST = 5

SAME_TOKENS = (
    "Another model would have used as many tokens: the same prompts, answers and tool calls. It would not have, and"
    " nobody knows by how much."
)
SAME_REQUESTS = (
    "Speed, service tier and geography stay as they were asked for; so do days, prices of the day, and tiers."
)
SAME_PATH = (
    "Each call stays on its serving path, and its money of its kind; calls that cost nothing by kind are left out."
)
SAME_CACHE = "As much is read from the cache and written to it as was."
TTL_CACHE = {
    "5m": "All that is written to the cache is written for 5 minutes, and is read from it as often as it was: pauses"
    " of more than 5 minutes would in truth be paid for by writing again.",
    "1h": "All that is written to the cache is written for an hour. What was written again after a pause of less is"
    " still paid for again: in truth it would not have been.",
}


class UnknownModelError(CallError):
    """A model that nothing is known of."""


class Change(NamedTuple):
    """Calls of the model `old` (as logged, or its id in the price book) go to `new` instead."""

    old: str
    new: str


def whatif(ledger: Ledger, changes: Sequence[Change], cache_ttl: str | None) -> Row:
    """The document of what the ledger's calls would have cost, by serving path, model and cost kind.

    Without changes it is about all calls, at their own models. Raises UnknownModelError, with names that are near.
    """
    _check(ledger, changes)
    return header(ledger, "whatif") | {
        "changes": [change._asdict() for change in changes],
        "cache_ttl": cache_ttl,
        "assumptions": _assumptions(changes, cache_ttl),
        "rows": ledger.ask(
            "reports/whatif",
            old=[change.old for change in changes],
            new=[change.new for change in changes],
            cache_ttl=cache_ttl,
        ),
    }


def _assumptions(changes: Sequence[Change], cache_ttl: str | None) -> list[str]:
    other_models = [SAME_TOKENS] if any(change.old != change.new for change in changes) else []
    return [*other_models, TTL_CACHE[cache_ttl] if cache_ttl else SAME_CACHE, SAME_REQUESTS, SAME_PATH]


def _check(ledger: Ledger, changes: Sequence[Change]) -> None:
    if not changes:
        return
    called = ledger.rows("select model, rate_model_id from dim_models where model is not null")
    old = {name for row in called for name in row.values() if name is not None}
    new = {row["model"] for row in ledger.rows("select distinct model from dim_possible_rates")}
    for row in called:
        if sum(change.old in row.values() for change in changes) > 1:
            raise CallError(f"The calls of {row['model']!r} cannot go to several models at once.")
    for change in changes:
        if change.old not in old:
            raise UnknownModelError(f"No call was of the model {change.old!r}{_near(change.old, old)}")
        if change.new not in new | {change.old}:
            raise UnknownModelError(
                f"No price book of the serving paths in use knows {change.new!r}{_near(change.new, new)}"
            )


def _near(name: str, names: set[str]) -> str:
    """The names that are most like one, as the end of a sentence."""
    from difflib import get_close_matches

    lowered = {known.lower(): known for known in sorted(names)}
    found = get_close_matches(name.lower(), lowered, n=NEAREST, cutoff=0.5)
    found += [known for known in lowered if name.lower() in known and known not in found]
    near = [lowered[known] for known in found[:NEAREST]]
    return f"; near it are {', '.join(near)}." if near else "; `fleetledger report models` names those there are."
