"""The dashboards for Grafana: they are what the script writes, and each query of them is answered."""

from __future__ import annotations

import json
import subprocess
import sys

import duckdb
import pytest
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
def test_panels_do_not_lie_on_each_other_and_have_numbers_of_their_own(name: str) -> None:
    panels = json.loads((PLACE / f"{name}.json").read_bytes())["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len({panel["id"] for panel in panels}) == len(set(places)) == len(panels)
