"""The Evidence project, built by npm over the demo: its figures are the report's, and it asks no other host."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import PROJECT_ROOT, published_path
from fleetledger.cli.main import main

NAMED = {
    *("www.w3.org", "opensource.org"),
    *("docs.evidence.dev", "www.evidence.dev", "evidencedev.slack.com", "github.com"),
    *("docsearch.algolia.com", "support.microsoft.com", "lea.verou.me"),
}
"""Hosts that built files may name: namespaces of XML, links of Evidence's menu and error pages, comments of style."""


@pytest.mark.stress
def test_its_totals_are_the_reports(refreshed: RefreshedDemo, tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("no npm is on this machine")
    subprocess.run([PROJECT_ROOT / "scripts/evidence", published_path(refreshed.copy), tmp_path], check=True)
    (file,) = (tmp_path / "build/data/fleetledger/daily_costs").rglob("*.parquet")
    found = dict(duckdb.sql(f"select cost_kind, sum(cost_usd) from '{file}' group by cost_kind").fetchall())
    report = json.loads(CliRunner().invoke(main, ["report", "--json", "--data-dir", str(refreshed.copy)]).stdout)
    for kind in ("billed", "subscription"):
        assert found[kind] == pytest.approx(report["totals"][f"{kind}_cost_usd"], abs=1e-6)
    pages = list((tmp_path / "build").rglob("*.html"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "default-src 'self'" in text, page
        assert not re.findall(r"""(?:src|href)=["']?https?:[^"' >]+\.(?:js|css|json|wasm|woff2?)""", text), page
    assert {page.parent.name for page in pages} >= {"sessions", "outcomes"}
    for file in (tmp_path / "build").rglob("*.*"):
        if file.is_file() and file.suffix in (".html", ".js", ".css", ".json"):
            hosts = re.findall(r"https?://([\w.-]+)", file.read_text(encoding="utf-8"))
            assert set(hosts) <= NAMED, file
