"""A user's own rows as a checkout of version 0.1 held them: in its seeds, and in the variables of its dbt project."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.sources.settings import KINDS

CsvRow = dict[str, str]


class OldPlace(NamedTuple):
    """The seeds of version 0.1 that hold a kind of rows, and what of a row is a user's own, if anything.

    `own` takes a row and the rows that are shipped today, by their keys.
    """

    seeds: tuple[str, ...]
    key: tuple[str, ...] = ()
    own: Callable[[CsvRow, CsvRow | None], CsvRow | None] = lambda row, _shipped: row


def _if_changed(row: CsvRow, shipped: CsvRow | None) -> CsvRow | None:
    return row if shipped is None or row["cost_kind"] != shipped["cost_kind"] else None


def _if_unknown(row: CsvRow, shipped: CsvRow | None) -> CsvRow | None:
    return row if shipped is None else None


def _rule_or_its_severity(row: CsvRow, shipped: CsvRow | None) -> CsvRow | None:
    """The patterns of our rules have got better since: of a rule that is still ours, only the severity is a user's."""
    if shipped is None:
        return row
    return {name: row[name] for name in ("rule_id", "severity")} if row["severity"] != shipped["severity"] else None


OLD_PLACES = {
    "budget": OldPlace(("budgets",)),
    "plan": OldPlace(("subscription_plans",)),
    "price": OldPlace(("rate_overrides",)),
    "cost_kind": OldPlace(("provider_cost_kinds", "model_cost_kinds"), ("provider", "model_regex"), _if_changed),
    "audit_rule": OldPlace(("audit_rules",), ("rule_id",), _rule_or_its_severity),
    "project_fold": OldPlace(("project_folds",), ("pattern",), _if_unknown),
}


def own_rows(checkout: Path, kind: str) -> list[CsvRow]:
    """The rows of a kind that are a user's own, in the columns of today. Raises OSError, csv.Error."""
    place = OLD_PLACES[kind]
    found = []
    for seed in place.seeds:
        shipped = {_key(row, place): row for row in _rows(PROJECT_ROOT, seed)} if place.key else {}
        for row in _rows(checkout, seed):
            own = place.own(row, shipped.get(_key(row, place)))
            if own is not None:
                found.append({name: own[name] for name in KINDS[kind].columns if own.get(name)})
    return found


def own_timezone(checkout: Path) -> str | None:
    """The reporting time zone of a checkout; None where it is that of version 0.1, UTC. Raises OSError."""
    for line in (checkout / "dbt_project.yml").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "reporting_timezone":
            zone = value.partition("#")[0].strip().strip("\"'")
            return zone if zone != "UTC" else None
    return None


def _rows(project: Path, seed: str) -> list[CsvRow]:
    path = next((project / "seeds").rglob(f"{seed}.csv"), None)
    if path is None:
        return []
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines, strict=True))


def _key(row: Mapping[str, str], place: OldPlace) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in place.key)
