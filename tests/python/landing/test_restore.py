"""`restore`: a landed session back byte for byte, where its agent looks for it, and nothing else touched."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from logged_host import LoggedHost

from fleetledger.cli.main import main
from fleetledger.sources.resume import place_of

SHOP = "11111111-aaaa-4000-8000-000000000001"
OTHER = "11111111-bbbb-4000-8000-000000000002"
PLACE = "projects/-home-ann-my-shop"


def line(session: str = SHOP, **fields: object) -> bytes:
    return json.dumps({"type": "user", "sessionId": session, "cwd": "/home/ann/my.shop", **fields}).encode() + b"\n"


def event(number: int) -> bytes:
    return b'{"id":%d,"session_id":"session-1","payload":{"kind":"user_message"}}\n' % number


MAIN = b"\xef\xbb\xbf" + line(cwd="/tmp") + line() + b"// a comment\r\n\r\n\xff\xfe\x00\n" + b'{"type":"user","cut'
AGENT = line(isSidechain=True, agentId="a1") * 3
DEEPER = line(isSidechain=True, agentId="a2")
BESIDE = line(isSidechain=True, agentId="a3") + b"{}\n" + line(agentId="a3")

SESSION = {
    f"{PLACE}/{SHOP}.jsonl": MAIN,
    f"{PLACE}/{SHOP}/subagents/agent-a1.jsonl": AGENT,
    f"{PLACE}/{SHOP}/subagents/workflows/wf_1/agent-a2.jsonl": DEEPER,
    f"{PLACE}/agent-a3.jsonl": BESIDE,
}
"""A session with all that real ones have: a byte order mark, a malformed line, a cut end, sub-agents old and new."""


@pytest.fixture
def landed(host: LoggedHost) -> LoggedHost:
    """The session and another one, landed, whose logs are deleted since."""
    for name, content in {**SESSION, f"{PLACE}/{OTHER}.jsonl": line(OTHER)}.items():
        host.write(content, name, quiet=7200)
    host.extract()
    for path in host.sources[0].root.rglob("*.jsonl"):
        path.unlink()
    return host


def restore(host: LoggedHost, *arguments: str | Path, to: str = "back") -> Result:
    there = ("--to", host.path / to, "--data-dir", host.data)
    return CliRunner().invoke(main, ["restore", *(str(argument) for argument in (*arguments, *there))])


def found(host: LoggedHost, to: str = "back") -> dict[str, bytes]:
    place = host.path / to
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def rewrite(host: LoggedHost, query: str) -> None:
    """Replace each landed batch by what `query` selects from it, as nothing of ours ever would."""
    for batch in host.manifest.batches:
        path = host.landing / batch.path
        changed = path.with_suffix(".changed")
        with duckdb.connect() as connection:
            connection.execute(f"create view batch as select * from read_parquet('{path}', hive_partitioning = false)")
            connection.execute(f"copy ({query}) to '{changed}' (format parquet)")
        changed.replace(path)


def test_a_session_comes_back_byte_for_byte_with_its_sub_agents(landed: LoggedHost) -> None:
    result = restore(landed, SHOP)
    assert result.exit_code == 0
    assert found(landed) == SESSION
    size = sum(map(len, SESSION.values()))
    place = "claude_code, host host, account default"
    head, *names, hint, command = result.stdout.splitlines()
    assert head == f"Restored 4 files ({size:,} bytes) of session {SHOP} ({place}) to {landed.path / 'back'}"
    assert names == [f"  {name}" for name in sorted(SESSION)]
    assert hint == "To go on with it:"
    # Of the directories that the log names, the one that the session's place is named after.
    back = landed.path / "back"
    assert command == f"  cd /home/ann/my.shop && CLAUDE_CONFIG_DIR={back} claude --resume {SHOP}"


def test_what_is_restored_is_for_its_owner_alone(landed: LoggedHost) -> None:
    restore(landed, SHOP)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (landed.path / "back").rglob("*") if path.is_file()}
    assert modes == {0o600}
    directories = [landed.path / "back", *(path for path in (landed.path / "back").rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in directories} == {0o700}


def test_the_beginning_of_an_id_is_enough_where_it_is_the_only_one(landed: LoggedHost) -> None:
    assert restore(landed, "11111111-aaaa").exit_code == 0
    assert found(landed) == SESSION
    several = restore(landed, "1111", to="several")
    assert several.exit_code == 2
    assert several.stderr.startswith("Error: 2 sessions begin with '1111'; name one of them:\n")
    assert re.findall(r"^  (\S+) ", several.stderr, re.MULTILINE) == [SHOP, OTHER]
    assert not (landed.path / "several").exists()


def test_an_unknown_session_ends_with_1_and_what_may_have_been_meant(landed: LoggedHost) -> None:
    result = restore(landed, "aaaa-4000")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: No session begins with 'aaaa-4000'. Was it one of these?\n")
    assert re.findall(r"^  (\S+) ", result.stderr, re.MULTILINE) == [SHOP]
    assert restore(landed, "zzz").stderr.startswith("Error: No session begins with 'zzz'; ")


def test_without_a_landing_it_says_what_to_type(host: LoggedHost) -> None:
    result = restore(host, SHOP)
    assert result.exit_code == 1
    assert "Nothing is landed" in result.stderr
    assert "fleetledger extract" in result.stderr


@pytest.mark.parametrize("name", SESSION)
def test_nothing_is_written_if_any_file_is_there(landed: LoggedHost, name: str) -> None:
    path = landed.path / "back" / name
    path.parent.mkdir(parents=True)
    path.symlink_to("nowhere")
    result = restore(landed, SHOP)
    assert result.exit_code == 1
    assert f"{path}: there already, and never overwritten. Nothing was written." in result.stderr
    assert found(landed) == {}
    assert path.is_symlink()


def test_a_session_is_restored_beside_others(landed: LoggedHost) -> None:
    restore(landed, OTHER)
    assert restore(landed, SHOP).exit_code == 0
    assert found(landed) == {**SESSION, f"{PLACE}/{OTHER}.jsonl": line(OTHER)}


def test_the_latest_generation_is_restored_unless_another_is_asked_for(host: LoggedHost) -> None:
    main_name, agent_name = f"{PLACE}/{SHOP}.jsonl", f"{PLACE}/{SHOP}/subagents/agent-a1.jsonl"
    long, short, longer = line() * 3, line(uuid="new"), line(uuid="other") * 4
    host.write(AGENT, agent_name)
    for content in (long, short, longer):
        host.pass_time(60)
        host.write(content, main_name)
        host.extract()
    for generation, content in ((None, longer), (1, long), (2, short), (3, longer)):
        option = ["--generation", str(generation)] if generation else []
        to = f"generation-{generation}"
        assert restore(host, SHOP, *option, to=to).exit_code == 0
        assert found(host, to) == {main_name: content, agent_name: AGENT}
    beyond = restore(host, SHOP, "--generation", "4", to="beyond")
    assert beyond.exit_code == 2
    assert f"Session {SHOP} has no generation 4; there is 1, 2, 3." in beyond.stderr


def test_a_session_of_several_accounts_must_be_told_apart(host: LoggedHost) -> None:
    host.add("claude_code", "work")
    name = f"{PLACE}/{SHOP}.jsonl"
    host.write(line(), name)
    host.write(line() * 2, name, source=1)
    host.extract()
    either = restore(host, SHOP)
    assert either.exit_code == 2
    assert "landed from several places; choose one with --host and --account" in either.stderr
    assert re.findall(r"account (\w+)\)", either.stderr) == ["default", "work"]
    assert restore(host, SHOP, "--account", "work", "--host", "host").exit_code == 0
    assert found(host) == {name: line() * 2}
    nowhere = restore(host, SHOP, "--host", "elsewhere", to="nowhere")
    assert nowhere.exit_code == 1
    assert "Of that host and account: 0 sessions." in nowhere.stderr


def test_mu_sessions_go_by_host_daemon_and_session(host: LoggedHost) -> None:
    host.add("mu", "default")
    logs = {"d41f/session-1.jsonl": event(1), "d41f/session-10.jsonl": event(2), "e5/session-1.jsonl": event(3)}
    for name, content in logs.items():
        host.write(content, name, source=1)
    host.extract()
    # A whole name is that session, however many others begin so.
    result = restore(host, "host/d41f/session-1")
    assert result.exit_code == 0
    assert found(host) == {"d41f/session-1.jsonl": event(1)}
    assert "claude" not in result.stdout
    assert restore(host, "d41f/session-10", to="ten").exit_code == 0
    assert found(host, "ten") == {"d41f/session-10.jsonl": event(2)}
    assert restore(host, "session-1", to="both").exit_code == 2


def test_a_session_that_an_old_version_went_on_with_in_another_file_is_found(host: LoggedHost) -> None:
    name = f"{PLACE}/{SHOP}.jsonl"
    host.write(line(OTHER), name)
    host.extract()
    assert restore(host, OTHER).exit_code == 0
    assert found(host) == {name: line(OTHER)}


def test_sub_agents_come_back_where_their_main_thread_is_not_landed(host: LoggedHost) -> None:
    name = f"{PLACE}/{SHOP}/subagents/agent-a1.jsonl"
    host.write(AGENT, name)
    host.extract()
    result = restore(host, SHOP)
    assert result.exit_code == 0
    assert found(host) == {name: AGENT}
    assert result.stdout.endswith("Its main thread is not landed: there is nothing to resume.\n")


def test_a_file_name_comes_back_with_the_bytes_that_it_had(host: LoggedHost) -> None:
    directory = os.fsdecode(b"projects/-home-\xff-a\\b")
    host.write(line(), f"{directory}/{SHOP}.jsonl")
    host.extract()
    assert restore(host, SHOP).exit_code == 0
    assert found(host) == {f"{directory}/{SHOP}.jsonl": line()}


@pytest.mark.parametrize(
    ("hostile", "session"),
    [
        ("projects/p/../../../out.jsonl", ".."),
        ("../out.jsonl", "out"),
        ("/tmp/out.jsonl", "out"),
        ("projects//out.jsonl", "out"),
        ("projects/./out.jsonl", "out"),
        (r"projects/\x2e\x2e/\x2e\x2e/out.jsonl", r"\x2e"),
        (r"projects/a\b.jsonl", "a"),
    ],
)
def test_a_place_outside_of_the_directory_is_refused(landed: LoggedHost, hostile: str, session: str) -> None:
    rewrite(
        landed, f"select * replace ('{hostile}' as source_path) from batch where source_path = '{PLACE}/{SHOP}.jsonl'"
    )
    before = sorted(landed.path.rglob("*"))
    result = restore(landed, session)
    assert result.exit_code == 1
    assert "is landed as the place of a file, and is none. Nothing was written." in result.stderr
    assert sorted(landed.path.rglob("*")) == before
    assert not Path("/tmp/out.jsonl").exists()


def test_a_link_that_leads_out_of_the_directory_is_refused(landed: LoggedHost) -> None:
    outside = landed.path / "outside"
    outside.mkdir()
    (landed.path / "back").mkdir()
    (landed.path / "back" / "projects").symlink_to(outside)
    result = restore(landed, SHOP)
    assert result.exit_code == 1
    assert "a symbolic link leads out of" in result.stderr
    assert list(outside.iterdir()) == []


def test_a_failure_midway_leaves_nothing(landed: LoggedHost) -> None:
    # The last file that is written lacks its second line.
    missing = BESIDE.index(b"\n") + 1
    rewrite(landed, f"select * from batch where source_path not like '%agent-a3%' or byte_offset <> {missing}")
    result = restore(landed, SHOP)
    assert result.exit_code == 1
    assert f"{PLACE}/agent-a3.jsonl: byte {missing} and what follows is not landed. Nothing was kept." in result.stderr
    assert not (landed.path / "back").exists()


def test_a_damaged_batch_is_named(landed: LoggedHost) -> None:
    batch = landed.landing / landed.manifest.batches[0].path
    batch.write_bytes(b"damaged")
    result = restore(landed, SHOP)
    assert result.exit_code == 1
    assert f"{batch}: cannot read the landed lines" in result.stderr


def test_what_is_kept_beside_a_transcript_is_landed_and_restored(host: LoggedHost) -> None:
    beside = {
        "tool-results/b1.txt": b"one\n{'two'}\n\n// three",
        "tool-results/deep/page.pdf": b"%PDF\n\xff\xfe\n\x00" * 9,
        "subagents/agent-a1.meta.json": b'{\n  "agentType": "reviewer"\n}\n',
        "custom-title.json": b'{"customTitle":"Named"}',
        "workflows/wf_1.json": b"{}",
    }
    host.write(line(), f"{PLACE}/{SHOP}.jsonl")
    for name, content in {**beside, "memory/note.md": b"no", "tool-results-2/x": b"no"}.items():
        host.write(content, f"{PLACE}/{SHOP}/{name}", quiet=7200)
    host.extract()
    assert host.rows("distinct line_status", "claude_code_files") == [("ok",)]
    assert restore(host, SHOP).exit_code == 0
    back = host.path / "back" / PLACE / SHOP
    written = {str(path.relative_to(back)): path.read_bytes() for path in back.rglob("*") if path.is_file()}
    assert written == beside
    host.write(b"another", f"{PLACE}/{SHOP}/tool-results/b1.txt", quiet=7200)
    host.extract()
    restore(host, SHOP, to="again")
    assert (host.path / "again" / PLACE / SHOP / "tool-results/b1.txt").read_bytes() == b"another"


def test_plans_and_files_as_they_were_are_kept_where_the_configuration_says_so(host: LoggedHost) -> None:
    """A plan is of the session whose lines name it, be it a sub-agent's of it."""
    kept = {
        f"file-history/{SHOP}/0a1b@v1": b"before\n",
        f"file-history/{SHOP}/0a1b@v2.jsonl": line(OTHER),
        "plans/quiet-otter.md": b"# Mend it\n",
        "plans/quiet-otter-agent-a1.md": b"# Look first\n",
    }
    others = {f"file-history/{OTHER}/0a1b@v1": b"another's", "plans/loud-otter.md": b"another's", "plans/x.txt": b"no"}
    host.write(line(slug="quiet-otter"), f"{PLACE}/{SHOP}.jsonl")
    host.write(line(OTHER, slug="loud-otter"), f"{PLACE}/{OTHER}.jsonl")
    for name, content in {**kept, **others}.items():
        host.write(content, name, quiet=7200)
    host.extract()
    assert host.rows("source_path", "claude_code_files") == []
    host.sources[0] = replace(host.sources[0], keeps=("file-history", "plans"))
    host.extract()
    done = restore(host, SHOP)
    assert done.exit_code == 0, done.output
    back = host.path / "back"
    written = {str(path.relative_to(back)): path.read_bytes() for path in back.rglob("*") if path.is_file()}
    assert written == {**kept, f"{PLACE}/{SHOP}.jsonl": line(slug="quiet-otter")}
    assert restore(host, "quiet-otter", to="no").exit_code == 1


