"""Discovery on a made-up home, and the walk over a source's files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fleetledger.base.paths import this_host
from fleetledger.sources.discovery import discover
from fleetledger.sources.files import find_log_files, to_text
from fleetledger.sources.fleets import Source


def make(home: Path, *directories: str) -> None:
    for directory in directories:
        (home / directory / ("" if directory.endswith("events") else "projects")).mkdir(parents=True)


def found(home: Path, **environ: str) -> list[tuple[str, str, str]]:
    sources = discover({"HOME": str(home), **environ})
    assert all(source.host == this_host() and source.provider is None for source in sources)
    return [(source.fleet, source.account, source.root.relative_to(home).as_posix()) for source in sources]


def test_the_usual_directories_are_found(tmp_path: Path) -> None:
    make(tmp_path, ".claude", ".claude-work", ".claude-b", ".local/share/mu/events")
    (tmp_path / ".claude-empty").mkdir()
    (tmp_path / ".claude-notes").write_text("", encoding="utf-8")
    assert found(tmp_path) == [
        ("claude_code", "default", ".claude"),
        ("claude_code", "b", ".claude-b"),
        ("claude_code", "work", ".claude-work"),
        ("mu", "default", ".local/share/mu/events"),
    ]


def test_nothing_there_is_nothing_found(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    assert found(tmp_path, CLAUDE_CONFIG_DIR="") == []


def test_two_default_directories_get_accounts_of_their_own(tmp_path: Path) -> None:
    make(tmp_path, ".claude", ".config/claude")
    assert found(tmp_path) == [
        ("claude_code", "default", ".claude"),
        ("claude_code", ".config/claude", ".config/claude"),
    ]


def test_the_xdg_directory_counts(tmp_path: Path) -> None:
    make(tmp_path, ".config/claude", "xdg/claude")
    assert found(tmp_path, XDG_CONFIG_HOME=str(tmp_path / "xdg")) == [("claude_code", "default", "xdg/claude")]
    assert found(tmp_path) == [("claude_code", "default", ".config/claude")]


def test_configured_directories_stand_in_for_the_usual_ones(tmp_path: Path) -> None:
    make(tmp_path, ".claude", ".claude-work", "one", "two", "other/two", ".claude-x")
    assert found(tmp_path, CLAUDE_CONFIG_DIR=str(tmp_path / "one")) == [
        ("claude_code", "default", "one"),
        ("claude_code", "work", ".claude-work"),
        ("claude_code", "x", ".claude-x"),
    ]
    several = [".claude", "one", "two", "other/two", "absent", ".claude-x"]
    assert found(tmp_path, CLAUDE_CONFIG_DIR=" , ".join(str(tmp_path / name) for name in several)) == [
        ("claude_code", "default", ".claude"),
        ("claude_code", "one", "one"),
        ("claude_code", "two", "two"),
        ("claude_code", "other/two", "other/two"),
        ("claude_code", "x", ".claude-x"),
        ("claude_code", "work", ".claude-work"),
    ]


def test_a_directory_that_two_names_lead_to_is_found_once(tmp_path: Path) -> None:
    make(tmp_path, ".claude-work")
    (tmp_path / ".claude").symlink_to(".claude-work")
    assert found(tmp_path) == [("claude_code", "default", ".claude")]


def source_at(root: Path, fleet: str = "claude_code") -> Source:
    return Source(fleet, "host", "default", None, root)


def paths(source: Source) -> list[str]:
    files, problems = find_log_files(source)
    assert not problems
    return sorted(file.source_path for file in files)


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}\n", encoding="utf-8")


def test_log_files_are_found_at_any_depth_and_nothing_else(tmp_path: Path) -> None:
    logs = ["projects/p/s.jsonl", "projects/p/s/subagents/workflows/wf_1/agent-1.jsonl", "projects/odd.jsonl/t.jsonl"]
    touch(tmp_path, *logs, "history.jsonl", "projects/p/notes.txt", "todos/x.jsonl")
    os.mkfifo(tmp_path / "projects/pipe.jsonl")
    (tmp_path / "projects/dangling.jsonl").symlink_to("nowhere")
    assert paths(source_at(tmp_path)) == sorted(logs)
    assert paths(source_at(tmp_path / "absent")) == []


def test_mu_keeps_its_logs_right_below_the_root(tmp_path: Path) -> None:
    logs = ["daemon/session-1.jsonl", "daemon/supervisor.jsonl", "machine/events/other/session-1.jsonl"]
    touch(tmp_path, *logs)
    assert paths(source_at(tmp_path, "mu")) == sorted(logs)


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    root = tmp_path / "root"
    touch(root, "projects/b/s.jsonl")
    touch(tmp_path, "elsewhere/t.jsonl", "single.jsonl")
    (root / "projects/a").symlink_to("b")
    (root / "projects/b/up").symlink_to("..")
    (root / "projects/a.jsonl").symlink_to("b/s.jsonl")
    (root / "projects/far").symlink_to(tmp_path / "elsewhere")
    (root / "projects/one.jsonl").symlink_to(tmp_path / "single.jsonl")
    assert paths(source_at(root)) == ["projects/b/s.jsonl", "projects/far/t.jsonl", "projects/one.jsonl"]


def test_a_directory_that_cannot_be_read_is_a_problem_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "projects/closed/s.jsonl", "projects/open/s.jsonl")
    scandir = os.scandir

    def deny(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", deny)
    files, problems = find_log_files(source_at(tmp_path))
    assert [file.source_path for file in files] == ["projects/open/s.jsonl"]
    assert [(problem.path, problem.reason) for problem in problems] == [("projects/closed", "Permission denied")]


def test_names_of_any_bytes_have_a_text_of_their_own(tmp_path: Path) -> None:
    names = [b"a\xff.jsonl", b"a\\xff.jsonl", "é\n日.jsonl".encode(), b"\xc3.jsonl"]
    for name in names:
        touch(tmp_path, f"projects/{os.fsdecode(name)}")
    assert paths(source_at(tmp_path)) == sorted(
        ["projects/a\\xff.jsonl", "projects/a\\\\xff.jsonl", "projects/é\n日.jsonl", "projects/\\xc3.jsonl"]
    )
    assert to_text("plain/näme") == "plain/näme"
