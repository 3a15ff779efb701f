"""The failures that are expected: they reach the user as one line, never as a traceback."""

from __future__ import annotations


class FleetledgerError(Exception):
    """The work failed. The message says what, where and what to do, and holds nothing of a log line's content."""


class CallError(FleetledgerError):
    """The call itself was wrong: an argument, or the configuration file. Nothing was done."""


class LandingError(FleetledgerError):
    """The landing cannot be read or written; the message names the file."""


def why(error: OSError) -> str:
    """The operating system's reason, without the path that its messages repeat."""
    return error.strerror or type(error).__name__
