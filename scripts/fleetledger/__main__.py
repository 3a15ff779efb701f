"""The command `fleetledger`, also as `python -m fleetledger`."""

from __future__ import annotations

import signal


def main() -> None:
    """The command `fleetledger`: those that run at each prompt without what all the others need, or any of them."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until a command runs, Ctrl-C ends the process without a word.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    import os
    import sys

    from fleetledger.base.streams import degrade

    degrade([sys.stdout, sys.stderr])
    if _is_quick(sys.argv[1:]):
        sys.stdout.flush()
        os._exit(0)
    from fleetledger.cli.main import main as other

    other()


def _is_quick(arguments: list[str]) -> bool:
    """Whether it was one of those that run at each prompt; then it is done."""
    if arguments[:1] == ["statusline"]:
        from fleetledger.statusline import run

        return run(arguments[1:]) is not None
    if arguments[:2] not in (["hook", "session-end"], ["budget", "--hook"]):
        return False
    from fleetledger.hooks import run as run_hook

    return run_hook(arguments) is not None


if __name__ == "__main__":
    main()
