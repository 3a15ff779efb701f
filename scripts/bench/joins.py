"""How right the ways are in which commits are known to be a task's: measured on a repository whose trailers tell.

`python -m bench.joins DIRECTORY` makes an invented team's repository with git itself and the transcripts of the
sessions that worked in it, lands and collects both, and prints `fleetledger report joins`. What happens in real ones
happens here: sessions that commit themselves, people who commit their work by hand hours or days later, in parts, with
lines of their own or under another's name, squashes by a forge, work that is thrown away, and another developer's
commits to the same files, which are fetched. Each commit of a session's work names it in a trailer: one that tools
write, or, of half the commits that people make, one of their own.
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from uuid import UUID

import click

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.cli.main import main as fleetledger

BEGAN = datetime(2026, 9, 1, 9, tzinfo=UTC)
WORDS = (
    *("order", "price", "cart", "stock", "refund", "parcel", "voucher", "invoice", "shelf", "ledger", "basket"),
    *("total", "round", "apply", "merge", "split", "count", "check", "store", "load", "send", "label", "track"),
)
COMMON = ("    return None", "    raise KeyError", "import logging", "    if value is None:")
"""Lines that everybody writes."""
OTHER = "b7a1c0de-0000-4000-8000-{number:012d}"
"""The sessions of the other developer, which are not landed here."""


@dataclass
class Team:
    """A developer's clone, another's, and what they share; `rng` decides what happens, `now` is when."""

    place: Path
    rng: random.Random
    now: datetime = BEGAN
    pulls: int = 0
    branch: str = "main"
    lines: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    @property
    def mine(self) -> Path:
        """The clone that the sessions work in."""
        return self.place / "shop"

    def git(self, clone: Path, *arguments: str, who: str = "ann", committer: str | None = None) -> str:
        """Run git as somebody, at the time that it is."""
        date = f"{int(self.now.timestamp())} +0000"
        names = {"AUTHOR": who, "COMMITTER": committer or who}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.place),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_EDITOR": "true",
            **{f"GIT_{role}_NAME": name for role, name in names.items()},
            **{f"GIT_{role}_EMAIL": f"{name}@example.com" for role, name in names.items()},
            **{f"GIT_{role}_DATE": date for role in names},
        }
        done = subprocess.run(["git", *arguments], cwd=clone, env=environment, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def wait(self, least: float, most: float) -> None:
        """Let some hours pass."""
        self.now += timedelta(hours=self.rng.uniform(least, most))

    def written(self, count: int) -> list[str]:
        """Lines that nobody has written before, and a common one now and then."""
        rng = self.rng
        return [
            rng.choice(COMMON)
            if rng.random() < 0.15
            else f"    {rng.choice(WORDS)}_{rng.choice(WORDS)} = {rng.choice(WORDS)}({rng.randrange(10**6)})"
            for _ in range(count)
        ]

    def log(self, session: str, kind: str, content: object, **more: object) -> None:
        """Write a line of a session's transcript."""
        self.now += timedelta(seconds=self.rng.randrange(5, 60))
        lines = self.lines.setdefault(session, [])
        message: dict[str, object] = {"role": kind, "content": content}
        if kind == "assistant":
            usage = {"input_tokens": 900, "output_tokens": 90}
            message |= {"id": f"msg_{session}_{len(lines)}", "model": "claude-opus-4-5", "usage": usage}
        lines.append(
            {
                "type": kind,
                "uuid": str(UUID(int=self.rng.getrandbits(128))),
                "sessionId": session,
                "cwd": str(self.mine),
                "gitBranch": self.branch,
                "version": "2.1.300",
                "timestamp": self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "message": message,
                **({"requestId": f"req_{session}_{len(lines)}"} if kind == "assistant" else {}),
                **more,
            }
        )

    def use(self, session: str, name: str, given: dict[str, str], said: str) -> None:
        """Have a session use a tool."""
        use_id = f"toolu_{session}_{len(self.lines[session])}"
        self.log(session, "assistant", [{"type": "tool_use", "id": use_id, "name": name, "input": given}])
        self.log(session, "user", [{"type": "tool_result", "tool_use_id": use_id, "content": said}])

    def edit(self, session: str) -> set[str]:
        """Have a session write into some files; which."""
        rng, names = self.rng, set[str]()
        for _ in range(rng.randrange(2, 6)):
            name = f"src/{rng.choice(WORDS[:8])}.py"
            new = [f"def {rng.choice(WORDS)}_{rng.randrange(10**6)}(value):", *self.written(rng.randrange(2, 12))]
            path = self.mine / name
            before = path.read_text().splitlines()
            path.write_text("\n".join([*before, *new]) + "\n")
            given = {"file_path": str(path), "old_string": before[-1], "new_string": "\n".join([before[-1], *new])}
            self.use(session, "Edit", given, f"The file {path} has been updated successfully.")
            names.add(name)
        return names

    def commit(self, clone: Path, subject: str, session: str | None, *names: str, **who: str) -> str:
        """Commit files as they stand, with a tool's trailer that names a session; the commit's id."""
        named = f"Claude-Session: https://claude.ai/code/{session}" if session else None
        return self._commit(clone, subject, named, *names, **who)

    def commit_by_hand(self, clone: Path, subject: str, session: str, *names: str, **who: str) -> str:
        """Commit files as they stand; whose trailer names the session is as it happens."""
        if self.rng.random() < 0.5:
            return self.commit(clone, subject, session, *names, **who)
        return self._commit(clone, subject, f"Session: {session}", *names, **who)

    def _commit(self, clone: Path, subject: str, named: str | None, *names: str, **who: str) -> str:
        self.git(clone, "add", *(names or ("--all",)), **who)
        trailer = ["--trailer", named] if named else []
        self.git(clone, "commit", "--quiet", "--allow-empty", "--message", subject, *trailer, **who)
        return self.git(clone, "rev-parse", "HEAD")


