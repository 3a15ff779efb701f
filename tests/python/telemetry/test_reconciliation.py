"""What Claude Code 2.1.332 sent, against what the API is known to have answered and what the transcripts hold."""

from __future__ import annotations

import base64
import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from built_fleet import BuiltFleet
from compiled_models import read_models, run_models

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.landing.extract import extract
from fleetledger.sources.config import load_config
from fleetledger.telemetry.metrics import Metrics
from fleetledger.telemetry.requests import keep

CLIENT = PROJECT_ROOT.parent / "shared/data/client"
SIGNALS = {"log": "logs", "metric": "metrics", "trace": "traces"}
METRICS = {
    "claude_code_cost_usage_USD_total": "claude_code.cost.usage",
    "claude_code_token_usage_tokens_total": "claude_code.token.usage",
    "claude_code_active_time_seconds_total": "claude_code.active_time.total",
    "claude_code_session_count_total": "claude_code.session.count",
}
MICRO_DOLLAR = Decimal("0.000001")
IN_PARTS = {"advisor", "long-split"}
"""Scripts whose responses have a part, or a price, that the counts of telemetry do not tell."""

pytestmark = pytest.mark.skipif(not CLIENT.exists(), reason="no captures of a client beside the project")

Truth = dict[str, dict[str, Any]]
Ask = Callable[[str], list[tuple[Any, ...]]]


def captured() -> Iterator[tuple[str, bytes, bool]]:
    """The signal of each captured body, the body, and whether it is protobuf."""
    for line in (CLIENT / "otlp.jsonl").read_text().splitlines():
        request = json.loads(line)
        path = request["path"].lower()
        signal = next(
            name for part, name in (("log", "logs"), ("metric", "metrics"), ("trace", "traces")) if part in path
        )
        if "body" in request:
            yield signal, json.dumps(request["body"]).encode(), False
        else:
            yield signal, base64.b64decode(request["body_base64"]), True


@pytest.fixture(scope="module")
def truth() -> Truth:
    """What the API answered with a response, by request id."""
    answers = [json.loads(line) for line in (CLIENT / "truth.jsonl").read_text().splitlines()]
    return {answer["request_id"]: answer for answer in answers if answer["status"] == 200}


