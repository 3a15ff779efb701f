"""Asking git of repositories that nobody vouches for: nothing of theirs runs, nothing is written, nothing is fetched.

A repository's own configuration can name programs. What could start one in the commands below is switched off here;
the settings of the command line win over the repository's. Only plumbing is called, which obeys least.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

SECONDS = 120
"""How long one call of git may take."""
LARGE_FILE = "32m"
"""Files above this are not looked into: they count as binary."""
RENAMES = 1_000
"""Up to so many new files of a commit renames are looked for."""
SUBJECT_CHARACTERS, BODY_CHARACTERS = 1_000, 64_000
NO_REPOSITORY = "not in a git repository"
COMMIT_BYTES = 4 * 2**20
"""A commit object above this is no commit of a person."""

_SETTINGS = (
    # What names programs: hooks, the file system monitor, pagers, signature checks, helpers of the network.
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "log.showSignature=false",
    "core.sshCommand=false",
    "core.askPass=false",
    "credential.helper=",
    # What would write or fetch: a partial clone fetches what it lacks from whatever its configuration names.
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    # What reads files of the repository's choosing.
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "diff.orderFile=/dev/null",
    "mailmap.file=/dev/null",
    # A bare repository inside a work tree may be somebody's checked-in trap.
    "safe.bareRepository=explicit",
    f"core.bigFileThreshold={LARGE_FILE}",
)

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "GIT_PAGER": "cat",
    "GIT_FLUSH": "0",
}
"""Nothing else of the caller's environment reaches git but HOME and PATH: GIT_DIR and the like would lead it astray."""

SHORTEST_LINE = 12
"""A line with fewer characters, white space left out, is one that many write: a bracket, a return, an else."""
_WHITE = re.compile(rb"[ \t\r\f]+")
_MADE = re.compile(r"(?:commit|cherry-pick|revert|am)\b|rebase\b(?!.*\((?:start|finish|abort)\))(?!: checkout)")
"""What the reflog says of a commit that was made there; all else only moves to one."""

_SHA = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SIGNATURE = re.compile(rb" (-?\d{1,18}) [+-]\d{1,6}$")


class GitError(Exception):
    """A repository cannot be asked; the message says why, in a few words."""


class File(NamedTuple):
    """A file of a diff; the counts are None where git counts no lines."""

    path: str
    old_path: str | None
    insertions: int | None
    deletions: int | None


