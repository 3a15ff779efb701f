"""The command `fleetledger`, also as `python -m fleetledger`."""

from __future__ import annotations

import os
import sys

from fleetledger.statusline import run


def main() -> None:
    """The command `fleetledger`: this one without what all the others need, or any of them."""
    if sys.argv[1:2] == ["statusline"] and run(sys.argv[2:]) is not None:
        sys.stdout.flush()
        os._exit(0)
    from fleetledger.cli.main import main as other

    other()


if __name__ == "__main__":
    main()
