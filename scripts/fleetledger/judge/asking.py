"""Asking a judge: a command that reads the prompt from its standard input, or an endpoint over HTTP.

What goes wrong is told without a word of what was sent or answered.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from typing import Any

from fleetledger.base.errors import FleetledgerError
from fleetledger.judge.case import ANSWER_TOKENS
from fleetledger.sources.judges import Judge

SECONDS = 300
"""How long a judge may take for a session."""


class JudgeError(FleetledgerError):
    """A judge did not answer; the message says why."""


def ask(judge: Judge, prompt: str) -> str:
    """What a judge answers. Raises JudgeError."""
    return _of_endpoint(judge, judge.url, prompt) if judge.url else _of_command(judge, prompt)


def _of_command(judge: Judge, prompt: str) -> str:
    program = judge.command[0]
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            judge.command, input=prompt, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise JudgeError(f"{program}: there is no such command (judge.command)") from error
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise JudgeError(f"{program} did not answer: {type(error).__name__}") from error
    if done.returncode:
        raise JudgeError(f"{program} ended with {done.returncode}")
    return done.stdout


def _of_endpoint(judge: Judge, url: str, prompt: str) -> str:
    key = os.environ.get(judge.key_env) if judge.key_env else None
    if judge.key_env and not key:
        raise JudgeError(f"${judge.key_env} is not set (judge.key_env)")
    body = {
        "model": judge.model,
        "max_tokens": ANSWER_TOKENS,
        "messages": [{"role": "user", "content": prompt}],
    }
    headers = {"content-type": "application/json"}
    if judge.api == "anthropic":
        headers |= {"anthropic-version": "2023-06-01"} | ({"x-api-key": key} if key else {})
    elif key:
        headers["authorization"] = f"Bearer {key}"
    # Where it may go, and how, is checked when the configuration is read.
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - see above
    # A proxy of the environment would be sent what is not encrypted, though it is for this machine.
    proxies = urllib.request.ProxyHandler({} if request.type == "http" else None)
    try:
        with urllib.request.build_opener(_GoesNowhereElse, proxies).open(request, timeout=SECONDS) as response:
            answer = json.load(response)
        return _text_of(judge, answer)
    except urllib.error.HTTPError as error:
        raise JudgeError(f"{url} answered with {error.code}") from error
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise JudgeError(f"{url} did not answer as {judge.api} does: {type(error).__name__}") from error


class _GoesNowhereElse(urllib.request.HTTPRedirectHandler):
    """Takes a redirection for the refusal that it is here: the key would go with it, to whatever it names."""

    def redirect_request(self, *_: object) -> None:
        """None: the answer is an error."""


def _text_of(judge: Judge, answer: Any) -> str:  # noqa: ANN401 - JSON
    if judge.api == "anthropic":
        return "".join(block["text"] for block in answer["content"] if block["type"] == "text")
    return str(answer["choices"][0]["message"]["content"])
