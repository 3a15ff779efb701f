"""Reports on outcomes for people: what a document says, as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator

from fleetledger.base.text import counted
from fleetledger.published.rows import PRICED_KINDS, Row
from fleetledger.reports.outcome_metrics import METRICS
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import (
    DEMO,
    KINDS,
    NOTIONAL,
    all_tokens,
    heading,
    kind_columns,
    money,
    nearest_told,
    percent,
    short,
    short_id,
    text,
)

COVERAGE = {
    "operator": "said by an operator",
    "forge": "pull requests and their checks",
    "git": "commits of the repository",
    "logs": "the log alone",
    "none": "nothing",
}
"""What a verdict can rest on."""

YIELDS = {"success": "per success", "default_branch_commit": "per commit", "merged_pull_request": "per merged PR"}
WASTE = {"failed": "failed", "reverted": "reverted", "unobserved": "unobserved"}


TITLES = {
    "outcomes": "What became of the tasks",
    "value": "What it cost and what came of it",
    "quality": "How often it went wrong, or right",
}


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a document, from top to bottom."""
    if document["report"] == "pull_request":
        yield from _pull_request(document)
        return
    yield from heading(document, _title(document))
    if not document["totals"] or (document["report"] != "value" and not document["totals"]["tasks"]):
        yield Line("No task matches.")
        yield from nearest_told(document)
    elif document["report"] == "outcomes":
        yield from _outcomes(document)
    elif document["report"] == "value":
        yield from _value(document)
    elif document["metric"]:
        yield from _rates(document)
    else:
        yield from _all_rates(document)


def _title(document: Row) -> str:
    return f"Rate: {document['metric']}" if document.get("metric") else TITLES[document["report"]]


def _outcomes(document: Row) -> Iterator[Piece]:
    totals = document["totals"]
    kinds = [kind for kind in PRICED_KINDS if totals[f"{kind}_cost_usd"] is not None]
    columns = [
        *(Column("outcome"), Column("counts as", is_spare=True), Column("tasks", True), Column("share", True)),
        Column("definite", True, is_spare=True),
        *kind_columns(kinds),
    ]
    rows = [
        [
            *(text(row["outcome_class"]), text(row["outcome_result"]), f"{row['tasks']:,}", percent(row["share"])),
            f"{row['definite']:,}",
            *_amounts(row, kinds),
        ]
        for row in document["rows"]
    ]
    definite = sum(row["definite"] for row in document["rows"])
    rows.append(["all", "", f"{totals['tasks']:,}", "", f"{definite:,}", *_amounts(totals, kinds)])
    yield Table("", columns, rows, has_sum=True)
    yield Line(
        f"Observed: {totals['observed_tasks']:,} of {counted(totals['tasks'], 'task')}"
        f" ({percent(totals['observed_share'])});"
        " of the others nothing tells whether it worked."
    )
    if kinds:
        yield Line(NOTIONAL, "dim")
    seen = [[COVERAGE.get(row["evidence_coverage"], "-"), f"{row['tasks']:,}"] for row in document["coverage"]]
    yield Table("What the verdicts could rest on", [Column("seen"), Column("tasks", True)], seen)
    if not document["has_mu"]:
        yield Line("`fleetledger collect git` and `collect github` let more be observed.", "dim")
        return
    said = [
        [text(row["mu_outcome_class"]), text(row["mu_outcome_confidence"]), f"{row['tasks']:,}"]
        for row in document["mu_outcomes"]
    ]
    yield Table(
        "As mu's own rules (mu-041) put it, for comparison",
        [Column("outcome"), Column("confidence"), Column("tasks", True)],
        said,
    )
    yield Line("`fleetledger collect git` and `collect github` let more be observed.", "dim")


def _rates(document: Row) -> Iterator[Piece]:
    metric, totals = METRICS[document["metric"]], document["totals"]
    yield Line(metric.says)
    has_mu = document["has_mu"] and totals["mu_denominator"] is not None
    columns = [
        *_keys(document["by"]),
        *(Column("tasks", True, is_spare=True), Column("rate", True, "bold"), Column(f"of {metric.unit}", True)),
        Column("observed", True),
        *([Column("mu's rate", True, "dim"), Column("of", True, "dim", is_spare=True)] if has_mu else []),
    ]
    rows = [[*(text(row[field]) for field in document["by"]), *_figures(row, has_mu)] for row in document["rows"]]
    if document["by"]:
        rows.append(["all", *[""] * (len(document["by"]) - 1), *_figures(totals, has_mu)])
    yield Table("", columns, rows, has_sum=bool(document["by"]))
    yield Line(
        f"Observed: {totals['denominator']:,} of {totals['eligible']:,} {metric.unit} ({percent(totals['coverage'])})."
    )
    yield from _too_few(document)


def _all_rates(document: Row) -> Iterator[Piece]:
    has_mu = document["has_mu"]
    columns = [
        *(Column("metric", is_fixed=True), *_keys(document["by"])),
        *(Column("rate", True, "bold"), Column("of", True), Column("", is_fixed=True), Column("observed", True)),
        *([Column("mu's rate", True, "dim")] if has_mu else []),
    ]
    rows = [
        [
            *(row["metric"], *(text(row[field]) for field in document["by"])),
            *(_rate_told(row), f"{row['numerator']:,}/{row['denominator']:,}", row["unit"], percent(row["coverage"])),
            *([percent(row["mu_rate"])] if has_mu else []),
        ]
        for row in document["rows"]
    ]
    yield Table("", columns, rows)
    yield from _too_few(document)
    yield Line("What each counts, by provider and model: --metric NAME.", "dim")


