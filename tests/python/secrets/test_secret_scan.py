"""Looking for secrets in the landing. The secrets are put together here, so that none stands in the source."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from logged_host import LoggedHost

from fleetledger.base.locks import LockHeld
from fleetledger.base.paths import landing_dir
from fleetledger.landing import compaction
from fleetledger.landing.collection import collecting, read_collection
from fleetledger.landing.settings import land_settings
from fleetledger.secrets.landed import OF_ALL_HOSTS, finds, take_over
from fleetledger.secrets.scan import MARKERS, RULES, Scanned, SecretScanError, read_rules, scan
from fleetledger.sources.config import load_config

TOKEN = "ghp_" + "a1B2c3D4" * 4 + "e5F6"
OTHER = "ghp_" + "z9Y8x7W6" * 4 + "v5U4"
KEY_BODY = "MIIEowIBAAKCAQEA" + "q7Wf0Zt3Lk9sVb2N" * 4
PRIVATE_KEY = f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{KEY_BODY}\n-----END RSA {'PRIVATE'} KEY-----"
JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + "c2lnbmF0dXJlLW9mLTMyLWJ5dGVzLWxvbmc"

MIXED, HEX = "a1B2c3D4", "0123456789abcdef"
"""What tokens are made of; no token stands here whole."""

SAMPLES = {
    "AWS Access Key": [
        "AKIA" + "Q3EGRIYDJXKQZ7WM",
        'aws_secret_key = "' + "wJalrXUtnFEMI/K7MDENG+bPxRfiCYQ3EGRIYDJX" + '"',
    ],
    "Azure Storage Account access key": ["AccountKey=" + "Ab1+" * 21 + "Ab1="],
    "Basic Auth Credentials": ["https://ann:" + "Tr0ub4dor3" + "@db.test/x"],
    "GitHub Token": [TOKEN],
    "GitLab Token": ["glpat-" + "a1B2c3D4e5F6g7H8i9J0"],
    "JSON Web Token": [JWT],
    "Mailchimp Access Key": ["0123456789abcdef" * 2 + "-us12"],
    "NPM tokens": ["//registry.npmjs.org/:_authToken=npm_" + "a1B2c3D4" * 4],
    "OpenAI Token": ["sk-" + "a1B2c3D4e5F6g7H8i9J0" + "T3BlbkFJ" + "a1B2c3D4e5F6g7H8i9J0"],
    "Private Key": [PRIVATE_KEY],
    "PyPI Token": ["pypi-AgEIcHlwaS5vcmc" + "a1B2c3D4" * 9],
    "SendGrid API Key": ["SG." + "a1B2c3D4e5F6g7H8i9J0k1" + "." + "a1B2c3D4" * 5 + "e5F"],
    "Slack Token": [
        "xoxb-" + "123456789012-" + "a1b2c3d4e5f6",
        "https://hooks.slack.com/services/T0001/B0002/" + "a1B2c3D4",
    ],
    "Square OAuth Secret": ["sq0csp-" + "a1B2c3D4" * 5 + "e5F"],
    "Stripe Access Key": ["sk_live_" + "a1B2c3D4" * 3],
    "Telegram Bot Token": ["123456789:" + "a1B2c3D4" * 4 + "e5F"],
    "Twilio API Key": ["AC" + "0123456789abcdef" * 2],
    "secret-anthropic": ["sk-ant-" + "api03-" + "a1B2c3D4" * 4],
    "secret-openai-project": ["sk-proj-" + "a1B2c3D4" * 4],
    "secret-github-fine-grained": ["github_pat_" + "a1B2c3D4" * 9],
    "secret-google-api": ["AIza" + "a1B2c3D4" * 4 + "e5F"],
    "secret-ai-service": [
        *("hf_" + MIXED * 5, "gsk_" + MIXED * 6, "nvapi-" + MIXED * 8, "xai-" + MIXED * 8, "r8_" + MIXED * 5),
        *("pplx-" + MIXED * 5, "sk-or-v1-" + HEX * 4, "sk-lf-" + "01234567-89ab-cdef-0123-456789abcdef"),
        *("pcsk_" + MIXED * 7, "co_" + MIXED * 5, "fw_" + MIXED * 3, "tgp_v1_" + MIXED * 5),
    ],
    "secret-hosting": [
        *("dop_v1_" + HEX * 4, "doo_v1_" + HEX * 4, "sbp_" + "0123456789" * 4, "sb_secret_" + MIXED * 3),
        *("hvs." + MIXED * 4, "vcp_" + MIXED * 5, "nfp_" + MIXED * 5, "rnd_" + MIXED * 4, "pscale_tkn_" + MIXED * 4),
        *("dp.pt." + MIXED * 5, "tskey-auth-" + MIXED * 3, "HRKU-" + MIXED * 5, "dckr_pat_" + MIXED * 3),
        *("a1B2c3D4e5F6g7.atlasv1." + MIXED * 8, "pul-" + "0123456789" * 4, "glsa_" + MIXED * 4 + "_0123abcd"),
        "glc_" + MIXED * 5,
    ],
    "secret-work-tool": [
        *("lin_api_" + MIXED * 5, "ntn_" + MIXED * 5, "secret_" + MIXED * 5 + "e5F", "figd_" + MIXED * 5),
        *("ATATT3" + MIXED * 13, "ATCTT3" + MIXED * 13, "pat" + MIXED + "e5F6g7." + HEX * 4),
        *("PMAK-" + HEX + "01234567-" + HEX * 2 + "01", "sntrys_" + MIXED * 5, "NRAK-" + "A1B2C3D4E" * 3),
        *("phx_" + MIXED * 5, "dapi" + HEX * 2, "CCIPAT_" + MIXED * 5, "bkua_" + "0123456789" * 4, "sgp_" + MIXED * 5),
        *("xapp-1-A1B2C3-123456789-" + HEX * 2, "shpat_" + HEX * 2),
    ],
    "secret-money-and-mail": [
        *("whsec_" + MIXED * 4, "xkeysib-" + HEX * 4 + "-" + MIXED * 2, "rk_live_" + MIXED * 3),
        *("re_" + MIXED + "_" + MIXED * 3, "EAAA" + MIXED * 8),
    ],
    "secret-google-oauth": ["GOCSPX-" + "a1B2c3D4" * 3 + "e5F6", "ya29." + "a1B2c3D4" * 8],
    "secret-age": ["AGE-SECRET-KEY-1" + "A1B2C3D4" * 7 + "E5"],
}


def asked(command: str, call: str = "t1") -> dict[str, Any]:
    block = {"type": "tool_use", "id": call, "name": "Bash", "input": {"command": command}}
    content = [{"type": "text", "text": "I will."}, block]
    return {"type": "assistant", "uuid": f"a-{call}", "message": {"role": "assistant", "content": content}}


def answered(content: object, call: str = "t1") -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": call, "content": content}
    return {"type": "user", "uuid": f"u-{call}", "message": {"role": "user", "content": [block]}}


def write(host: LoggedHost, *records: dict[str, Any], name: str = "projects/p/s.jsonl") -> None:
    host.write(b"".join(json.dumps(record).encode() + b"\n" for record in records), name)
    host.extract()


def scanned(host: LoggedHost, *, again: bool = False) -> Scanned:
    return scan(host.data, host.now, lambda done, total, piece="": None, again=again)


def found(host: LoggedHost) -> list[dict[str, Any]]:
    return landed(host, "secrets")


def landed(host: LoggedHost, table: str) -> list[dict[str, Any]]:
    return read_collection(landing_dir(host.data), OF_ALL_HOSTS, host.now).dicts(table)


@pytest.mark.parametrize("secret_type", SAMPLES)
def test_each_type_is_picked_and_found(secret_type: str) -> None:
    detectors, marker = read_rules(RULES)
    for sample in SAMPLES[secret_type]:
        text = f"export X={sample}\n" if "\n" not in sample else sample
        line = json.dumps(answered(text))
        assert duckdb.execute("select regexp_matches($1, $2)", [line, marker]).fetchone() == (True,)
        assert list(detectors[secret_type](text))


def test_each_type_that_is_looked_for_has_a_sample() -> None:
    assert set(read_rules(RULES)[0]) == set(SAMPLES)
    assert set(MARKERS) <= set(SAMPLES)


def test_a_secret_is_kept_as_its_place_and_digest_alone(host: LoggedHost) -> None:
    write(host, asked(f"export T={TOKEN}"), answered([{"type": "text", "text": f"T={TOKEN}\nU={OTHER}"}]))
    assert scanned(host) == (1, 2, 2, {"GitHub Token": 3})
    places = [(one["found_in"], one["block_number"], one["secret_type"]) for one in found(host)]
    assert places == [("input", 2, "GitHub Token"), ("output", 1, "GitHub Token"), ("output", 1, "GitHub Token")]
    first, second, third = (one["secret_hash"] for one in found(host))
    assert first == second != third
    for table in ("secrets", "scanned_batches"):
        assert not any(secret in str(row) for row in landed(host, table) for secret in (TOKEN, OTHER))


def test_what_is_kept_is_its_owners_alone(host: LoggedHost) -> None:
    write(host, answered(TOKEN))
    scanned(host)
    paths = [host.data / "secrets", *(landing_dir(host.data) / table for table in ("secrets", "scanned_batches"))]
    files = [file for path in paths for file in path.rglob("*") if file.is_file()]
    assert len(files) == 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o700}


def test_another_data_directory_has_other_digests(host: LoggedHost, tmp_path: Path) -> None:
    other = LoggedHost(tmp_path / "other")
    for one in (host, other):
        write(one, answered(TOKEN))
        scanned(one)
    assert found(host)[0]["secret_hash"] != found(other)[0]["secret_hash"]


def test_only_what_is_new_is_looked_through(host: LoggedHost) -> None:
    write(host, answered(TOKEN))
    scanned(host)
    assert scanned(host).batches == 0
    write(host, answered(OTHER, "t2"), name="projects/p/other.jsonl")
    assert scanned(host) == (1, 1, 1, {"GitHub Token": 1})
    assert len(found(host)) == 2
    assert scanned(host, again=True).batches == 2


def test_other_rules_look_through_everything_again(host: LoggedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    write(host, answered(TOKEN))
    scanned(host)
    monkeypatch.setitem(MARKERS, "GitHub Token", "ghp_")
    assert scanned(host).batches == 1


def test_merged_batches_keep_their_secrets_once(host: LoggedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    write(host, answered(TOKEN))
    scanned(host)
    monkeypatch.setattr(compaction, "SMALL_BATCHES", 1)
    for number in range(3):
        host.pass_time(60)
        write(host, answered("nothing"), name=f"projects/p/{number}.jsonl")
    scanned(host)
    assert len(found(host)) == 1
    assert {scan["batch_id"] for scan in landed(host, "scanned_batches")} == {
        one.batch_id for one in host.manifest.batches
    }


def test_a_scan_that_was_killed_goes_on_where_it_was(host: LoggedHost) -> None:
    for number in range(3):
        write(host, answered(f"{TOKEN} {number}", f"t{number}"), name=f"projects/p/{number}.jsonl")

    def killed(done: int, total: int, piece: str = "") -> None:
        if (done, total) == (2, 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan(host.data, host.now, killed)
    assert len(found(host)) == 2
    assert scanned(host).batches == 1
    assert len(found(host)) == 3


def test_two_do_not_look_at_once_but_others_can_collect(host: LoggedHost) -> None:
    write(host, answered(TOKEN))
    with finds(host.data, host.now):
        with pytest.raises(LockHeld):
            scanned(host)
        with collecting(landing_dir(host.data), "host", host.now):
            pass


def test_what_version_0_1_had_found_is_taken_over(host: LoggedHost) -> None:
    write(host, answered(TOKEN))
    scanned(host)
    (secret,) = [{name: row[name] for name in row if name not in ("batch_id", "observed_at")} for row in found(host)]
    (batch,) = host.manifest.batches
    shutil.rmtree(landing_dir(host.data) / "collected")
    of_the_batch = {"batch_id": batch.batch_id, "scanned_at": "2026-11-20 10:00:00", "rules": "old"}
    (host.data / "secrets/one.json").write_text(json.dumps({**of_the_batch, "secrets": [secret]}))
    (host.data / "secrets/damaged.json").write_text("{")
    take_over(host.data, host.now)
    assert [row["secret_hash"] for row in found(host)] == [secret["secret_hash"]]
    assert [str(row["scanned_at"]) for row in landed(host, "scanned_batches")] == ["2026-11-20 10:00:00"]
    assert [path.name for path in (host.data / "secrets").iterdir()] == ["key"]
    assert scanned(host).batches == 1
    assert len(found(host)) == 1


def test_mu_tools_are_looked_through(host: LoggedHost) -> None:
    host.add("mu", "default")
    events = [
        {"kind": "tool_call", "call_id": "c", "name": "bash", "arguments": {"command": f"echo {TOKEN}"}},
        {"kind": "tool_result", "call_id": "c", "content": TOKEN, "is_error": False},
        {"kind": "user_message", "content": OTHER},
    ]
    lines = [
        {"id": number, "session_id": "session-1", "timestamp_unix_ms": 1, "actor": {"kind": "tool"}, "payload": event}
        for number, event in enumerate(events, start=1)
    ]
    host.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines), "d1/session-1.jsonl", source=1)
    host.extract()
    scanned(host)
    assert [(one["found_in"], one["block_number"]) for one in found(host)] == [("input", None), ("output", None)]


@pytest.mark.parametrize(
    "text",
    [
        "ghp_short",
        "grep -n 'BEGIN RSA " + "PRIVATE KEY' *.pem",
        "AKIAIOSFODNN7" + "EXAMPLE",
        "postgres://user:password@localhost/db",
        "https://ann:$PASSWORD@db.test",
        "a sentence about tokens",
    ],
)
def test_talk_of_secrets_is_none(host: LoggedHost, text: str) -> None:
    write(host, answered(text))
    assert scanned(host).found == {}


def test_prompts_and_pictures_are_left_out(host: LoggedHost) -> None:
    prompt = {"type": "user", "uuid": "p", "message": {"role": "user", "content": [{"type": "text", "text": TOKEN}]}}
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": TOKEN}}
    write(host, prompt, answered([picture]))
    assert scanned(host).found == {}


def test_rules_of_ones_own_are_looked_for_and_others_can_be_left_out(host: LoggedHost) -> None:
    write(host, answered(f"{TOKEN}, {JWT} and SHOP-123456"))
    config = host.path / "fleet.toml"
    config.write_text("""
        [[audit_rule]]
        rule_id = "shop"
        severity = "high"
        applies_to = "output"
        scope = "expression"
        pattern = "SHOP-[0-9]+"
        category = "secrets"
        [[audit_rule]]
        rule_id = "secret-git-host"
        severity = "off"
    """)
    settings = load_config(config).settings
    assert settings is not None
    assert settings.problems == ()
    land_settings(host.data, settings, host.now)
    assert scanned(host).found == {"shop": 1, "JSON Web Token": 1}


def test_a_rule_with_an_unknown_name_is_named(tmp_path: Path) -> None:
    rules = tmp_path / "rules.csv"
    rules.write_text("rule_id,severity,applies_to,scope,pattern\nmine,high,output,,No Such Token\n")
    with pytest.raises(SecretScanError, match=r"rule mine: 'No Such Token' is not looked for"):
        read_rules(rules)
    rules.write_text("rule_id,severity,applies_to,scope,pattern\nmine,high,output,expression,(\n")
    with pytest.raises(SecretScanError, match="rule mine: the pattern is no regular expression"):
        read_rules(rules)
