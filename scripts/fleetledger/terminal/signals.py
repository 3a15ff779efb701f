"""The reports `attention`, `signals` and `waste` for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import (
    KINDS,
    NOTIONAL,
    cut,
    duration,
    heading,
    kind_columns,
    money,
    percent,
    short,
    short_id,
    text,
)

TITLES = {
    "attention": "What a person should look at",
    "signals": "What went on inside the work",
    "waste": "What could have been saved",
}

RULES = {
    "cache_expired": "The pause was longer than the cache lives: what was cached was written again.",
    "cache_unknown": "The cache was lost without a pause: tools, instructions or earlier turns had changed.",
    "cache_model_switch": "Another model was taken, which has no cache of this conversation.",
    "cache_context_drop": "The context was compacted or cleared, and the rest written anew.",
    "broken_response": "A response broke off, was refused or ran into a limit: its output was paid for.",
    "reread": "A file was read again, in the same way, that had not changed and was in the context.",
    "long_result": "A tool gave more than 40,000 characters: what is beyond them, at four characters a token.",
    "dear_model": "A cheaper model did as well at such tasks, on record: what it would have saved for the same tokens.",
    "unused_agent": "Nothing followed a sub-agent's answer: all that it cost.",
}


class Shown(NamedTuple):
    """A column of a signal's table: its header, and the text of a row's cell."""

    header: str
    cell: Callable[[Row], str]


def _count(measure: str, header: str) -> Shown:
    return Shown(header, lambda row: short(row[measure]))


def _share(measure: str, out_of: str, header: str) -> Shown:
    return Shown(header, lambda row: percent(row[measure] / row[out_of] if row[out_of] else None))


def _time(measure: str, header: str) -> Shown:
    return Shown(header, lambda row: duration(row[measure] / 1000 if row[measure] is not None else None))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}" if abs(value) < 100 else short(int(value))


def _change(change: str | None) -> str:
    return text(change.replace("_", " ") if change else None)


SHOWN = {
    "context": (
        _count("calls", "calls"),
        _count("median_context_tokens", "median"),
        _count("largest_context_tokens", "largest"),
        _share("high_calls", "windowed_calls", "over 70 %"),
        _share("full_calls", "windowed_calls", "over 90 %"),
        _count("drops", "drops"),
    ),
    "cache": (
        _count("gaps", "gaps"),
        _share("lost_gaps", "gaps", "lost"),
        _share("expired_gaps", "gaps", "expired"),
        _count("near_misses", "near misses"),
        _count("rewritten_tokens", "rewritten"),
    ),
    "asks": (
        _count("asks", "prompts"),
        _time("median_answered_ms", "median time"),
        _count("tool_calls", "tool calls"),
        _count("subagents", "sub-agents"),
    ),
    "tools": (
        _count("tool_calls", "calls"),
        _share("failed_calls", "answered_calls", "failed"),
        _count("longest_error_streak", "failed in a row"),
        _count("repeated_commands", "repeated commands"),
        _count("edit_loops", "edit loops"),
    ),
    "stops": (
        _count("calls", "calls"),
        _count("degraded_calls", "degraded"),
        _share("degraded_calls", "ended_calls", "share"),
    ),
    "compactions": (
        _count("compactions", "compactions"),
        _count("median_tokens_before", "before"),
        _count("median_tokens_after", "after"),
        Shown("relief", lambda row: percent(row["median_relief_share"])),
        _share("mid_task_compactions", "followed_compactions", "mid-task"),
        _count("reread_files", "read again"),
    ),
    "recalls": (
        _count("recalls", "recalls"),
        _count("items", "items"),
        _count("sessions", "sessions"),
        _count("tokens", "tokens"),
        _count("characters", "characters"),
    ),
    "delegations": (
        _count("delegations", "agents"),
        _share("unused_delegations", "judged_delegations", "unused"),
        _count("failed_delegations", "failed"),
        _time("median_wall_clock_ms", "median time"),
        _count("tool_calls", "tool calls"),
    ),
    "friction": (
        _count("sessions", "sessions"),
        _share("friction_sessions", "sessions", "with friction"),
        _count("negative_prompts", "not right"),
        _count("corrected_prompts", "corrected"),
        _count("repeated_prompts", "repeated"),
        _count("interrupts", "interrupted"),
        _count("denials", "turned down"),
        _share("abrupt_sessions", "sessions", "abrupt end"),
    ),
    "timings": (
        _count("responses", "responses"),
        _time("response_p50_ms", "median"),
        _time("response_p90_ms", "90 %"),
        _time("response_p99_ms", "99 %"),
        _time("ttft_p50_ms", "first token"),
        _time("tool_p50_ms", "tool"),
        _time("tool_p90_ms", "90 % "),
        _time("ask_p50_ms", "prompt"),
        _time("pause_p50_ms", "pause"),
    ),
    "claims": (
        _count("claims", "claims"),
        _count("verified_claims", "verified"),
        _count("late_claims", "late"),
        _count("unclear_claims", "unclear"),
        _count("unsupported_claims", "unsupported"),
        _count("contradicted_claims", "contradicted"),
    ),
    "directives": (
        _count("sessions_of_directives", "sessions"),
        _count("breaking_sessions", "broken in"),
        _count("calls", "calls"),
        _share("broken_calls", "calls", "broken"),
    ),
    "anomalies": (
        _count("anomalies", "days"),
        Shown("robust z", lambda row: "-" if row["largest_z"] is None else f"{row['largest_z']:.1f}"),
        Shown("value", lambda row: _number(row["measured_value_of_largest"])),
        Shown("usual", lambda row: _number(row["median_value_of_largest"])),
        Shown("most of it", lambda row: text(row["largest_part"])),
    ),
    "versions": (
        _count("sessions", "sessions"),
        Shown("before it", lambda row: text(row["previous_version_name"])),
        _count("median_tokens", "tokens"),
        _count("previous_median_tokens", "before"),
        _share("failed_tool_calls", "tool_calls", "tools failed"),
        Shown("tools", lambda row: _change(row["tool_error_change"])),
        Shown("broken off", lambda row: _change(row["degraded_change"])),
        Shown("success", lambda row: _change(row["success_change"])),
    ),
    "subscriptions": (
        _count("active_days", "days of use"),
        _count("days", "of"),
        Shown("plan", lambda row: "-" if row["plan_usd"] is None else f"${row['plan_usd']:,.2f}"),
        Shown("use", lambda row: money(row["subscription_cost_usd"], "subscription")),
        Shown("worth", lambda row: "-" if row["break_even_multiple"] is None else f"{row['break_even_multiple']:.1f}x"),
        Shown("limit used", lambda row: percent(row["peak_limit_share"])),
        Shown("next down", lambda row: text(row["lower_tier"])),
        Shown("would be used", lambda row: percent(row["lower_tier_peak_share"])),
    ),
    "scores": (
        _count("sessions", "sessions"),
        Shown("median", lambda row: _number(row["median_score"])),
        Shown("lowest", lambda row: _number(row["lowest_score"])),
        _share("faultless_scores", "scores", "without fault"),
        _count("wrong", "counted"),
        _count("out_of", "of"),
    ),
    "verdicts": (
        _count("sessions", "sessions"),
        _count("verdicts", "verdicts"),
        _share("faults", "verdicts", "faults"),
        _count("severe_faults", "severe"),
        _count("rejected_verdicts", "thrown away"),
        _share("agreeing_verdicts", "labelled_verdicts", "people agree"),
        _count("labelled_verdicts", "of"),
    ),
}

MONEY = {
    "cache": {"{}_rewrite_cost_usd": "{} rewriting", "{}_long_life_usd": "{} if kept 1 h"},
    "asks": {"{}_cost_usd": "{}", "{}_dearest_usd": "{} dearest"},
    "compactions": {"{}_cost_usd": "{}"},
    "delegations": {"{}_cost_usd": "{}"},
}
"""The amounts of a signal, one for each kind of money, with their headers."""

NOTES = {
    "context": "Shares are of calls whose model's window is known and held them; docs/signals.md says what a drop is.",
    "cache": "Rewriting: what it cost beyond reading. If kept 1 h: what the longer life had saved, less what it costs.",
    "asks": "A prompt has all that followed it up to the next one, sub-agents included.",
    "tools": "Repeated: the same command three times in a row or more. A loop: five writes of a file in a session.",
    "compactions": "Relief: the part of the context that was freed. Cost: of the calls that wrote the summary.",
    "recalls": "mu logs an item's tokens, Claude Code its text; what a session begins with is not logged.",
    "delegations": "Unused: nothing followed the answer; out of agents whose start is known. Cost: its own alone.",
    "friction": "By a person's words (seed friction_words); friction: two prompts or more. It does not tell success.",
    "timings": "Prompt: until the last that followed it. Pause: until a person asked again. First token: by telemetry.",
    "claims": "Held against tools before the claim; unsupported: never seen. Contradicted: the last check had failed.",
    "directives": "Out of calls that could have broken it (seed directives); `fct_directives` names one that did.",
    "anomalies": "Against the days of use in the 28 days before; value and usual are of the day farthest off.",
    "versions": "Beside the version before it, by 95 % intervals; too few: less than 10 sessions. No proof of a cause.",
    "subscriptions": "Worth: use at list prices over the plan's cost. Limits as far as the status line was told them.",
    "scores": "1 is without fault. By rules: calls and prompts that count against it; by judges: verdicts.",
    "verdicts": "What a model says (`fleetledger judge`). Thrown away: without a quote that stands in the session.",
    "stops": "Degraded: broken off, refused, or run into a limit; the share is of responses whose end is told.",
}

MEASURES = {
    "high_calls": "calls above 70 % of their window",
    "drops": "contexts compacted or cleared",
    "lost_gaps": "caches lost between two calls",
    "expired_gaps": "of these by a pause",
    "asks": "prompts",
    "failed_calls": "tool calls that failed",
    "repeated_commands": "commands repeated in a row",
    "edit_loops": "files edited again and again",
    "degraded_calls": "responses that broke off or ran into a limit",
    "mid_task_compactions": "compactions in the middle of work",
    "reread_files": "files read again after a compaction",
    "recalls": "things put into a context",
    "unused_delegations": "sub-agents whose answer nothing followed",
    "friction_sessions": "sessions with friction in a person's words",
    "friction_prompts": "prompts with friction",
    "response_p50_ms": "a response, median",
    "response_p99_ms": "the slowest of a hundred",
    "ask_p50_ms": "a prompt until its last answer, median",
    "contradicted_claims": "claims that the last check contradicts",
    "unsupported_claims": "claims that no tool bears out",
    "broken_calls": "calls that broke a standing instruction",
    "anomalies": "days unlike those before them",
    "worse_versions": "versions that did worse than the one before",
    "active_days": "days on which a plan was used",
    "faultless_scores": "scores without fault, of sessions",
    "faults": "faults that a judge finds",
    "agreeing_verdicts": "verdicts of judges that people's labels bear out",
}

AMOUNTS = {
    ("cache", "rewrite_cost_usd"): "writing lost caches again",
    ("asks", "dearest_usd"): "the dearest prompt",
    ("delegations", "cost_usd"): "sub-agents",
}


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a document, from top to bottom."""
    yield from heading(document, TITLES[document["report"]])
    show = {"attention": _attention, "waste": _waste}.get(document["report"], _signals)
    yield from show(document)


