"""Collecting from git: the commits of the repositories that landed sessions worked in, as far as they are here.

Where sessions worked their logged directories tell, and what is published of their edits and commands.

Only commits from a day before a repository's first session on are read: earlier ones are no session's work. A commit
is read once; where it stands (on which branch, whether it reached the default one) is looked at every time, and lands
when it has changed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fleetledger.base.steps import Step
from fleetledger.collect import git_commands as git
from fleetledger.collect.git_commands import NO_REPOSITORY, GitError, Repository
from fleetledger.landing.collection import Collection, collecting
from fleetledger.landing.manifest import read_manifest
from fleetledger.landing.queries import session_directories
from fleetledger.sources.discovery import SETTINGS, expanded

COMMITS = 50_000
"""A repository with more in the time that counts is huge, and skipped."""
FILES = 5_000
"""So many files of a commit are listed; the others are only counted."""
CHUNK = 500
"""Commits that git is asked about at once."""
LINES = 20_000
"""A commit that adds more lines is no one's writing: its lines are not looked at."""
LINES_AT_ONCE = 200_000
"""So many added lines git is asked for at once."""
BRANCHES = 200
"""So many branches are asked, one by one, what is on them; where there are more, one is named of each commit."""
MARGIN = timedelta(days=1)
"""Before a repository's first session: clocks differ."""
GONE = "not there any more"

_PULL = re.compile(r"/(?:pull|pr|merge-requests)/\d+(?:/head)?$")
"""What branches are called that pull requests were fetched to."""
_DEFAULT_BRANCHES = ("main", "master", "trunk")
"""What a default branch is called where the repository does not say; the first that is there."""

_OF_A_DIRECTORY = ("repository", "remote", "default_branch", "status", "reason", "worktree_of")

Row = dict[str, Any]
Directories = dict[str, datetime | None]
"""Directories with when a session worked in each first, UTC; None where nothing tells."""


@dataclass(slots=True)
class GitSummary:
    """What came of a run; `skipped` are directories and repositories with why they were."""

    directories: int = 0
    repositories: int = 0
    commits: int = 0
    moved: int = 0
    gone: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Visit:
    """A repository, the directories of sessions in it, each with what it is a worktree of, and since when these count.

    `since` is in seconds since 1970.
    """

    repository: Repository
    directories: dict[str, str | None] = field(default_factory=dict)
    since: int = 0


def collect_git(
    landing: Path,
    hosts: Iterable[str],
    now: datetime,
    step: Step,
    reached: Callable[[str], Directories] = lambda _host: {},
) -> GitSummary:
    """Land what is new in the repositories of the hosts' sessions. Raises LockHeld and LandingError.

    `reached` says which other directories a host's sessions edited files in or asked git about.
    """
    summary = GitSummary()
    for host in hosts:
        with collecting(landing, host, now) as collection:
            own = session_directories(landing, read_manifest(landing, host))
            _collect(collection, _merged(own, added_directories(own), reached(host)), summary, step)
    return summary


def _merged(*found: Directories) -> Directories:
    """Directories with the first time of each; None where one does not tell."""
    merged: Directories = {}
    for directories in found:
        for directory, first in directories.items():
            known = merged.get(directory, first)
            merged[directory] = min(known, first) if known and first else None
    return merged


def added_directories(directories: Directories) -> Directories:
    """What the settings of projects have Claude Code work in as well (`permissions.additionalDirectories`)."""
    added = (
        (os.path.normpath(Path(directory) / expanded(name)), first)
        for directory, first in directories.items()
        for settings in SETTINGS
        for name in _added_in(Path(directory) / ".claude" / settings)
    )
    return _merged(*({place: first} for place, first in added))


