"""`fleetledger judge` against a command and an endpoint of the tests' own: what is sent, and what comes of answers."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from published_fixture import write_published
from text_fixture import write_warehouse

from fleetledger.base.clock import now
from fleetledger.base.paths import landing_dir, published_path, this_host
from fleetledger.cli.main import main
from fleetledger.landing.collection import read_collection
from fleetledger.published.texts import write_texts
from fleetledger.secrets.redact import redactor

ANSWER = {
    "verdicts": [
        {
            "criterion": "false_success",
            "holds": True,
            "severity": "high",
            "confidence": 0.9,
            "quotes": ["All tests pass."],
            "reason": "It ran none.",
        },
        {"criterion": "scope_overreach", "holds": True, "quotes": ["I rewrote the parser"], "reason": "Nobody asked."},
        {"criterion": "relitigation", "holds": True, "quotes": [], "reason": "It feels so."},
        {"criterion": "dismissiveness", "holds": "perhaps"},
        {"criterion": "completeness", "holds": True, "confidence": 2, "quotes": [], "severity": "low"},
        {"criterion": "relevance", "holds": True, "quotes": ["Mend   the price"]},
    ]
}
"""map_for_terrain is not answered."""

TEXTS: list[dict[str, Any]] = [
    {"session_id": "s1", "block_text": "Mend the price of the basket"},
    {"session_id": "s1", "block_text": "All tests pass.", "text_kind": "answer", "sender": None},
    {"session_id": "s2", "block_text": "Why is it slow?"},
    {"session_id": "s3", "block_text": "Pay the salaries"},
]


def judged_by(place: Path, says: str) -> str:
    """A command that keeps what it is sent, one file a call, and then does what the Python code says."""
    script = place / "judge.py"
    script.write_text(
        "import os, pathlib, signal, sys\n"
        f"sent = pathlib.Path({str(place / 'sent')!r})\n"
        "sent.mkdir(exist_ok=True)\n"
        "number = len(list(sent.iterdir())) + 1\n"
        "(sent / str(number)).write_text(sys.stdin.read())\n" + says
    )
    return shlex.join([sys.executable, str(script)])


def sent(place: Path) -> list[str]:
    """What was sent, call by call."""
    return [path.read_text() for path in sorted((place / "sent").glob("*"), key=lambda path: int(path.name))]


def configured(place: Path, **judge: object) -> Path:
    said = "\n".join(f"{key} = {json.dumps(value)}" for key, value in judge.items())
    path = place / "fleet.toml"
    path.write_text(f"[judge]\n{said}\n")
    return path


def run(place: Path, *arguments: str, said: str = "") -> Result:
    places = ("--data-dir", str(place), "--config", str(place / "fleet.toml"))
    return CliRunner().invoke(main, ["judge", *arguments, *places], input=said)


def landed(place: Path) -> dict[tuple[str, str], dict[str, Any]]:
    rows = read_collection(landing_dir(place), this_host(), now()).dicts("judge_verdicts")
    return {(row["session_id"], row["criterion"]): row for row in rows}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Three sessions with texts; the judge says ANSWER."""
    calls = [{"session_id": name, "called_at": f"2026-11-20 1{at}:00:00"} for at, name in enumerate(("s3", "s2", "s1"))]
    calls[0]["project"] = "/home/ann/payroll"
    write_published(published_path(tmp_path), calls)
    write_texts(tmp_path, write_warehouse(tmp_path / "texts.duckdb", TEXTS))
    configured(tmp_path, name="tester", command=judged_by(tmp_path, f"print('Gladly: ' + {json.dumps(ANSWER)!r})"))
    return tmp_path


def test_verdicts_land_and_those_without_a_quote_from_the_session_are_thrown_away(place: Path) -> None:
    result = run(place, "s1", "--yes")
    assert result.exit_code == 0, result.output
    assert "Judged 1 session: 3 verdicts, 4 thrown away" in result.stdout
    said = {criterion: row for (_, criterion), row in landed(place).items()}
    assert {name: row["rejected_for"] for name, row in said.items()} == {
        "false_success": None,
        "map_for_terrain": "missing",
        "scope_overreach": "quote_not_found",
        "relitigation": "no_quote",
        "dismissiveness": "unclear",
        "completeness": None,
        "relevance": None,
    }
    assert {row["judge"] for row in said.values()} == {"tester"}
    fault = said["false_success"]
    assert (fault["holds"], fault["severity"], fault["confidence"]) == (True, "high", 0.9)
    assert (fault["quote"], fault["reason"]) == ("All tests pass.", "It ran none.")
    # What is well has no severity, and a confidence above 1 is none.
    assert (said["completeness"]["severity"], said["completeness"]["confidence"]) == (None, None)
    assert said["scope_overreach"]["quote"] is None


def test_nothing_is_sent_before_a_person_has_said_so(place: Path) -> None:
    asked = run(place, said="n\n")
    assert asked.exit_code == 1
    assert "3 sessions to" in asked.stdout
    assert "tokens of 200,000" in asked.stdout
    shown = run(place, "s1", "--show")
    assert "[1] person: Mend the price of the basket" in shown.stdout
    assert not (place / "sent").exists()
    assert landed(place) == {}


