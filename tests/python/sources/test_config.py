"""The configuration: what it comes to, and that each way to get it wrong says where and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetledger.base.paths import PROJECT_ROOT, this_host
from fleetledger.sources.config import ConfigError, FleetConfig, load_config
from fleetledger.sources.fleets import Source


def config_of(path: Path, text: str) -> FleetConfig:
    file = path / "fleet.toml"
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def test_all_keys(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        """
        text = false
        demo = true
        keep = ["plans", "file-history", "plans"]
        [[source]]
        fleet = "claude_code"
        host = "laptop"
        account = "work"
        provider = "openrouter"
        root = "logs/../archive"
        """,
    )
    root = tmp_path / "logs/../archive"
    source = Source("claude_code", "laptop", "work", "openrouter", root, ("plans", "file-history"))
    assert config == FleetConfig((source,), False, True, None, tmp_path / "fleet.toml", config.settings)


def test_defaults_are_this_host_and_the_account_that_the_root_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = config_of(
        tmp_path,
        """
        source = [
          {fleet = "claude_code", root = "~/.claude"},
          {fleet = "claude_code", root = "/archive/.claude-work/"},
          {fleet = "mu", root = "events"},
        ]
        """,
    )
    assert (config.text, config.demo) == (True, False)
    assert [(source.host, source.account, source.provider, source.root) for source in config.sources] == [
        (this_host(), "default", None, tmp_path / ".claude"),
        (this_host(), "work", None, Path("/archive/.claude-work")),
        (this_host(), "default", None, tmp_path / "events"),
    ]


@pytest.mark.parametrize("text", [None, "", "text = false"])
def test_without_sources_they_are_discovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    for name in ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".claude-work/projects").mkdir(parents=True)
    config = load_config(None) if text is None else config_of(tmp_path, text)
    assert [(source.account, source.root) for source in config.sources] == [("work", tmp_path / ".claude-work")]
    assert config.text == (text != "text = false")


def test_apps_that_run_claude_code_are_found_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    cowork = tmp_path / "Library/Application Support/Claude/local-agent-mode-sessions/account/org"
    roots = {
        "xcode": tmp_path / "Library/Developer/Xcode/CodingAssistant/ClaudeAgentConfig",
        "cowork-ea335947": cowork / "local_ea335947-660b/.claude",
        "cowork-ditto_d6": cowork / "agent/local_ditto_d6223e63/.claude",
    }
    for root in roots.values():
        (root / "projects").mkdir(parents=True)
    found = {source.account: source.root for source in load_config(None).sources}
    assert found == roots


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text =", "not TOML: Invalid value (at end of document)"),
        ("\n[[source]]\nfleet = mu", "not TOML: Invalid value (at line 3, column 9)"),
        (
            'texts = "x"',
            "texts: no such key; expected one of source, text, demo, package, keep, timezone, csv, judge, budget, plan,"
            " price, cost_kind, audit_rule, project_fold, directive, ticket (did you mean text?)",
        ),
        ('text = "no"', "text is 'no'; expected true or false"),
        ("package = 3", "package is 3; expected the directory of a dbt package, with a dbt_project.yml in it"),
        ("package = '.'", "package is '.'; expected the directory of a dbt package, with a dbt_project.yml in it"),
        ("demo = 1", "demo is 1; expected true or false"),
        ("keep = 'plans'", "keep is 'plans'; expected a list of plans and file-history"),
        ("keep = ['jobs']", "keep is ['jobs']; expected a list of plans and file-history"),
        ("source = 3", "source is 3; expected tables that each begin with [[source]]"),
        ("[source]\nfleet = 'mu'", "source is {'fleet': 'mu'}; expected tables that each begin with [[source]]"),
        ("[[source]]\nroot = 'x'", "source[1].fleet is missing; expected text that is not empty"),
        (
            "[[source]]\nfleet = 'mu'\nroot = 'x'\n[[source]]\nfleet = 'codex'\nroot = 'x'",
            'source[2].fleet is \'codex\'; expected "claude_code" or "mu"',
        ),
        ("[[source]]\nfleet = 'mu'", "source[1].root is missing; expected text that is not empty"),
        ("[[source]]\nfleet = 'mu'\nroot = ''", "source[1].root is ''; expected text that is not empty"),
        (
            "[[source]]\nfleet = 'mu'\nroot = 'x'\naccount = 7",
            "source[1].account is 7; expected text that is not empty",
        ),
        (
            "[[source]]\nfleet = 'mu'\nkind = 'otlp'\nroot = 'x'",
            "source[1].kind is 'otlp'; expected \"logs\", the only kind that mu has",
        ),
        (
            "[[source]]\nfleet = 'claude_code'\nkind = 'x'\nroot = 'x'",
            'source[1].kind is \'x\'; expected "logs" or "otlp"',
        ),
        (
            "[[source]]\nfleet = 'mu'\nroot = 'x'\nhosts = 'h'",
            "source[1].hosts: no such key; expected one of fleet, kind, root, host, account, provider"
            " (did you mean host?)",
        ),
        (
            "[[source]]\nfleet = 'mu'\nhost = 'h'\nroot = '/a'\n[[source]]\nfleet = 'mu'\nhost = 'h'\nroot = '/b'",
            "source: /a and /b are both of fleet 'mu', host 'h', account 'default'; "
            "expected an account of its own for each root",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        config_of(tmp_path, text)
    assert str(error.value) == f"{tmp_path / 'fleet.toml'}: {message}"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot read it: No such file"):
        load_config(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(ConfigError, match=r"latin\.toml: not UTF-8 text, at byte 5"):
        load_config(tmp_path / "latin.toml")


def test_a_root_that_two_names_lead_to_is_taken_once(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    source = "[[source]]\nfleet = 'mu'\n"
    config = config_of(tmp_path, f"{source}root = 'real'\n{source}root = 'link'\n{source}root = 'real/'")
    assert [source.root for source in config.sources] == [tmp_path / "real"]


def test_the_example_is_a_configuration() -> None:
    config = load_config(PROJECT_ROOT / "fleet.example.toml")
    assert {source.fleet for source in config.sources} == {"claude_code", "mu"}
