"""How a session is taken up again: the directory to be in, and the line to type."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fleetledger.base.paths import landing_dir, manifest_path, this_host

LONGEST = 200
"""Characters of a directory's name that a place keeps; a hash follows."""

SAFE_ID = re.compile(r"\w[\w.:-]*", re.ASCII)


def config_directories(data: Path) -> dict[str, Path]:
    """The configuration directory of each Claude Code account of this machine, as it was last landed in `data`.

    Empty where nothing of this machine is.
    """
    # What is escaped in it is no text, and could not be typed.
    return {account: Path(root) for root, account in account_roots(data) if "\\" not in root}


def account_roots(data: Path) -> list[tuple[str, str]]:
    """The configuration directories of this machine's Claude Code accounts, each with its account, as last landed.

    Only what is needed here is read of the manifest, since it takes less time than importing what reads all of it.
    """
    try:
        sources = json.loads(manifest_path(landing_dir(data), this_host()).read_bytes())["sources"]
        return [(source["root"], source["account"]) for source in sources if source["fleet"] == "claude_code"]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def command(session_id: str, directory: str | None, root: Path | None) -> str:
    """What resumes a session that was in `directory`, and whose logs are in the configuration directory `root`.

    >>> command("5f3a", "/home/ann/my shop", Path("/home/ann/.claude-work"))
    "cd '/home/ann/my shop' && CLAUDE_CONFIG_DIR=/home/ann/.claude-work claude --resume 5f3a"
    """
    resume = f"claude --resume {shlex.quote(session_id)}"
    if root is not None and os.path.realpath(root) != os.path.realpath(Path.home() / ".claude"):
        resume = f"CLAUDE_CONFIG_DIR={shlex.quote(str(root.absolute()))} {resume}"
    return f"cd {shlex.quote(directory)} && {resume}" if directory else resume


def place_of(directory: str) -> str:
    """The name that Claude Code gives the place of a directory's transcripts; it cuts one that is longer than LONGEST.

    >>> place_of("/home/ann/my.shop")
    '-home-ann-my-shop'
    """
    return re.sub("[^a-zA-Z0-9]", "-", re.sub("[\U00010000-\U0010ffff]", "--", directory))


def is_place_of(place: str, directory: str) -> bool:
    """Whether Claude Code looks into a place for the sessions of a directory."""
    named = place_of(directory)
    return place == named or (len(named) > LONGEST and place.startswith(named[:LONGEST] + "-"))


def resume_line(session: Mapping[str, Any], root: Path | None = None) -> str | None:
    """The line for a POSIX shell that takes a session up again, on the machine that it is of; None where there is none.

    `root` is the configuration directory of its account; without one it is taken to be the usual one. mu takes its
    sessions up by daemon and number, in the daemon that is running; a line for a shell is not known.

    >>> resume_line({"fleet": "claude_code", "resume_id": "5f3a", "resume_in": "/home/ann/my shop"})
    "cd '/home/ann/my shop' && claude --resume 5f3a"
    """
    session_id, directory = session["resume_id"], session["resume_in"]
    if session["fleet"] != "claude_code" or not SAFE_ID.fullmatch(session_id):
        return None
    # What cannot be printed as it is cannot be copied from a terminal either.
    if any(not text.isprintable() or text.startswith("-") for text in (directory or "", str(root or ""))):
        return None
    return command(session_id, directory, root)
