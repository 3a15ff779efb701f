"""Restoring: a landed session, byte for byte, in the places that its agent keeps it in.

The landing alone is read, so that this works without a warehouse and long after the logs are deleted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.errors import CallError, FleetledgerError
from fleetledger.base.paths import landing_dir
from fleetledger.base.text import counted
from fleetledger.landing.queries import LandedFile, landed_files, plan_slugs, read_manifests, working_directories
from fleetledger.sources.files import SUFFIX, from_text
from fleetledger.sources.fleets import BESIDE
from fleetledger.sources.resume import command as resume_command
from fleetledger.sources.resume import is_place_of
from fleetledger.sources.session_names import Session, UnknownSession, listed, sessions_named


class RestoreError(FleetledgerError):
    """Nothing was restored; the message says why not."""


class SessionCallError(CallError):
    """The call does not name one session of one place in one state; the message lists what there is."""


PLANS = "plans/"
"""Where Claude Code keeps plans; a session's lines say which is its own."""


class RestoredFile(NamedTuple):
    """A file that was written, and its size in bytes."""

    path: Path
    size: int


class Restored(NamedTuple):
    """What was written, and how to go on: `place` is None where the session cannot be resumed.

    `directory` is the one in which Claude Code looks into that place, None where the log names none.
    """

    session: Session
    files: list[RestoredFile]
    directory: str | None
    place: str | None

    @property
    def is_resumable(self) -> bool:
        """Whether its main thread is among the files."""
        return self.place is not None


def restore(
    data: Path,
    name: str,
    to: Path,
    *,
    host: str | None = None,
    account: str | None = None,
    generation: int | None = None,
) -> Restored:
    """Write the files of the session that `name` begins the id of to `to`, as they lay below their source's root.

    Of each file the latest landed generation is taken, or the latest up to `generation`. Files that are there are never
    overwritten: everything is checked before anything is written, and what a failure leaves is removed.

    Raises RestoreError and SessionCallError; LandingError where the landing cannot be read.
    """
    landing = landing_dir(data)
    manifests = read_manifests(landing)
    if not manifests:
        raise RestoreError(f"Nothing is landed in {data} yet; type `fleetledger extract` first.")
    landed = landed_files(landing, manifests)
    sessions = _sessions(landed)
    session = _chosen(sessions, name, host, account)
    of_session = [*sessions[session], *_plans(landing, session, sessions[session], landed)]
    files = _of_generation(session, of_session, generation)
    targets = _targets(files, to)
    with _removed_on_failure() as made:
        written = [RestoredFile(target, _write(landing, file, target, made)) for file, target in targets]
    main = next((file for file in files if session.fleet == "claude_code" and _is_main(file)), None)
    directory = _directory(main, working_directories(landing, main)) if main else None
    return Restored(session, written, directory, _place(main) if main else None)


def told(restored: Restored, to: Path) -> Iterator[str]:
    """What to say of it, line by line."""
    session, files = restored.session, restored.files
    size = sum(file.size for file in files)
    what = f"{counted(len(files), 'file')} ({counted(size, 'byte')})"
    yield f"Restored {what} of session {session.session_id} ({session.place}) to {to}"
    for file in files:
        yield f"  {file.path.relative_to(to)}"
    if restored.is_resumable:
        yield (
            "To go on with it:"
            if restored.directory
            else f"To go on with it, from the directory that Claude Code calls {restored.place}, none that was logged:"
        )
        yield f"  {resume_command(session.session_id, restored.directory, to)}"
    elif session.fleet == "claude_code":
        yield "Its main thread is not landed: there is nothing to resume."


# --- Which session ----------------------------------------------------------------------------------------------------


def _sessions(files: Iterable[LandedFile]) -> dict[Session, list[LandedFile]]:
    """All generations of the files of each session, sub-agents and what is kept beside included."""
    sessions: dict[Session, list[LandedFile]] = {}
    for file in files:
        if file.source_path.startswith(PLANS):
            continue
        fleet = next((fleet for fleet, files in BESIDE.items() if files == file.fleet), file.fleet)
        sessions.setdefault(Session(fleet, file.host, file.account, _session_id(file)), []).append(file)
    return sessions


def _plans(
    landing: Path, session: Session, files: Iterable[LandedFile], landed: Iterable[LandedFile]
) -> list[LandedFile]:
    """All generations of the plans that a session's lines name by their slug, those of its sub-agents included."""
    plans = [
        file
        for file in landed
        if file.source_path.startswith(PLANS) and (file.host, file.account) == (session.host, session.account)
    ]
    if not plans:
        return []
    slugs = {slug for file in files if _is_main(file) for slug in plan_slugs(landing, file)}
    return [file for file in plans if not slugs.isdisjoint(_slugs_of(file))]


def _slugs_of(plan: LandedFile) -> tuple[str, str]:
    """The slugs that a plan may be named by: its own, and that of the session whose sub-agent's it is."""
    name = plan.source_path.removeprefix(PLANS).removesuffix(".md")
    return name, name.partition("-agent-")[0]


