"""The invented repository that the joins of commits are measured on: the same each time, and a trailer on all work."""

from __future__ import annotations

import random
from pathlib import Path

from bench.joins import OTHER, Team, made


def log(place: Path, form: str) -> list[str]:
    return (
        Team(place, random.Random(0)).git(place / "shop", "log", "--reverse", f"--format={form}", "main").splitlines()
    )


def test_a_seed_makes_the_same_commits(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("one", "two", "three")]
    for place, seed in zip(places, (1, 1, 2), strict=True):
        made(place, 3, seed)
    one, two, three = (log(place, "%at %ct %s %b") for place in places)
    assert one == two != three


def test_each_commit_of_a_sessions_work_names_it(tmp_path: Path) -> None:
    config = made(tmp_path / "a", 6, 3)
    transcripts = {path.stem for path in config.parent.glob("claude/projects/shop/*.jsonl")}
    trailers = "%(trailers:key=Claude-Session,key=Session,valueonly)"
    named = {line.rpartition("/")[2] for line in log(config.parent, trailers) if line}
    others = {session for session in named if session.startswith(OTHER[:8])}
    assert others
    assert named - others
    assert named - others <= transcripts
    assert len(transcripts) == 6
