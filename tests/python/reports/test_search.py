from __future__ import annotations

import doctest
import json
import random
import unicodedata
from pathlib import Path
from typing import Any, Literal

import pytest
from click.testing import CliRunner, Result
from published_fixture import write_published
from text_fixture import write_warehouse

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.published import texts as text_store
from fleetledger.published.text_index import read_index, text_dir
from fleetledger.published.texts import remove_texts, write_texts
from fleetledger.reports import search as search_module

TEXTS: tuple[dict[str, Any], ...] = (
    {"block_text": "Why does the Login\n  Token expire?"},
    {"text_kind": "answer", "block_text": "Because ÉTÉ ends; the token is c++ (old)."},
    {"text_kind": "tool_use", "tool_name": "Bash", "block_text": "grep -rn token src\ntoken"},
    {"text_kind": "tool_result", "tool_name": None, "block_text": "src/a.py: token found, connection refused"},
    {"session_id": "s2", "task_id": "s2/agent-1", "block_text": "You check the token \x1b[31mcache\u202e now"},
    {"session_id": "s2", "text_kind": "answer", "block_text": None},
    {"session_id": "s3", "said_at": None, "block_text": "a token of no time"},
    {"session_id": "unknown", "block_text": "a token of a session that is not published"},
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TZ", "UTC")
    calls = [{"session_id": session, "called_at": f"2026-11-20 10:3{session[1]}:00"} for session in ("s1", "s2", "s3")]
    write_published(published_path(tmp_path), calls, {"s1": "Fix the login"})
    write_texts(tmp_path, write_warehouse(tmp_path / "warehouse.duckdb", TEXTS))
    return tmp_path


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["search", "--data-dir", str(data), *arguments])


def found(data: Path, *arguments: str) -> list[tuple[str, list[str]]]:
    result = run(data, "--json", *arguments)
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["rows"]
    return [(row["session_id"], [marked(hit) for hit in row["hits"]]) for row in rows]


def marked(hit: dict[str, Any]) -> str:
    return str(hit["snippet"][hit["match_start"] : hit["match_end"]])


def test_newest_hit_first_marked_with_the_line_that_resumes_the_session(data: Path) -> None:
    assert run(data, "token").stdout.splitlines() == [
        "2026-11-20 10:32  shop  ≈$0.01  s2",
        "    sub-agent, you:  You check the »token« cache now",
        "  cd /home/ann/shop && claude --resume s2  # on laptop",
        "2026-11-20 10:31  shop  ≈$0.01  Fix the login",
        "    Bash:  grep -rn »token« src token",
        "    agent:  Because ÉTÉ ends; the »token« is c++ (old).",
        "    you:  Why does the Login »Token« expire?",
        "  cd /home/ann/shop && claude --resume s1  # on laptop",
        "2026-11-20 10:33  shop  ≈$0.01  s3",
        "    you:  a »token« of no time",
        "  cd /home/ann/shop && claude --resume s3  # on laptop",
        "Times in UTC.",
    ]


