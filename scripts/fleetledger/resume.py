"""How a session is taken up again: the directory to be in, and the line to type."""

from __future__ import annotations

import re
import shlex

from fleetledger.report_queries import Row

SAFE_ID = re.compile(r"\w[\w.:-]*", re.ASCII)


def resume_line(session: Row) -> str | None:
    """The line for a POSIX shell that takes a session up again, on the machine that it is of; None where there is none.

    mu takes its sessions up by daemon and number, in the daemon that is running; a line for a shell is not known.

    >>> resume_line({"fleet": "claude_code", "session_id": "5f3a", "started_in": "/home/ann/my shop"})
    "cd '/home/ann/my shop' && claude --resume 5f3a"
    """
    session_id, directory = session["session_id"], session["started_in"]
    if session["fleet"] != "claude_code" or not SAFE_ID.fullmatch(session_id):
        return None
    resume = f"claude --resume {session_id}"
    if not directory:
        return resume
    # What cannot be printed as it is cannot be copied from a terminal either.
    if not directory.isprintable() or directory.startswith("-"):
        return None
    return f"cd {shlex.quote(directory)} && {resume}"
