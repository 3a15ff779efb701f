"""Who judges sessions, as the table [judge] of the configuration says: a command, or an endpoint.

[judge]
command = "claude -p --model haiku"          # reads a prompt, writes an answer; or
url = "https://api.anthropic.com/v1/messages"
api = "anthropic"                            # how the endpoint talks: anthropic or openai
model = "claude-haiku-4-5"
key_env = "ANTHROPIC_API_KEY"                # the environment variable that holds the key
name = "haiku"                               # what its verdicts are told apart by
budget_tokens = 200000
exclude = ["5f3a91c2", "payroll"]            # sessions and projects that never leave
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

APIS = ("anthropic", "openai")
KEYS = ("command", "url", "api", "model", "key_env", "name", "budget_tokens", "exclude")
BUDGET_TOKENS = 200_000

Unexpected = Callable[[str, object, str], Exception]
"""Makes an error of a key, what it says and what was expected."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A command (`command`, as words) or an endpoint (`url`), its name, and what it is not shown."""

    name: str
    command: tuple[str, ...] = ()
    url: str | None = None
    api: str = APIS[0]
    model: str | None = None
    key_env: str | None = None
    budget_tokens: int = BUDGET_TOKENS
    exclude: tuple[str, ...] = ()

    def never_sees(self, session_id: str, project: str | None) -> bool:
        """Whether a session is excluded: by its id, or how that begins, or by its project's name or a part of it."""
        return any(
            session_id.lower().startswith(name.lower()) or name.lower() in (project or "").lower()
            for name in self.exclude
        )


def read_judge(table: Mapping[str, Any], unexpected: Unexpected) -> Judge:
    """The judge that a table says. Raises what `unexpected` makes of what is wrong in it."""
    for key in table:
        if key not in KEYS:
            raise unexpected(key, table[key], f"one of {', '.join(KEYS)}")
    for key in ("command", "url", "model", "key_env", "name"):
        if key in table and (not isinstance(table[key], str) or not table[key].strip()):
            raise unexpected(key, table[key], "text that is not empty")
    if ("command" in table) == ("url" in table):
        raise unexpected("command", table.get("command"), "either a command or a url")
    budget = table.get("budget_tokens", BUDGET_TOKENS)
    if isinstance(budget, bool) or not isinstance(budget, int) or budget < 1:
        raise unexpected("budget_tokens", budget, "a whole number of tokens")
    excluded = table.get("exclude", [])
    if not isinstance(excluded, list) or not all(isinstance(name, str) and name.strip() for name in excluded):
        raise unexpected("exclude", excluded, "a list of sessions (how their ids begin) and projects")
    if "command" in table:
        return _command(table, budget, tuple(excluded), unexpected)
    return _endpoint(table, budget, tuple(excluded), unexpected)


def _command(table: Mapping[str, Any], budget: int, excluded: tuple[str, ...], unexpected: Unexpected) -> Judge:
    try:
        words = tuple(shlex.split(table["command"]))
    except ValueError as error:
        raise unexpected("command", table["command"], f"a command line ({error})") from error
    for key in ("api", "model", "key_env"):
        if key in table:
            raise unexpected(key, table[key], "a url beside it: a command knows its own model")
    return Judge(table.get("name", words[0]), command=words, budget_tokens=budget, exclude=excluded)


def _endpoint(table: Mapping[str, Any], budget: int, excluded: tuple[str, ...], unexpected: Unexpected) -> Judge:
    url, api = table["url"], table.get("api", APIS[0])
    address = urlsplit(url)
    # What is not encrypted stays on this machine.
    is_here = address.scheme == "http" and address.hostname in ("localhost", "127.0.0.1", "::1")
    if address.scheme != "https" and not is_here:
        raise unexpected("url", url, "an address that begins with https://, or with http:// on this machine")
    if api not in APIS:
        raise unexpected("api", api, " or ".join(APIS))
    if "model" not in table:
        raise unexpected("model", None, "the model that the endpoint is asked for")
    return Judge(
        table.get("name", table["model"]),
        url=url,
        api=api,
        model=table["model"],
        key_env=table.get("key_env"),
        budget_tokens=budget,
        exclude=excluded,
    )