class Commit(NamedTuple):
    """A commit object as it stands; times that no clock can show are None."""

    parents: tuple[str, ...]
    authored_at: datetime | None
    committed_at: datetime | None
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository and where to ask it; `name` is its directory, worktrees folded into it.

    `worktree_of` is the directory of the repository that `directory` lies in a linked worktree of, if it does.
    """

    name: str
    directory: Path
    git_directory: Path
    is_shallow: bool
    worktree_of: str | None = None


def has_git() -> bool:
    """Whether there is a git to ask."""
    return _git() is not None


@cache
def _git() -> str | None:
    return shutil.which("git", path=search_path())


def search_path() -> str:
    """PATH without what is relative: that would be a place in the repository."""
    return os.pathsep.join(part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if part[:1] == "/")


@cache
def _trusted() -> tuple[str, ...]:
    """What the user has told git to trust although it belongs to somebody else: their word, so it stays."""
    values = []
    for scope in ("--global", "--system"):
        asked = subprocess.run(
            [_git() or "git", "config", scope, "--null", "--get-all", "safe.directory"],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        values += [os.fsdecode(value) for value in asked.stdout.split(b"\0") if value]
    return tuple(f"safe.directory={value}" for value in values)


def ask(directory: Path, *arguments: str, given: bytes = b"", may_fail: bool = False) -> bytes:
    """What git says in a directory. Raises GitError; with `may_fail`, a failure is no answer instead."""
    settings = [part for setting in (*_SETTINGS, *_trusted()) for part in ("-c", setting)]
    inherited = {name: os.environ[name] for name in ("HOME",) if name in os.environ}
    try:
        done = subprocess.run(
            [_git() or "git", "--no-pager", "--no-optional-locks", *settings, *arguments],
            cwd=directory,
            env=inherited | _ENVIRONMENT | {"PATH": search_path()},
            input=given,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git took longer than {SECONDS} seconds") from error
    except (OSError, ValueError) as error:
        raise GitError((error.strerror if isinstance(error, OSError) else None) or "no such directory") from error
    if done.returncode and not may_fail:
        raise GitError(_reason(done.stderr))
    return b"" if done.returncode else done.stdout


def _reason(errors: bytes) -> str:
    text = errors.decode("utf-8", "replace")
    known = {
        "not a git repository": NO_REPOSITORY,
        "dubious ownership": "belongs to another user; `git config --global --add safe.directory DIR` trusts it",
        "bare repository": "a bare repository",
        "must be run in a work tree": "a bare repository",
        "lazy fetching": "a partial clone that lacks objects",
        "promisor": "a partial clone that lacks objects",
        "transport '": "a partial clone that lacks objects",
    }
    for sign, reason in known.items():
        if sign in text:
            return reason
    lines = [line for line in text.splitlines() if line.startswith(("fatal:", "error:"))] or ["git failed"]
    return "unreadable: " + lines[0].partition(": ")[2][:200] if ": " in lines[0] else lines[0]


def repository_of(directory: Path) -> Repository:
    """The repository that a directory lies in. Raises GitError."""
    top = top_of(directory)
    if top is None and not any(_is_bare(place) for place in (directory, *directory.parents)):
        raise GitError(NO_REPOSITORY)
    asked = ("--is-bare-repository", "--is-shallow-repository", "--absolute-git-dir", "--git-common-dir")
    said = ask(top or directory, "rev-parse", "--path-format=absolute", *asked).split(b"\n", 3)
    if len(said) < 4:
        raise GitError("unreadable: git does not say where it is")
    own, common = (Path(os.path.realpath(os.fsdecode(place.removesuffix(b"\n")))) for place in said[2:])
    # What a file `.git` names may be bare, with worktrees beside it: the directory of that file is where people work.
    if said[0] == b"true" and (top is None or not (top / ".git").is_file()):
        raise GitError("a bare repository")
    name = common.parent if common.name == ".git" else common
    worktree_of = None if own == common else _beside(common)
    return Repository(str(name), top or directory, common, said[1] == b"true", worktree_of)


def top_of(directory: Path) -> Path | None:
    """The nearest directory, itself or above it, in which git has a repository begin: one with a `.git`."""
    places = (directory, *directory.parents)
    return next((place for place in places if os.path.lexists(place / ".git")), None)


def _is_bare(place: Path) -> bool:
    return (place / "HEAD").is_file() and (place / "objects").is_dir()


def _beside(common: Path) -> str:
    """The directory whose `.git` a git directory is, for those that have linked worktrees."""
    if common.name == ".git":
        return str(common.parent)
    # That of a submodule says where it is checked out; a bare one may be named by a file beside it.
    told = ask(common, "config", "--file", str(common / "config"), "--get", "core.worktree", may_fail=True)
    if told:
        return os.path.realpath(common / os.fsdecode(told.removesuffix(b"\n")))
    return str(common.parent if (common.parent / ".git").is_file() else common)


def is_partial(repository: Repository) -> bool:
    """Whether objects may be missing, to be fetched when they are needed."""
    return bool(ask(repository.directory, "config", "--get-regexp", r"\.promisor$", may_fail=True))


def remote_of(repository: Repository) -> str | None:
    """Where `origin` lies, as host/owner/name in lower case; None if there is no such place."""
    url = ask(repository.directory, "config", "--get", "remote.origin.url", may_fail=True)
    return remote_name(url.decode("utf-8", "replace").strip())


def remote_name(url: str) -> str | None:
    """A remote's address without what is secret or accidental in it: scheme, user, password, port, suffix.

    >>> remote_name("https://ann:secret@GitHub.com/ann/Shop.git"), remote_name("git@github.com:ann/shop")
    ('github.com/ann/shop', 'github.com/ann/shop')
    >>> remote_name("/srv/shop.git") is None
    True
    """
    found = re.fullmatch(r"(?:https?|ssh|git)://(?:[^/]*@)?([^/:@]+)(?::\d*)?/+(.+)", url, re.IGNORECASE)
    found = found or re.fullmatch(r"(?:[^/@:]+@)?([^/:@]{2,}):(?!//)/*(.+)", url)
    if found is None:
        return None
    path = re.sub(r"[?#].*", "", found[2]).strip("/").removesuffix(".git")
    return f"{found[1]}/{path}".lower() if path else None


def branches(repository: Repository) -> dict[str, str]:
    """All branches, local and remote-tracking, by full name, and what those point to that only stand for another."""
    said = ask(repository.directory, "for-each-ref", "--format=%(refname) %(symref)", "refs/heads", "refs/remotes")
    pairs = (line.partition(" ") for line in said.decode("utf-8", "replace").splitlines())
    return {name: target for name, _, target in pairs}


def shas(repository: Repository, *arguments: str, limit: int) -> list[str]:
    """The commits that rev-list says, the newest first. Raises GitError; also where there are more than `limit`."""
    said = ask(repository.directory, "rev-list", f"--max-count={limit + 1}", *arguments).decode("ascii", "replace")
    found = said.split()
    if len(found) > limit:
        raise GitError(f"huge: more than {limit:,} commits since the first session in it")
    return found


def stashed(repository: Repository) -> set[str]:
    """The commits that stashing made."""
    said = ask(repository.directory, "rev-list", "--walk-reflogs", "--parents", "refs/stash", may_fail=True)
    # Of a stash's parents, the first is the commit that it was made on.
    return {sha for line in said.decode("ascii", "replace").splitlines() for sha in _but_second(line.split())}


def _but_second(shas: list[str]) -> list[str]:
    return [*shas[:1], *shas[2:]]


def made_here(repository: Repository) -> set[str]:
    """The commits that a reflog tells of making: others were fetched, pulled or cloned."""
    asked = ("log", "--walk-reflogs", "--all", "--format=%H %gs", "--no-decorate")
    said = ask(repository.directory, *asked, may_fail=True).decode("utf-8", "replace")
    entries = (line.partition(" ") for line in said.splitlines())
    return {sha for sha, _, what in entries if _MADE.match(what)}


def own_addresses(repository: Repository, made: Iterable[str]) -> set[bytes]:
    """Who commits in a repository: whom its configuration names, and the committers of what was made there."""
    configured = ask(repository.directory, "config", "--get-all", "user.email", may_fail=True).split(b"\n")
    return {address for address in (*configured, *committers(repository, made).values()) if address}


def committers(repository: Repository, wanted: Iterable[str]) -> dict[str, bytes]:
    """The addresses of the committers of some commits. They are compared, and never landed."""
    given = "".join(f"{sha}\n" for sha in wanted).encode()
    if not given:
        return {}
    said = ask(
        repository.directory,
        *("log", "--no-walk=unsorted", "--stdin", "--ignore-missing", "--format=%H %ce", "--no-decorate"),
        given=given,
    )
    pairs = (line.partition(b" ") for line in said.splitlines())
    return {sha.decode("ascii", "replace"): address for sha, _, address in pairs}


def branches_of_each(
    repository: Repository, refs: Iterable[str], without: Iterable[str], since: int, limit: int
) -> dict[str, list[str]]:
    """All of `refs` that each commit is on which is on none of `without`."""
    found = defaultdict(list)
    excluded = [f"^{ref}" for ref in without]
    for ref in refs:
        for sha in shas(repository, f"--max-age={since}", ref, *excluded, limit=limit):
            found[sha].append(ref)
    return dict(found)


def branch_of_each(repository: Repository, refs: Iterable[str], without: Iterable[str], since: int) -> dict[str, str]:
    """A branch that each commit is on which is on one of `refs` and on none of `without`."""
    given = "".join(f"{ref}\n" for ref in refs) + "".join(f"^{ref}\n" for ref in without)
    arguments = ("log", "--source", "--format=%H %S", "--no-decorate", f"--max-age={since}", "--stdin")
    said = ask(repository.directory, *arguments, given=given.encode("utf-8", "surrogateescape"))
    pairs = (line.partition(" ") for line in said.decode("utf-8", "replace").splitlines())
    return {sha: ref for sha, _, ref in pairs}


def edge(repository: Repository) -> set[str]:
    """The commits at which the history of a shallow clone is cut off."""
    try:
        return set((repository.git_directory / "shallow").read_text().split()) if repository.is_shallow else set()
    except (OSError, UnicodeDecodeError):
        return set()


def commits(repository: Repository, wanted: Iterable[str]) -> Iterator[tuple[str, Commit]]:
    """The commit objects of some ids, without those that are too large to be any. Raises GitError."""
    given = "".join(f"{sha}\n" for sha in wanted).encode()
    checked = ask(
        repository.directory, "cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", given=given
    )
    sizes = [line.split() for line in checked.splitlines()]
    sound = [line[0] for line in sizes if len(line) == 3 and line[1] == b"commit" and int(line[2]) <= COMMIT_BYTES]
    said = ask(repository.directory, "cat-file", "--batch", given=b"".join(sha + b"\n" for sha in sound))
    position = 0
    while position < len(said):
        end = said.index(b"\n", position)
        sha, _, size = said[position:end].split()
        content = said[end + 1 : end + 1 + int(size)]
        yield sha.decode(), parsed(content)
        position = end + int(size) + 2


def parsed(content: bytes) -> Commit:
    """A commit object's text, read: headers up to an empty line, then the message."""
    head, _, message = content.partition(b"\n\n")
    headers = [line.partition(b" ") for line in head.split(b"\n") if not line.startswith(b" ")]
    times = {name: _time(value) for name, _, value in headers if name in (b"author", b"committer")}
    text = _text(message).strip("\n")
    subject, _, body = text.partition("\n\n")
    return Commit(
        tuple(value.decode("ascii", "replace") for name, _, value in headers if name == b"parent"),
        times.get(b"author"),
        times.get(b"committer"),
        " ".join(subject.split())[:SUBJECT_CHARACTERS],
        body.strip("\n")[:BODY_CHARACTERS],
    )