def test_the_budget_is_kept_and_what_is_beyond_it_is_told(place: Path) -> None:
    one = len(run(place, "s1", "--show").stdout) // 4 + 2_000
    result = run(place, "--budget", str(one + 50), "--yes")
    assert "2 beyond the budget" in result.stdout
    assert len(sent(place)) == 1
    again = run(place, "--budget", str(one + 50), "--yes")
    assert "1 judged before" in again.stdout
    assert len(sent(place)) == 2


def test_an_excluded_session_never_leaves(place: Path) -> None:
    command = judged_by(place, f"print({json.dumps(ANSWER)!r})")
    configured(place, command=command, exclude=["S1", "payroll"])
    result = run(place, "--yes")
    assert "2 excluded" in result.stdout
    assert run(place, "s3", "--yes").stdout.count("1 excluded") == 1
    assert "salaries" not in run(place, "--show").stdout
    assert len(sent(place)) == 1
    assert "Why is it slow?" in sent(place)[0]


def test_a_killed_run_goes_on_where_it_stopped(place: Path) -> None:
    ending = "if number == 2: os.kill(os.getppid(), signal.SIGKILL)\n"
    configured(place, command=judged_by(place, f"{ending}print({json.dumps(ANSWER)!r})"))
    command = [sys.executable, "-m", "fleetledger", "judge", "--yes", "--data-dir", str(place)]
    killed = subprocess.run([*command, "--config", str(place / "fleet.toml")], capture_output=True, check=False)
    assert killed.returncode == -9
    assert {session for session, _ in landed(place)} == {"s1"}
    result = run(place, "--yes")
    assert "1 judged before" in result.stdout
    assert {session for session, _ in landed(place)} == {"s1", "s2", "s3"}
    assert sum("Mend the price" in prompt for prompt in sent(place)) == 1


def test_a_judge_that_fails_is_told_of_and_asked_no_more_after_three(place: Path) -> None:
    configured(place, command=judged_by(place, "print('I would rather not say.')"))
    silent = run(place, "--yes")
    assert silent.exit_code == 1
    assert silent.stderr.count("the answer has no verdicts") == 3
    assert "Judged 0 sessions" in silent.stdout
    configured(place, command="no-such-judge")
    assert "no-such-judge: there is no such command (judge.command)" in run(place, "s1", "--yes").stderr


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[tuple[str, dict[str, str], dict[str, Any]]]]]:
    """An endpoint on this machine and what it was asked: path, headers, body.

    /broken is out of order, and /moved says that it is elsewhere.
    """
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            said = json.dumps(ANSWER)
            answer: dict[str, Any] = {"content": [{"type": "text", "text": said}]}
            if self.path == "/openai":
                answer = {"choices": [{"message": {"role": "assistant", "content": said}}]}
            self.send_response({"/broken": 529, "/moved": 302}.get(self.path, 200))
            self.send_header("location", "/elsewhere")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers), {}))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("api", "header", "value"), [("anthropic", "x-api-key", "k1"), ("openai", "authorization", "Bearer k1")]
)
def test_an_endpoint_is_asked_as_it_talks(
    place: Path,
    endpoint: tuple[str, list[Any]],
    monkeypatch: pytest.MonkeyPatch,
    api: str,
    header: str,
    value: str,
) -> None:
    url, asked = endpoint
    configured(place, url=f"{url}/{api}", api=api, model="small-one", key_env="JUDGE_KEY")
    unset = run(place, "s1", "--yes")
    assert "$JUDGE_KEY is not set (judge.key_env)" in unset.stderr
    monkeypatch.setenv("JUDGE_KEY", "k1")
    assert run(place, "s1", "--yes").exit_code == 0
    ((path, headers, body),) = asked
    assert (path, headers[header], body["model"]) == (f"/{api}", value, "small-one")
    assert "Mend the price of the basket" in body["messages"][0]["content"]
    assert landed(place)["s1", "false_success"]["judge"] == "small-one"