def _keys(by: list[str]) -> list[Column]:
    return [Column(field, keeps_end=field == "project", is_fixed=field in ("day", "week", "month")) for field in by]


def _too_few(document: Row) -> Iterator[Piece]:
    if any(row["is_too_few"] for row in document["rows"]):
        yield Line(f"Too few: fewer than {document['fewest']} observed tasks, whose rate would say nothing.")


def _value(document: Row) -> Iterator[Piece]:
    keys = [Column(field, keeps_end=field == "project", is_fixed=field == "month") for field in document["by"]]
    columns = [
        *(*keys, Column("tasks", True, is_spare=True), Column("observed", True), Column("cost", True)),
        *(Column(header, True, "bold") for header in YIELDS.values()),
        *(Column(header, True, is_spare=True) for header in WASTE.values()),
    ]
    for totals in document["totals"]:
        kind = totals["cost_kind"]
        of_kind = [row for row in document["rows"] if row["cost_kind"] == kind]
        if kind not in PRICED_KINDS:
            continue
        rows = [[*(text(row[field]) for field in document["by"]), *_worth(row)] for row in of_kind]
        if keys:
            rows.append(["all", *[""] * (len(keys) - 1), *_worth(totals)])
        header = KINDS[kind].header
        yield Table(header[:1].upper() + header[1:], columns, rows, has_sum=bool(keys))
        yield Line(
            f"{counted(totals['success_count'], 'success', 'successes')},"
            f" {counted(totals['default_branch_commit_count'], 'commit')} on the default"
            f" branch, {counted(totals['merged_pull_request_count'], 'merged pull request')}; observed"
            f" {totals['observed_task_count']:,} of {counted(totals['task_count'], 'task')}"
            f" ({percent(totals['observed_share'])})."
        )
    yield Line(
        "An amount per success, commit or merged PR is the whole cost of the row, failures included, by their number;"
        " there is none where half of the tasks or more are unobserved."
    )
    yield Line(NOTIONAL, "dim")


def _pull_request(document: Row) -> Iterator[Piece]:
    """The sessions behind a pull request, without what was said in them: a comment is read by others."""
    asked = [f"pull request {document['number']}"] if document["number"] else []
    asked += [f"branch {document['branch']}"] if document["branch"] else []
    asked += [counted(len(document["commits"]), "commit")] if document["commits"] else []
    if document["is_demo"]:
        yield Line(DEMO, "black on yellow")
    yield Line(f"What the agents cost: {', '.join(asked)}", "bold")
    rows: list[Row] = document["rows"]
    if not rows:
        yield Line("No session that is landed worked on it.")
        return
    kinds = [kind for kind in PRICED_KINDS if document["totals"][f"{kind}_cost_usd"] is not None]
    columns = [Column("session"), Column("ended as"), Column("found by"), Column("calls", True), Column("tokens", True)]
    lines = [
        [
            short_id(row["session_id"]),
            (row["outcome_class"] or "unobserved").replace("_", " "),
            row["found_by"],
            f"{row['model_call_count']:,}",
            short(all_tokens(row)),
            *(money(row[f"{kind}_cost_usd"], kind) for kind in kinds),
        ]
        for row in rows
    ]
    totals = document["totals"]
    amounts = [money(totals[f"{kind}_cost_usd"], kind) for kind in kinds]
    lines.append(["all", "", "", f"{totals['model_call_count']:,}", short(all_tokens(totals)), *amounts])
    yield Table("", [*columns, *kind_columns(kinds)], lines, has_sum=True)
    unpriced = totals["unpriced_call_count"]
    more = f" Without a price: {counted(unpriced, 'call')}." if unpriced else ""
    notional = f" {NOTIONAL}" if "subscription" in kinds else ""
    yield Line(f"As of {document['as_of_local']} {document['timezone']}.{more}{notional}", "dim")


def _worth(row: Row) -> list[str]:
    amounts = ["cost_usd", *(f"usd_per_{name}" for name in YIELDS), *(f"{name}_cost_usd" for name in WASTE)]
    shown = [money(row[name], row["cost_kind"]) for name in amounts]
    return [f"{row['task_count']:,}", percent(row["observed_share"]), *shown]


def _amounts(row: Row, kinds: list[str]) -> list[str]:
    return [money(row[f"{kind}_cost_usd"], kind, "") for kind in kinds]


def _figures(row: Row, has_mu: bool) -> list[str]:
    of = f"{row['numerator']:,}/{row['denominator']:,}"
    ours = [f"{row['tasks']:,}", _rate_told(row), of, percent(row["coverage"])]
    return [*ours, percent(row["mu_rate"]), f"{row['mu_numerator']:,}/{row['mu_denominator']:,}"] if has_mu else ours


def _rate_told(row: Row) -> str:
    return "too few" if row["is_too_few"] else percent(row["rate"])
