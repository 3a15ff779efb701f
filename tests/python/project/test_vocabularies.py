"""Words that stand in a seed and in the code beside it, which cannot read the seed where it needs them, agree."""

from __future__ import annotations

import csv
import json

import pytest
from built_fleet import BuiltFleet

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.published.rows import PRICED_KINDS
from fleetledger.reports.choices import SEVERITIES
from fleetledger.reports.outcome_metrics import METRICS


def seed(name: str) -> list[dict[str, str]]:
    [path] = (PROJECT_ROOT / "seeds").rglob(f"{name}.csv")
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_every_severity_can_be_asked_for() -> None:
    assert {rule["severity"] for rule in seed("audit_rules")} == set(SEVERITIES)


def test_every_kind_of_money_has_its_columns() -> None:
    kinds = {row["cost_kind"] for name in ("provider_cost_kinds", "model_cost_kinds") for row in seed(name)}
    assert kinds <= {*PRICED_KINDS, "free"}


def test_every_metric_can_be_asked_for() -> None:
    assert {row["metric"]: (row["unit"], row["says"]) for row in seed("quality_metrics")} == METRICS


def test_every_metric_counts_facts_that_there_are(fleet: BuiltFleet) -> None:
    named = {
        row[column]
        for row in seed("quality_metrics")
        for column in ("eligible", "observed", "counted", "mu_observed", "mu_counted")
        if row[column]
    }
    with fleet.warehouse() as warehouse:
        facts = warehouse.sql("select distinct fact from intermediate.int_task_facts").fetchall()
    assert named == {fact for (fact,) in facts}


FAMILIES = {
    # Seed, its column, the model that unions the family, how the family's models begin; what has no model of its own.
    "our rules": ("outcome_rules", "outcome_rule", "int_task_outcomes", "int_outcome_rule__", {"backfilled"}),
    "mu's rules": ("outcome_rules", "outcome_rule", "int_task_outcomes", "int_mu_rule__", {"mu_backfilled"}),
    "joins": (
        "commit_join_kinds",
        "join_kind",
        "int_commit_matches",
        "int_commit_match__",
        {"log", "thread", "co_author"},
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_of_a_seed_is_a_model_that_is_asked(fleet: BuiltFleet, family: str) -> None:
    name, column, union, beginning, modelless = FAMILIES[family]
    words = {row[column] for row in seed(name)}
    if name == "outcome_rules":
        is_of_mu = beginning.startswith("int_mu")
        words = {word for word in words if word.startswith("mu_") == is_of_mu}
    nodes = json.loads(fleet.manifest.read_bytes())["nodes"]
    asked = {nodes[parent]["name"] for parent in nodes[f"model.fleetledger.{union}"]["depends_on"]["nodes"]}
    prefix = "mu_" if beginning.startswith("int_mu") else ""
    assert {
        prefix + model.removeprefix(beginning) for model in asked if model.startswith(beginning)
    } == words - modelless