def _attention(document: Row) -> Iterator[Piece]:
    if not document["rows"]:
        yield Line("No session that these signals see.")
        return
    columns = [
        Column("score", True, is_fixed=True),
        Column("session", is_fixed=True),
        Column("why"),
        Column("ended", is_spare=True),
        Column("project", is_spare=True, keeps_end=True),
        Column("title", is_spare=True),
    ]
    rows = [
        [
            str(row["score"]),
            short_id(row["session_id"]),
            row["reasons"],
            row["ended_at_local"] or "undated",
            text(row["project"]),
            row["title"] or "",
        ]
        for row in document["rows"]
    ]
    yield Table(cut(document, "sessions"), columns, rows)
    yield Line("`fleetledger show SESSION` shows one, and the line that resumes it.", "dim")


def _signals(document: Row) -> Iterator[Piece]:
    if document["signal"] is None:
        yield from _headlines(document)
        return
    name, totals = document["signal"], document["totals"]
    shown = SHOWN[name]
    amounts = [
        (kind, measure.format(kind), header.format(KINDS[kind].header))
        for measure, header in MONEY.get(name, {}).items()
        for kind in PRICED_KINDS
        if totals[measure.format(kind)] is not None
    ]
    keys = document["by"].split(",")
    columns = [
        *(Column(key.replace("_", " "), keeps_end=key == "project") for key in keys),
        *(Column(column.header, True) for column in shown),
        *(Column(header, True, KINDS[kind].style) for kind, _, header in amounts),
    ]
    rows = [
        [*labels, *(column.cell(row) for column in shown), *(money(row[measure], kind) for kind, measure, _ in amounts)]
        for labels, row in [
            *(([_label(row, key) for key in keys], row) for row in document["rows"]),
            (["all", *[""] * (len(keys) - 1)], totals),
        ]
    ]
    yield Table(cut(document, "rows"), columns, rows, has_sum=True)
    yield Line(NOTES[name], "dim")
    if amounts:
        yield Line(NOTIONAL, "dim")


