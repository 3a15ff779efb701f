"""`prices check`: what `prices update` would change, and models without a rate; nothing is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from published_fixture import write_published

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.rates.check import check_rates, told
from fleetledger.rates.generate import RATES_PATH

UNPRICED = {"model": "claude-next", "rate_id": None}


def check(data: Path) -> Result:
    return CliRunner().invoke(main, ["rates", "check", "--data-dir", str(data)])


def edited_seed(tmp_path: Path, pattern: str, replacement: str) -> Path:
    seed = tmp_path / "model_rates.csv"
    text, edits = re.subn(pattern, replacement, RATES_PATH.read_text(), count=1, flags=re.MULTILINE)
    assert edits
    seed.write_text(text)
    return seed


def test_a_seed_of_today_and_a_rate_for_every_model_end_with_0(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [{}])
    result = check(tmp_path)
    assert result.exit_code == 0
    assert re.match(r"genai-prices \d\S+ of \d{4}-\d\d-\d\d: [\d,]+ rates\.\n", result.stdout)
    assert result.stdout.endswith("The seed is up to date.\nEvery model in the warehouse has a rate.\n")


def test_a_model_without_a_rate_ends_with_1(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [{}, UNPRICED, UNPRICED, {**UNPRICED, "model": "\x1b[2Jnew"}])
    result = check(tmp_path)
    assert result.exit_code == 1
    assert result.stdout.endswith(
        "Models without a rate, which a [[price]] in fleet.toml gives them:\n"
        "  claude-next at claude_code (2 calls)\n"
        "  [2Jnew at claude_code (1 call)\n"
    )


def test_before_anything_is_published_the_seed_alone_is_checked(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.exit_code == 0
    assert "Nothing is published yet" in result.stdout


@pytest.mark.parametrize(
    ("pattern", "replacement", "expected"),
    [
        (r"^(anthropic:claude-2:.*?),8,24,", r"\1,9,24,", "Changed: anthropic:claude-2:standard:1970-01-01:0"),
        (r"^anthropic:claude-2:.*\n", "", "New: anthropic:claude-2:standard:1970-01-01:0"),
        (r"^anthropic:claude-2:", "anthropic:claude-x:", "Gone: anthropic:claude-x:standard:1970-01-01:0"),
        (
            r",genai-prices,[^,]+,",
            ",genai-prices,0.0.0,",
            "No price changes: only the version or date of the source does.",
        ),
    ],
)
def test_what_an_update_would_change_ends_with_1(tmp_path: Path, pattern: str, replacement: str, expected: str) -> None:
    seed = edited_seed(tmp_path, pattern, replacement)
    before = seed.read_bytes()
    checked = check_rates(tmp_path, seed)
    assert checked.needs_a_person
    assert any(line.startswith(expected) for line in told(checked))
    assert seed.read_bytes() == before


def test_the_rates_of_an_installed_version_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleetledger.base.paths.IS_CHECKOUT", False)
    before = RATES_PATH.stat()
    refused = CliRunner().invoke(main, ["rates", "update"])
    assert refused.exit_code == 1
    assert "[[price]]" in refused.stderr
    assert RATES_PATH.stat() == before
