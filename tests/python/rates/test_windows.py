from __future__ import annotations

from pathlib import Path

from fleetledger.rates.windows import WINDOWS_PATH, update_windows, windows


def test_the_seed_is_what_the_installed_package_says() -> None:
    assert WINDOWS_PATH.read_text(encoding="utf-8") == windows()


def test_a_model_without_a_window_has_no_row(tmp_path: Path) -> None:
    seed = tmp_path / "model_windows.csv"
    assert update_windows(seed)
    assert not update_windows(seed)
    rows = [line.split(",") for line in seed.read_text().splitlines()]
    assert rows[0] == ["price_book", "model_id", "window_tokens"]
    assert ["anthropic", "claude-haiku-4-5", "200000"] in rows
    assert all(int(window) > 0 for *_, window in rows[1:])