def _label(row: Row, key: str) -> str:
    form = {"month": "%Y-%m", "week": "%Y-%m-%d"}.get(key)
    return f"{row[key]:{form}}" if form and row[key] else text(row[key])


def _headlines(document: Row) -> Iterator[Piece]:
    rows = [
        [row["signal"], _measured(row), _figure(row), _of(row)] for row in document["rows"] if row["value"] is not None
    ]
    yield Table("", [Column("signal"), Column("what"), Column("figure", True), Column("of", True)], rows)
    yield Line("`report signals NAME` shows one by project, model or month; `report attention` what to look at.", "dim")


def _measured(row: Row) -> str:
    kind, _, rest = row["measure"].partition("_")
    if kind not in PRICED_KINDS:
        return MEASURES[row["measure"]]
    return f"{AMOUNTS[row['signal'], rest]}, {KINDS[kind].header}"


def _figure(row: Row) -> str:
    kind = row["measure"].partition("_")[0]
    if row["measure"].endswith("_ms"):
        return duration(row["value"] / 1000)
    return money(row["value"], kind) if kind in PRICED_KINDS else f"{row['value']:,}"


def _of(row: Row) -> str:
    if not row["out_of"]:
        return ""
    return f"{row['out_of']:,} ({percent(row['value'] / row['out_of'])})"


