"""Collecting from GitHub: the pull requests of the repositories that were collected from git, by the user's own `gh`.

Or from a file that `gh pr list` or `gh pr view` wrote elsewhere. What lands is what `gh` said, in the fields below; a
field that is not in a newer answer keeps its value.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fleetledger.base.errors import CallError, FleetledgerError
from fleetledger.base.steps import Step
from fleetledger.collect.git_commands import search_path
from fleetledger.landing.collection import Collection, collecting, read_collection
from fleetledger.landing.manifest import collected_manifests, read_manifest
from fleetledger.landing.queries import session_directories

FIELDS = (
    *("number", "url", "title", "state", "isDraft", "createdAt", "updatedAt", "mergedAt", "closedAt", "mergeCommit"),
    *("headRefName", "headRefOid", "baseRefName", "additions", "deletions", "changedFiles"),
    *("commits", "files", "statusCheckRollup"),
)
SECONDS = 120
"""How long one call of gh may take."""
PULL_REQUESTS = 500
"""So many of a repository are looked at, the last changed first."""
MARGIN = timedelta(days=1)

_URL = re.compile(r"https?://[^/\s]+/[^/\s]+/[^/\s]+/pull/\d+")
_REMOTE = re.compile(r"[a-z0-9.-]+/[a-z0-9_.-]+/[a-z0-9_.-]+")

PullRequest = dict[str, Any]


class SavedFileError(CallError):
    """A saved file is not what `gh … --json` writes; the message says where."""


class GhError(FleetledgerError):
    """gh did not answer; the message says why."""


@dataclass(slots=True)
class GithubSummary:
    """What came of a run; `skipped` are repositories with why they were."""

    repositories: int = 0
    seen: int = 0
    landed: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)


def saved(path: Path) -> list[PullRequest]:
    """The pull requests in a file. Raises SavedFileError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SavedFileError(f"{path}: cannot read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SavedFileError(
            f"{path}: not JSON ({type(error).__name__}); save what `gh pr list --json …` writes"
        ) from error
    entries = content if isinstance(content, list) else [content]
    for number, entry in enumerate(entries, start=1):
        _check(entry, f"{path}: entry {number}")
    return entries


def _check(entry: object, place: str) -> None:
    if not isinstance(entry, dict):
        raise SavedFileError(f"{place} is no pull request; save what `gh pr list --json …` writes")
    wanted = {"url": (str, "the address of a pull request"), "number": (int, "its number"), "state": (str, "its state")}
    for key, (kind, expected) in wanted.items():
        value = entry.get(key)
        if type(value) is not kind or (key == "url" and not _URL.fullmatch(str(value))):
            stands = "is missing" if key not in entry else f"is {value!r}"
            raise SavedFileError(f"{place}: {key} {stands}; expected {expected}: ask gh for --json {','.join(FIELDS)}")


def land_saved(landing: Path, host: str, pull_requests: list[PullRequest], now: datetime) -> GithubSummary:
    """Land pull requests that differ from what was landed. Raises LockHeld and LandingError."""
    with collecting(landing, host, now) as collection:
        return GithubSummary(seen=len(pull_requests), landed=_land(collection, _landed(collection), pull_requests))


def has_gh() -> bool:
    """Whether there is a gh to ask."""
    return _gh() is not None


def remotes(landing: Path, now: datetime) -> dict[str, datetime | None]:
    """The remotes of the repositories that were collected, with when the first session in each began."""
    found: dict[str, datetime | None] = {}
    for path in collected_manifests(landing):
        host = unquote(path.stem)
        collection = read_collection(landing, host, now)
        remote_of = dict(collection.rows("git_directories", ("directory", "remote")))
        for directory, first in session_directories(landing, read_manifest(landing, host)).items():
            remote = remote_of.get(directory)
            if remote and _REMOTE.fullmatch(remote):
                known = found.get(remote, first)
                found[remote] = min(known, first) if known and first else None
    return found


def signed_in(names: Iterable[str]) -> list[str]:
    """Those of some servers that gh is signed in at."""
    return [name for name in names if _run("auth", "status", "--hostname", name).returncode == 0]


def collect_github(
    landing: Path, host: str, wanted: dict[str, datetime | None], now: datetime, step: Step
) -> GithubSummary:
    """Land what changed in the pull requests of some remotes. Raises LockHeld and LandingError."""
    summary = GithubSummary()
    with collecting(landing, host, now) as collection:
        landed = _landed(collection)
        for number, (remote, first) in enumerate(wanted.items()):
            step(number, len(wanted), remote)
            try:
                pull_requests = list(_changed(remote, first, landed))
            except GhError as error:
                summary.skipped.append((remote, str(error)))
                continue
            summary.repositories += 1
            summary.seen += len(pull_requests)
            summary.landed += _land(collection, landed, pull_requests)
        step(len(wanted), len(wanted))
    return summary


def _landed(collection: Collection) -> dict[str, PullRequest]:
    return {url: json.loads(raw) for url, raw in collection.rows("github_pull_requests", ("url", "raw"))}


def _land(collection: Collection, landed: dict[str, PullRequest], pull_requests: list[PullRequest]) -> int:
    """Land those that differ; how many."""
    rows = {}
    for found in pull_requests:
        url = found["url"]
        whole = landed.get(url, {}) | {key: found[key] for key in FIELDS if key in found}
        if landed.get(url) != whole:
            landed[url] = whole
            raw = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
            # Half a character, which a title can hold, has no UTF-8 form.
            rows[url] = {"url": url, "raw": raw.encode("utf-8", "replace").decode()}
    count = collection.add("github_pull_requests", rows.values())
    if count:
        collection.commit()
    return count


def _changed(remote: str, first: datetime | None, landed: dict[str, PullRequest]) -> Iterator[PullRequest]:
    """The pull requests that changed since they were landed; checks of an open one change without a word."""
    since = ["--search", f"updated:>={first - MARGIN:%Y-%m-%d} sort:updated-desc"] if first else []
    listed = _asked(
        *("pr", "list", "--repo", remote, "--state", "all", "--limit", str(PULL_REQUESTS)),
        *("--json", "number,url,state,updatedAt"),
        *since,
    )
    for found in listed:
        known = landed.get(found["url"], {})
        if (
            found["state"] == "OPEN"
            or known.get("updatedAt") != found["updatedAt"]
            or known.get("state") != found["state"]
        ):
            viewed = _asked("pr", "view", str(found["number"]), "--repo", remote, "--json", ",".join(FIELDS))
            yield from viewed


def _asked(*arguments: str) -> list[PullRequest]:
    """The pull requests that gh says. Raises GhError."""
    done = _run(*arguments)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GhError(f"gh: {lines[0][:200]}" if lines else "gh failed")
    try:
        said = json.loads(done.stdout)
        entries = said if isinstance(said, list) else [said]
        for entry in entries:
            _check(entry, "gh")
    except (ValueError, SavedFileError) as error:
        raise GhError("gh answered with something else than pull requests") from error
    return entries


def _gh() -> str | None:
    return shutil.which("gh", path=search_path())


def _run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    quiet = {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "GH_PAGER": "cat", "NO_COLOR": "1"}
    try:
        return subprocess.run(
            [_gh() or "gh", *arguments],
            # No repository's directory: gh would ask git about it.
            cwd="/",
            env=os.environ | quiet | {"PATH": search_path()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GhError(f"gh did not answer ({type(error).__name__})") from error