def _added_in(settings: Path) -> list[str]:
    """The directories that a file of settings adds; none where it cannot be read, which is for Claude Code to say."""
    try:
        added = json.loads(settings.read_bytes())["permissions"]["additionalDirectories"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [place for place in added if isinstance(place, str)] if isinstance(added, list) else []


def _collect(collection: Collection, directories: Directories, summary: GitSummary, step: Step) -> None:
    seen = _Seen(collection)
    found = _Repositories()
    visits: dict[str, _Visit] = {}
    summary.directories += len(directories)
    for directory, first in directories.items():
        try:
            repository = found.of(_nearest(directory))
        except GitError as error:
            reason = GONE if not _is_there(directory) else str(error)
            summary.gone += reason == GONE
            if reason not in (GONE, NO_REPOSITORY):
                summary.skipped.append((directory, reason))
            seen.directory(directory, None, reason)
            continue
        since = int((first - MARGIN).timestamp()) if first else 0
        visit = visits.setdefault(repository.name, _Visit(repository, since=since))
        visit.directories[directory] = repository.worktree_of
        visit.since = max(0, min(visit.since, since))
    seen.land_directories()
    for number, visit in enumerate(visits.values()):
        step(number, len(visits), visit.repository.name)
        _visit(collection, visit, seen, summary)
    step(len(visits), len(visits))


def _nearest(directory: str) -> Path:
    """A directory, or where it is gone the nearest one above it: worktrees are removed when they are merged.

    Raises GitError where that would be a home directory or the root, whose repository is no session's.
    """
    path = Path(directory)
    if _is_there(directory):
        return path
    above = next((parent for parent in path.parents if _is_there(str(parent))), Path("/"))
    if above in (Path("/"), Path.home(), Path.home().parent):
        raise GitError(GONE)
    top = Path(git.repository_of(above).name)
    if top in (Path("/"), Path.home()):
        raise GitError(GONE)
    return above


def _is_there(directory: str) -> bool:
    try:
        return Path(directory).is_absolute() and Path(directory).is_dir()
    except (OSError, ValueError):
        return False


class _Repositories:
    """Repositories by their directories: sessions work in many directories of few."""

    def __init__(self) -> None:
        self._known: dict[Path, Repository | GitError] = {}

    def of(self, directory: Path) -> Repository:
        """The repository that a directory lies in. Raises GitError."""
        place = git.top_of(directory) or directory
        if place not in self._known:
            try:
                self._known[place] = git.repository_of(place)
            except GitError as error:
                self._known[place] = error
        known = self._known[place]
        if isinstance(known, GitError):
            raise known
        return known


class _Seen:
    """What was landed before, so that only what differs is landed again."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        rows = collection.rows("git_directories", ("directory", *_OF_A_DIRECTORY))
        self._directories = {row[0]: row[1:] for row in rows}
        self._new_directories: list[Row] = []
        self.commits: dict[str, dict[str, bool]] = {}
        read_columns = ("repository", "sha", "diff_is_known", "is_made_here")
        for repository, sha, is_known, is_made_here in collection.rows("git_commits", read_columns):
            known = self.commits.setdefault(repository, {})
            # What was landed before lines were looked at is read once more.
            known[sha] = known.get(sha, False) or (is_known and is_made_here is not None)
        self.states: dict[str, dict[str, tuple[Any, ...]]] = {}
        state_columns = ("repository", "sha", "branch", "branches", "is_on_a_branch", "reached_default_branch")
        for repository, sha, *state in collection.rows("git_commit_states", state_columns):
            self.states.setdefault(repository, {})[sha] = tuple(state)

    def directory(
        self,
        directory: str,
        repository: str | None,
        reason: str | None,
        remote: str | None = None,
        default: str | None = None,
        worktree_of: str | None = None,
    ) -> None:
        """Note a directory; it lands if it differs from what was landed.

        Of one that is gone what was landed of it stays: worktrees are removed, and their commits are not.
        """
        before = self._directories.get(directory)
        if before and before[0] and not _is_there(directory):
            if repository != before[0]:
                return
            worktree_of = before[-1]
        values = (repository, remote, default, "skipped" if reason else "collected", reason, worktree_of)
        if before != values:
            self._directories[directory] = values
            self._new_directories.append({"directory": directory, **dict(zip(_OF_A_DIRECTORY, values, strict=True))})

    def land_directories(self) -> None:
        """Land the directories noted since the last time."""
        if self._collection.add("git_directories", self._new_directories):
            self._collection.commit()
        self._new_directories = []


def _visit(collection: Collection, visit: _Visit, seen: _Seen, summary: GitSummary) -> None:
    """Land what is new in one repository; what is landed of it is committed in one piece."""
    repository = visit.repository
    remote = default = reason = None
    try:
        remote = git.remote_of(repository)
        refs = git.branches(repository)
        default, default_refs = _default_branch(refs)
        states = _states(repository, refs, default, default_refs, visit.since)
        known = seen.commits.get(repository.name, {})
        unread = [sha for sha in states if not known.get(sha)]
        rows = [row for row in _commit_rows(repository, unread) if row["diff_is_known"] or row["sha"] not in known]
    except GitError as error:
        reason = str(error)
        summary.skipped.append((repository.name, reason))
    else:
        earlier = seen.states.get(repository.name, {})
        gone = {sha: (None, None, False, False if default else None) for sha in earlier if sha not in states}
        moved = [(sha, state) for sha, state in (states | gone).items() if earlier.get(sha) != state]
        summary.repositories += 1
        summary.commits += sum(row["sha"] not in known for row in rows)
        summary.moved += sum(sha in earlier for sha, _ in moved)
        collection.add("git_commits", rows)
        collection.add("git_commit_states", (_state_row(repository, sha, *state) for sha, state in moved))
        if rows or moved:
            collection.commit()
    for directory, worktree_of in visit.directories.items():
        seen.directory(directory, repository.name, reason, remote, default, worktree_of)
    seen.land_directories()


def _default_branch(refs: dict[str, str]) -> tuple[str | None, list[str]]:
    """The name of the default branch, and the branches of that name, here and as last fetched; None if none tells."""
    heads = {target: name for name, target in refs.items() if target and name.endswith("/HEAD")}
    told = sorted(heads, key=lambda target: (not heads[target].startswith("refs/remotes/origin/"), target))
    local = [name.removeprefix("refs/heads/") for name in refs if name.startswith("refs/heads/")]
    usual = [name for name in _DEFAULT_BRANCHES if name in local or f"refs/remotes/origin/{name}" in refs]
    if told:
        default = told[0].removeprefix("refs/remotes/").partition("/")[2]
    elif usual or len(local) == 1:
        default = (usual or local)[0]
    else:
        return None, []
    is_it = (name for name in refs if name == f"refs/heads/{default}" or _is_remote(name, default))
    return default, [name for name in is_it if not refs[name]]


def _is_remote(ref: str, branch: str) -> bool:
    return ref.startswith("refs/remotes/") and ref.removeprefix("refs/remotes/").partition("/")[2] == branch


def _states(
    repository: Repository, refs: dict[str, str], default: str | None, default_refs: list[str], since: int
) -> dict[str, tuple[str | None, str | None, bool, bool | None]]:
    """Each commit of the time that counts: a branch that it is on, and all but the default one, a line each; whether it
    is on any, and whether it is on the default one.
    """
    age = f"--max-age={since}"
    everything = ("--exclude=refs/stash", "--all")
    stashed = git.stashed(repository)
    found = git.shas(repository, age, *everything, "--reflog", limit=COMMITS)
    on_any = set(git.shas(repository, age, *everything, limit=COMMITS))
    reached = set(git.shas(repository, age, *default_refs, limit=COMMITS)) if default_refs else set()
    others = [name for name, target in refs.items() if not target and name not in default_refs]
    on_branches = _on_branches(repository, others, default_refs, since)
    return {
        sha: (
            default if sha in reached else next(iter(on_branches.get(sha, [])), None),
            "\n".join(on_branches.get(sha, [])) or None,
            sha in on_any,
            sha in reached if default else None,
        )
        for sha in found
        if sha not in stashed
    }


def _on_branches(repository: Repository, refs: list[str], without: list[str], since: int) -> dict[str, list[str]]:
    """The branches of `refs` that commits are on, each by its short name."""
    # What is on the default branch may stand on a pull request's, too; of other branches that is nothing new.
    pulls = [ref for ref in refs if _PULL.search(ref)]
    if len(refs) > BRANCHES:
        found = {sha: [ref] for sha, ref in git.branch_of_each(repository, refs, without, since).items()}
    else:
        found = git.branches_of_each(repository, refs, without, since, COMMITS)
    for sha, of_pulls in git.branches_of_each(repository, pulls[:BRANCHES], [], since, COMMITS).items():
        found[sha] = [*found.get(sha, []), *of_pulls]
    return {sha: sorted({_short(ref) for ref in names}) for sha, names in found.items()}


def _short(ref: str) -> str:
    """A branch as people name it, the same here and on the remote."""
    if ref.startswith("refs/heads/"):
        return ref.removeprefix("refs/heads/")
    return ref.removeprefix("refs/remotes/").partition("/")[2]


def _commit_rows(repository: Repository, unread: list[str]) -> Iterator[Row]:
    cut_off = git.edge(repository)
    is_partial = bool(unread) and git.is_partial(repository)
    made = git.made_here(repository) if unread else set()
    own = git.own_addresses(repository, made.intersection(unread)) if unread else set()
    for start in range(0, len(unread), CHUNK):
        chunk = unread[start : start + CHUNK]
        whole = [] if is_partial else [sha for sha in chunk if sha not in cut_off]
        changed = dict(git.files(repository, whole)) if whole else {}
        committers = git.committers(repository, chunk)
        written = dict(_added_lines(repository, changed))
        for sha, commit in git.commits(repository, chunk):
            row = _commit_row(repository, sha, commit, changed.get(sha))
            is_made_here = sha in made or committers.get(sha) in own
            yield row | {"added_lines": written.get(sha), "is_made_here": is_made_here}


def _added_lines(repository: Repository, changed: dict[str, list[git.File]]) -> Iterator[tuple[str, list[int]]]:
    """The hashes of the lines that commits add, of those that add no more than LINES."""
    counts = {sha: sum(file.insertions or 0 for file in files) for sha, files in changed.items()}
    wanted: list[str] = []
    lines = 0
    for sha, count in counts.items():
        if 0 < count <= LINES:
            wanted.append(sha)
            lines += count
        if lines > LINES_AT_ONCE:
            yield from git.added_lines(repository, wanted)
            wanted, lines = [], 0
    if wanted:
        yield from git.added_lines(repository, wanted)


def _commit_row(repository: Repository, sha: str, commit: git.Commit, files: list[git.File] | None) -> Row:
    return {
        "repository": repository.name,
        "sha": sha,
        "parents": " ".join(commit.parents),
        "authored_at": commit.authored_at,
        "committed_at": commit.committed_at,
        "subject": commit.subject,
        "body": commit.body,
        "diff_is_known": files is not None,
        "file_count": None if files is None else len(files),
        "files": None if files is None else [file._asdict() for file in files[:FILES]],
    }


def _state_row(
    repository: Repository, sha: str, branch: str | None, branches: str | None, is_on: bool, reached: bool | None
) -> Row:
    return {
        "repository": repository.name,
        "sha": sha,
        "branch": branch,
        "branches": branches,
        "is_on_a_branch": is_on,
        "reached_default_branch": reached,
    }
