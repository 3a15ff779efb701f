"""What Spark is given of the models, as far as it can be told without a JVM; `make spark` runs it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest
from built_fleet import BuiltFleet
from compiled_models import read_data_tests, read_models

pytest.importorskip("sqlglot", reason="`make dev` installs what translates the models for Spark")

from fleetledger.warehouse.spark.landing import statements_that_show_landing
from fleetledger.warehouse.spark.sql import for_spark, in_steps, java_pattern

ONLY_DUCKDB = re.compile(r"\b(?:qualify\b|unnest\b|generate_subscripts\b|list_\w+\()", re.IGNORECASE)
WHERE = re.compile(r'"warehouse"\.')


def test_every_model_and_data_test_is_translated(fleet: BuiltFleet) -> None:
    models = {model.relation: model.sql for model in read_models(fleet.manifest)}
    for name, sql in {**models, **read_data_tests(fleet.manifest)}.items():
        steps, query = in_steps(WHERE.sub("", sql), "model")
        for written in [*(step.query for step in steps), query]:
            assert not ONLY_DUCKDB.search(written), name


def test_what_a_long_query_names_often_is_kept() -> None:
    named = [
        "a0 as (select * from s.t)",
        *(f"a{n + 1} as (select x from a{n} union all select x + 1 from a{n})" for n in range(8)),
    ]
    steps, query = in_steps(f"with {', '.join(named)} select * from a8", "model")
    assert [step.name for step in steps] == [f"model__a{n}" for n in range(1, 8)]
    assert "steps.model__a7" in query
    assert "steps.model__a6" in steps[-1].query
    assert in_steps("with a as (select * from t) select * from a", "model")[0] == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("regexp_extract(a, 'b')", "regexp_extract(a, '(?d)b', 0)"),
        ("regexp_replace(a, '(b)', '\\1$', 'g')", "regexp_replace(a, '(?d)(b)', '$1\\\\$')"),
        ("cast(a / 2 as bigint)", "cast(bround(cast(cast(a as double) / cast(2 as double) as double)) as BIGINT)"),
        ("a like '%\\%'", "a LIKE '%\\\\\\\\%'"),
        ("a like '%\\_' escape '\\'", "a LIKE '%\\\\_' ESCAPE '\\\\'"),
        ("a like b", "a LIKE replace(b, '\\\\', '\\\\\\\\')"),
        ("l[1]", "try_element_at(l, 1)"),
        ("l[-1]", "try_element_at(l, -1)"),
        ("a is distinct from b", "not (a <=> b)"),
    ],
)
def test_what_the_engines_mean_otherwise_is_said_otherwise(written: str, meant: str) -> None:
    assert for_spark(f"select {written} as it from t") == f"SELECT {meant} AS it FROM t"


def test_expressions_end_where_the_text_does() -> None:
    assert java_pattern(r"[^]a&&[b$]\$c$") == r"(?d)[^\]a\&\&\[b$]\$c\z"


def test_an_expression_of_a_column_ends_lines_where_it_says_so() -> None:
    """`(?m)^\\S+\\.go$`: the end of a line is no end of the text."""
    written = for_spark("select regexp_matches(a, b) as it from t")
    assert "case when b rlike '^\\\\(\\\\?[a-z]*m' then b else" in written


def test_lists_are_unnested_behind_what_is_asked() -> None:
    asked = "select id, unnest(l) as one, generate_subscripts(l, 1) as number from t where id > 1"
    assert for_spark(asked) == (
        "SELECT id, each0.unnested AS one, (each0.unnested_place + 1) AS number FROM t"
        " LATERAL VIEW POSEXPLODE(l) each0 AS unnested_place, unnested WHERE id > 1"
    )


def test_a_chain_that_is_longer_than_spark_goes_is_an_error_and_not_cut() -> None:
    asked = "with recursive c as (select a from t union select t.b from c join t on c.a = t.a) select a from c"
    written = for_spark(asked)
    assert "UNION ALL" in written
    assert "c.step < 90" in written
    assert "GROUP BY a HAVING CASE WHEN MIN(step) >= 90 THEN CAST(RAISE_ERROR(" in written


def test_the_landing_is_the_files_that_manifests_name(fleet: BuiltFleet) -> None:
    statements = {
        words[: words.index("(")]: words for words in statements_that_show_landing(fleet.data) if "(" in words
    }
    lines = statements["create table landing.claude_code_lines__files "]
    with duckdb.connect(fleet.data / "warehouse.duckdb", read_only=True) as connection:
        named = connection.execute("select path from landing.batches where \"table\" = 'claude_code_lines'").fetchall()
    (shown,) = re.findall(r"pathGlobFilter '\{(.*?)\}'", lines)
    assert sorted(shown.split(",")) == sorted(Path(path).name for (path,) in named)
    assert json.dumps(str(fleet.data / "landing/claude_code_lines"))[1:-1] in lines
