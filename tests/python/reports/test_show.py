from __future__ import annotations

import doctest
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from published_fixture import write_published
from text_fixture import write_warehouse

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.published.texts import remove_texts, write_texts
from fleetledger.terminal import show as show_render

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

CALLS: tuple[dict[str, Any], ...] = (
    {"session_id": "s1", "cache_read_tokens": 44_210},
    {"session_id": "s1", "called_at": "2026-11-20 10:05:00", "cost_kind": "billed"},
    {"session_id": "laptop/d41f/session-3", "fleet": "mu"},
    {"session_id": "laptop/e52a/session-3", "fleet": "mu"},
)

TURNS = """
    insert into fct_tasks by name
    select 's1/a1' as task_id, 's1' as parent_task_id, 's1' as session_id, 'a1' as agent_id, true as is_subagent;
    update fct_model_calls set turn_id = session_id || case when cost_kind = 'billed' then '#2' else '#1' end;
    insert into fct_turns by name
    select turn_id, session_id, count(*) as model_call_count, 0 as unpriced_call_count,
        sum(case when cost_kind = 'billed' then cost_usd end) as billed_cost_usd,
        sum(case when cost_kind = 'subscription' then cost_usd end) as subscription_cost_usd,
        any_value(input_tokens + cache_read_tokens) as context_tokens
    from fct_model_calls
    group by all;
"""

TEXTS: tuple[dict[str, Any], ...] = (
    {"block_text": "Fix the login,\nplease"},
    {"text_kind": "answer", "block_text": "I look into it."},
    {"text_kind": "tool_use", "tool_use_id": "t1", "tool_name": "Bash", "block_text": "make test"},
    {"text_kind": "tool_result", "tool_use_id": "t1", "is_error": True, "block_text": "2 failed"},
    {"text_kind": "tool_use", "tool_use_id": "t2", "tool_name": "Task", "block_text": "look around"},
    {"task_id": "s1/a1", "block_text": "Look around"},
    {"task_id": "s1/a1", "text_kind": "answer", "block_text": "Nothing there"},
    {"text_kind": "tool_result", "tool_use_id": "t2", "agent_id": "a1", "block_text": "Nothing there, it says"},
    {"text_kind": "compaction", "block_text": "This session is being continued"},
    {"block_text": "go on"},
    {"text_kind": "answer", "block_text": "Done."},
)

SHOWN = """\
Fix the login
2026-11-20 10:05 · /home/ann/shop · $0.01 ≈$0.03
cd /home/ann/shop && claude --resume s1  # on laptop

── turn 1 · 2026-11-20 10:00 · ≈$0.03 · context 45.2k
you:
  Fix the login,
  please
agent:
  I look into it.
  > Bash: make test
    failed: 2 failed
  > Task: look around
    Nothing there, it says
    | sub-agent a1

    | ── turn 1 · 2026-11-20 10:05
    | you:
    |   Look around
    | agent:
    |   Nothing there
  compacted: This session is being continued

── turn 2 · 2026-11-20 10:09 · $0.01 · context 1,000
you:
  go on
agent:
  Done.
"""

HOSTILE = (
    "<script>document.title='RAN'</script><img src=x onerror=\"document.title='RAN'\">"
    "</pre></details></title><svg onload=document.title='RAN'>{{ 7 * 7 }}"
    "\u202egnol\u2066\x1b]0;RAN\x07\x1b[2J\x00\x9b31m"
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TZ", "UTC")
    write_published(published_path(tmp_path), CALLS, {"s1": "Fix the login"})
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        connection.execute(TURNS)
    write_texts(tmp_path, write_warehouse(tmp_path / "warehouse.duckdb", TEXTS))
    return tmp_path


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["show", "--data-dir", str(data), *arguments])


def hostile(data: Path) -> None:
    kinds = ("prompt", "answer", "tool_use", "tool_result", "context", "compaction")
    texts = [{"text_kind": kind, "tool_name": HOSTILE, "block_text": HOSTILE} for kind in kinds]
    texts.append({"text_kind": "answer", "block_text": "<b>" * 3_500_000})
    write_texts(data, write_warehouse(data / "warehouse.duckdb", texts))
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute("update fct_sessions set title = ?, project = ?, resume_in = ?", [HOSTILE] * 3)