def made(place: Path, sessions: int, seed: int) -> Path:
    """A repository and its sessions' transcripts below `place`; the configuration that names these."""
    team = Team(place, random.Random(seed))
    _begin(team)
    for number in range(sessions):
        session = str(UUID(int=team.rng.getrandbits(128)))
        _other_work(team, number)
        team.wait(0.2, 5)
        team.log(session, "user", "Change what the shop does.")
        names = team.edit(session)
        _end(team, session, names)
    directory = place / "claude/projects/shop"
    directory.mkdir(parents=True)
    for session, lines in team.lines.items():
        (directory / f"{session}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    config = place / "fleet.toml"
    config.write_text('[[source]]\nfleet = "claude_code"\nhost = "bench"\nroot = "claude"\n')
    return config


def _begin(team: Team) -> None:
    team.place.mkdir(parents=True, exist_ok=True)
    team.git(team.place, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    for clone in ("shop", "other"):
        team.git(team.place, "clone", "--quiet", "origin.git", clone)
        team.git(team.place / clone, "switch", "--quiet", "--orphan", "main")
    for name in WORDS[:8]:
        path = team.mine / f"src/{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(["# The shop's.", "", *team.written(20)]) + "\n")
    team.commit(team.mine, "Begin", None)
    team.git(team.mine, "push", "--quiet", "--set-upstream", "origin", "main")
    team.git(team.place / "other", "pull", "--quiet", "origin", "main")


def _other_work(team: Team, number: int) -> None:
    """The other developer commits to the same files, and the commits are fetched."""
    clone = team.place / "other"
    team.git(clone, "pull", "--quiet", "--rebase", "origin", "main", who="bob")
    for _ in range(team.rng.randrange(0, 3)):
        team.wait(0.1, 1)
        path = clone / f"src/{team.rng.choice(WORDS[:8])}.py"
        lines = path.read_text().splitlines()
        path.write_text("\n".join([*lines[:1], *team.written(team.rng.randrange(3, 9)), *lines[1:]]) + "\n")
        team.commit_by_hand(clone, "Change the shop", OTHER.format(number=number), who="bob")
    team.git(clone, "push", "--quiet", "origin", "HEAD:main", who="bob")
    team.git(team.mine, "pull", "--quiet", "--rebase", "--autostash", "origin", "main")


def _end(team: Team, session: str, names: set[str]) -> None:
    """What becomes of a session's work."""
    ends = (_committed, _by_hand, _in_parts, _with_hand_edits, _squashed, _thrown_away)
    team.rng.choices(ends, weights=(6, 5, 2, 3, 3, 2))[0](team, session, names)
    team.git(team.mine, "push", "--quiet", "origin", "main")
    team.log(session, "assistant", [{"type": "text", "text": "It is done."}])


def _committed(team: Team, session: str, names: set[str]) -> None:
    subject = f"Teach the shop to {team.rng.choice(WORDS)}"
    sha = team.commit(team.mine, subject, session)
    command = f"git add -A && git commit -m '{subject}'"
    said = f"[main {sha[:9]}] {subject}\n {len(names)} files changed, 9 insertions(+)"
    team.use(session, "Bash", {"command": command}, said)


def _by_hand(team: Team, session: str, names: set[str]) -> None:
    team.wait(0.1, 40)
    team.commit_by_hand(team.mine, "Work of the day", session)


def _in_parts(team: Team, session: str, names: set[str]) -> None:
    for name in sorted(names):
        team.wait(0.1, 3)
        team.commit_by_hand(team.mine, f"Change {name}", session, name)


def _with_hand_edits(team: Team, session: str, names: set[str]) -> None:
    team.wait(0.1, 20)
    for name in sorted(names):
        path = team.mine / name
        lines = path.read_text().splitlines()
        for place in range(max(0, len(lines) - 14), len(lines)):
            if team.rng.random() < 0.4:
                lines[place] += "  # seen"
        path.write_text("\n".join([*lines, *team.written(4)]) + "\n")
    team.commit_by_hand(team.mine, "Work of the day", session)


def _squashed(team: Team, session: str, names: set[str]) -> None:
    """A branch of two commits that the log tells of becomes one commit, made by the forge."""
    team.pulls += 1
    subject = f"Let the shop {team.rng.choice(WORDS)}"
    team.branch = f"topic-{team.pulls}"
    team.git(team.mine, "switch", "--quiet", "--create", team.branch)
    sha = team.commit(team.mine, subject, None)
    team.use(session, "Bash", {"command": f"git commit -am '{subject}'"}, f"[{team.branch} {sha[:9]}] {subject}")
    team.wait(1, 30)
    team.git(team.mine, "switch", "--quiet", "main")
    team.git(team.mine, "merge", "--quiet", "--squash", team.branch)
    team.branch = "main"
    team.commit(team.mine, f"{subject} (#{team.pulls})", session, committer="noreply")


def _thrown_away(team: Team, session: str, names: set[str]) -> None:
    team.git(team.mine, "checkout", "--quiet", "--", ".")


def measured(place: Path, sessions: int, seed: int) -> Iterator[list[str]]:
    """The commands that land, collect and report what `made` makes."""
    config = str(made(place, sessions, seed))
    places = ["--config", config, "--data-dir", str(place / "data")]
    yield ["refresh", *places]
    yield ["collect", "git", *places]
    yield ["refresh", *places]
    yield ["report", "joins", "--data-dir", str(place / "data")]


def _is_for_trials(directory: Path) -> bool:
    """Whether the models take what is edited in a directory for a trial (seed audit_terms)."""
    with (PROJECT_ROOT / "seeds/audit/audit_terms.csv").open(newline="", encoding="utf-8") as file:
        terms = [row["term"] for row in csv.DictReader(file) if row["term_kind"] == "scratch_directory"]
    return any(fnmatch(f"{directory}/".lower(), term.replace("%", "*").replace("_", "?")) for term in terms)


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--sessions", default=300, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True, type=int)
def joins(directory: Path, sessions: int, seed: int) -> None:
    """Measure the joins of commits on an invented repository, made in DIRECTORY.

    That is none among temporary files: what is edited there counts as a trial.
    """
    if _is_for_trials(directory.resolve()):
        raise click.BadParameter("what is edited among temporary files counts as a trial.", param_hint="DIRECTORY")
    for command in measured(directory, sessions, seed):
        fleetledger.main(command, standalone_mode=False)


if __name__ == "__main__":
    joins()
