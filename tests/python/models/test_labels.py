"""The verdicts against a reader's labels of tasks of the sample fleet, made before the verdicts were seen."""

from __future__ import annotations

import csv
from collections import Counter
from typing import NamedTuple

import pytest
from built_fleet import SAMPLE, BuiltFleet

from fleetledger.base.paths import PROJECT_ROOT

LABELS = PROJECT_ROOT / "tests/sample/outcome_labels.csv"
DECIDED, UNOBSERVED = 0.95, 0.05
"""So many of the decided agree; of what a reader could decide, less than this is unobserved."""

pytestmark = pytest.mark.skipif(not SAMPLE.exists(), reason="the sample fleet is not beside the checkout")


class Verdict(NamedTuple):
    """What the reader and the rules say of a task, and how sure the rules are."""

    draw: str
    label: str
    outcome_class: str
    confidence: str


@pytest.fixture(scope="module")
def verdicts(fleet: BuiltFleet) -> list[Verdict]:
    with LABELS.open(newline="") as file:
        labels = list(csv.DictReader(file))
    with fleet.warehouse() as warehouse:
        query = "select task_id, outcome_class, outcome_confidence from marts.fct_tasks"
        said = {task: rest for task, *rest in warehouse.execute(query).fetchall()}
    return [Verdict(row["seed"], row["label"], *said[row["task_id"]]) for row in labels]


def test_the_decided_agree_with_the_reader(verdicts: list[Verdict]) -> None:
    decided = [verdict for verdict in verdicts if verdict.outcome_class != "unobserved"]
    wrong = Counter((v.label, v.outcome_class) for v in decided if v.label != v.outcome_class)
    assert wrong.total() <= (1 - DECIDED) * len(decided), wrong


def test_what_a_reader_can_decide_is_seldom_unobserved(verdicts: list[Verdict]) -> None:
    decidable = [verdict for verdict in verdicts if verdict.label != "unobserved"]
    unobserved = [verdict for verdict in decidable if verdict.outcome_class == "unobserved"]
    assert len(unobserved) < UNOBSERVED * len(decidable), unobserved


def test_confidence_means_something(verdicts: list[Verdict]) -> None:
    """Each is right more often than the next."""
    shares = []
    for confidence in ("definite", "probable", "inferred"):
        of_it = [v for v in verdicts if v.confidence == confidence and v.outcome_class != "unobserved"]
        shares.append(sum(v.label == v.outcome_class for v in of_it) / len(of_it))
    assert shares == sorted(shares, reverse=True)


def test_the_labels_are_of_whole_draws() -> None:
    """The last is what three draws of 60 had left of the sample's tasks of Claude Code."""
    with LABELS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(Counter(row["seed"] for row in rows).values()) == [56, 60, 60, 60]
    assert len({row["task_id"] for row in rows}) == len(rows)