def _time(signature: bytes) -> datetime | None:
    found = _SIGNATURE.search(signature)
    try:
        return datetime.fromtimestamp(int(found[1]), UTC).replace(tzinfo=None) if found else None
    except (ValueError, OverflowError, OSError):
        return None


def _text(message: bytes) -> str:
    """A message as text: UTF-8, else what it most often is that is not."""
    try:
        return message.decode("utf-8").replace("\0", "")
    except UnicodeDecodeError:
        return message.decode("latin-1").replace("\0", "")


def files(repository: Repository, wanted: Iterable[str]) -> Iterator[tuple[str, list[File]]]:
    """What some commits change against their first parents; a root commit against nothing. Raises GitError."""
    said = ask(
        repository.directory,
        *("diff-tree", "--stdin", "--always", "--root", "-r", "-z", "--numstat", "--diff-merges=first-parent"),
        *("--no-ext-diff", "--no-textconv", "--find-renames", f"-l{RENAMES}", "-O/dev/null"),
        given="".join(f"{sha}\n" for sha in wanted).encode(),
    )
    fields = iter(said.split(b"\0"))
    sha, found = "", list[File]()
    for text in fields:
        if _SHA.fullmatch(text):
            if sha:
                yield sha, found
            sha, found = text.decode(), []
        elif text:
            insertions, deletions, path = text.split(b"\t", 2)
            old = None if path else next(fields)
            found.append(
                File(_path(path or next(fields)), _path(old) if old else None, _lines(insertions), _lines(deletions))
            )
    if sha:
        yield sha, found