@pytest.fixture(scope="module")
def ask(fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """What answers questions about the warehouse of the client's transcripts and telemetry."""
    place = tmp_path_factory.mktemp("client")
    kept = [keep(signal, body, is_protobuf=is_protobuf) for signal, body, is_protobuf in captured()]
    assert {one.rejected for one in kept} == {0}
    (place / "otlp").mkdir()
    (place / "otlp" / "all.jsonl").write_bytes(b"".join(one.line for one in kept))
    sources = (CLIENT / "fleet.toml").read_text().replace('root = "', f'root = "{CLIENT}/')
    sources += '\n[[source]]\nfleet = "claude_code"\nkind = "otlp"\nhost = "client"\nroot = "otlp"\n'
    (place / "fleet.toml").write_text(sources)
    extract(place / "data", load_config(place / "fleet.toml"), now=datetime(2026, 11, 27, tzinfo=UTC))
    with run_models(read_models(fleet.manifest), fleet.data, place / "data") as warehouse:
        yield lambda query: warehouse.execute(query).fetchall()


def test_every_record_is_staged_once_and_an_event_that_came_twice_is_one(ask: Ask) -> None:
    sent: Counter[str] = Counter()
    for signal, body, is_protobuf in captured():
        sent[signal] += keep(signal, body, is_protobuf=is_protobuf).records
    ((logs,),) = ask("select count(*) from staging.stg_otel__log_records")
    ((points,),) = ask("select count(*) from staging.stg_otel__metric_points")
    ((spans,),) = ask("select count(*) from staging.stg_otel__spans")
    assert {"logs": logs, "metrics": points, "traces": spans} == sent
    ((requests, ids),) = ask("select count(*), count(distinct request_id) from marts.fct_telemetry_requests")
    assert requests == ids > 50


def test_each_answered_request_has_the_verdict_that_the_truth_implies(ask: Ask, truth: Truth) -> None:
    found = {
        name: (verdict, reason)
        for name, verdict, reason in ask("select request_id, verdict, reason from marts.fct_reconciliation")
    }
    assert truth.keys() <= found.keys()
    cut = {name for name, answer in truth.items() if not answer["complete"]}
    odd = {name: verdict for name, verdict in found.items() if name in truth and verdict != ("match", None)}
    assert {name: verdict for name, verdict in odd.items() if name not in cut} == {
        # Started without telemetry, a search's own call, a compaction, and the call that spent the budget.
        "req_0fake000041": ("transcript_only", "no_telemetry"),
        "req_0fake000083": ("telemetry_only", "web_search"),
        "req_0fake000096": ("telemetry_only", "compaction"),
        "req_0fake000107": ("transcript_only", "only_in_metrics"),
        # The client books a search on the call that searched, and prices the model that was asked for.
        "req_0fake000082": ("price_difference", "web_search"),
        "req_0fake000088": ("price_difference", "model"),
    }
    cut_off = ("transcript_output_placeholder", "cut_off")
    assert {odd[name] for name in cut - {"req_0fake000064"}} == {cut_off}
    assert odd["req_0fake000064"] == ("transcript_only", "interrupted")
    # Requests of other runs, whose transcripts are not there.
    assert {verdict for name, verdict in found.items() if name not in truth} == {("telemetry_only", "no_transcript")}


def test_hidden_requests_are_there_with_their_cost(ask: Ask) -> None:
    hidden = (
        "select query_kind, client_cost_usd from marts.fct_telemetry_requests where is_hidden and query_kind <> 'main'"
    )
    assert sorted(ask(hidden)) == [("compaction", Decimal("0.0506832")), ("web_search", Decimal("0.0436286"))]


def test_costs_agree_to_a_micro_dollar(ask: Ask, truth: Truth) -> None:
    ((ours, theirs, requests),) = ask("""
        select sum(transcript_cost_usd), sum(telemetry_cost_usd), count(*)
        from marts.fct_reconciliation where verdict = 'match'
    """)
    assert requests > 50
    assert abs(ours - theirs) <= MICRO_DOLLAR
    differing = ask("""
        select requests.request_id from marts.fct_telemetry_requests as requests
        inner join marts.fct_reconciliation as verdicts using (telemetry_request_id)
        where verdicts.verdict = 'match' and abs(requests.client_cost_usd - requests.cost_usd) > 0.000001
    """)
    assert {truth[name]["script"] for (name,) in differing} <= IN_PARTS


def test_cut_calls_have_the_output_that_the_client_paid_for(ask: Ask, truth: Truth) -> None:
    corrected = ask("""
        select calls.request_id, calls.output_tokens, calls.logged_output_tokens, calls.cost_usd, calls.usage_is_final,
            requests.telemetry_cost_usd, calls.logged_cost_usd = requests.transcript_cost_usd
        from marts.fct_model_calls as calls
        inner join marts.fct_reconciliation as requests on calls.model_call_id = requests.call_key
        where calls.usage_source = 'telemetry'
    """)
    assert {name for name, *_ in corrected} == {"req_0fake000059", "req_0fake000061"}
    for name, output, logged, ours, is_final, theirs, keeps_the_logged in corrected:
        assert logged == truth[name]["usage_begun"]["output_tokens"] < output < truth[name]["usage"]["output_tokens"]
        assert abs(ours - theirs) <= MICRO_DOLLAR
        assert (is_final, keeps_the_logged) == (False, True)
    # The client's metric has the estimates, too.
    ((events, points),) = ask("""
        select sum(telemetry_output_tokens) + sum(corrected_output_tokens - transcript_output_tokens),
            (select sum(added_value) from intermediate.int_telemetry_points
                where metric_name = 'claude_code.token.usage' and point_type = 'output'
                and session_id in (select session_id from marts.fct_model_calls where usage_source = 'telemetry'))
        from marts.fct_reconciliation
        where session_id in (select session_id from marts.fct_model_calls where usage_source = 'telemetry')
    """)
    assert events == points


def test_without_request_ids_the_same_requests_are_paired(ask: Ask) -> None:
    """By the uuids that responses have, as far as they have any, each is paired with the call that its id names."""
    ((paired, rightly),) = ask("""
        select count(*), count(*) filter (where requests.request_id = calls.request_id)
        from intermediate.int_telemetry_requests as requests
        inner join intermediate.int_claude_code_lines as lines on requests.message_uuid = lines.line_uuid
        inner join marts.fct_model_calls as calls on lines.model_call_id = calls.model_call_id
    """)
    assert paired == rightly > 20


def test_metrics_and_events_of_a_session_agree(ask: Ask) -> None:
    gaps: dict[str, str] = dict(
        ask("select session_id, gap from marts.fct_reconciliation_sessions where gap is not null")
    )
    # The first is of two runs under one id: their request is one, their metrics are two.
    assert gaps == {
        "8720db20-9fa2-5439-ad21-22efe9e15d78": "metrics_and_events_differ",
        "d5c906b2-86c9-5eb2-bb7c-4bf818a2ffdd": "no_events",
        "dcdc9d5e-0866-4e4a-a158-1852d1ced83c": "no_telemetry",
        "328098f1-eb70-5af2-9125-73f97398dc2d": "events_missing",
    }


def test_all_that_it_sends_is_known(ask: Ask) -> None:
    assert ask("select term_kind, term from marts.log_drift") == []


def test_prometheus_is_told_what_the_tables_hold(ask: Ask) -> None:
    metrics = Metrics()
    for signal, body, is_protobuf in captured():
        if signal == "metrics":
            metrics.take(keep(signal, body, is_protobuf=is_protobuf).line)
    told = metrics.text(Counter(), Counter(), Counter())
    for name, metric in METRICS.items():
        ((added,),) = ask(
            f"select sum(added_value) from intermediate.int_telemetry_points where metric_name = '{metric}'"
        )
        lines = [line for line in told.splitlines() if line.startswith(name)]
        assert sum(float(line.rsplit(" ", 1)[1]) for line in lines) == pytest.approx(added, abs=1e-9)


def test_the_verdicts_agree_with_a_reader(ask: Ask) -> None:
    """The labels were made before the verdicts were seen."""
    with (PROJECT_ROOT / "tests/sample/client_outcome_labels.csv").open(newline="") as file:
        labels = {row["task_id"]: row["label"] for row in csv.DictReader(file)}
    assert set(ask("select task_id, outcome_class from marts.fct_tasks")) == set(labels.items())