def test_turns_tool_calls_sub_agents_and_compactions_stand_in_place(data: Path) -> None:
    assert run(data, "s1").stdout == SHOWN


NESTED = """
    insert into fct_tasks by name
    select unnest(['s1/a2', 's1/a3']) as task_id, 's1/a1' as parent_task_id, 's1' as session_id,
        unnest(['a2', 'a3']) as agent_id, true as is_subagent;
    insert into fct_subagents by name
    select unnest(['s1/a2', 's1/a3']) as task_id, 's1/a1' as parent_task_id, 's1' as session_id, 'm:w1' as tool_call_id,
        'm' as model_call_id, timestamp '2026-11-20 10:05:00' as called_at;
"""


def test_sub_agents_stand_below_the_call_that_started_them_where_no_result_names_them(data: Path) -> None:
    nested = (
        {
            "task_id": "s1/a1",
            "text_kind": "tool_use",
            "tool_use_id": "w1",
            "tool_name": "Workflow",
            "block_text": "two",
        },
        {"task_id": "s1/a1", "text_kind": "tool_result", "tool_use_id": "w1", "block_text": "launched"},
        {"task_id": "s1/a2", "block_text": "First part"},
        {"task_id": "s1/a3", "block_text": "Second part"},
        {"task_id": "s1/a1", "text_kind": "answer", "block_text": "Both run"},
    )
    write_texts(data, write_warehouse(data / "warehouse.duckdb", (*TEXTS[:6], *nested, *TEXTS[7:])))
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute(NESTED)
    shown = [line.split("| ")[-1].strip() for line in run(data, "s1").stdout.splitlines()]
    told = ("> Task", "sub-agent", "> Workflow", "First", "Second", "Both", "compacted")
    assert [line.split(":")[0] for line in shown if line.startswith(told)] == [
        *("> Task", "sub-agent a1", "> Workflow"),
        *("sub-agent a2", "First part", "sub-agent a3", "Second part"),
        *("Both run", "compacted"),
    ]


MARGIN = """
    update fct_turns set task_id = 's1', turn_number = right(turn_id, 1), prompted_at = case right(turn_id, 1)
        when '1' then timestamp '2026-11-20 09:59:00' else timestamp '2026-11-20 10:04:00' end
    where session_id = 's1';
    insert into fct_context_steps by name
    select unnest(['a', 'b', 'c']) as model_call_id, 's1' as session_id, unnest(['s1#1', 's1#1', 's1#2']) as turn_id,
        unnest([1, 2, 3]) as step_number, unnest([0.1, 0.75, 0.21]) as window_share;
    insert into fct_compactions by name
    select unnest(['x', 'y']) as compaction_id, 's1' as task_id, 's1' as session_id, 'auto' as compaction_trigger,
        unnest([timestamp '2026-11-20 10:03:59', timestamp '2026-11-20 10:04:00']) as compacted_at,
        unnest([150000, 90000]) as tokens_before, unnest([42000, null]) as tokens_after;
    insert into fct_timings by name
    select 'pause' as timing_kind, unnest(['s1#1', 's1#2']) as timing_id, unnest(['s1#1', 's1#2']) as turn_id,
        's1' as session_id, unnest([299999, 300000]) as duration_ms;
    insert into fct_claims by name
    select unnest(['l', 'm']) as line_id, 1 as block_number, unnest(['tests_pass', 'pushed']) as claim_kind,
        's1#2' as turn_id, 's1' as session_id, unnest(['contradicted', 'verified']) as claim_verdict,
        unnest([timestamp '2026-11-20 10:04:10', timestamp '2026-11-20 10:04:20']) as claimed_at;
"""