def _session_id(file: LandedFile) -> str:
    """The session that a file belongs to, as the marts name it.

    Sub-agents of Claude Code stand in a directory that has the session's name; in older versions beside it, where only
    their lines name the session.
    """
    *directories, name = file.source_path.split("/")
    stem = name.removesuffix(SUFFIX)
    if file.fleet == "mu":
        return "/".join([file.host, *directories[-1:], stem])
    if len(directories) > 2:
        return directories[2]
    if directories[:1] == ["file-history"]:
        return directories[1]
    if stem.startswith("agent-"):
        return file.session_ids[0] or stem
    return stem


def _is_main(file: LandedFile) -> bool:
    """Whether a Claude Code file is that of a main thread."""
    if file.fleet in BESIDE.values() or file.source_path.count("/") > 2:
        return False
    return _session_id(file) == file.source_path.split("/")[-1].removesuffix(SUFFIX)


def _logged_ids(files: Iterable[LandedFile]) -> set[str]:
    """The sessions that the lines of the main thread name: others than its own where an old version resumed one."""
    return {name for file in files if _is_main(file) for name in file.session_ids if name}


def _chosen(sessions: dict[Session, list[LandedFile]], name: str, host: str | None, account: str | None) -> Session:
    there = [session for session in sessions if host in (None, session.host) and account in (None, session.account)]
    try:
        found = sessions_named(there, name)
    except UnknownSession as error:
        found = [
            session
            for session in there
            if name and any(known.startswith(name) for known in _logged_ids(sessions[session]))
        ]
        if not found:
            of_them = (
                f" Of that host and account: {counted(len(there), 'session')}." if len(there) < len(sessions) else ""
            )
            raise RestoreError(f"{error}{of_them}") from error
    if len(found) > 1:
        raise SessionCallError(
            f"Session {found[0].session_id} is landed from several places; choose one with --host and --account:\n"
            + listed(found)
        )
    return found[0]


def _of_generation(session: Session, files: list[LandedFile], generation: int | None) -> list[LandedFile]:
    """One generation of each file, in the order of their paths."""
    chosen: dict[str, LandedFile] = {}
    for file in sorted(files, key=lambda file: (file.source_path, file.generation)):
        if generation is None or file.generation <= generation:
            chosen[file.source_path] = file
    landed = sorted({file.generation for file in files})
    if generation is not None and (not chosen or generation > landed[-1]):
        there = ", ".join(map(str, landed))
        raise SessionCallError(f"Session {session.session_id} has no generation {generation}; there is {there}.")
    return list(chosen.values())


def _directory(main: LandedFile, directories: list[str]) -> str | None:
    """The directory that Claude Code looks for the session from: the one that its place is named after."""
    named = [directory for directory in directories if is_place_of(_place(main), directory)]
    return named[-1] if named else None


def _place(main: LandedFile) -> str:
    """The directory below projects/ that a transcript lies in."""
    return main.source_path.split("/")[-2]


# --- Where to ---------------------------------------------------------------------------------------------------------


def _targets(files: Iterable[LandedFile], to: Path) -> list[tuple[LandedFile, Path]]:
    """Where each file goes, all of which are free. Raises RestoreError where one is not, or would not be below `to`."""
    targets = [(file, to.joinpath(*_parts(file.source_path))) for file in files]
    root = os.path.realpath(to)
    for _, target in targets:
        if os.path.commonpath([root, os.path.realpath(target.parent)]) != root:
            raise RestoreError(
                f"{target} would not lie below {to}: a symbolic link leads out of it. Nothing was written."
            )
    taken = [target for _, target in targets if os.path.lexists(target)]
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise RestoreError(f"{taken[0]}{more}: there already, and never overwritten. Nothing was written.")
    return targets


def _parts(source_path: str) -> list[str]:
    """The components of a landed path, none of which leads out of the directory that they are put below."""
    try:
        parts = from_text(source_path).split("/")
    except ValueError:
        parts = [""]
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise RestoreError(f"{source_path!r} is landed as the place of a file, and is none. Nothing was written.")
    return parts


def _write(landing: Path, file: LandedFile, target: Path, made: list[Path]) -> int:
    """Write one file for its owner alone; its size. Adds what it makes to `made`."""
    from fleetledger.landing.batches import read_pieces_of_file

    pieces = read_pieces_of_file(landing, file.batches, file.account, file.source_path, file.generation)
    _make_directory(target.parent, made)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    made.append(target)
    size = 0
    with os.fdopen(descriptor, "wb") as out:
        for piece in pieces:
            if piece.byte_offset != size:
                raise RestoreError(f"{file.source_path}: byte {size} and what follows is not landed. Nothing was kept.")
            size += out.write(piece.content)
    return size


def _make_directory(directory: Path, made: list[Path]) -> None:
    if not directory.is_dir():
        _make_directory(directory.parent, made)
        directory.mkdir(mode=0o700)
        made.append(directory)


@contextmanager
def _removed_on_failure() -> Iterator[list[Path]]:
    """A list of files and directories; those that it holds are removed if the block fails."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise
