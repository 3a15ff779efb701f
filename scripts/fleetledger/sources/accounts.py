"""Which account of Anthropic's a directory of Claude Code is signed in to, as its own configuration says."""

from __future__ import annotations

from pathlib import Path

import msgspec

CONFIGURATION = ".claude.json"
"""Claude Code keeps it in the directory that `CLAUDE_CONFIG_DIR` names, and beside `~/.claude`."""


class _Account(msgspec.Struct, rename="camel"):
    account_uuid: str = ""


class _Configuration(msgspec.Struct, rename="camel"):
    oauth_account: _Account | None = None


def account_uuid(root: Path) -> str | None:
    """The id of the account, None where nothing readable says it. Nothing else of the file is looked at."""
    places = [root, root.parent] if root.name == ".claude" else [root]
    for place in places:
        try:
            said = msgspec.json.decode((place / CONFIGURATION).read_bytes(), type=_Configuration)
        except (OSError, msgspec.DecodeError):
            continue  # Claude Code rewrites it while it runs, and it is only needed where two accounts hold a session.
        if said.oauth_account and said.oauth_account.account_uuid:
            return said.oauth_account.account_uuid
    return None