def _waste(document: Row) -> Iterator[Piece]:
    rows: list[Row] = document["rows"]
    if not rows:
        yield Line("Nothing that these rules see.")
        return
    kinds = [kind for kind in PRICED_KINDS if any(row["cost_kind"] == kind for row in rows)]
    columns = [
        Column("rule", is_fixed=True),
        Column("findings", True),
        Column("sessions", True),
        Column("tokens", True),
        *kind_columns(kinds),
    ]
    cells = [
        [
            row["rule"],
            f"{row['findings']:,}",
            f"{row['sessions']:,}",
            short(row["tokens"]),
            *(money(row["cost_usd"], kind, "unpriced") if row["cost_kind"] == kind else "" for kind in kinds),
        ]
        for row in rows
    ]
    yield Table("", columns, cells)
    for rule in dict.fromkeys(row["rule"] for row in rows):
        yield Line(f"{rule}: {RULES[rule]}")
        if rule == "dear_model":
            yield from map(Line, map(_dear_model, document["models"]))
    yield Line(
        "Each is another part of what was paid. Of caches, what writing again cost beyond reading; a pause may be worth"
        " it.",
        "dim",
    )
    yield Line(NOTIONAL, "dim")


def _dear_model(row: Row) -> str:
    """A kind of task, the model that did it and the one that would have done, with what is known of either."""
    work = "edit files" if row["edits"] else "edit nothing"
    return (
        f"  {text(row['project'])}, {row['who']}, {work}, {row['tool_calls']} tool calls: {row['model']}"
        f" ({row['good_tasks']} of {row['known_tasks']} went well), {row['other_model']}"
        f" ({row['other_good_tasks']} of {row['other_known_tasks']}): {money(row['cost_usd'], row['cost_kind'])}"
    )