def test_what_went_on_inside_a_turn_stands_beside_it(data: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute(MARGIN)
    first = "   [███████···] 75% · compacted 150k to 42.0k (auto)"
    second = (
        "   [██········] 21% · after a pause of 5m 00s · compacted 90.0k to - (auto)"
        " · claims tests pass: contradicted, pushed: verified"
    )
    shown = run(data, "s1").stdout.splitlines()
    assert [line for line in shown if line.startswith("   [")] == [first, second]
    assert run(data, "s1", "--html", str(tmp_path / "s1.html")).exit_code == 0
    assert first.strip() in (tmp_path / "s1.html").read_text()


def test_a_session_is_named_by_the_beginning_of_its_id(data: Path) -> None:
    assert run(data, "s1").exit_code == 0
    assert run(data, "d41f/session").exit_code == 0
    assert "3 sessions begin with 's'" in run(data, "s").output
    several = run(data, "session-3")
    assert several.exit_code == 2
    assert "2 sessions begin with 'session-3'" in several.output
    none = run(data, "nope")
    assert none.exit_code == 1
    assert "No session begins with 'nope'" in none.output


def test_without_texts_it_says_so_and_shows_the_rest(data: Path) -> None:
    remove_texts(data)
    shown = run(data, "s1")
    assert shown.exit_code == 0
    assert "No texts are kept" in shown.stdout
    assert "Fix the login" in shown.stdout


def test_nothing_of_a_log_steers_the_terminal(data: Path) -> None:
    hostile(data)
    shown = run(data, "s1").stdout
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert "[U+202E]gnol" in shown
    assert "10,496,000 more characters not shown" in shown
    assert len(shown) < 20_000


def test_the_page_holds_it_all_escaped_for_its_owner_alone(data: Path, tmp_path: Path) -> None:
    hostile(data)
    page = tmp_path / "page.html"
    assert run(data, "s1", "--html", str(page)).exit_code == 0
    html = page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o777 == 0o600
    assert "<script" not in html
    assert "<img" not in html
    assert "{{ 7 * 7 }}" in html
    assert "default-src 'none'" in html
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    assert "https:" not in html
    assert len(html) < 200_000


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_in_a_browser_nothing_of_a_log_runs_and_nothing_breaks(data: Path, tmp_path: Path) -> None:
    hostile(data)
    page = tmp_path / "page.html"
    run(data, "s1", "--html", str(page))
    options = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=2000",
        f"--user-data-dir={tmp_path}/b",
    )
    browser = subprocess.run(
        [str(CHROMIUM), *options, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=60, check=True
    )
    title = re.search("<title>(.*?)</title>", browser.stdout, re.DOTALL)
    assert title
    assert title[1].startswith("&lt;script&gt;document.title='RAN'")
    elements = set(re.findall(r"<(\w+)", browser.stdout))
    assert not elements & {"script", "img", "svg", "b", "iframe", "object"}
    assert browser.stdout.count("<article>") == browser.stdout.count("</article>") == 1
    assert browser.stdout.rstrip().endswith("</html>")


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(show_render).failed == 0


def test_who_said_it_is_named(tmp_path: Path, data: Path) -> None:
    last = {"line_id": "last", "line_order": 9, "said_at": "2026-11-20 10:04:00"}
    texts = (
        {"block_text": "hello", "sender": "teammate", "sender_name": "ada"},
        {"block_text": "wake up", "sender": "timer"},
        {"text_kind": "tool_use", "tool_use_id": "t1", "tool_name": "AskUserQuestion", "block_text": "red or blue?"},
        {"text_kind": "reply", "tool_use_id": "t1", "block_text": "blue"},
        last | {"text_kind": "context", "block_number": -1, "block_text": "<ide_selection>x</ide_selection>"},
        last | {"block_text": "why?"},
    )
    write_texts(data, write_warehouse(tmp_path / "other.duckdb", texts))
    shown = [line.strip() for line in run(data, "s1").stdout.splitlines()[3:] if line]
    assert [line for line in shown if not line.startswith("──")] == [
        *(
            "teammate ada:",
            "hello",
            "timer:",
            "wake up",
            "> AskUserQuestion: red or blue?",
            "you: blue",
            "you:",
            "why?",
        ),
        "context: <ide_selection>x</ide_selection>",
    ]
