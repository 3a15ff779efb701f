"""The commands that Claude Code's hooks call: hook session-end, and what it leaves behind it."""

from __future__ import annotations

from contextlib import suppress
from time import sleep

import click

from fleetledger.base import paths
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.locks import LockHeld
from fleetledger.cli.options import Places, with_places

TRIES, BETWEEN_SECONDS = 30, 2
"""How often a refresh is tried while another one runs."""


@click.group()
def hook() -> None:
    """What Claude Code's hooks call.

    \b
    Example, in ~/.claude/settings.json:
      {"hooks": {"SessionEnd": [{"hooks": [{"type": "command", "command": "fleetledger hook session-end"}]}]}}

    \b
    Example:
      fleetledger hook session-end --help
    """


@hook.command("session-end")
@with_places
def session_end(places: Places) -> None:
    """Refresh behind a session that ends, and leave a card of it.

    Reads what Claude Code's SessionEnd hook hands over on standard input, returns at once, and ends well whatever is
    wrong. `fleetledger show --card` prints the card.

    \b
    Examples:
      fleetledger hook session-end
      echo '{"session_id": "5f3a91c2"}' | fleetledger hook session-end
    """
    from fleetledger.hooks import session_end as end

    end(places.data, places.named)


@hook.command("after", hidden=True)
@with_places
@click.argument("session")
def after(places: Places, session: str) -> None:
    """Refresh, and write the card of a session: what `session-end` leaves behind it.

    \b
    Example:
      fleetledger hook after 5f3a91c2
    """
    from fleetledger import pipeline
    from fleetledger.published.ledger import Ledger
    from fleetledger.reports.card import card, keep_card

    for _ in range(TRIES):
        with suppress(LockHeld):
            config = pipeline.sources_of(places.data, places.config)
            pipeline.refresh(places.prepared(), config, lambda event: None)
            break
        sleep(BETWEEN_SECONDS)
    else:
        raise FleetledgerError("Another refresh holds the lock; no card was written.")
    keep_card(places.data, card(Ledger(paths.published_path(places.data)), session))