def test_the_session_is_resumed_where_claude_code_looks_for_it(host: LoggedHost) -> None:
    moved = {"type": "relocated", "sessionId": SHOP, "relocatedCwd": "/home/ann/my.shop/.claude/worktrees/login"}
    place = "projects/-home-ann-my-shop--claude-worktrees-login"
    host.write(line() + json.dumps(moved).encode() + b"\n" + line(), f"{place}/{SHOP}.jsonl")
    host.write(line(OTHER), f"projects/-home-ann-renamed/{OTHER}.jsonl")
    host.extract()
    assert "cd /home/ann/my.shop/.claude/worktrees/login && " in restore(host, SHOP).stdout
    *_, told, command = restore(host, OTHER, to="other").stdout.splitlines()
    assert "-home-ann-renamed" in told
    assert "cd " not in command


def test_a_session_goes_by_the_name_of_its_file_and_by_what_its_lines_say(host: LoggedHost) -> None:
    host.write(line(OTHER), f"{PLACE}/{SHOP}.jsonl")
    host.extract()
    for number, name in enumerate((SHOP[:12], OTHER[:12])):
        assert f"--resume {SHOP}" in restore(host, name, to=f"back-{number}").stdout


def test_what_logs_say_cannot_steer_the_terminal_or_the_shell(host: LoggedHost) -> None:
    evil = "/tmp/$(rm -rf x); \x1b[31mred"
    host.write(line(cwd=evil), f"projects/{place_of(evil)}/{SHOP}.jsonl")
    host.extract()
    result = restore(host, SHOP)
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "cd '/tmp/$(rm -rf x); [31mred' && " in result.stdout
