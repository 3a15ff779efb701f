"""A history that lies in two accounts is counted in one, and doctor says in which."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
from click.testing import CliRunner

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main

OWNER = "0a1b2c3d-0000-4000-8000-000000000001"


def line(number: int, **fields: object) -> str:
    return json.dumps({"uuid": f"u{number}", "sessionId": "s", "timestamp": f"2026-11-01T10:00:0{number}Z", **fields})


def test_the_account_that_the_log_names_wins_and_doctor_names_the_other(tmp_path: Path) -> None:
    usage = {"input_tokens": 5, "output_tokens": 1}
    message = {"id": "m", "role": "assistant", "model": "claude-opus-5-5", "content": [], "usage": usage}
    bridge = json.dumps({"type": "bridge-session", "sessionId": "s", "bridgeSessionId": "b", "ownerAccountUuid": OWNER})
    copied = [line(1, type="user", message={"role": "user", "content": "Go"})]
    # What only the first account holds would make it the owner.
    lines = {
        "first": [*copied, line(2, type="assistant", requestId="r", message=message)],
        "second": [*copied, bridge],
    }
    for account, written in lines.items():
        log = tmp_path / account / "projects/p/s.jsonl"
        log.parent.mkdir(parents=True)
        log.write_text("\n".join(written) + "\n")
    signed_in = {"oauthAccount": {"accountUuid": OWNER, "emailAddress": "ann@example.org"}, "projects": {}}
    (tmp_path / "second/.claude.json").write_text(json.dumps(signed_in))
    config = tmp_path / "fleet.toml"
    source = '[[source]]\nfleet = "claude_code"\nhost = "h"\naccount = "{0}"\nroot = "{0}"\n'
    config.write_text("".join(map(source.format, lines)))

    places = ["--config", str(config), "--data-dir", str(tmp_path / "data")]
    refreshed = CliRunner().invoke(main, ["refresh", *places])
    assert refreshed.exit_code == 0, refreshed.output
    with duckdb.connect(str(published_path(tmp_path / "data")), read_only=True) as published:
        owners = "select account, also_in from fct_sessions union all select account, null from fct_model_calls"
        assert published.sql(owners).fetchall() == [("second", "h/first"), ("second", None)]
    examined = CliRunner().invoke(main, ["doctor", "--json", *places])
    (shared,) = json.loads(examined.stdout)["shared_sessions"]
    assert (shared["account"], shared["also_in"], shared["sessions"]) == ("second", "h/first", 1)
    told = CliRunner().invoke(main, ["doctor", *places])
    assert (examined.exit_code, told.exit_code) == (0, 0)
    assert "Sessions whose history lies in several places" in told.stdout
    # Of the configuration nothing but the account's id is kept.
    assert not any(b"ann@example.org" in file.read_bytes() for file in (tmp_path / "data").rglob("*.json"))