def added_lines(repository: Repository, wanted: Iterable[str]) -> Iterator[tuple[str, list[int]]]:
    """The hashes of the lines that some commits add, each once, trivial ones left out; merges add none.

    A line is hashed as the model stg_claude_code__written_lines does what agents write. Raises GitError.
    """
    said = ask(
        repository.directory,
        *("diff-tree", "--stdin", "--always", "--root", "-r", "-p", "--unified=0", "--no-color", "--no-ext-diff"),
        *("--no-textconv", "--find-renames", f"-l{RENAMES}", "-O/dev/null", "--no-indent-heuristic"),
        given="".join(f"{sha}\n" for sha in wanted).encode(),
    )
    sha, found, is_in_hunk = "", dict[int, None](), False
    for line in said.split(b"\n"):
        if not line.startswith((b"+", b"-", b" ", b"\\")) and _SHA.fullmatch(line):
            if sha:
                yield sha, list(found)
            sha, found, is_in_hunk = line.decode(), {}, False
        elif line.startswith(b"diff --git "):
            is_in_hunk = False
        elif line.startswith(b"@@ "):
            is_in_hunk = True
        elif is_in_hunk and line.startswith(b"+"):
            hashed = line_hash(line[1:])
            if hashed is not None:
                found[hashed] = None
    if sha:
        yield sha, list(found)


def line_hash(line: bytes) -> int | None:
    r"""The number that stands for a line without its white space; None where too little is left to tell it by.

    >>> line_hash(b"\treturn  price * 2") == line_hash(b"return price*2\r")
    True
    >>> line_hash(b"    }") is None
    True
    """
    text = _WHITE.sub(b"", line)
    if len(text.decode("utf-8", "replace")) < SHORTEST_LINE:
        return None
    return int.from_bytes(hashlib.md5(text, usedforsecurity=False).digest()[8:], "little")


def _path(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")


def _lines(count: bytes) -> int | None:
    return None if count == b"-" else int(count)
