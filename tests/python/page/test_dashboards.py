"""The dashboards for Grafana: they are what the script writes, and each query of them is answered."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import PROJECT_ROOT, published_path

PLACE = PROJECT_ROOT / "docs/grafana"


def test_they_are_what_the_script_writes() -> None:
    done = subprocess.run([sys.executable, PROJECT_ROOT / "scripts/grafana", "--check"], check=False)
    assert done.returncode == 0


def test_each_query_of_the_ledger_is_answered(refreshed: RefreshedDemo) -> None:
    board = json.loads((PLACE / "ledger.json").read_bytes())
    with duckdb.connect(str(published_path(refreshed.copy)), read_only=True) as connection:
        for panel in board["panels"]:
            (target,) = panel["targets"]
            cursor = connection.execute(target["rawSql"])
            names = [column[0] for column in cursor.description]
            assert cursor.fetchall(), panel["title"]
            if panel["type"] in ("timeseries", "stat"):
                assert names[-1] == "value"


@pytest.mark.parametrize("name", ["ledger", "metrics"])
def test_grafanas_schema_knows_each_field(name: str) -> None:
    """Read and written again by Grafana's own models, nothing of a dashboard is lost or another."""
    board = json.loads((PLACE / f"{name}.json").read_bytes())
    again = json.loads(json.dumps(Dashboard.from_json(board), cls=JSONEncoder))
    assert list(missing(board, again)) == []


def missing(wanted: Any, found: Any, place: str = "") -> Iterator[str]:  # noqa: ANN401 (JSON)
    """The places of `wanted` where `found` has nothing, or something else."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            yield from missing(value, found.get(name), f"{place}/{name}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for i, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from missing(one, other, f"{place}/{i}")
    elif wanted != found:
        yield place


@pytest.mark.parametrize("name", ["ledger", "metrics"])
def test_panels_do_not_lie_on_each_other_and_have_numbers_of_their_own(name: str) -> None:
    panels = json.loads((PLACE / f"{name}.json").read_bytes())["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len({panel["id"] for panel in panels}) == len(set(places)) == len(panels)