def test_nothing_goes_where_an_endpoint_or_the_environment_says(
    place: Path, endpoint: tuple[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, asked = endpoint
    configured(place, url=f"{url}/moved", model="small-one", key_env="JUDGE_KEY")
    monkeypatch.setenv("JUDGE_KEY", "k1")
    assert "answered with 302" in run(place, "s1", "--yes").stderr
    assert [path for path, *_ in asked] == ["/moved"]
    # Nothing listens there.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    configured(place, url=f"{url}/anthropic", model="small-one")
    assert run(place, "s1", "--yes").exit_code == 0


def test_an_endpoint_that_is_out_of_order_is_told_without_what_was_sent(
    place: Path, endpoint: tuple[str, list[Any]]
) -> None:
    configured(place, url=f"{endpoint[0]}/broken", model="small-one")
    result = run(place, "s1", "--yes")
    assert result.exit_code == 1
    assert "answered with 529" in result.stderr
    assert "basket" not in result.stderr


SECRETS = (
    "ghp_" + "A1b2C3d4E5" * 3 + "F6g7H8",
    "AKIA" + "QWERTYUIOPASDFGH",
    "sk_" + "live_" + "abcdefghijklmnop12345678",
    "xoxb-" + "123456789012-123456789012-AbCdEfGhIjKlMnOpQrStUvWx",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "hunter2hunter2",
    "correct-horse-battery",
    "Zm9vYmFyYmF6cXV4MTIz",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
)
PLANTED = (
    f"export GITHUB_TOKEN={SECRETS[0]}",
    f"aws_access_key_id = {SECRETS[1]}",
    f'stripe: "{SECRETS[2]}"',
    f"curl -H 'X-Slack: {SECRETS[3]}' https://slack.example",
    f"Authorization: Bearer {SECRETS[4]}",
    f"postgres://ann:{SECRETS[5]}@db.internal:5432/shop",
    f'{{"password": "{SECRETS[6]}"}}',
    f"Proxy-Authorization: Basic {SECRETS[7]}",
    f"-----BEGIN PRIVATE KEY-----\n{SECRETS[8]}\n{SECRETS[8][::-1]}\n-----END PRIVATE KEY-----",
)


def test_planted_secrets_never_leave(place: Path, endpoint: tuple[str, list[Any]]) -> None:
    """Wherever they stand: in prompts, answers, what tools are given and give back, and across a place of a cut."""
    kinds = [
        ("prompt", "person"),
        ("answer", None),
        ("tool_use", None),
        ("tool_result", None),
        ("context", "claude_code"),
    ]
    texts: list[dict[str, Any]] = [
        {"session_id": "s1", "block_text": f"before {planted} after", "text_kind": kind, "sender": sender}
        for planted in PLANTED
        for kind, sender in kinds
    ]
    # A tool's text is cut after 400 characters, and shows its last 200.
    texts += [
        {
            "session_id": "s1",
            "block_text": "x" * (400 - shift) + " " + planted + " " + "y" * 900,
            "text_kind": "tool_use",
        }
        for planted in PLANTED
        for shift in (3, 12, 30)
    ]
    write_texts(place, write_warehouse(place / "texts.duckdb", texts))
    url, asked = endpoint
    configured(place, url=f"{url}/anthropic", model="small-one")
    shown = run(place, "s1", "--show").stdout
    assert run(place, "s1", "--yes").exit_code == 0
    body = json.dumps(asked[0][2], ensure_ascii=False)
    for secret in (*SECRETS, SECRETS[8][::-1]):
        for left in (shown, body):
            assert secret not in left
            # No half of one either.
            assert secret[:12] not in left
            assert secret[-12:] not in left
    assert "before" in body
    assert "[secret]" in body


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    return redactor(tmp_path_factory.mktemp("nothing"), now())


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(list(zip(PLANTED, SECRETS, strict=True))),
    st.text("ab \n'\"=:;,", max_size=30),
    st.text("ab \n'\"=:;,", max_size=30),
)
def test_a_secret_is_found_in_any_surroundings(
    redacted: Callable[[str], str], planted: tuple[str, str], before: str, after: str
) -> None:
    line, secret = planted
    assert secret not in redacted(f"{before}\n{line}\n{after}")


def test_words_that_hold_no_secret_stay(redacted: Callable[[str], str]) -> None:
    for words in ("The token count is 12", "see https://shop.example/a?b=c", "def password(self): ...", "a" * 50_000):
        assert redacted(words) == words


@pytest.mark.parametrize(
    ("judge", "told"),
    [
        ({}, "judge.command is missing; expected either a command or a url"),
        ({"command": "a", "url": "https://b.example"}, "expected either a command or a url"),
        ({"command": "a 'b"}, 'judge.command is "a \'b"; expected a command line'),
        ({"command": "a", "model": "m"}, "judge.model is 'm'; expected a url beside it"),
        ({"url": "http://judge.example/v1", "model": "m"}, "expected an address that begins with https://"),
        ({"url": "https://judge.example/v1"}, "judge.model is missing; expected the model"),
        ({"url": "https://judge.example/v1", "model": "m", "api": "soap"}, "expected anthropic or openai"),
        ({"command": "a", "exclude": "s1"}, "judge.exclude is 's1'; expected a list"),
        ({"command": "a", "budget_tokens": 0}, "judge.budget_tokens is 0; expected a whole number of tokens"),
        ({"command": "a", "comand": "b"}, "judge.comand is 'b'; expected one of command"),
    ],
)
def test_a_wrong_judge_is_told_with_its_place(tmp_path: Path, judge: dict[str, object], told: str) -> None:
    path = configured(tmp_path, **judge)
    result = run(tmp_path, "s1", "--yes")
    assert result.exit_code == 2
    assert f"{path}: " in result.stderr
    assert told in result.stderr


def test_without_a_judge_it_says_how_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text("")
    result = run(tmp_path, "s1")
    assert result.exit_code == 2
    assert "[judge]" in result.stderr
