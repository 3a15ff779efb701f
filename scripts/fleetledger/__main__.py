"""The command `fleetledger`, also as `python -m fleetledger`."""

from __future__ import annotations

import os
import sys

from fleetledger.statusline import run


def main() -> None:
    """The command `fleetledger`: this one without what all the others need, or any of them."""
    if _is_quick(sys.argv[1:]):
        sys.stdout.flush()
        os._exit(0)
    from fleetledger.cli.main import main as other

    other()


def _is_quick(arguments: list[str]) -> bool:
    """Whether it was one of those that run at each prompt; then it is done."""
    if arguments[:1] == ["statusline"]:
        return run(arguments[1:]) is not None
    if arguments[:2] not in (["hook", "session-end"], ["budget", "--hook"]):
        return False
    from fleetledger.hooks import run as run_hook

    return run_hook(arguments) is not None


if __name__ == "__main__":
    main()