def test_every_word_is_marked_wherever_it_stands(tmp_path: Path, data: Path) -> None:
    far = "alpha " + "x " * 200 + "omega"
    texts = ({"block_text": "a \x1b[1malpha\x1b[0m b omega"}, {"block_text": far, "said_at": "2026-11-19 10:00:00"})
    write_texts(data, write_warehouse(tmp_path / "other.duckdb", texts))
    near, apart = run(data, "omega", "alpha").stdout.splitlines()[1:3]
    assert near == "    you:  a »alpha« b »omega«"
    assert apart.startswith("    you:  »alpha« x x")
    assert " … " in apart
    assert apart.endswith("x »omega«")
    (hit, _) = json.loads(run(data, "--json", "omega", "alpha").stdout)["rows"][0]["hits"]
    assert [hit["snippet"][start:end] for start, end in hit["marks"]] == ["omega", "alpha"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_letter_and_its_accent_are_one(tmp_path: Path, data: Path, form: Literal["NFC", "NFD"]) -> None:
    texts = [
        {"block_text": unicodedata.normalize("NFC", "die Größenübersicht 학점인정")},
        {"block_text": unicodedata.normalize("NFD", "die Größenübersicht 학점인정")},
    ]
    write_texts(data, write_warehouse(tmp_path / "other.duckdb", texts))
    for word in ("Größenübersicht", "학점인정"):
        [(_, marks)] = found(data, unicodedata.normalize(form, word))
        assert marks == [word, word]
        assert found(data, "--regex", unicodedata.normalize(form, word))


def test_a_search_goes_on_when_refreshes_have_replaced_what_it_reads(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = read_index(data)
    for number in range(2):
        texts = [*TEXTS, *({"block_text": f"token {more}"} for more in range(number + 1))]
        write_texts(data, write_warehouse(data / "warehouse.duckdb", texts[number:]))
    for name in old.files() if old else ():
        (text_dir(data) / name).unlink(missing_ok=True)
    indexes = iter([old, read_index(data)])
    monkeypatch.setattr("fleetledger.published.text_index.read_index", lambda place: next(indexes))
    assert run(data, "token").exit_code == 0


def test_all_words_must_stand_in_one_text(data: Path) -> None:
    assert found(data, "token", "expire") == [("s1", ["Token"])]
    assert found(data, "expire", "grep") == []
    assert run(data, "expire", "grep").stdout == "No text matches.\n"


def test_a_phrase_spans_lines_and_case_is_unicodes(data: Path) -> None:
    assert found(data, "login token") == [("s1", ["Login\n  Token"])]
    assert found(data, "été") == [("s1", ["ÉTÉ"])]


def test_signs_stand_for_themselves_unless_a_regular_expression_is_meant(data: Path) -> None:
    assert found(data, "c++ (old)") == [("s1", ["c++ (old)"])]
    assert found(data, "tok.n") == []
    assert found(data, "--regex", "T[a-z]k.n$") == [("s1", ["token"])]
    wrong = run(data, "--regex", "token(")
    assert wrong.exit_code == 2
    assert "'token(' is no regular expression of RE2: missing )" in wrong.output


def test_results_are_searched_only_if_asked_for(data: Path) -> None:
    assert found(data, "connection refused") == []
    assert found(data, "--all", "connection refused") == [("s1", ["connection refused"])]


def test_narrowed_as_sessions_are(data: Path) -> None:
    assert [session for session, _ in found(data, "token", "--since", "2026-11-20")] == ["s2", "s1"]
    assert found(data, "token", "--since", "2026-11-21") == []
    assert found(data, "token", "--project", "other") == []


def test_what_is_left_out_is_told(data: Path) -> None:
    shown = run(data, "token", "-n", "1", "--all").stdout.splitlines()
    assert shown[-1] == "The 1 newest of 3 sessions with hits; -n shows more. Times in UTC."
    document = json.loads(run(data, "token", "-n", "1", "--all", "--json").stdout)
    assert (document["row_count"], document["hit_count"]) == (3, 6)


def test_more_hits_than_are_shown_are_counted(data: Path) -> None:
    write_texts(data, write_warehouse(data / "warehouse.duckdb", [{"block_text": f"word {n}"} for n in range(5)]))
    assert run(data, "word").stdout.splitlines()[1:5] == [
        *(f"    you:  »word« {n}" for n in (4, 3, 2)),
        "    and 2 more",
    ]


def test_a_long_text_is_cut_around_the_match(data: Path) -> None:
    text = "x" * 1_000_000 + " needle " + "y" * 1_000_000
    write_texts(data, write_warehouse(data / "warehouse.duckdb", [{"block_text": text}]))
    (shown,) = (line for line in run(data, "needle").stdout.splitlines() if "needle" in line)
    assert "…x" in shown
    assert len(shown) < 300


def test_without_texts_it_says_why(data: Path) -> None:
    remove_texts(data)
    assert not text_dir(data).exists()
    assert run(data, "token").stdout == "No texts are kept yet; `fleetledger publish` writes them.\n"
    published_path(data).unlink()
    write_published(published_path(data), (), has_text=False)
    assert run(data, "token").stdout == "No texts are kept: the configuration says text = false.\n"


def test_the_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_texts(tmp_path, write_warehouse(tmp_path / "warehouse.duckdb", TEXTS))
    assert text_dir(tmp_path).stat().st_mode & 0o777 == 0o700


def test_the_store_follows_the_warehouse_through_any_changes(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New, changed and vanished texts, small files merged: the same hits as of a store written anew."""
    monkeypatch.setattr(text_store, "MOST_FILES", 3)
    choose = random.Random(7)
    then = {"said_at": "2026-11-20 10:00:00"}
    texts = [then | {"line_id": f"l{number}", "block_text": f"word {number}"} for number in range(200)]
    for number in range(12):
        texts = [text for text in texts if choose.random() > 0.02]
        texts += [then | {"line_id": f"n{number}-{one}", "block_text": f"word new {number}"} for one in range(4)]
        texts[0] = texts[0] | {"task_id": f"task {number}"}
        write_texts(data, write_warehouse(data / "warehouse.duckdb", texts))
        document = json.loads(run(data, "word", "--json").stdout)
        assert document["hit_count"] == len(texts)
    index = read_index(data)
    assert index is not None
    assert index.number > 1
    assert 1 < len(index.said) <= 3
    assert index.gone
    assert {path.name for path in text_dir(data).iterdir()} >= {*index.files(), "index.json"}
    assert len(list(text_dir(data).iterdir())) < 12


def test_a_damaged_store_is_written_anew(data: Path) -> None:
    for path in text_dir(data).glob("*.parquet"):
        path.write_bytes(b"PAR1")
    write_texts(data, data / "warehouse.duckdb")
    assert len(found(data, "token")) == 3
    (text_dir(data) / "index.json").write_text("{")
    write_texts(data, data / "warehouse.duckdb")
    assert len(found(data, "token")) == 3


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(search_module).failed == 0
