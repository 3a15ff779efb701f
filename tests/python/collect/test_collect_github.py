from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from logged_host import LoggedHost

from fleetledger.base.paths import this_host
from fleetledger.cli.main import main
from fleetledger.collect.github import FIELDS, _changed, collect_github, remotes
from fleetledger.landing.collection import collecting

URL = "https://github.com/ann/shop/pull/7"
OPEN = {"number": 7, "url": URL, "state": "OPEN", "title": "Feat", "updatedAt": "2026-01-02T00:00:00Z"}


def run(data: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in (*arguments, "--data-dir", data)])


def landed(data: Path) -> list[dict[str, Any]]:
    """What is landed, the earliest first."""
    manifest = json.loads((data / f"landing/collected/{this_host()}.json").read_text())
    paths = [str(data / "landing" / batch["path"]) for batch in manifest["batches"]]
    query = "select raw from read_parquet($paths, hive_partitioning = false) order by observed_at"
    return [json.loads(raw) for (raw,) in duckdb.execute(query, {"paths": paths}).fetchall()]


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Any], Path]:
    def save(content: Any) -> Path:  # noqa: ANN401 - anything that JSON can hold
        path = tmp_path / "saved.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return save


def test_a_saved_list_lands_once(tmp_path: Path, save: Callable[[Any], Path]) -> None:
    data = tmp_path / "data"
    file = save([OPEN | {"author": {"login": "ann"}}, OPEN | {"url": URL[:-1] + "8", "number": 8}])
    assert run(data, "collect", "github", "--from", file).stdout.startswith("Landed 2 of 2 pull requests")
    assert run(data, "collect", "github", "--from", file).stdout.startswith("Landed 0 of 2 pull requests")
    assert [found["number"] for found in landed(data)] == [7, 8]
    assert all("author" not in found for found in landed(data))


def test_a_field_that_was_not_asked_for_keeps_its_value(tmp_path: Path, save: Callable[[Any], Path]) -> None:
    data = tmp_path / "data"
    run(data, "collect", "github", "--from", save(OPEN | {"commits": [{"oid": "a1"}]}))
    run(data, "collect", "github", "--from", save({"number": 7, "url": URL, "state": "MERGED"}))
    assert landed(data)[-1] == OPEN | {"commits": [{"oid": "a1"}], "state": "MERGED"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "saved.json: not JSON (JSONDecodeError)"),
        ("7", "saved.json: entry 1 is no pull request"),
        ([OPEN, {"number": 8, "state": "OPEN"}], "saved.json: entry 2: url is missing; expected the address"),
        ({**OPEN, "url": "https://evil/7"}, "saved.json: entry 1: url is 'https://evil/7'"),
        ({**OPEN, "number": True}, "saved.json: entry 1: number is True; expected its number"),
    ],
)
def test_what_gh_does_not_write_is_named(
    tmp_path: Path, save: Callable[[Any], Path], content: object, told: str
) -> None:
    result = run(tmp_path / "data", "collect", "github", "--from", save(content))
    assert result.exit_code == 2
    assert told in result.stderr


def test_half_a_character_does_not_reach_the_warehouse(tmp_path: Path, save: Callable[[Any], Path]) -> None:
    run(tmp_path / "data", "collect", "github", "--from", save(OPEN | {"title": "\ud800"}))
    assert landed(tmp_path / "data")[0]["title"] == "?"


def test_without_gh_it_says_so_and_nothing_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run(tmp_path / "data", "collect", "github")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "gh is not installed here" in result.stderr


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gh that answers with what lies in `answers`, and notes how it was asked in `asked`."""
    answers = tmp_path / "gh"
    (answers / "bin").mkdir(parents=True)
    script = answers / "bin/gh"
    script.write_text(
        f'#!/bin/sh\necho "$@" >> {answers}/asked\n'
        f'if [ "$1" = auth ]; then exit "$(cat {answers}/auth)"; fi\n'
        f'if [ -e "{answers}/fails" ]; then echo "could not resolve to a Repository" >&2; exit 1; fi\n'
        f'cat "{answers}/$2"\n'
    )
    script.chmod(0o755)
    (answers / "auth").write_text("0")
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    return answers


def test_only_what_changed_or_is_open_is_asked_for(gh: Path, host: LoggedHost) -> None:
    merged = OPEN | {"state": "MERGED"}
    (gh / "view").write_text(json.dumps(merged))
    (gh / "list").write_text(json.dumps([merged]))
    for expected in (1, 0):
        summary = collect_github(
            host.landing, "host", {"github.com/ann/shop": host.now}, host.now, lambda *_, **__: None
        )
        assert (summary.repositories, summary.landed) == (1, expected)
    asked = (gh / "asked").read_text().splitlines()
    assert [line.split()[:2] for line in asked] == [["pr", "list"], ["pr", "view"], ["pr", "list"]]
    assert "--search updated:>=2026-01-01 sort:updated-desc" in asked[0]
    assert asked[1].endswith(",".join(FIELDS))
    (gh / "list").write_text(json.dumps([OPEN]))
    assert list(_changed("github.com/ann/shop", None, {URL: OPEN})) == [merged]


def test_a_repository_that_gh_cannot_find_is_skipped(gh: Path, host: LoggedHost) -> None:
    (gh / "fails").touch()
    summary = collect_github(host.landing, "host", {"github.com/ann/gone": None}, host.now, lambda *_, **__: None)
    assert summary.skipped == [("github.com/ann/gone", "gh: could not resolve to a Repository")]


def test_it_asks_where_the_collected_repositories_come_from(gh: Path, host: LoggedHost, tmp_path: Path) -> None:
    directories = [
        {"directory": f"/{number}", "repository": f"/{number}", "remote": remote, "status": "collected"}
        for number, remote in enumerate(["github.com/ann/shop", "github.com/ann/shop", "evil.com/--x/$(y)", None])
    ]
    with collecting(host.landing, "host", host.now) as collection:
        collection.add("git_directories", directories)
        collection.commit()
    at = "2026-01-02T00:00:0{}Z"
    lines = [{"type": "user", "cwd": f"/{number}", "timestamp": at.format(number)} for number in range(4)]
    host.write("".join(f"{json.dumps(line)}\n" for line in lines).encode())
    host.extract()
    [(remote, first)] = remotes(host.landing, host.now).items()
    assert remote == "github.com/ann/shop"
    assert first is not None
    assert first.isoformat() == "2026-01-02T00:00:00"

    (gh / "auth").write_text("1")
    result = run(host.data, "collect", "github")
    assert result.exit_code == 0
    assert "gh is not signed in" in result.stderr
    assert re.fullmatch(r"auth status --hostname github.com\n", (gh / "asked").read_text())


def test_without_a_repository_it_says_what_to_type_first(gh: Path, tmp_path: Path) -> None:
    result = run(tmp_path / "data", "collect", "github")
    assert result.exit_code == 0
    assert "type `fleetledger collect git` first" in result.stderr
